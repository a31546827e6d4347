"""Intake: raw messages become interactions on cases.

A round claims lanes (all waiting messages of some senders), parses their messages and applies them in one transaction.
When the batch fails its messages go one by one, so that one bad message holds up nobody else. What our own code fails
on is quarantined at its third start, and so is what stopped the program twice; what fails because a store or a provider
is away is tried again, less and less often, without an end.

Large messages have rounds of their own, so that small ones never wait while a large one is read; in a lane the order
stays, as each size waits for what is older of the other.

A claim is what makes a lane ours: every transaction that applies messages checks it first, so that of two processes,
one taken for dead by mistake, only one can commit.
"""

import asyncio
import logging
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Attachment, ChannelError, Inbound, Receipt, Unparsable
from omnidesk.contract.channel import RawMessage as Raw
from omnidesk.desk import parsing
from omnidesk.desk.arrival import Arrival, apply
from omnidesk.desk.files import Stored, from_handle
from omnidesk.desk.inboxes import Inboxes
from omnidesk.desk.setbacks import Away, Setbacks, passes
from omnidesk.errors import Conflict, Invalid
from omnidesk.events import WorkWaiting
from omnidesk.store import dialect
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database, Transaction, fixed, rows_of, table_of
from omnidesk.store.keys import Keys
from omnidesk.store.models import LaneClaim, Lease, RawMessage, RawState

log = logging.getLogger(__name__)

