"""The browsers that are told when something happens, each for as long as its session lives."""

import hashlib
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.errors import Invalid
from omnidesk.store import dialect
from omnidesk.store.db import Transaction, table_of
from omnidesk.store.models import AgentSession, PushSubscription

_LONGEST = 2000
_MOST = 10
"""So many browsers of one agent are told; the oldest one makes room."""


async def subscribe(
    tx: Transaction, agent_id: int, *, session: str, endpoint: str, p256dh: str, auth: str
) -> None:  # fmt: skip
    """Tell this browser, whoever's it was before. `session`: the digest of its session. Raises Invalid."""
    _check(endpoint, p256dh, auth)
    row = {
        "id": tx.new_id(), "agent_id": agent_id, "digest": digest(endpoint), "endpoint": endpoint, "p256dh": p256dh,
        "auth": auth, "session": session, "created_at": tx.now,
    }  # fmt: skip
    await dialect.put(await tx.session.connection(), table_of(PushSubscription), row, key=["digest"])
    newest = select(PushSubscription.id).where(PushSubscription.agent_id == agent_id)
    older = newest.order_by(col(PushSubscription.id).desc()).offset(_MOST)
    too_many = list(await tx.session.exec(older))
    await tx.session.exec(delete(PushSubscription).where(col(PushSubscription.id).in_(too_many)))


async def unsubscribe(tx: Transaction, agent_id: int, endpoint: str) -> None:
    """Tell this browser no more."""
    this = (col(PushSubscription.digest) == digest(endpoint), col(PushSubscription.agent_id) == agent_id)
    await tx.session.exec(delete(PushSubscription).where(*this))


async def forget(tx: Transaction, subscription_ids: Sequence[int]) -> None:
    """These are dead: their push service does not know them any more."""
    await tx.session.exec(delete(PushSubscription).where(col(PushSubscription.id).in_(subscription_ids)))


async def of(session: AsyncSession, agent_id: int, now: datetime) -> list[PushSubscription]:
    """The browsers of an agent that are signed in: on one that is not, somebody else may sit."""
    statement = (
        select(PushSubscription)
        .join(AgentSession, col(AgentSession.digest) == col(PushSubscription.session))
        .where(PushSubscription.agent_id == agent_id, AgentSession.agent_id == agent_id)
        .where(AgentSession.expires_at > now)
    )
    return list(await session.exec(statement))


def digest(endpoint: str) -> str:
    """What an endpoint is known by."""
    return hashlib.sha256(endpoint.encode(errors="replace")).hexdigest()


def _check(endpoint: str, p256dh: str, auth: str) -> None:
    try:
        address = urlsplit(endpoint)
        well_known = address.scheme == "https" and bool(address.hostname) and len(endpoint) <= _LONGEST
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _bytes(p256dh))
        fits = well_known and endpoint.isascii() and len(_bytes(auth)) == 16
    except ValueError:
        fits = False
    if not fits:
        raise Invalid("This is no push subscription; reload the page and try again.", fields={"endpoint": "invalid"})


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
