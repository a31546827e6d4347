"""The outbox: every outgoing message is a row with one truthful state until a provider took it, or refused for good."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import ChannelError, Outbound
from omnidesk.desk import deliveries, interactions
from omnidesk.desk.inboxes import Inboxes
from omnidesk.desk.letters import Letters
from omnidesk.errors import NotFound
from omnidesk.store.db import Database, Transaction
from omnidesk.store.models import Case, Delivery, DeliveryState, Lease, MessageReference

log = logging.getLogger(__name__)

_FIRST_DELAY = timedelta(seconds=30)
_LONGEST_DELAY = timedelta(hours=6)
_AT_ONCE = 8
"""Messages of one inbox on their way to its provider at the same time."""


class Outbox:
    """The worker that hands deliveries to their channels."""

    def __init__(self, db: Database, inboxes: Inboxes, letters: Letters, *, holder: str, attempts: int) -> None:
        self._db = db
        self._inboxes = inboxes
        self._letters = letters
        self._holder = holder
        self._attempts = attempts

    async def run(self) -> bool:
        """One round: claim what is due and send it, inboxes side by side; False = nothing was due."""
        async with self._db.transaction() as tx:
            claimed = await self._claim(tx)
        by_inbox: dict[int, list[Delivery]] = defaultdict(list)
        for delivery in claimed:
            by_inbox[delivery.inbox_id].append(delivery)
        await asyncio.gather(*map(self._send_all, by_inbox.values()))
        return bool(claimed)

    async def next_due(self) -> datetime | None:
        """When the next delivery is due."""
        async with self._db.session() as session:
            statement = select(func.min(col(Delivery.not_before))).where(Delivery.state == DeliveryState.QUEUED)
            return (await session.exec(statement)).one()

    async def _claim(self, tx: Transaction) -> list[Delivery]:
        """Take due deliveries; in one case only the oldest to an address, so that order is kept."""
        await self._take_from_the_dead(tx)
        earlier = aliased(Delivery)
        behind = (
            select(earlier.id)
            .where(
                earlier.case_id == Delivery.case_id,
                earlier.contact_point_id == Delivery.contact_point_id,
                col(earlier.state).in_([DeliveryState.QUEUED, DeliveryState.SENDING]),
                col(earlier.id) < col(Delivery.id),
            )
            .exists()
        )
        statement = (
            select(Delivery)
            .where(Delivery.state == DeliveryState.QUEUED, col(Delivery.not_before) <= tx.now, ~behind)
            .order_by(col(Delivery.not_before), col(Delivery.id))
            .limit(_AT_ONCE * 8)
            .with_for_update(skip_locked=True)
        )
        claimed = list(await tx.session.exec(statement))
        for delivery in claimed:
            delivery.state, delivery.holder, delivery.claimed_at = DeliveryState.SENDING, self._holder, tx.now
            delivery.attempts += 1
        return claimed

    async def _take_from_the_dead(self, tx: Transaction) -> None:
        """What a process that died was sending is sent again, with the same key (DESIGN: the one window)."""
        alive = select(Lease.holder)
        lost = (col(Delivery.state) == DeliveryState.SENDING, col(Delivery.holder).not_in(alive))
        await tx.session.exec(update(Delivery).where(*lost).values(state=DeliveryState.QUEUED))

    async def _send_all(self, claimed: Sequence[Delivery]) -> None:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def send(delivery: Delivery) -> None:
            async with gate:
                await self._send(delivery)

        await asyncio.gather(*map(send, claimed))

    async def _send(self, delivery: Delivery) -> None:
        try:
            outbound = await self._write(delivery)
            if outbound is None:
                return
            provider_id = await self._inboxes.by_id(delivery.inbox_id).channel.send(outbound)
        except ChannelError as error:
            await self._not_sent(delivery, str(error), permanent=error.permanent)
        except NotFound as error:
            await self._not_sent(delivery, error.message, permanent=False)
        except Exception as error:
            log.exception("delivery %s broke its channel", delivery.id)
            await self._not_sent(delivery, repr(error), permanent=False)
        else:
            await self._sent(delivery, provider_id)

    async def _write(self, delivery: Delivery) -> Outbound | None:
        """The message to send, or None when automatic mail to this address has reached its ceiling."""
        channel = self._inboxes.by_id(delivery.inbox_id).channel
        limit = channel.capabilities.automatic_per_hour if delivery.automatic else None
        async with self._db.session() as session:
            if limit is None or await _sent_lately(session, delivery, self._db.now()) < limit:
                return await self._letters.write(session, delivery, channel)
        async with self._db.transaction() as tx:
            row = await tx.get(Delivery, delivery.id)
            row.state, row.error = DeliveryState.CANCELLED, f"more than {limit} automatic messages in an hour"
            case = await tx.get(Case, delivery.case_id)
            interactions.event(tx, case, "automatic_held", address=delivery.address, limit=limit)
        return None

    async def _sent(self, delivery: Delivery, provider_id: str) -> None:
        async with self._db.transaction() as tx:
            row = await tx.get(Delivery, delivery.id)
            if row.holder != self._holder or row.state != DeliveryState.SENDING:
                return
            row.state, row.provider_id, row.sent_at, row.error = DeliveryState.SENT, provider_id, tx.now, ""
            reference = {"message_id": provider_id, "interaction_id": row.interaction_id, "case_id": row.case_id}
            if await tx.session.get(MessageReference, (provider_id, row.interaction_id)) is None:
                tx.add_row(MessageReference, reference)
            await deliveries.tell(tx, row)

    async def _not_sent(self, delivery: Delivery, error: str, *, permanent: bool) -> None:
        async with self._db.transaction() as tx:
            row = await tx.get(Delivery, delivery.id)
            if permanent or row.attempts >= self._attempts:
                await deliveries.fail(tx, row, error, permanent=permanent)
            else:
                row.state, row.error = DeliveryState.QUEUED, error[:1000]
                row.not_before = tx.now + min(_FIRST_DELAY * 2 ** (row.attempts - 1), _LONGEST_DELAY)
                await deliveries.tell(tx, row)


async def _sent_lately(session: AsyncSession, delivery: Delivery, now: datetime) -> int:
    """Automatic messages to this address in the last hour."""
    statement = select(func.count()).where(
        Delivery.contact_point_id == delivery.contact_point_id,
        col(Delivery.automatic),
        col(Delivery.sent_at) > now - timedelta(hours=1),
    )
    return (await session.exec(statement)).one()