_STARTS = 3
_SWEEP = timedelta(seconds=1)
_RETRY = (timedelta(seconds=5), timedelta(minutes=1))
_LARGE_AT_ONCE = 2
_OUR_ERROR = "an error of ours while processing it; it is in the log of the program"


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
    """The worker that processes raw messages: only large ones, only the others, or (`large` is None) all.

    A process may have several side by side, each with a `hand` of its own, since it takes back what its last round
    left; one whose round was full calls the worker `intake_more`.
    """

    def __init__(
        self, db: Database, blobs: Blobs, keys: Keys, inboxes: Inboxes, *,
        holder: str, hand: str = "", batch: int, large: bool | None = None,
    ) -> None:  # fmt: skip
        self._db = db
        self._blobs = blobs
        self._keys = keys
        self._inboxes = inboxes
        self._holder = f"{holder}/{hand}"
        self._batch = min(batch, _LARGE_AT_ONCE) if large else batch
        self._large = large
        self._setbacks = Setbacks(db.now)
        self._free, self._mine = self._statements()
        self._unended: list[int] = []
        """What the last round began and we ended: those starts don't count."""
        self._tidy = False
        """Whether the last round gave back all that it claimed."""
        self._swept_at = datetime.min.replace(tzinfo=UTC)

    async def run(self) -> bool:
        """One round; False = nothing waits."""
        rows = await self._claim()
        try:
            await self._process(rows)
            self._tidy = True
        except asyncio.CancelledError:
            self._unended = [row.id for row in rows]
            async with self._db.transaction(durable=False) as tx:
                await self._drop_claims(tx)
            raise
        except Exception as error:
            if passes(error):
                self._unended = [row.id for row in rows]
            raise
        if len(rows) == self._batch:
            self._db.bus.publish(WorkWaiting("intake_more"))
        if rows and self._large is not None:  # what waited behind these may be of the other size
            self._db.bus.publish(WorkWaiting("intake" if self._large else "intake_large"))
        return bool(rows)

    async def _process(self, rows: Sequence[RawMessage]) -> None:
        batch = Batch([row for row in rows if row.attempts < _STARTS])
        for row in rows:
            if row.attempts >= _STARTS:
                await self._give_up(row, row.reason or "it stopped the program twice")
        if self._large:
            batch.arrivals += await asyncio.gather(*map(self._read, batch.rows))
        else:
            for row in batch.rows:
                batch.arrivals.append(await self._read(row))
                await asyncio.sleep(0)  # reading is plain computing: let others, and renewing our lease, have a turn
        await self._apply_all(batch)

    async def _claim(self) -> list[RawMessage]:
        """Claim lanes and raise the attempts of their messages: committed before anything is tried."""
        await self._sweep()
        async with self._db.session() as session:
            lanes, alone = await self._free_lanes(session)
        if not lanes:
            return []
        self._tidy = False
        async with self._db.transaction(durable=False) as tx:
            return await self._take(tx, lanes, alone)

    async def _sweep(self) -> None:
        """Drop claims that a round of ours left which could not end, and now and then those of the dead."""
        now = self._db.now()
        if self._tidy and now < self._swept_at + _SWEEP:
            return
        async with self._db.transaction(durable=False) as tx:
            await self._drop_claims(tx)
        self._unended, self._tidy, self._swept_at = [], True, now

    async def _take(self, tx: Transaction, lanes: list[int], alone: bool) -> list[RawMessage]:
        claims = [{"lane": lane, "holder": self._holder} for lane in lanes]
        connection = await tx.session.connection()
        won = await dialect.insert_new(connection, table_of(LaneClaim), claims, key=["lane"], give="lane")
        # Read after the claim: what another process did with a lane until then is done.
        most = 1 if alone else self._batch
        rows = await tx.load(RawMessage, self._mine, {**self._now(tx.now), "lanes": list(won), "most": most})
        for row in rows:
            row.attempts += 1
        if unused := won - {row.lane for row in rows}:
            await tx.session.exec(delete(LaneClaim).where(col(LaneClaim.lane).in_(unused)))
        return rows

    async def _drop_claims(self, tx: Transaction) -> None:
        """Claims end with the lease of their holder; our own are left from a round that could not end.

        What of it we ended ourselves gets its start back.
        """
        ours = col(LaneClaim.holder) == self._holder
        if self._unended:
            lanes = select(LaneClaim.lane).where(ours)
            began = (col(RawMessage.id).in_(self._unended), col(RawMessage.state) == RawState.WAITING)
            unended = update(RawMessage).where(*began, col(RawMessage.lane).in_(lanes))
            await tx.session.exec(unended.values(attempts=col(RawMessage.attempts) - 1))
        alive = exists().where(col(LaneClaim.holder).startswith(col(Lease.holder) + "/"))
        await tx.session.exec(delete(LaneClaim).where(ours | ~alive))

    async def _free_lanes(self, session: AsyncSession) -> tuple[list[int], bool]:
        """The lanes of the oldest waiting messages, and whether only the first of these messages may be tried."""
        connection = await session.connection()
        found = list(await connection.execute(self._free, {**self._now(self._db.now()), "most": self._batch}))
        # What was started before may be what stopped the program: its lane waits until it is the oldest, then goes
        # message by message, alone, so that it takes nobody along.
        tried = {lane for lane, attempts in found if attempts}
        lanes = [lane for lane, _ in found]
        if lanes and lanes[0] in tried:
            return lanes[:1], True
        return sorted(set(lanes) - tried), False

    def _statements(self) -> tuple["Select[int, int]", Select[Any]]:
        """What waits in lanes that nobody claimed, and what waits in lanes of ours; made once for all rounds."""
        claimed = exists().where(col(LaneClaim.lane) == col(RawMessage.lane))
        free = sqlalchemy.select(col(RawMessage.lane), col(RawMessage.attempts)).where(self._due(), ~claimed)
        ours = col(RawMessage.lane).in_(bindparam("lanes", expanding=True))
        mine = rows_of(RawMessage).where(ours, self._due())
        most = bindparam("most", type_=sqlalchemy.Integer())
        return free.order_by(col(RawMessage.id)).limit(most), mine.order_by(col(RawMessage.id)).limit(most)

    def _now(self, now: datetime) -> dict[str, Any]:
        return {"now": now, "usable": [inbox.row.id for inbox in self._inboxes.all()]}

    def _due(self) -> ColumnElement[bool]:
        """Messages to try now: of an inbox in use here, in a lane that holds nothing older that we may not take."""
        older = aliased(RawMessage)
        held = exists().where(
            col(older.lane) == col(RawMessage.lane),
            col(older.state) == fixed(RawState.WAITING),
            col(older.id) < col(RawMessage.id),
            or_(col(older.not_before) > bindparam("now"), ~self._of_our_size(older)),
        )
        return and_(
            col(RawMessage.state) == fixed(RawState.WAITING),
            col(RawMessage.not_before) <= bindparam("now"),
            col(RawMessage.inbox_id).in_(bindparam("usable", expanding=True)),
            self._of_our_size(RawMessage),
            ~held,
        )

    def _of_our_size(self, message: type[RawMessage]) -> ColumnElement[bool]:
        if self._large is None:
            return true()
        return col(message.size) > parsing.INLINE if self._large else col(message.size) <= parsing.INLINE

    async def _read(self, row: RawMessage) -> Arrival:
        """Parse a message and store its files; what goes wrong here is settled with the lane."""
        inbox = self._inboxes.by_id(row.inbox_id)
        arrival = Arrival(row, inbox)
        try:
            raw = Raw(row.external_id, row.sender, await self._body(row), row.envelope)
            for item in await parsing.parse(inbox.channel, raw):
                arrival.items.append((item, await self._files(item)))
        except Exception as error:
            if isinstance(error, ChannelError) and error.permanent:
                arrival.refused = str(error)
            else:
                arrival.failure = error
        return arrival

    async def _body(self, row: RawMessage) -> bytes:
        if row.blob is None:
            return zlib.decompress(row.body)
        with _reaching_the_store():
            return await self._blobs.get(row.blob)

    async def _files(self, item: Inbound | Receipt) -> list[Stored]:
        if isinstance(item, Receipt):
            return []
        return [await self._file(attachment) for attachment in item.attachments]

    async def _file(self, attachment: Attachment) -> Stored:
        if attachment.upload is not None:
            try:
                stored = from_handle(self._keys, attachment.upload)
                return replace(stored, filename=attachment.filename, content_type=attachment.content_type)
            except Invalid as error:
                raise Unparsable(error.message) from error
        content = attachment.content
        with _reaching_the_store():
            blob = await self._blobs.put(content) if content is not None else ""
        return Stored(attachment.filename, attachment.content_type, len(content or b""), blob, attachment.content_id,
                      attachment.inline, attachment.reference or "")  # fmt: skip

    async def _apply_all(self, batch: Batch) -> None:
        if not batch.arrivals:
            return
        try:
            await self._apply(batch.arrivals, batch.lanes)
        except LostClaim:
            log.warning("another process took over %s messages", len(batch.rows))
        except Exception:
            lanes: dict[int, list[Arrival]] = defaultdict(list)
            for arrival in batch.arrivals:
                lanes[arrival.row.lane].append(arrival)
            for arrivals in lanes.values():
                await self._one_by_one(arrivals)

    async def _one_by_one(self, arrivals: Sequence[Arrival]) -> None:
        """A lane in order; the first failure puts its message and what follows back."""
        lane = arrivals[0].row.lane
        for index, arrival in enumerate(arrivals, 1):
            try:
                await self._apply([arrival], {lane}, last=index == len(arrivals))
            except LostClaim:
                log.warning("another process took over %s messages", len(arrivals) - index + 1)
                return
            except Exception as error:
                log.exception("raw message %s could not be processed", arrival.row.id)
                await self._put_back(arrival.row, error, untried=[later.row.id for later in arrivals[index:]])
                return

    async def _apply(self, arrivals: Sequence[Arrival], lanes: set[int], *, last: bool = True) -> None:
        """Apply messages in one transaction; the last ones of their lanes release them."""
        async with self._db.transaction(durable=False) as tx:
            await (self._release(tx, lanes) if last else self._keep(tx, lanes))
            for arrival in arrivals:
                if arrival.failure is not None:
                    raise arrival.failure
            await apply(tx, self._keys, arrivals)
            for arrival in arrivals:
                _finish(tx, arrival)

    async def _release(self, tx: Transaction, lanes: set[int]) -> None:
        """Give the lanes back; that they are still ours is what makes the transaction ours to commit."""
        mine = delete(LaneClaim).where(col(LaneClaim.lane).in_(lanes), col(LaneClaim.holder) == self._holder)
        if (await tx.session.exec(mine)).rowcount != len(lanes):
            raise LostClaim("another process took over")

    async def _keep(self, tx: Transaction, lanes: set[int]) -> None:
        """Keep the lanes for what follows; a change of the claims locks them, as releasing does."""
        mine = update(LaneClaim).where(col(LaneClaim.lane).in_(lanes), col(LaneClaim.holder) == self._holder)
        if (await tx.session.exec(mine.values(holder=self._holder))).rowcount != len(lanes):
            raise LostClaim("another process took over")

    async def _put_back(self, row: RawMessage, error: Exception, untried: Sequence[int]) -> None:
        """Try a message again later, and what follows it in its lane after it; an error that passes is no start."""
        async with self._db.transaction(durable=False) as tx:
            await self._release(tx, {row.lane})
            later: dict[str, object] = {"not_before": tx.now + _RETRY[row.attempts - 1], "reason": _OUR_ERROR}
            if passes(error):
                later = {"not_before": tx.now + self._setbacks.failed(row.id), "attempts": row.attempts - 1}
            await tx.session.exec(update(RawMessage).where(col(RawMessage.id) == row.id).values(**later))
            untouched = update(RawMessage).where(col(RawMessage.id).in_(untried))
            await tx.session.exec(untouched.values(attempts=col(RawMessage.attempts) - 1))

    async def _give_up(self, row: RawMessage, reason: str) -> None:
        arrival = Arrival(row, self._inboxes.by_id(row.inbox_id), refused=reason)
        async with self._db.transaction(durable=False) as tx:
            await self._release(tx, {row.lane})
            _finish(tx, arrival)


@contextmanager
def _reaching_the_store() -> Iterator[None]:
    """Whatever the store of the blobs says, it is no fault of the message."""
    try:
        yield
    except Exception as error:
        raise Away("the store of the files can't be had") from error


def _finish(tx: Transaction, arrival: Arrival) -> None:
    """Mark a raw message done or quarantined."""
    state = RawState.DONE if arrival.refused is None else RawState.QUARANTINED
    outcome = {"state": state, "reason": arrival.refused or "", "case_id": arrival.case_id, "processed_at": tx.now}
    tx.update_row(RawMessage, arrival.row.id, outcome)


async def waiting(db: Database) -> int:
    """How many raw messages wait."""
    async with db.session() as session:
        count = select(func.count()).where(col(RawMessage.state) == fixed(RawState.WAITING))
        return (await session.exec(count)).one()
