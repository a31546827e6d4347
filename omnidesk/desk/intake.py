"""Intake: raw messages become interactions on cases.

A round claims lanes (all waiting messages of some senders), parses their messages and applies them in one transaction.
When the batch fails its messages go one by one, so that one bad message holds up nobody else; at its third start a
message is quarantined, since it may be what stops the program.

A claim is what makes a lane ours: every transaction that applies messages checks it first, so that of two processes,
one taken for dead by mistake, only one can commit.
"""

import asyncio
import logging
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func
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
from omnidesk.store.models import LaneClaim, Lease, RawMessage, RawState

log = logging.getLogger(__name__)

_STARTS = 3
_RETRY = (timedelta(seconds=5), timedelta(minutes=1))
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
    """The worker that processes raw messages; one for a holder, since it takes back what its last round left."""

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
        batch = Batch([row for row in rows if row.attempts < _STARTS])
        for row in rows:
            if row.attempts >= _STARTS:
                await self._give_up(row, row.reason or "it stopped the program twice")
        for row in batch.rows:
            batch.arrivals.append(await self._read(row))
            await asyncio.sleep(0)  # reading is plain computing: let others, and the renewing of our lease, have a turn
        await self._apply_all(batch)
        return bool(rows)

    async def _claim(self) -> list[RawMessage]:
        """Claim lanes and raise the attempts of their messages: committed before anything is tried."""
        async with self._db.transaction() as tx:
            await self._drop_claims(tx)
            lanes, alone = await self._free_lanes(tx)
            if not lanes:
                return []
            claims = [{"lane": lane, "holder": self._holder, "claimed_at": tx.now} for lane in lanes]
            connection = await tx.session.connection()
            won = await dialect.insert_new(connection, table_of(LaneClaim), claims, key=["lane"], give="lane")
            # Read after the claim: what another process did with a lane until then is done.
            mine = select(RawMessage).where(col(RawMessage.lane).in_(won), self._due(tx)).order_by(col(RawMessage.id))
            rows = list(await tx.session.exec(mine.limit(1 if alone else self._batch)))
            for row in rows:
                row.attempts += 1
            if unused := won - {row.lane for row in rows}:
                await tx.session.exec(delete(LaneClaim).where(col(LaneClaim.lane).in_(unused)))
        return rows

    async def _drop_claims(self, tx: Transaction) -> None:
        """Claims end with the lease of their holder; our own are left from a round that could not end."""
        alive = select(Lease.holder)
        left = (col(LaneClaim.holder) == self._holder) | col(LaneClaim.holder).not_in(alive)
        await tx.session.exec(delete(LaneClaim).where(left))

    async def _free_lanes(self, tx: Transaction) -> tuple[list[int], bool]:
        """The lanes of the oldest waiting messages, and whether only the first of these messages may be tried."""
        claimed = exists().where(col(LaneClaim.lane) == col(RawMessage.lane))
        statement = (
            select(RawMessage.lane, RawMessage.attempts)
            .where(self._due(tx), ~claimed)
            .order_by(col(RawMessage.id))
            .limit(self._batch)
        )
        found = list(await tx.session.exec(statement))
        # What was started before may be what stopped the program: its lane waits until it is the oldest, then goes
        # message by message, alone, so that it takes nobody along.
        tried = {lane for lane, attempts in found if attempts}
        lanes = [lane for lane, _ in found]
        if lanes and lanes[0] in tried:
            return lanes[:1], True
        return sorted(set(lanes) - tried), False

    def _due(self, tx: Transaction) -> ColumnElement[bool]:
        """Messages to try now: of an inbox in use here, in a lane that holds nothing older that must wait."""
        older = aliased(RawMessage)
        held = exists().where(col(older.lane) == col(RawMessage.lane), col(older.state) == RawState.WAITING,
                              col(older.id) < col(RawMessage.id), col(older.not_before) > tx.now)  # fmt: skip
        usable = [inbox.row.id for inbox in self._inboxes.all()]
        return and_(
            col(RawMessage.state) == RawState.WAITING,
            col(RawMessage.not_before) <= tx.now,
            col(RawMessage.inbox_id).in_(usable),
            ~held,
        )

    async def _read(self, row: RawMessage) -> Arrival:
        """Parse a message and store its files; what goes wrong here is settled with the lane."""
        inbox = self._inboxes.by_id(row.inbox_id)
        arrival = Arrival(row, inbox)
        try:
            body = zlib.decompress(row.body) if row.blob is None else await self._blobs.get(row.blob)
            items = await parsing.parse(inbox.channel, Raw(row.external_id, row.sender, body, row.envelope))
            for item in items:
                arrival.items.append((item, await self._files(inbox, item)))
        except Unparsable as error:
            arrival.refused = str(error)
        except Exception as error:
            arrival.failure = error
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
            except Exception:
                log.exception("raw message %s could not be processed", arrival.row.id)
                await self._put_back(arrival.row, untried=[later.row.id for later in arrivals[index:]])
                return

    async def _apply(self, arrivals: Sequence[Arrival], lanes: set[int], *, last: bool = True) -> None:
        """Apply messages in one transaction; the last ones of their lanes release them."""
        async with self._db.transaction() as tx:
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
        if (await tx.session.exec(mine.values(claimed_at=tx.now))).rowcount != len(lanes):
            raise LostClaim("another process took over")

    async def _put_back(self, row: RawMessage, untried: Sequence[int]) -> None:
        """Try a message again later, and what follows it in its lane after it."""
        async with self._db.transaction() as tx:
            await self._release(tx, {row.lane})
            later = {"not_before": tx.now + _RETRY[row.attempts - 1], "reason": _OUR_ERROR}
            await tx.session.exec(update(RawMessage).where(col(RawMessage.id) == row.id).values(**later))
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
