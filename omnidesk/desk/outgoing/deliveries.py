"""Deliveries as rows: queued, moved forward by receipts, failed."""

from collections.abc import Sequence
from typing import Protocol

from sqlmodel import col, select, update

from omnidesk.contract.channel import Capabilities, Failure, Receipt
from omnidesk.desk import interactions
from omnidesk.errors import Invalid, NotFound
from omnidesk.events import CaseChanged, TranscriptChanged, WorkWaiting
from omnidesk.store.db import Transaction
from omnidesk.store.keys import Keys
from omnidesk.store.models import Case, ContactPoint, Delivery, DeliveryRole, DeliveryState

_PROGRESS = [
    DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ
]  # fmt: skip
_MAY_STILL_FAIL = (DeliveryState.SENDING, DeliveryState.SENT)
_MB = 1024 * 1024
STOPPED = "the person ended automatic messages to this address"


class Sized(Protocol):
    """A file, stored or on its way out."""

    @property
    def filename(self) -> str:
        """What it is called."""

    @property
    def size(self) -> int:
        """Its bytes."""


def must_take(can: Capabilities, text: str, files: Sequence[Sized]) -> None:
    """Whether a channel can carry a message. Raises Invalid, which names the field, the limit and the way out."""
    if not can.sends:
        raise Invalid(
            "Nothing can be written by this inbox; choose another address of the person, or call them.",
            code="no_way",
        )
    if can.max_length is not None and len(text) > can.max_length:
        raise Invalid(
            f"This channel takes at most {can.max_length} characters in one message, and these are {len(text)}; "
            "shorten the text, or send it in parts.",
            fields={"text": "too long"},
        )
    must_take_files(can, files)


def must_take_files(can: Capabilities, files: Sequence[Sized]) -> None:
    """The same for the files alone: each, and all together, since mail carries them in one piece."""
    if files and not can.attachments:
        raise Invalid("This channel takes no files; remove them.", fields={"attachments": "not possible"})
    limit = f"{can.attachments / _MB:.3g} MB"
    for file in files:
        if file.size > can.attachments:
            raise Invalid(
                f"{file.filename} is larger than this channel takes ({limit}); remove it, or make it smaller.",
                fields={"attachments": "too large"},
            )
    if sum(file.size for file in files) > can.attachments:
        raise Invalid(
            f"The files are together larger than this channel takes in one message ({limit}); send some of them in "
            "another one.",
            fields={"attachments": "too large together"},
        )


def queue(
    tx: Transaction, case: Case, point: ContactPoint, interaction_id: int, *,
    automatic: bool, role: DeliveryRole = DeliveryRole.TO,
) -> None:  # fmt: skip
    """Send an interaction by the inbox of a case; nothing automatic goes where it is not wanted."""
    wanted = point.consent or not automatic
    _add(tx, point, interaction_id, {
        "case_id": case.id, "inbox_id": case.inbox_id, "automatic": automatic, "role": role,
        "state": DeliveryState.QUEUED if wanted else DeliveryState.CANCELLED, "error": "" if wanted else STOPPED,
    })  # fmt: skip


def queue_answer(tx: Transaction, inbox_id: int, case: Case | None, point: ContactPoint, interaction_id: int) -> None:
    """Send what answers a command of the person, whatever is wanted otherwise; there need be no case."""
    _add(tx, point, interaction_id, {
        "case_id": case.id if case else None, "inbox_id": inbox_id, "automatic": False, "role": DeliveryRole.TO,
        "state": DeliveryState.QUEUED, "error": "",
    })  # fmt: skip


def _add(tx: Transaction, point: ContactPoint, interaction_id: int, values: dict[str, object]) -> None:
    row = {
        "id": tx.new_id(), "interaction_id": interaction_id, "contact_point_id": point.id, "channel": point.channel,
        "address": point.address, "not_before": tx.now, "created_at": tx.now, **values,
    }  # fmt: skip
    tx.add_row(Delivery, row)
    tx.publish(WorkWaiting("outbox"))


