"""Parts: what is several messages at its provider goes out as several, each remembered as soon as it was taken.

A text may be too long for one, and files may be messages of their own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """The messages that one goes out as, each with a key of its own where they are several."""
    divided = list(_divided(outbound, can)) if outbound.template is None else [outbound]
    if len(divided) == 1:
        return divided
    return [
        replace(
            part, key=deliveries.key_of(keys, delivery.id, number),
            message_key=deliveries.message_key_of(keys, delivery.interaction_id, number),
        )
        for number, part in enumerate(divided, 1)
    ]  # fmt: skip


def _divided(outbound: Outbound, can: Capabilities) -> Iterator[Outbound]:
    """The texts; what hangs on them (buttons, links, a form, files) comes with the last; then files that go apart."""
    texts = split(outbound.text, can.max_length) if can.max_length is not None else [outbound.text]
    bare = replace(outbound, buttons=(), links=(), files=(), form=None)
    for text in texts[:-1]:
        yield replace(bare, text=text)
    apart = can.files_apart and outbound.files and not _is_caption(texts[-1], outbound, can)
    last = replace(outbound, text=texts[-1], files=() if apart else outbound.files)
    if not apart or last.text.strip() or last.buttons or last.links or last.form:
        yield last
    for file in outbound.files if apart else ():
        yield replace(bare, text="", formatted=False, references=(), files=(file,))


def _is_caption(text: str, outbound: Outbound, can: Capabilities) -> bool:
    """Whether a text goes in one message with its only file."""
    types = [file.content_type for file in outbound.files]
    return len(types) == 1 and not (outbound.buttons or types[0].startswith("audio/")) and len(text) <= can.caption


def is_file(part: Outbound) -> bool:
    """Whether a part is a file alone: when it is refused, those after it may still arrive."""
    return bool(part.files) and not part.text


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
