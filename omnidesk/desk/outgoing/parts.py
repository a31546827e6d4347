"""Parts: a message too long for its channel goes out as several, each remembered as soon as a provider took it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Capabilities, Outbound, ReceiptState
from omnidesk.desk.outgoing import deliveries
from omnidesk.store.db import Transaction
from omnidesk.store.keys import Keys
from omnidesk.store.models import Delivery, DeliveryPart, DeliveryState
from omnidesk.text.parts import split


def divided(outbound: Outbound, can: Capabilities, delivery: Delivery, keys: Keys) -> list[Outbound]:
    """The messages that one goes out as; what hangs on it (files, buttons, links, a form) comes with the last."""
    texts = split(outbound.text, can.max_length) if can.max_length is not None else [outbound.text]
    if len(texts) == 1 or outbound.template is not None:
        return [outbound]
    return [_part(outbound, delivery, keys, texts, number) for number in range(1, len(texts) + 1)]


def _part(outbound: Outbound, delivery: Delivery, keys: Keys, texts: Sequence[str], number: int) -> Outbound:
    part = replace(
        outbound, text=texts[number - 1], key=deliveries.key_of(keys, delivery.id, number),
        message_key=deliveries.message_key_of(keys, delivery.interaction_id, number),
    )  # fmt: skip
    return part if number == len(texts) else replace(part, buttons=(), links=(), files=(), form=None)


async def begin(tx: Transaction, delivery: Delivery, count: int) -> list[int]:
    """The numbers of the parts that are still to go; those of an earlier try that were taken are not."""
    known = {part.number: part for part in (await of(tx.session, [delivery.id]))[delivery.id]}
    for part in known.values():
        if part.state == DeliveryState.FAILED:
            part.state, part.provider_id = DeliveryState.QUEUED, None
    for number in range(1, count + 1):
        if number not in known:
            row = {"id": tx.new_id(), "delivery_id": delivery.id, "inbox_id": delivery.inbox_id, "number": number}
            tx.add_row(DeliveryPart, {**row, "state": DeliveryState.QUEUED, "provider_id": None})
    return [n for n in range(1, count + 1) if n not in known or known[n].state == DeliveryState.QUEUED]


async def handed_over(tx: Transaction, delivery: Delivery, number: int, provider_id: str) -> None:
    """A provider took a part; with the last one a receipt that was quicker counts for them all."""
    theirs = (await of(tx.session, [delivery.id]))[delivery.id]
    part = next(one for one in theirs if one.number == number)
    part.provider_id = provider_id
    if part.state == DeliveryState.QUEUED:
        part.state = DeliveryState.SENT
    await _sum_up(tx, delivery, theirs)


async def take(
    tx: Transaction, delivery: Delivery, theirs: Sequence[DeliveryPart], part: DeliveryPart, state: ReceiptState
) -> None:
    """What a receipt says of one part: forward only. A part that failed is told by who calls."""
    if state == "failed":
        part.state = DeliveryState.FAILED
    elif state != "delayed" and part.state in deliveries.PROGRESS:
        part.state = max(DeliveryState(part.state), DeliveryState(state), key=deliveries.PROGRESS.index)
    await _sum_up(tx, delivery, theirs)


async def _sum_up(tx: Transaction, delivery: Delivery, theirs: Sequence[DeliveryPart]) -> None:
    """The message has arrived, or was read, when the last of its parts was."""
    states = [DeliveryState(part.state) for part in theirs]
    if DeliveryState.FAILED not in states:
        least = min(states, key=deliveries.PROGRESS.index)
        if least in (DeliveryState.DELIVERED, DeliveryState.READ):
            await deliveries.advance(tx, delivery, least)


async def of(session: AsyncSession, delivery_ids: Iterable[int]) -> Mapping[int, list[DeliveryPart]]:
    """The parts of deliveries; most have none."""
    found: dict[int, list[DeliveryPart]] = defaultdict(list)
    these = select(DeliveryPart).where(col(DeliveryPart.delivery_id).in_(delivery_ids))
    for part in await session.exec(these.order_by(col(DeliveryPart.delivery_id), col(DeliveryPart.number))):
        found[part.delivery_id].append(part)
    return found
