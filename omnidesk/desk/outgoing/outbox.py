"""The outbox: every outgoing message is a row with one truthful state until a provider took it, or refused for good."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import col, select, update

from omnidesk.contract.channel import ChannelError, Failure, Outbound
from omnidesk.desk import windows
from omnidesk.desk.inboxes import Inboxes
from omnidesk.desk.outgoing import away, deliveries, loops, parts, receipts, sending_health
from omnidesk.desk.outgoing.letters import Letters
from omnidesk.errors import Invalid
from omnidesk.events import WorkWaiting
from omnidesk.store import dialect
from omnidesk.store.db import Database, Transaction, fixed, rows_of, table_of
from omnidesk.store.models import Delivery, DeliveryState, Lease, MessageReference
from omnidesk.store.together import Together

log = logging.getLogger(__name__)

_FIRST_DELAY = timedelta(seconds=30)
_LONGEST_DELAY = timedelta(hours=6)
_AT_ONCE = 8
"""Messages of one inbox on their way to its provider at the same time."""
_PATIENCE_SECONDS = 2.0
_ANSWER_SECONDS = 120.0
"""So long a provider may take to answer; channels have shorter limits of their own."""
_GOING = (DeliveryState.SENDING, DeliveryState.DELIVERED, DeliveryState.READ)
_UNDER_WAY = (DeliveryState.SENDING, DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED)
"""Where a message may stand when its provider says that it took it."""


_Taken = tuple[int, str]
"""A delivery, and its provider's id of it."""
_THESE = (
    rows_of(Delivery)
    .where(col(Delivery.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Delivery.id))
    .with_for_update(key_share=True)
)


