"""Intake: raw messages become interactions on cases.

A round claims lanes (all waiting messages of some senders), parses their messages and applies them in one transaction.
When the batch fails its messages go one by one, so that one bad message holds up nobody else; at its third start a
message is quarantined, since it may be what stops the program.
"""

import logging
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import exists, func
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select, update

from omnidesk.contract.channel import Attachment, Inbound, Receipt, Unparsable
from omnidesk.contract.channel import RawMessage as Raw
from omnidesk.desk import parsing
from omnidesk.desk.arrival import Arrival, apply
from omnidesk.desk.files import Stored, from_handle
from omnidesk.desk.inboxes import Inboxes, LiveInbox
from omnidesk.errors import Conflict, Invalid
from omnidesk.store import dialect
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database, Transaction, table_of
from omnidesk.store.keys import Keys
from omnidesk.store.models import LaneClaim, RawMessage, RawState

log = logging.getLogger(__name__)

_STARTS = 3
_RETRY = timedelta(seconds=5)


class LostClaim(Conflict):
    """Another process took over the lanes of this one."""


@dataclass(slots=True)
class Batch:
    """Claimed raw messages in order."""

    rows: list[RawMessage]
    arrivals: list[Arrival] = field(default_factory=list)

    @property
    def lanes(self) -> set[int]:
        """The claimed lanes."""
        return {row.lane for row in self.rows}