async def cancel_automatic(tx: Transaction, point: ContactPoint, why: str = STOPPED) -> None:
    """What was to go to this address by itself, and has not gone yet, does not go."""
    waiting = (
        col(Delivery.contact_point_id) == point.id,
        col(Delivery.state) == DeliveryState.QUEUED,
        col(Delivery.automatic),
    )
    await tx.session.exec(update(Delivery).where(*waiting).values(state=DeliveryState.CANCELLED, error=why))


def try_again(tx: Transaction, delivery: Delivery) -> None:
    """Queue a failed delivery once more, at once; one that waits for its next try has it now."""
    if delivery.state == DeliveryState.FAILED:
        delivery.state, delivery.attempts, delivery.error, delivery.failure = DeliveryState.QUEUED, 0, "", ""
        delivery.provider_id = None  # receipts for the failed try say nothing of this one
    delivery.not_before = tx.now
    tx.publish(WorkWaiting("outbox"))


async def take_receipts(tx: Transaction, keys: Keys, receipts: Sequence[tuple[int, Receipt]]) -> None:
    """Note what providers say of messages they took, each with its inbox, in their order.

    Late, early, repeated and foreign receipts are harmless.
    """
    delivery_of = {receipt.key: delivery_of_key(keys, receipt.key) for _, receipt in receipts}
    message_of = {receipt.key: message_of_key(keys, receipt.key) for _, receipt in receipts}
    # each part has an index of its own: a condition around them all would read every message of the inbox
    this = (
        col(Delivery.id).in_([found for found in delivery_of.values() if found])
        | col(Delivery.interaction_id).in_([found for found in message_of.values() if found])
        | (
            col(Delivery.inbox_id).in_({inbox_id for inbox_id, _ in receipts})
            & col(Delivery.provider_id).in_({receipt.message_id for _, receipt in receipts})
        )
    )
    known = list(
        await tx.session.exec(select(Delivery).where(this).order_by(col(Delivery.id)).with_for_update(key_share=True))
    )
    for inbox_id, receipt in receipts:
        named = [
            delivery
            for delivery in known
            if delivery.inbox_id == inbox_id
            and (
                delivery.id == delivery_of[receipt.key]
                or delivery.interaction_id == message_of[receipt.key]
                or delivery.provider_id == receipt.message_id
            )
        ]
        await _take_for_copy(tx, named, receipt)


async def _take_for_copy(tx: Transaction, named: Sequence[Delivery], receipt: Receipt) -> None:
    """A receipt for a message of several copies is for the one that went to its address.

    A mail that was passed on fails at an address that we never wrote to, and nobody knows from which copy: then none
    is taken for failed, and the agent is told.
    """
    meant = [one for one in named if one.address == receipt.address] or (named if len(named) == 1 else [])
    for delivery in meant:
        await _take_receipt(tx, delivery, receipt)
    if named and not meant and receipt.state == "failed" and named[0].case_id is not None:
        case = await tx.get(Case, named[0].case_id)
        interactions.event(tx, case, "delivery_failed", address=receipt.address, error=receipt.error[:300])


async def take_receipt(tx: Transaction, inbox_id: int, interaction_id: int, receipt: Receipt) -> Delivery:
    """Note what became of a message that is known by its interaction. Raises NotFound for one not sent by this inbox.

    Also where it comes before we noted that it was sent: who reads the log has it.
    """
    this = (Delivery.interaction_id == interaction_id, Delivery.inbox_id == inbox_id)
    statement = select(Delivery).where(*this).order_by(col(Delivery.id)).limit(1).with_for_update(key_share=True)
    delivery = (await tx.session.exec(statement)).first()
    if delivery is None:
        raise NotFound(f"There is no message {interaction_id} that went out by this inbox.")
    await _take_receipt(tx, delivery, receipt)
    return delivery