class Outbox:
    """The worker that hands deliveries to their channels."""

    def __init__(
        self, db: Database, inboxes: Inboxes, letters: Letters, *, holder: str, attempts: int,
        patience: float = _ANSWER_SECONDS,
    ) -> None:  # fmt: skip
        self._db = db
        self._inboxes = inboxes
        self._letters = letters
        self._holder = holder
        self._attempts = attempts
        self._patience = patience
        self._under_way: dict[asyncio.Task[None], Delivery] = {}
        self._gates: dict[int, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_ONCE))
        self._notes = Together(db, self._note)

    async def run(self) -> bool:
        """One round: claim what is due and send it; False = nothing was due.

        A round waits a moment for its sendings; slow ones go on beside the next rounds, so that no inbox holds up
        another.
        """
        async with self._db.transaction() as tx:
            claimed = await self._claim(tx)
        if claimed:
            await asyncio.wait([self._begin(delivery) for delivery in claimed], timeout=_PATIENCE_SECONDS)
        return bool(claimed)

    async def finish(self) -> None:
        """Wait a moment for what is under way: what is cut off is sent again after the next start."""
        if self._under_way:
            await asyncio.wait(list(self._under_way), timeout=_PATIENCE_SECONDS)

    async def next_due(self) -> datetime | None:
        """When the next delivery is due."""
        async with self._db.session() as session:
            first = select(Delivery.not_before).where(*self._ready()).order_by(col(Delivery.not_before)).limit(1)
            return (await session.exec(first)).first()

    async def _claim(self, tx: Transaction) -> list[Delivery]:
        await self._take_back(tx)
        statement = (
            select(Delivery)
            .where(*self._ready(), col(Delivery.not_before) <= tx.now)
            .order_by(col(Delivery.not_before), col(Delivery.id))
            .limit(_AT_ONCE * 8)
            .with_for_update(skip_locked=True)
        )
        claimed = list(await tx.session.exec(statement))
        for delivery in claimed:
            delivery.state, delivery.holder = DeliveryState.SENDING, self._holder
            delivery.attempts += 1
        return claimed

    def _ready(self) -> list[ColumnElement[bool]]:
        """What may be claimed when its time has come: in one case only the oldest to an address, to keep the order."""
        earlier = aliased(Delivery)
        behind = (
            select(earlier.id)
            .where(
                earlier.case_id == Delivery.case_id,
                earlier.contact_point_id == Delivery.contact_point_id,
                earlier.away == Delivery.away,
                ~col(Delivery.away)
                | (col(earlier.automatic) == col(Delivery.automatic)),  # a transcript waits for none
                col(earlier.state).in_([DeliveryState.QUEUED, DeliveryState.SENDING]),
                col(earlier.id) < col(Delivery.id),
            )
            .exists()
        )
        busy = Counter(delivery.inbox_id for delivery in self._under_way.values())
        usable = [inbox.row.id for inbox in self._inboxes.all() if busy[inbox.row.id] < _AT_ONCE]
        inbox = col(Delivery.inbox_id) + 0  # a sum, or SQLite looks inbox by inbox and sorts all that is queued
        return [col(Delivery.state) == fixed(DeliveryState.QUEUED), inbox.in_(usable), ~behind]

    async def _take_back(self, tx: Transaction) -> None:
        """What a process that died was sending is sent again, with the same key; so is what we could not note as sent.

        The one window in which a sending may repeat (docs/decisions/0001).
        """
        dead = col(Delivery.holder).not_in(select(Lease.holder))
        ours = [delivery.id for delivery in self._under_way.values()]
        forgotten = (col(Delivery.holder) == self._holder) & col(Delivery.id).not_in(ours)
        lost = update(Delivery).where(col(Delivery.state) == fixed(DeliveryState.SENDING), dead | forgotten)
        await tx.session.exec(lost.values(state=DeliveryState.QUEUED))

    def _begin(self, delivery: Delivery) -> asyncio.Task[None]:
        task = asyncio.create_task(self._send(delivery))
        self._under_way[task] = delivery
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """What stood behind this one may go now, and its next try has its time."""
        delivery = self._under_way.pop(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("what became of delivery %s could not be noted", delivery.id, exc_info=error)
        self._db.bus.publish(WorkWaiting("outbox"))

    async def _send(self, delivery: Delivery) -> None:
        async with self._gates[delivery.inbox_id]:
            try:
                written = await self._write(delivery)
                if written is None:
                    return
                provider_id = await self._hand_over(delivery, written)
                if provider_id is None:
                    return
            except ChannelError as error:
                await self._not_sent(delivery, str(error), error.failure, final=error.permanent)
            except Invalid as error:
                await self._not_sent(delivery, error.message, Failure.POLICY, final=True)
            except Exception as error:
                log.exception("delivery %s broke its channel", delivery.id)
                await self._not_sent(delivery, repr(error))
            else:
                await self._notes.write((delivery.id, provider_id))

    async def _hand_over(self, delivery: Delivery, written: Sequence[Outbound]) -> str | None:
        """Give a message to its provider, or its parts one by one; None when it is no longer ours to send."""
        if len(written) == 1:
            return await self._give(delivery, written[0])
        refused: ChannelError | None = None
        for number in await self._parts_to_go(delivery, len(written)):
            try:
                provider_id = await self._give(delivery, written[number - 1])
            except ChannelError as error:
                if not (parts.is_file(written[number - 1]) and error.permanent and error.failure is None):
                    raise
                refused = refused or error
            else:
                if not await self._note_part(delivery, number, provider_id):
                    return None
        if refused is not None:
            raise refused
        async with self._db.session() as session:
            theirs = await parts.of(session, [delivery.id])
        return theirs[delivery.id][-1].provider_id

    async def _give(self, delivery: Delivery, outbound: Outbound) -> str:
        """A provider that never answers is given up, so that it holds no place for ever."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._inboxes.by_id(delivery.inbox_id).channel.send(outbound)
        except ChannelError as error:
            if not parts.is_file(outbound):
                raise
            said = f"{outbound.files[0].filename}: {error}"
            raise ChannelError(said, permanent=error.permanent, failure=error.failure) from error
        except TimeoutError as error:
            raise ChannelError(f"the provider did not answer within {self._patience:g} seconds") from error

    async def _parts_to_go(self, delivery: Delivery, count: int) -> list[int]:
        async with self._db.transaction() as tx:
            row = await self._still_ours(tx, delivery)
            return await parts.begin(tx, row, count) if row is not None else []

    async def _note_part(self, delivery: Delivery, number: int, provider_id: str) -> bool:
        """Remember what a provider took before the next part goes; False = the rest is not ours to send."""
        async with self._db.transaction() as tx:
            row = await tx.get(Delivery, delivery.id)
            await parts.handed_over(tx, row, number, provider_id)
            await _refer(tx, [(provider_id, row)])
            await tx.flush()
            await receipts.catch_up(tx, self._letters.keys, [(row.inbox_id, provider_id)])
        return await self._is_going(delivery)

    async def _is_going(self, delivery: Delivery) -> bool:
        async with self._db.session() as session:
            row = await session.get_one(Delivery, delivery.id)
            return row.holder == self._holder and row.state in _GOING

    async def _write(self, delivery: Delivery) -> Sequence[Outbound] | None:
        """What to send, in parts where it is long, or None for what may not go, or not now."""
        if (delivery.automatic or delivery.away) and not await self._passes(delivery):
            return None
        channel = self._inboxes.by_id(delivery.inbox_id).channel
        async with self._db.session() as session:
            whole = await self._letters.write(session, delivery, channel)
        return parts.divided(whole, channel.capabilities, delivery, self._letters.keys)

    async def _passes(self, delivery: Delivery) -> bool:
        async with self._db.transaction(durable=False) as tx:
            row = await self._still_ours(tx, delivery)
            if row is None or not await self._in_its_time(tx, row):
                return False
            if row.away:
                return await away.may_go(tx, row, self._inboxes)
            return await loops.let_pass(tx, row, self._inboxes)

    async def _in_its_time(self, tx: Transaction, row: Delivery) -> bool:
        """Whether the person may still be answered freely; else it is cancelled, and the case says so."""
        can = self._inboxes.capabilities_of(row.inbox_id)
        window = await windows.of(tx.session, can, row.contact_point_id, row.inbox_id)
        if window is None or window.is_open(tx.now):
            return True
        row.state, row.error = DeliveryState.CANCELLED, windows.OVER
        await deliveries.note(tx, row, "automatic_held", reason="window")
        return False

    async def _still_ours(self, tx: Transaction, delivery: Delivery) -> Delivery | None:
        """The row while it is ours to decide: another process may have taken us for dead."""
        row = await tx.get(Delivery, delivery.id)
        return row if row.holder == self._holder and row.state == DeliveryState.SENDING else None

    async def _note(self, tx: Transaction, taken: Sequence[_Taken]) -> list[None]:
        """Note what providers took."""
        provider_ids = dict(taken)
        rows = [
            row
            for row in await tx.load(Delivery, _THESE, {"ids": list(provider_ids)})
            if row.holder == self._holder and row.state in _UNDER_WAY
        ]
        for row in rows:
            row.provider_id, row.sent_at = provider_ids[row.id], tx.now
            if row.state == DeliveryState.SENDING:  # a receipt that was quicker than the answer stands
                row.state, row.error, row.failure = DeliveryState.SENT, "", ""
        await _refer(tx, [(provider_ids[row.id], row) for row in rows])
        await sending_health.worked(tx, {row.inbox_id for row in rows})
        await away.follow(tx, self._inboxes, rows)
        await deliveries.tell(tx, rows)
        await tx.flush()
        await receipts.catch_up(tx, self._letters.keys, [(row.inbox_id, provider_ids[row.id]) for row in rows])
        return [None] * len(taken)

    async def _not_sent(
        self, delivery: Delivery, error: str, failure: Failure | None = None, *, final: bool = False
    ) -> None:
        """Try again later, unless this was final or the last try."""
        async with self._db.transaction() as tx:
            row = await self._still_ours(tx, delivery)
            if row is None:
                return
            if final or self._was_last(row):
                await deliveries.fail(tx, row, error, failure)
            else:
                row.state, row.error, row.failure = DeliveryState.QUEUED, error[:1000], failure or ""
                row.not_before = tx.now + _delay(row.attempts)
                await deliveries.tell(tx, [row])
        await sending_health.failed(self._db, delivery, error, failure)

    def _was_last(self, row: Delivery) -> bool:
        """Whether no further try is due: by their number, or where the channel says how long, by their time."""
        can = self._inboxes.capabilities_of(row.inbox_id)
        if can is None or can.keeps_trying is None:
            return row.attempts >= self._attempts
        return sum(map(_delay, range(1, row.attempts + 1)), timedelta()) > can.keeps_trying


async def _refer(tx: Transaction, sent: Sequence[tuple[str, Delivery]]) -> None:
    """Answers may refer to these; another copy of a message may note the same at the same time."""
    key = ["message_id", "interaction_id"]
    references = [
        {"message_id": provider_id, "interaction_id": row.interaction_id, "case_id": row.case_id}
        for provider_id, row in sorted(sent, key=lambda one: one[0])  # in one order, so that none wait crosswise
        if row.case_id is not None
    ]
    await dialect.insert_new(
        await tx.session.connection(), table_of(MessageReference), references, key=key, give=key[0]
    )


def _delay(attempts: int) -> timedelta:
    """How long to wait after so many tries."""
    return min(_FIRST_DELAY * (1 << min(attempts - 1, 30)), _LONGEST_DELAY)