class Intake:
    """The worker that processes raw messages."""

    def __init__(self, db: Database, blobs: Blobs, keys: Keys, inboxes: Inboxes, *, holder: str, batch: int) -> None:
        self._db = db
        self._blobs = blobs
        self._keys = keys
        self._inboxes = inboxes
        self._holder = holder
        self._batch = batch

    async def run(self) -> bool:
        """One round; False = nothing waits."""
        rows = await self._claim()
        if not rows:
            return False
        batch = Batch([row for row in rows if row.attempts < _STARTS])
        for row in rows:
            if row.attempts >= _STARTS:
                await self._give_up(row, row.reason or "it stopped the program twice")
        batch.arrivals = [await self._read(row) for row in batch.rows]
        await self._apply_all(batch)
        return True

    async def _claim(self) -> list[RawMessage]:
        """Claim lanes and raise the attempts of their messages: committed before anything is tried."""
        async with self._db.transaction() as tx:
            waiting = await self._next(tx)
            lanes = {row.lane for row in waiting}
            claims = [{"lane": lane, "holder": self._holder, "claimed_at": tx.now} for lane in sorted(lanes)]
            connection = await tx.session.connection()
            won = await dialect.insert_new(connection, table_of(LaneClaim), claims, key=["lane"], give="lane")
            mine = [row for row in waiting if row.lane in won]
            for row in mine:
                row.attempts += 1
        return mine

    async def _next(self, tx: Transaction) -> list[RawMessage]:
        """The oldest waiting messages whose lane is free and holds nothing older that must wait."""
        older = aliased(RawMessage)
        held = exists().where(col(older.lane) == col(RawMessage.lane), col(older.state) == RawState.WAITING,
                              col(older.id) < col(RawMessage.id), col(older.not_before) > tx.now)  # fmt: skip
        claimed = exists().where(col(LaneClaim.lane) == col(RawMessage.lane))
        statement = (
            select(RawMessage)
            .where(RawMessage.state == RawState.WAITING, col(RawMessage.not_before) <= tx.now, ~held, ~claimed)
            .order_by(col(RawMessage.id))
            .limit(self._batch)
        )
        rows = list(await tx.session.exec(statement))
        # What was started before may be what stopped the program: it goes alone, and takes nobody along.
        if rows and rows[0].attempts:
            return rows[:1]
        tried = {row.lane for row in rows if row.attempts}
        return [row for row in rows if row.lane not in tried]

    async def _read(self, row: RawMessage) -> Arrival:
        """Parse a message and store its files."""
        inbox = self._inboxes.by_id(row.inbox_id)
        arrival = Arrival(row, inbox)
        try:
            body = zlib.decompress(row.body) if row.blob is None else await self._blobs.get(row.blob)
            items = await parsing.parse(inbox.channel, Raw(row.external_id, row.sender, body, row.envelope))
            for item in items:
                arrival.items.append((item, await self._files(inbox, item)))
        except Unparsable as error:
            arrival.refused = str(error)
        except Exception:
            log.exception("raw message %s could not be read", row.id)
            arrival.refused = "an error of ours while reading it; it is in the log of the program"
        return arrival

    async def _files(self, inbox: LiveInbox, item: Inbound | Receipt) -> list[Stored]:
        if isinstance(item, Receipt):
            return []
        return [await self._file(inbox, attachment) for attachment in item.attachments]

    async def _file(self, inbox: LiveInbox, attachment: Attachment) -> Stored:
        if attachment.upload is not None:
            try:
                stored = from_handle(self._keys, attachment.upload)
                return replace(stored, filename=attachment.filename, content_type=attachment.content_type)
            except Invalid as error:
                raise Unparsable(error.message) from error
        content = attachment.content
        if content is None:
            content = await inbox.channel.fetch(attachment.reference or "")
        blob = await self._blobs.put(content)
        return Stored(attachment.filename, attachment.content_type, len(content), blob, attachment.content_id,
                      attachment.inline)  # fmt: skip

    async def _apply_all(self, batch: Batch) -> None:
        if not batch.arrivals:
            return
        try:
            await self._apply(batch.arrivals, release=batch.lanes)
        except LostClaim:
            log.warning("another process took over %s messages", len(batch.rows))
        except Exception:
            if len(batch.arrivals) == 1:
                log.exception("raw message %s could not be processed", batch.rows[0].id)
                await self._put_back(batch.arrivals[0], batch.lanes)
            else:
                await self._one_by_one(batch)

    async def _one_by_one(self, batch: Batch) -> None:
        """Each lane in order; the first failure of a lane puts it and what follows back."""
        lanes: dict[int, list[Arrival]] = defaultdict(list)
        for arrival in batch.arrivals:
            lanes[arrival.row.lane].append(arrival)
        for lane, arrivals in lanes.items():
            for index, arrival in enumerate(arrivals):
                last = index == len(arrivals) - 1
                try:
                    await self._apply([arrival], release={lane} if last else set())
                except Exception:
                    log.exception("raw message %s could not be processed", arrival.row.id)
                    await self._put_back(arrival, {lane}, untried=[later.row.id for later in arrivals[index + 1 :]])
                    break

    async def _apply(self, arrivals: Sequence[Arrival], release: Iterable[int]) -> None:
        async with self._db.transaction() as tx:
            await self._release(tx, set(release))
            await apply(tx, self._keys, arrivals)
            for arrival in arrivals:
                _finish(tx, arrival)

    async def _release(self, tx: Transaction, lanes: set[int]) -> None:
        """Give the lanes back; that they are still ours is what makes the transaction ours to commit."""
        mine = delete(LaneClaim).where(col(LaneClaim.lane).in_(lanes), col(LaneClaim.holder) == self._holder)
        if (await tx.session.exec(mine)).rowcount != len(lanes):
            raise LostClaim("another process took over")

    async def _put_back(self, arrival: Arrival, lanes: set[int], untried: Sequence[int] = ()) -> None:
        async with self._db.transaction() as tx:
            await self._release(tx, lanes)
            row = arrival.row
            if row.attempts >= _STARTS:
                arrival.refused = "an error of ours while storing it; it is in the log of the program"
                _finish(tx, arrival)
            else:
                this = update(RawMessage).where(col(RawMessage.id) == row.id)
                await tx.session.exec(this.values(not_before=tx.now + _RETRY * row.attempts))
            untouched = update(RawMessage).where(col(RawMessage.id).in_(untried))
            await tx.session.exec(untouched.values(attempts=col(RawMessage.attempts) - 1))

    async def _give_up(self, row: RawMessage, reason: str) -> None:
        arrival = Arrival(row, self._inboxes.by_id(row.inbox_id), refused=reason)
        async with self._db.transaction() as tx:
            await self._release(tx, {row.lane})
            _finish(tx, arrival)


def _finish(tx: Transaction, arrival: Arrival) -> None:
    """Mark a raw message done or quarantined."""
    state = RawState.DONE if arrival.refused is None else RawState.QUARANTINED
    outcome = {"state": state, "reason": arrival.refused or "", "case_id": arrival.case_id, "processed_at": tx.now}
    tx.update_row(RawMessage, arrival.row.id, outcome)


async def waiting(db: Database) -> int:
    """How many raw messages wait."""
    async with db.session() as session:
        count = select(func.count()).where(RawMessage.state == RawState.WAITING)
        return (await session.exec(count)).one()
