"""Deliveries as rows: queued, moved forward, failed."""

from collections.abc import Sequence

from sqlmodel import col, select, update

from omnidesk.contract.channel import Capabilities, Failure
from omnidesk.desk import interactions
from omnidesk.errors import Invalid
from omnidesk.events import CaseChanged, TranscriptChanged, WorkWaiting
from omnidesk.store.db import Transaction
from omnidesk.store.keys import Keys
from omnidesk.store.models import Case, ContactPoint, Delivery, DeliveryRole, DeliveryState
from omnidesk.text.parts import split

PROGRESS = [
    DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ
]  # fmt: skip
MOST_PARTS = 20
"""The most messages that one text goes out as."""
STOPPED = "the person ended automatic messages to this address"


def must_take(can: Capabilities, text: str) -> None:
    """Whether a channel can carry a text, in parts where it is long. Raises Invalid, which names the way out."""
    if not can.sends:
        raise Invalid(
            "Nothing can be written by this inbox; choose another address of the person, or call them.",
            code="no_way",
        )
    count = len(split(text, can.max_length)) if can.max_length is not None else 1
    if count > MOST_PARTS:
        raise Invalid(
            f"This channel takes at most {can.max_length} characters in one message, so this text would go out as "
            f"{count} messages; {MOST_PARTS} are the most. Shorten it, or attach it as a file.",
            fields={"text": "too long"},
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


def key_of(keys: Keys, delivery_id: int, part: int = 0) -> str:
    """What a delivery, or one of its parts, is known by at its provider: the same on every try.

    It is signed, because whoever knows the id of a message can answer it and so join its case; ids alone could be
    guessed. Lower case, fit for a Message-ID.
    """
    return keys.sign("delivery", _name(delivery_id, part))


def message_key_of(keys: Keys, interaction_id: int, part: int = 0) -> str:
    """What all copies of a message are known by at their provider, signed like the key of one."""
    return keys.sign("message", _name(interaction_id, part))


def _name(row_id: int, part: int) -> str:
    return f"{row_id}-{part}" if part else f"{row_id}"


def named(keys: Keys, key: str) -> tuple[int | None, int | None, int]:
    """The delivery or the interaction that a key names, and which part of it (0 = all)."""
    for purpose in ("delivery", "message"):
        row_id, _, part = (keys.verify(purpose, key.lower()) or "").partition("-")
        if row_id:
            of_delivery = purpose == "delivery"
            return (int(row_id) if of_delivery else None), (None if of_delivery else int(row_id)), int(part or 0)
    return None, None, 0


async def advance(tx: Transaction, delivery: Delivery, state: DeliveryState) -> None:
    """Move forward only: a receipt for delivery after one for reading changes nothing."""
    if _advanced(delivery, state):
        await tell(tx, [delivery])


def _advanced(delivery: Delivery, state: DeliveryState) -> bool:
    if delivery.state not in PROGRESS or PROGRESS.index(state) <= PROGRESS.index(DeliveryState(delivery.state)):
        return False
    delivery.state, delivery.error, delivery.failure = state, "", ""
    return True


async def reached(tx: Transaction, point_id: int, state: DeliveryState, upto: int) -> list[Delivery]:
    """The person was given, or has looked at, everything up to an interaction.

    Gives what had not even been sent yet: a chat may be quicker than we.
    """
    before = PROGRESS[: PROGRESS.index(state)]
    this = (
        Delivery.contact_point_id == point_id,
        col(Delivery.interaction_id) <= upto,
        col(Delivery.state).in_(before),
        ~col(Delivery.away),
    )
    theirs = select(Delivery).where(*this).order_by(col(Delivery.id)).with_for_update(key_share=True)
    found = list(await tx.session.exec(theirs))
    unsent = [delivery for delivery in found if delivery.state == DeliveryState.QUEUED]
    for delivery in unsent:
        delivery.sent_at = tx.now
    if changed := [delivery for delivery in found if _advanced(delivery, state)]:
        await tell(tx, changed)
    return unsent


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
        if delivery.away:
            await _forget_email(tx, point, delivery)
        else:
            point.working, point.failure = False, error[:500]
    if failure is Failure.STOPPED:
        await _stopped(tx, delivery)
    await note(tx, delivery, "delivery_failed", error=error[:300])


async def _forget_email(tx: Transaction, point: ContactPoint, delivery: Delivery) -> None:
    """Nothing reaches an email address: it is mailed no more, whoever said it."""
    if point.away_email == delivery.address:
        point.away_email = ""
    at = select(ContactPoint.id).where(
        ContactPoint.channel == delivery.channel, ContactPoint.address == delivery.address
    )  # fmt: skip
    if (own := (await tx.session.exec(at)).first()) is not None:
        dead = await tx.get(ContactPoint, own)
        dead.working, dead.failure = False, delivery.error[:500]


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
