"""Reception: the desk as the channel of one inbox sees it (`omnidesk.contract.channel.Desk`)."""

import asyncio
import re
import time
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import func, update
from sqlmodel import col, select

from omnidesk.contract.channel import (
    Acquaintance,
    ChannelError,
    Nudge,
    Opening,
    RawMessage,
    Sender,
    Transcript,
)
from omnidesk.desk import files, transcripts
from omnidesk.desk.calendars import keeping
from omnidesk.desk.directory import becoming, contacts
from omnidesk.desk.inboxes import Inboxes, LiveInbox, note_health
from omnidesk.desk.incoming.memories import InboxMemory
from omnidesk.desk.incoming.receiving import Receiver, key_of
from omnidesk.desk.outgoing import away, deliveries, mailed_transcripts
from omnidesk.desk.outgoing.letters import Letters
from omnidesk.errors import Invalid
from omnidesk.events import Bus, Gap, PointMet, TranscriptChanged, Typing
from omnidesk.store.db import Database
from omnidesk.store.models import Case, Contact, ContactPoint, DeliveryState, ExternalId
from omnidesk.store.models import RawMessage as Raw

_ID = re.compile(r"[0-9]{1,18}")
_LOOK_AGAIN_SECONDS = 300.0
"""A nudge can be lost between processes; most are made up for sooner (`events.Gap`, `incoming.overhearing`)."""
_STRANGER_SECONDS = 15.0
"""Who has not written yet is looked for more often: nobody can be nudged of them."""
_TELL_AGAIN_SECONDS = 60.0
_MINUTE = timedelta(seconds=55)
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_STATES = {"delivered": DeliveryState.DELIVERED, "seen": DeliveryState.READ}


class Reception:
    """The desk of one inbox."""

    def __init__(
        self, db: Database, letters: Letters, receiver: Receiver, inbox: LiveInbox, *, inboxes: Inboxes | None = None
    ) -> None:  # fmt: skip
        self._db = db
        self._letters = letters
        self._receiver = receiver
        self._inbox = inbox
        self._inboxes = inboxes
        self.slug = inbox.row.slug
        self.public_url = letters.public_url
        self.memory = InboxMemory(db, letters.keys, inbox.row.id)

    async def receive(self, raw: RawMessage) -> bool:
        """Store a raw message; durable when it returns."""
        return await self._receiver.receive(self._inbox.row.id, raw)

    async def note_health(self, health: str) -> None:
        """Keep what is wrong with receiving on the inbox's row."""
        await note_health(self._db, self._inbox.row.id, health)

    async def transcript(self, address: str, after: str = "") -> Transcript:
        """What was said with this address since the cursor."""
        async with self._db.session() as session:
            point_id = await transcripts.point_id_of(session, self._inbox.row.channel, address)
            return await transcripts.read(session, self._letters, point_id, after)

    @asynccontextmanager
    async def follow(self, address: str) -> AsyncIterator[AsyncIterator[Nudge]]:
        """Be woken when the transcript of this address changes, or an agent types to it."""
        follower = Follower(self._inbox.row.channel, address)
        ends = follower.listen(self._db.bus)
        try:
            async with self._db.session() as session:
                known = await transcripts.point_id_of(session, self._inbox.row.channel, address)
            follower.point_id = follower.point_id or known  # it may have been met while we looked
            yield follower.nudges(self._is_here)
        finally:
            for end in ends:
                end()

    async def _is_here(self, point_id: int | None) -> None:
        """Note that a person has a chat open, to a minute."""
        if point_id is None:
            return
        async with self._db.transaction(durable=False) as tx:
            here = update(ContactPoint).where(
                col(ContactPoint.id) == point_id, func.coalesce(ContactPoint.here_at, _LONG_AGO) < tx.now - _MINUTE
            )
            await tx.session.exec(here.values(here_at=tx.now))

    async def signal(
        self, address: str, kind: Literal["typing", "stopped", "delivered", "seen"], upto: str = ""
    ) -> None:  # fmt: skip
        """The person types, or stopped; has been given, or has looked at, everything up to an entry."""
        async with self._db.session() as session:
            point_id = await transcripts.point_id_of(session, self._inbox.row.channel, address)
            latest = select(Case).where(Case.contact_point_id == point_id).order_by(col(Case.last_at).desc()).limit(1)
            case = (await session.exec(latest)).first() if point_id is not None else None
        if point_id is None or case is None:
            return
        if kind in ("typing", "stopped"):
            self._db.bus.publish(Typing(case.id, point_id, "contact", case.contact_name, on=kind == "typing"))
            return
        if not _ID.fullmatch(upto):
            return
        async with self._db.transaction() as tx:
            unsent = await deliveries.reached(tx, point_id, _STATES[kind], int(upto))
            if self._inboxes:
                await away.follow(tx, self._inboxes, unsent)
            if kind == "seen":
                await away.seen(tx, point_id, int(upto))

    async def upload(self, chunks: AsyncIterable[bytes], *, limit: int) -> str:
        """Store a file and give its handle; the message that cites it names it."""
        letters = self._letters
        try:
            uploaded = await files.upload(letters.blobs, letters.keys, chunks, limit=limit)
        except Invalid as error:
            raise ChannelError(error.message, permanent=True) from error
        return uploaded.handle

    async def opening(self) -> Opening:
        """Whether the inbox's team is there, by its calendar."""
        async with self._db.session() as session:
            hours = await keeping.of_team(session, self._inbox.row.team_id)
        now = self._db.now()
        if hours is None or hours.is_open(now):
            return Opening(open=True, closes_at=hours.closes_at(now) if hours else None)
        return Opening(open=False, opens_at=hours.opens_at(now))

    async def case_of(self, external_id: str) -> int | None:
        """The number of the case that a received message went to."""
        raw = RawMessage(external_id, "", b"")
        known = (
            select(Case.number)
            .join(Raw, col(Raw.case_id) == col(Case.id))
            .join(ExternalId, col(ExternalId.raw_id) == col(Raw.id))
            .where(ExternalId.inbox_id == self._inbox.row.id, ExternalId.external_id == key_of(raw))
        )
        async with self._db.session() as session:
            return (await session.exec(known)).first()

    @property
    def mails(self) -> bool:
        """Whether there is an inbox that mails for this one."""
        return self._mail_inbox is not None

    @property
    def _mail_inbox(self) -> LiveInbox | None:
        return away.mail_inbox(self._inboxes, self._inbox) if self._inboxes else None

    async def acquaintance(self, address: str) -> Acquaintance | None:
        """What is known of who talks at an address."""
        async with self._db.session() as session:
            point_id = await transcripts.point_id_of(session, self._inbox.row.channel, address)
            point = await session.get(ContactPoint, point_id) if point_id is not None else None
            if point is None:
                return None
            contact = await session.get_one(Contact, point.contact_id)
            return Acquaintance(contact.name, point.away_email, await transcripts.unread(session, point.id))

    async def introduce(self, sender: Sender, claims: Mapping[str, str]) -> None:
        """A person says how they can be reached."""
        async with self._db.transaction() as tx:
            people = await contacts.meet(tx, self._inbox.row.channel, [sender])
            if email := claims.get("email"):
                people[sender.address].point.away_email = email

    async def take_over(self, address: str, by: str) -> bool:
        """Who talked at one address goes on at another."""
        channel = self._inbox.row.channel
        async with self._db.session() as session:
            if await transcripts.point_id_of(session, channel, address) is None:
                return False
        async with self._db.transaction() as tx:
            points = await contacts.at(tx, channel, {address, by})
            point = points.get(address)
            if point is None or point.known_as_id is not None:
                return False
            await becoming.take_over(tx, point, points.get(by), by)
        return True

    async def mail_transcript(self, address: str, email: str) -> None:
        """Mail what was said with an address."""
        mail = self._mail_inbox
        if mail is None or self._inboxes is None or self._inboxes.owns(mail.row.channel, email):
            raise ChannelError("no inbox mails for this one", permanent=True)
        async with self._db.session() as session:
            point_id = await transcripts.point_id_of(session, self._inbox.row.channel, address)
            said = await transcripts.read(session, self._letters, point_id, "")
        async with self._db.transaction() as tx:
            await mailed_transcripts.send(tx, mail, point_id, email, said.entries)

    def sign(self, text: str) -> str:
        """Sign a text with a key of this inbox."""
        return self._letters.keys.sign(f"inbox:{self.slug}", text)

    def verify(self, signed: str) -> str | None:
        """The text that `sign` signed, or None."""
        return self._letters.keys.verify(f"inbox:{self.slug}", signed)


