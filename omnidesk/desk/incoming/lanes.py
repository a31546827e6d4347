"""Lanes: the messages of one sender in one inbox, which go in order. One process at a time may work on a lane.

A claim is what makes a lane ours: every transaction that applies messages checks it first, so that of two processes,
one taken for dead by mistake, only one can commit.

Large messages have rounds of their own, so that small ones never wait while a large one is read; in a lane the order
stays, as each size waits for what is older of the other.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.inboxes import Inboxes
from omnidesk.desk.incoming import parsing
from omnidesk.errors import Conflict
from omnidesk.store import dialect
from omnidesk.store.db import Database, Transaction, fixed, rows_of, table_of
from omnidesk.store.models import LaneClaim, Lease, RawMessage, RawState

_SWEEP = timedelta(seconds=1)
_LARGE_AT_ONCE = 2


class LostClaim(Conflict):
    """Another process took over the lanes of this one."""


class Lanes:
    """The lanes that one worker (`holder`) claims, with at most `batch` messages; `large` as for the intake."""

    def __init__(self, db: Database, inboxes: Inboxes, *, holder: str, batch: int, large: bool | None) -> None:
        self.batch = min(batch, _LARGE_AT_ONCE) if large else batch
        self._db = db
        self._inboxes = inboxes
        self._holder = holder
        self._large = large
        self._free, self._mine = self._statements()
        self._unended: list[int] = []
        """What the last round began and we ended: those starts don't count."""
        self._tidy = False
        """Whether the last round gave back all that it claimed."""
        self._swept_at = datetime.min.replace(tzinfo=UTC)

    async def claim(self) -> list[RawMessage]:
        """Claim lanes and raise the attempts of their messages: committed before anything is tried.

        What was claimed must be released, message by message, and then `done` be called, or `ended`.
        """
        await self._sweep()
        async with self._db.session() as session:
            lanes, alone = await self._free_lanes(session)
        if not lanes:
            return []
        self._tidy = False
        async with self._db.transaction(durable=False) as tx:
            return await self._take(tx, lanes, alone)

    def done(self) -> None:
        """The round gave back all that it had claimed."""
        self._tidy = True

    def ended(self, rows: Iterable[RawMessage]) -> None:
        """We ended the round, no message of it did: these starts don't count."""
        self._unended = [row.id for row in rows]

    async def drop(self) -> None:
        """Give back at once what the round has claimed."""
        async with self._db.transaction(durable=False) as tx:
            await self._drop_claims(tx)

    async def _sweep(self) -> None:
        """Drop claims that a round of ours left which could not end, and now and then those of the dead."""
        now = self._db.now()
        if self._tidy and now < self._swept_at + _SWEEP:
            return
        await self.drop()
        self._unended, self._tidy, self._swept_at = [], True, now

    async def _take(self, tx: Transaction, lanes: list[int], alone: bool) -> list[RawMessage]:
        claims = [{"lane": lane, "holder": self._holder} for lane in lanes]
        connection = await tx.session.connection()
        won = await dialect.insert_new(connection, table_of(LaneClaim), claims, key=["lane"], give="lane")
        # Read after the claim: what another process did with a lane until then is done.
        most = 1 if alone else self.batch
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
        found = list(await connection.execute(self._free, {**self._now(self._db.now()), "most": self.batch}))
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

    async def release(self, tx: Transaction, lanes: set[int]) -> None:
        """Give the lanes back; that they are still ours is what makes the transaction ours to commit."""
        mine = delete(LaneClaim).where(col(LaneClaim.lane).in_(lanes), col(LaneClaim.holder) == self._holder)
        if (await tx.session.exec(mine)).rowcount != len(lanes):
            raise LostClaim("another process took over")

    async def keep(self, tx: Transaction, lanes: set[int]) -> None:
        """Keep the lanes for what follows; a change of the claims locks them, as releasing does."""
        mine = update(LaneClaim).where(col(LaneClaim.lane).in_(lanes), col(LaneClaim.holder) == self._holder)
        if (await tx.session.exec(mine.values(holder=self._holder))).rowcount != len(lanes):
            raise LostClaim("another process took over")
