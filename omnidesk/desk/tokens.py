"""Tokens: keys for programs. A token acts as an agent, or as itself, and only within its scopes."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import access, agents, audit
from omnidesk.desk.access import Viewer
from omnidesk.errors import Invalid, NotFound
from omnidesk.store.db import Database, Transaction
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Agent, ApiToken, Role

SCOPES = (
    "cases:read", "cases:write", "contacts:read", "contacts:write", "messages:write", "webhooks:write",
)  # fmt: skip
_PREFIX = "omnidesk_"
"""So that a token is known as one where it should not stand, by those who look through source code."""
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who brings a token."""

    token_id: int
    viewer: Viewer
    scopes: frozenset[str]
    used_at: datetime | None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


async def create(tx: Transaction, name: str, *, agent: str | None = None, scopes: Sequence[str] = ()) -> str:
    """A new token, which is told only now. `agent`: an email; no scopes = all. Raises Invalid, NotFound."""
    name = name.strip()
    if not name:
        raise Invalid("name: is empty; say what the token is for", fields={"name": "empty"})
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        raise Invalid(f"scope: {unknown[0]!r} is none of {', '.join(SCOPES)}; choose one")
    token = _PREFIX + secrets.token_urlsafe(32)
    row = {
        "id": tx.new_id(), "name": name, "digest": _digest(token), "created_at": tx.now,
        "agent_id": (await agents.find(tx.session, agent, field="agent")).id if agent else None,
        "scopes": " ".join(scope for scope in SCOPES if scope in scopes or not scopes),
    }  # fmt: skip
    tx.add_row(ApiToken, row)
    audit.note(tx, "token.create", name)
    return token


async def find_all(session: AsyncSession) -> list[tuple[ApiToken, str | None]]:
    """All tokens, each with the email of its agent."""
    statement = select(ApiToken, Agent.email).outerjoin(Agent, col(Agent.id) == col(ApiToken.agent_id))
    return list((await session.exec(statement.order_by(col(ApiToken.id)))).all())


async def revoke(tx: Transaction, token_id: int) -> ApiToken:
    """End a token at once. Raises NotFound."""
    token = await tx.session.get(ApiToken, token_id) if 0 < token_id <= MAX_ID else None
    if token is None:
        raise NotFound(f"id: there is no token {token_id}; `omnidesk token list` shows them")
    await tx.session.delete(token)
    audit.note(tx, "token.revoke", token.name)
    return token


async def bearer_of(session: AsyncSession, token: str) -> Bearer | None:
    """Who brings this token; None when it is not one, or its agent is gone."""
    row = (await session.exec(select(ApiToken).where(ApiToken.digest == _digest(token)))).first()
    if row is None:
        return None
    viewer = Viewer(0, row.name, Role.ADMIN, frozenset(), frozenset())
    if row.agent_id is not None:
        try:
            viewer = await access.viewer_of(session, row.agent_id)
        except NotFound:
            return None
    return Bearer(row.id, viewer, frozenset(row.scopes.split()), row.used_at)


async def note_use(database: Database, bearer: Bearer) -> None:
    """Keep when a token was last used, once a minute at most."""
    ago = database.now() - _NOTED_EVERY
    if bearer.used_at is not None and bearer.used_at > ago:
        return
    async with database.transaction() as tx:
        old = or_(col(ApiToken.used_at).is_(None), col(ApiToken.used_at) <= ago)
        this = update(ApiToken).where(col(ApiToken.id) == bearer.token_id, old)
        await tx.session.exec(this.values(used_at=tx.now))