class Follower:
    """Waits for events about one address; many at once are one nudge."""

    def __init__(self, channel: str, address: str) -> None:
        self._channel = channel
        self._address = address
        self.point_id: int | None = None
        self._changed = False
        self._typing = ""
        self._stopped = ""
        self._looked_at = time.monotonic()
        self._woken = asyncio.Event()

    def listen(self, bus: Bus) -> list[Callable[[], None]]:
        """Start hearing; gives the functions that end it."""
        return [
            bus.on(PointMet, self._met),
            bus.on(TranscriptChanged, self._transcript_changed),
            bus.on(Typing, self._types),
            bus.on(Gap, lambda _: self._wake()),
        ]

    def _met(self, event: PointMet) -> None:
        if (event.channel, event.address) == (self._channel, self._address):
            self.point_id = event.contact_point_id
            self._wake()

    def _transcript_changed(self, event: TranscriptChanged) -> None:
        if event.contact_point_id == self.point_id:
            self._wake()

    def _wake(self) -> None:
        self._changed = True
        self._woken.set()

    def _types(self, event: Typing) -> None:
        if event.author == "agent" and event.contact_point_id == self.point_id:
            self._typing, self._stopped = (event.name, "") if event.on else ("", event.name)
            self._woken.set()

    async def nudges(self, is_here: Callable[[int | None], Awaitable[None]]) -> AsyncIterator[Nudge]:
        """Nudges as they come; without any, one to look again every now and then. `is_here` is told each minute."""
        told_at = -_TELL_AGAIN_SECONDS
        while True:
            if self.point_id is not None and time.monotonic() - told_at >= _TELL_AGAIN_SECONDS:
                await is_here(self.point_id)
                told_at = time.monotonic()
            await self._wait()
            if self._typing:
                yield Nudge("typing", self._typing)
                self._typing = ""
            if self._stopped:
                yield Nudge("stopped", self._stopped)
                self._stopped = ""
            if self._changed:
                self._changed, self._looked_at = False, time.monotonic()
                yield Nudge("changed")

    async def _wait(self) -> None:
        look_again = self._looked_at + (_LOOK_AGAIN_SECONDS if self.point_id else _STRANGER_SECONDS)
        left = max(look_again - time.monotonic(), 0.0)
        try:
            async with asyncio.timeout(min(left, _TELL_AGAIN_SECONDS)):
                await self._woken.wait()
        except TimeoutError:
            self._changed = left <= _TELL_AGAIN_SECONDS
        self._woken.clear()
