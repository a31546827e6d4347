"""Pushing notices to browsers that show no page of the desk (Web Push: RFC 8030, encrypted by 8291, signed by 8292)."""

import json
import logging
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from sqlalchemy import func
from sqlmodel import col, select
from webpush import WebPush
from webpush.types import WebPushSubscription
from webpush.vapid import VAPID

from omnidesk.desk import presence
from omnidesk.desk.fetching import Fetcher, NotFetched
from omnidesk.desk.notices import choices, due, secrets, subscriptions
from omnidesk.desk.notices.due import Due
from omnidesk.desk.setbacks import Setbacks
from omnidesk.store.db import Database, Transaction
from omnidesk.store.ids import first_at
from omnidesk.store.keys import Keys
from omnidesk.store.models import Agent, Notice, NoticeKind, PushSubscription

log = logging.getLogger(__name__)

_LIFE = timedelta(hours=12)
"""A browser that is off for longer is told nothing of it: the list has it."""
_AGAIN = timedelta(minutes=1)
_GIVEN_UP = timedelta(hours=1)
_GONE = (404, 410)
_PACE = timedelta(seconds=30)
"""Cases that are given to an agent are pushed so often."""
_RECENT = timedelta(hours=1)
_GIVEN = col(Notice.kind) == NoticeKind.ASSIGNED


@dataclass(frozen=True, slots=True)
class Push:
    """What the browser shows. `tag`: a newer push with the same one takes its place."""

    title: str
    body: str
    url: str
    tag: str
    count: int


Say = Callable[[Due], Push]
"""Puts what is due into the agent's language."""


class Pusher:
    """Sends pushes, signed as this desk. `contact`: the mail address that push services may write to."""

    def __init__(self, db: Database, keys: Keys, fetcher: Fetcher, contact: str) -> None:
        self._db = db
        self._keys = keys
        self._fetcher = fetcher
        self._contact = contact

    async def send(self, push: Push, to: Sequence[PushSubscription]) -> bool:
        """Push to these browsers; dead ones are forgotten. False = it may work later, and did for none now."""
        if not to:
            return True
        sender = await self._sender()
        answers = {one.id: await self._post(sender, push, one) for one in to}
        dead = [one for one, status in answers.items() if status in _GONE]
        if dead:
            async with self._db.transaction() as tx:
                await subscriptions.forget(tx, dead)
        return any(status < 300 or status in _GONE for status in answers.values())

    async def _post(self, sender: WebPush, push: Push, one: PushSubscription) -> int:
        message = sender.get(
            json.dumps(asdict(push)),
            WebPushSubscription.model_validate(
                {"endpoint": one.endpoint, "keys": {"p256dh": one.p256dh, "auth": one.auth}}
            ),
        )
        headers = {**dict[str, Any](message.headers), "Content-Type": "application/octet-stream", "Urgency": "high"}
        try:
            status = await self._fetcher.post(one.endpoint, message.encrypted, headers)
        except NotFetched:
            status = 599
        if status >= 300:
            log.warning("the push service of agent %s answered %s", one.agent_id, status)
        return status

    async def _sender(self) -> WebPush:
        pair = await key_pair(self._db, self._keys)
        private, public = pair["private"].encode(), pair["public"].encode()
        return WebPush(private, public, subscriber=self._contact, ttl=int(_LIFE.total_seconds()))


async def key_pair(db: Database, keys: Keys) -> dict[str, Any]:
    """The key pair that push services know this desk by (PEM)."""
    return await secrets.kept(db, keys, "vapid", _make_pair)


def _make_pair() -> dict[str, Any]:
    private, public, _ = VAPID.generate_keys()
    return {"private": private.decode(), "public": public.decode()}


async def public_key(db: Database, keys: Keys) -> str:
    """The key that browsers ask for when they subscribe."""
    pair = await key_pair(db, keys)
    point = load_pem_public_key(pair["public"].encode()).public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).decode().rstrip("=")


async def _now(tx: Transaction, agent_id: int, ids: list[int]) -> list[int]:
    """What is pushed now: cases that are given to an agent right after others wait, and come together."""
    recent = select(func.max(col(Notice.pushed_at))).where(
        Notice.agent_id == agent_id, col(Notice.id) >= first_at(tx.now - _RECENT), _GIVEN
    )
    last = (await tx.session.exec(recent)).one()
    if last is None or last + _PACE <= tx.now:
        return ids
    given = set(await tx.session.exec(select(Notice.id).where(col(Notice.id).in_(ids), _GIVEN)))
    await due.put_off(tx, "push", list(given), last + _PACE)
    return [one for one in ids if one not in given]


class Pushes:
    """The worker that pushes what is due, one push an agent."""

    def __init__(self, db: Database, pusher: Pusher, say: Say) -> None:
        self._db = db
        self._pusher = pusher
        self._say = say
        self._setbacks = Setbacks(db.now)

    async def run(self) -> bool:
        """One round; False = nothing was due."""
        async with self._db.session() as session:
            found = await due.waiting(session, "push", self._db.now(), self._setbacks.resting())
        for agent_id, ids in found.items():
            await self._setbacks.attempt(agent_id, self._tell(agent_id, ids))
        return bool(found)

    async def next_due(self) -> datetime | None:
        """When the next push is due."""
        async with self._db.session() as session:
            return self._setbacks.after_rest(await due.next_due(session, "push"))

    async def _tell(self, agent_id: int, ids: list[int]) -> None:
        claimed = await self._claim(agent_id, ids)
        if claimed is None:
            return
        async with self._db.session() as session:
            to = await subscriptions.of(session, agent_id, self._db.now())
        if not await self._pusher.send(self._say(claimed), to):
            young = [one.id for one in claimed.told if one.created_at > self._db.now() - _GIVEN_UP]
            await due.give_back(self._db, "push", young, self._db.now() + _AGAIN)

    async def _claim(self, agent_id: int, ids: list[int]) -> Due | None:
        """What to push now. In quiet hours it waits; what a page in sight shows is not pushed."""
        async with self._db.transaction() as tx:
            agent = await tx.session.get_one(Agent, agent_id)
            choice = await choices.of(tx.session, agent_id)
            quiet = choices.quiet_until(choice, tx.now)
            if quiet is not None or not agent.active or presence.watches(agent, tx.now):
                await due.put_off(tx, "push", ids, quiet)
                return None
            claimed = await due.claim(tx, "push", await _now(tx, agent_id, ids))
        if not claimed:
            return None
        async with self._db.session() as session:
            return await due.read(session, agent, choice, claimed)
