"""Inboxes: rows come alive as channels; each listens where its lease is held."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import ClientSession
from sqlmodel import col, select, update

from omnidesk.contract.channel import Capabilities, Channel, Join, Price, Template
from omnidesk.desk.incoming.memories import InboxMemory
from omnidesk.desk.secret_settings import made_up, merged
from omnidesk.errors import NotFound
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.models import Inbox

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LiveInbox:
    """An inbox's row with its channel."""

    row: Inbox
    channel: Channel

    @property
    def join(self) -> Join:
        """How messages join cases here."""
        joins: dict[str | None, Join] = {"thread": "thread", "person": "person", "new": "new"}
        return joins.get(self.row.join, self.channel.capabilities.join)

    @property
    def stop_words(self) -> Sequence[str]:
        """What ends automatic messages to who writes it."""
        return self.channel.capabilities.stop_words if self.row.stop_words is None else self.row.stop_words

    @property
    def start_words(self) -> Sequence[str]:
        """What brings them back."""
        return self.channel.capabilities.start_words if self.row.start_words is None else self.row.start_words


Simulate = Callable[[type[Channel], Inbox], type[Channel]]
"""Gives a kind of channel that needs no provider, for an inbox."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What came to the inboxes and left no other trace, in this process since its start."""

    refused_webhooks: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By slug and status: nobody could prove to be the provider."""
    unknown_receipts: Counter[str] = field(default_factory=Counter)
    """By slug: they fit no message of ours."""


class Inboxes:
    """All inboxes of this process, by id and by slug.

    `simulate` makes channels for inboxes without a provider; None = there may be none here.
    """

    def __init__(
        self, db: Database, keys: Keys, channels: Mapping[str, type[Channel]], simulate: Simulate | None = None
    ) -> None:
        self.database = db
        self._simulate = simulate
        self._keys = keys
        self._http: ClientSession | None = None
        self.channels = channels
        self._by_id: dict[int, LiveInbox] = {}
        self._versions: dict[int, int] = {}
        self._own: set[tuple[str, str]] = set()
        self.counts = Counts()
        self.problems: dict[int, str] = {}
        """Why an inbox, by its id, can't be used."""

    def use(self, http: ClientSession) -> None:
        """The session that channels made from now on share."""
        self._http = http

    async def load(self, *, note: bool = True) -> None:
        """Read the rows; an inbox whose channel is not installed, or whose settings don't fit, is left out and told.

        `note`: also on its row. That is for the server; a command only looks.
        """
        async with self.database.session() as session:
            rows = list(await session.exec(select(Inbox).order_by(col(Inbox.slug))))
        self._by_id, self.problems, self._versions = {}, {}, {}
        for row in rows:
            self._take(row)
        self._know_own()
        if note:
            for inbox_id, problem in self.problems.items():
                await note_health(self.database, inbox_id, problem)

    async def refresh(self) -> list[LiveInbox]:
        """Take up rows that are new or changed since they were read; gives the inboxes in use that they replace.

        That a row can be used again is said by who listens there: another process may know more than this one.
        """
        async with self.database.session() as session:
            rows = list(await session.exec(select(Inbox).order_by(col(Inbox.slug))))
        before = dict(self._by_id)
        changed = [row for row in rows if self._versions.get(row.id) != row.version]
        for row in changed:
            self._by_id.pop(row.id, None)
            self._take(row)
            if problem := self.problems.get(row.id):
                await note_health(self.database, row.id, problem)
        self._know_own()
        return [before[row.id] for row in changed if row.id in before]

    def _take(self, row: Inbox) -> None:
        self._versions[row.id] = row.version
        self.problems.pop(row.id, None)
        try:
            self._by_id[row.id] = LiveInbox(row, self._make(row))
        except (KeyError, ValueError) as error:
            log.error("inbox %s can't be used: %s", row.slug, error)
            self.problems[row.id] = f"can't be used: {error}"

    def _know_own(self) -> None:
        live = self._by_id.values()
        self._own = {(inbox.channel.name, address) for inbox in live for address in inbox.channel.addresses if address}

    def owns(self, channel: str, address: str) -> bool:
        """Whether an address on a channel is one of our own inboxes."""
        return (channel, address) in self._own

    def _make(self, row: Inbox) -> Channel:
        kind = self.channels[row.channel]
        if row.simulated:
            if self._simulate is None:
                raise ValueError("it is simulated, which needs `enabled = true` under [simulator] in omnidesk.toml")
            kind = self._simulate(kind, row)
        settings = merged(row.settings, self._keys.decrypt(row.secrets))
        settings = made_up(kind.Settings, settings) if row.simulated else settings
        return kind(kind.Settings.model_validate(settings), self._http)

    def all(self) -> list[LiveInbox]:
        """Every inbox that can be used."""
        return list(self._by_id.values())

    def by_id(self, inbox_id: int) -> LiveInbox:
        """An inbox by its id. Raises NotFound."""
        if inbox_id not in self._by_id:
            raise NotFound(f"The inbox {inbox_id} is not in use here.")
        return self._by_id[inbox_id]

    def live(self, inbox_id: int) -> LiveInbox | None:
        """An inbox by its id; None while it can't be used."""
        return self._by_id.get(inbox_id)

    def capabilities_of(self, inbox_id: int) -> Capabilities | None:
        """What an inbox's channel can do; None while it can't be used."""
        live = self.live(inbox_id)
        return live.channel.capabilities if live else None

    def segment_price(self, inbox_id: int, address: str) -> Price | None:
        """What a segment to an address costs by an inbox, where its channel is paid by those."""
        live = self.live(inbox_id)
        return live.channel.segment_price(address) if live and live.channel.capabilities.segments else None

    async def templates_of(self, inbox_id: int) -> Sequence[Template]:
        """The texts that the provider of an inbox has approved. Raises NotFound."""
        return await self.by_id(inbox_id).channel.templates(InboxMemory(self.database, self._keys, inbox_id))

    def by_slug(self, slug: str) -> LiveInbox:
        """An enabled inbox by its slug. Raises NotFound."""
        for inbox in self._by_id.values():
            if inbox.row.slug == slug and inbox.row.enabled:
                return inbox
        raise NotFound(f"There is no inbox {slug} here.")


async def note_health(db: Database, inbox_id: int, health: str) -> bool:
    """Keep what the last attempt to listen or to check said; empty = well. True = it said something else before."""
    said = health[:500]
    other = update(Inbox).where(col(Inbox.id) == inbox_id, col(Inbox.health) != said).values(health=said)
    async with db.transaction() as tx:
        return bool((await tx.session.exec(other)).rowcount)