async def _take_receipt(tx: Transaction, delivery: Delivery, receipt: Receipt) -> None:
    if receipt.state == "delayed":
        if delivery.state == DeliveryState.SENT:
            delivery.error, delivery.failure = receipt.error[:1000], receipt.failure or Failure.SOFT
            await tell(tx, [delivery])
    elif receipt.state != "failed":
        await _advance(tx, delivery, DeliveryState(receipt.state))
    elif delivery.state in _MAY_STILL_FAIL:
        await fail(tx, delivery, receipt.error, receipt.failure)


def key_of(keys: Keys, delivery_id: int) -> str:
    """What a delivery is known by at its provider: the same on every try.

    It is signed, because whoever knows the id of a message can answer it and so join its case; ids alone could be
    guessed. Lower case, fit for a Message-ID.
    """
    return keys.sign("delivery", f"{delivery_id}")


def delivery_of_key(keys: Keys, key: str) -> int | None:
    """The delivery that `key_of` named, or None."""
    return _id_in(keys, "delivery", key)


def message_key_of(keys: Keys, interaction_id: int) -> str:
    """What all copies of a message are known by at their provider, signed like the key of one."""
    return keys.sign("message", f"{interaction_id}")


def message_of_key(keys: Keys, key: str) -> int | None:
    """The interaction that `message_key_of` named, or None."""
    return _id_in(keys, "message", key)


def _id_in(keys: Keys, purpose: str, key: str) -> int | None:
    text = keys.verify(purpose, key.lower())
    return int(text) if text else None


async def _advance(tx: Transaction, delivery: Delivery, state: DeliveryState) -> None:
    """Move forward only: a receipt for delivery after one for reading changes nothing."""
    if delivery.state in _PROGRESS and _PROGRESS.index(state) > _PROGRESS.index(DeliveryState(delivery.state)):
        delivery.state, delivery.error, delivery.failure = state, "", ""
        await tell(tx, [delivery])


async def reached(tx: Transaction, point_id: int, state: DeliveryState, upto: int) -> None:
    """The person was given, or has looked at, everything up to an interaction: in a chat even before it was sent."""
    before = _PROGRESS[: _PROGRESS.index(state)]
    this = (
        Delivery.contact_point_id == point_id,
        col(Delivery.interaction_id) <= upto,
        col(Delivery.state).in_(before),
    )
    for delivery in await tx.session.exec(select(Delivery).where(*this).with_for_update(key_share=True)):
        await _advance(tx, delivery, state)


async def tell(tx: Transaction, changed: Sequence[Delivery]) -> None:
    """Let pages and chats that show these messages show their new states."""
    case_ids = {delivery.case_id for delivery in changed}
    for case_id, version in await tx.session.exec(select(Case.id, Case.version).where(col(Case.id).in_(case_ids))):
        tx.publish(CaseChanged(case_id, version))
    for delivery in changed:
        tx.publish(TranscriptChanged(delivery.contact_point_id))


async def fail(tx: Transaction, delivery: Delivery, error: str, failure: Failure | None = None) -> None:
    """The message will not arrive: the agent is told on the case, the address is marked when it is to blame."""
    delivery.state, delivery.error, delivery.failure = DeliveryState.FAILED, error[:1000], failure or ""
    if failure is Failure.HARD:
        point = await tx.get(ContactPoint, delivery.contact_point_id)
        point.working, point.failure = False, error[:500]
    if failure is Failure.STOPPED:
        await _stopped(tx, delivery)
    await note(tx, delivery, "delivery_failed", error=error[:300])


async def _stopped(tx: Transaction, delivery: Delivery) -> None:
    """The person wrote STOP to the provider, which kept it to itself: it holds for us as well."""
    point = await tx.get(ContactPoint, delivery.contact_point_id)
    if point.consent:
        point.consent = False
        await cancel_automatic(tx, point)
        await note(tx, delivery, "consent_withdrawn")


async def note(tx: Transaction, delivery: Delivery, name: str, **values: object) -> None:
    """Log what became of a delivery, where it belongs to a case."""
    if delivery.case_id is not None:
        case = await tx.get(Case, delivery.case_id)
        interactions.event(tx, case, name, address=delivery.address, **values)
