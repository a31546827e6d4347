"""Receipts: what providers say later of the messages they took. Late, early, repeated and foreign ones are harmless."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from sqlmodel import col, delete, select

from omnidesk.contract.channel import Failure, Receipt, ReceiptState
from omnidesk.desk import interactions
from omnidesk.desk.outgoing import deliveries, parts
from omnidesk.errors import NotFound
from omnidesk.store.db import Transaction, fixed
from omnidesk.store.keys import Keys
from omnidesk.store.models import Case, Delivery, DeliveryPart, DeliveryState, EarlyReceipt, MessageReference

_MAY_STILL_FAIL = (DeliveryState.SENDING, DeliveryState.SENT)
_EARLY_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Said:
    """A receipt, its inbox, and what its key names."""

    inbox_id: int
    receipt: Receipt
    delivery_id: int | None
    interaction_id: int | None
    part: int

    def is_of(self, part: DeliveryPart) -> bool:
        if part.inbox_id != self.inbox_id:
            return False
        keyed = self.part and part.number == self.part and part.delivery_id == self.delivery_id
        return bool(keyed) or part.provider_id == self.receipt.message_id

    def names(self, delivery: Delivery) -> bool:
        return delivery.inbox_id == self.inbox_id and (
            delivery.id == self.delivery_id
            or delivery.interaction_id == self.interaction_id
            or delivery.provider_id == self.receipt.message_id
        )


async def take_all(tx: Transaction, keys: Keys, receipts: Sequence[tuple[int, Receipt]]) -> list[int]:
    """Note what was said, each with its inbox, in their order; gives the inboxes of those that fit nothing."""
    said = [_Said(inbox_id, receipt, *deliveries.named(keys, receipt.key)) for inbox_id, receipt in receipts]
    known, theirs = await _known(tx, said)
    sending: set[int] = set()
    if inboxes := {one.inbox_id for one in said if not _of(one, known, theirs)}:
        sending = await _sending(tx, inboxes)
        known, theirs = await _known(tx, said)  # what they speak of may have been noted while we waited
    unknown = []
    for one in said:
        named = _of(one, known, theirs)
        await _take(tx, one, named, theirs)
        if not named:
            unknown.append(one)
    await _keep_early(tx, [one for one in unknown if one.inbox_id in sending])
    return [one.inbox_id for one in unknown]


def _of(one: _Said, known: Sequence[Delivery], theirs: Mapping[int, list[DeliveryPart]]) -> list[Delivery]:
    return [delivery for delivery in known if one.names(delivery) or any(map(one.is_of, theirs[delivery.id]))]


async def _known(
    tx: Transaction, said: Sequence[_Said]
) -> tuple[list[Delivery], Mapping[int, list[DeliveryPart]]]:  # fmt: skip
    """The deliveries that are spoken of, locked, and their parts."""
    inbox_ids, message_ids = {one.inbox_id for one in said}, {one.receipt.message_id for one in said}
    in_parts = select(DeliveryPart.delivery_id).where(
        col(DeliveryPart.inbox_id).in_(inbox_ids), col(DeliveryPart.provider_id).in_(message_ids)
    )
    # each part has an index of its own: a condition around them all would read every message of the inbox
    this = (
        col(Delivery.id).in_({one.delivery_id for one in said if one.delivery_id})
        | col(Delivery.interaction_id).in_({one.interaction_id for one in said if one.interaction_id})
        | (col(Delivery.inbox_id).in_(inbox_ids) & col(Delivery.provider_id).in_(message_ids))
        | col(Delivery.id).in_(set(await tx.session.exec(in_parts)))
    )
    found = select(Delivery).where(this).order_by(col(Delivery.id)).with_for_update(key_share=True)
    known = list(await tx.session.exec(found))
    return known, await parts.of(tx.session, [delivery.id for delivery in known])


async def _take(
    tx: Transaction, one: _Said, named: Sequence[Delivery], theirs: Mapping[int, list[DeliveryPart]]
) -> None:  # fmt: skip
    """A receipt for a message of several copies is for the one that went to its address.

    A mail that was passed on fails at an address that we never wrote to, and nobody knows from which copy: then none
    is taken for failed, and the agent is told.
    """
    receipt = one.receipt
    meant = [copy for copy in named if copy.address == receipt.address] or (named if len(named) == 1 else [])
    for delivery in meant:
        of_it = [part for part in theirs[delivery.id] if one.is_of(part)]
        for part in of_it:
            await parts.take(tx, delivery, theirs[delivery.id], part, receipt.state)
        if not of_it or receipt.state in ("failed", "delayed"):
            await _take_whole(tx, delivery, receipt)
    if named and not meant and receipt.state == "failed" and named[0].case_id is not None:
        case = await tx.get(Case, named[0].case_id)
        interactions.event(tx, case, "delivery_failed", address=receipt.address, error=receipt.error[:300])


async def take(tx: Transaction, inbox_id: int, interaction_id: int, receipt: Receipt) -> Delivery:
    """Note what became of a message that is known by its interaction. Raises NotFound for one not sent by this inbox.

    Also where it comes before we noted that it was sent: who reads the log has it.
    """
    this = (Delivery.interaction_id == interaction_id, Delivery.inbox_id == inbox_id)
    statement = select(Delivery).where(*this).order_by(col(Delivery.id)).limit(1).with_for_update(key_share=True)
    delivery = (await tx.session.exec(statement)).first()
    if delivery is None:
        raise NotFound(f"There is no message {interaction_id} that went out by this inbox.")
    await _take_whole(tx, delivery, receipt)
    return delivery


async def _take_whole(tx: Transaction, delivery: Delivery, receipt: Receipt) -> None:
    if receipt.state == "delayed":
        if delivery.state == DeliveryState.SENT:
            delivery.error, delivery.failure = receipt.error[:1000], receipt.failure or Failure.SOFT
            await deliveries.tell(tx, [delivery])
    elif receipt.state != "failed":
        await deliveries.advance(tx, delivery, DeliveryState(receipt.state))
    elif delivery.state in _MAY_STILL_FAIL:
        await deliveries.fail(tx, delivery, receipt.error, receipt.failure)


async def _sending(tx: Transaction, inbox_ids: set[int]) -> set[int]:
    """Which of these inboxes are sending; their messages are locked.

    So whoever notes what a provider took has ended, or will find what we keep. No case is locked before, as it is
    after its messages there.
    """
    under_way = select(Delivery.inbox_id).where(
        col(Delivery.state) == fixed(DeliveryState.SENDING), col(Delivery.inbox_id).in_(inbox_ids)
    )
    return set(await tx.session.exec(under_way.order_by(col(Delivery.id)).with_for_update(key_share=True)))


async def _keep_early(tx: Transaction, unknown: Sequence[_Said]) -> None:
    """What fits nothing may be of a message whose `send` has not returned: it is kept while there is one."""
    if not unknown:
        return
    told = {one.receipt.message_id for one in unknown}
    taken = select(MessageReference.message_id).where(col(MessageReference.message_id).in_(told))
    before = set(await tx.session.exec(taken))  # of a try that failed: it says nothing of the next
    for one in unknown:
        if one.receipt.message_id not in before:
            tx.add_row(EarlyReceipt, _row(tx, one))
    await tx.session.exec(delete(EarlyReceipt).where(col(EarlyReceipt.received_at) < tx.now - _EARLY_LASTS))


def _row(tx: Transaction, one: _Said) -> dict[str, object]:
    receipt = one.receipt
    return {
        "id": tx.new_id(), "inbox_id": one.inbox_id, "message_id": receipt.message_id, "state": receipt.state,
        "error": receipt.error[:1000], "failure": receipt.failure or "", "received_at": tx.now,
    }  # fmt: skip


async def catch_up(tx: Transaction, keys: Keys, taken: Sequence[tuple[int, str]]) -> None:
    """Note what was said of messages before we knew their ids: now each is known, with its inbox."""
    this = (
        col(EarlyReceipt.inbox_id).in_({inbox_id for inbox_id, _ in taken}),
        col(EarlyReceipt.message_id).in_({message_id for _, message_id in taken}),
    )
    early = list(await tx.session.exec(select(EarlyReceipt).where(*this).order_by(col(EarlyReceipt.id))))
    if not early:
        return
    await tx.session.exec(delete(EarlyReceipt).where(col(EarlyReceipt.id).in_([one.id for one in early])))
    await take_all(tx, keys, [(one.inbox_id, _receipt(one)) for one in early])


def _receipt(row: EarlyReceipt) -> Receipt:
    failure = Failure(row.failure) if row.failure else None
    return Receipt(row.message_id, cast(ReceiptState, row.state), row.error, failure)
