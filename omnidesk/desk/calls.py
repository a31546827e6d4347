"""Calls: telephone calls that an agent writes down by hand, on a case or as a new one.

An inbound call is the customer's word, and an answered one is a person's reply as well (docs/definitions.md).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import actions, cases, interactions, surveys, views
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.directory import finding, people
from omnidesk.desk.interactions import By, Content, Place
from omnidesk.desk.outgoing import planned, ways
from omnidesk.errors import Invalid, NotAllowed, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, Category, Contact, ContactPoint, Direction, Inbox, Interaction, Kind, Role
from omnidesk.text.addresses import normal_phone

PHONE = "phone"
"""The channel of calls, and of the numbers that people call from."""
_LONGEST = timedelta(days=1)
_BACK = timedelta(days=366)
_AHEAD = timedelta(minutes=5)
"""Clocks differ."""
_SUBJECT = 200
_LONGEST_NOTES = 50_000


class Outcome(StrEnum):
    """What came of a call."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"
    WRONG_NUMBER = "wrong_number"


@dataclass(frozen=True, slots=True)
class Call:
    """A call. `number` as people write it, empty = withheld; `began_at` None = it has just ended."""

    direction: Direction
    outcome: Outcome
    number: str = ""
    began_at: datetime | None = None
    seconds: int | None = None
    notes: str = ""


async def log(tx: Transaction, viewer: Viewer, number: int, call: Call, *, country: str) -> Case:
    """Write a call down on a case. `country` is for numbers without +. Raises Invalid, NotFound, NotAllowed."""
    must_be(viewer, Role.AGENT)
    seen = await views.find(tx.session, viewer, number)
    call = _timed(_checked(call, country), tx.now)
    point = await _point(tx, seen.contact_id, call.number)  # locked before the case, as always
    case = await actions.for_work(tx, viewer, number)
    _append(tx, viewer, case, call, point)
    await _follow(tx, viewer, case, call)
    return case


async def open_case(
    tx: Transaction, viewer: Viewer, contact_id: int, call: Call, *, subject: str, country: str
) -> Case:  # fmt: skip
    """Open a case with a call. Raises Invalid, NotFound, NotAllowed."""
    must_be(viewer, Role.AGENT)
    await people.find(tx.session, contact_id)
    call = _timed(_checked(call, country), tx.now)
    point = await _point(tx, contact_id, call.number)
    contact = await tx.get(Contact, contact_id)
    await tx.flush()  # the number may be new
    place, inbox = await _where(tx, viewer, contact, point)
    about = subject.strip() or call.notes.strip()
    case = cases.open_case(
        tx, inbox, place, contact, subject=" ".join(about.split())[:_SUBJECT], with_bot=False
    )  # fmt: skip
    interactions.event(tx, case, "opened", By.viewer(viewer), channel=PHONE)
    _append(tx, viewer, case, call, point)
    (case.number,) = await cases.take_numbers(tx, 1)
    await tx.flush()
    await _follow(tx, viewer, case, call)
    return case


async def correct(
    tx: Transaction, viewer: Viewer, number: int, position: int, call: Call, *, country: str
) -> Case:  # fmt: skip
    """Correct what was written down; status and clocks stay. Only who wrote it may, and supervisors.

    Without `began_at` it began when it did.
    """
    seen = await views.find(tx.session, viewer, number)
    call = _checked(call, country)
    point = await _point(tx, seen.contact_id, call.number)
    case = await actions.for_work(tx, viewer, number)
    row = await find(tx, case, position)
    if row.author_id != viewer.as_agent and not viewer.at_least(Role.SUPERVISOR):
        raise NotAllowed("Only who wrote this call down can correct it.")
    if row.text != call.notes:
        interactions.say_anew(tx, case, row, call.notes)
    row.payload = {**row.payload, **_payload(call)}
    row.direction, row.sent_at = call.direction, _began(row, call, tx.now)
    row.contact_point_id = point.id if point else None
    interactions.event(tx, case, "call_corrected", By.viewer(viewer), position=position)
    return case


async def find(tx: Transaction, case: Case, position: int) -> Interaction:
    """A call of a case, locked. Raises NotFound."""
    this = select(Interaction.id).where(
        Interaction.case_id == case.id, Interaction.position == position, Interaction.kind == Kind.CALL
    )
    found = (await tx.session.exec(this)).first()
    if found is None:
        raise NotFound(f"There is no call at {position} here.")
    return await tx.get(Interaction, found)


async def numbers_of(session: AsyncSession, contact_id: int) -> list[str]:
    """The telephone numbers of a person, whatever they are used for."""
    points = select(ContactPoint.address).where(
        ContactPoint.contact_id == contact_id, col(ContactPoint.address).startswith("+")
    )
    return list(dict.fromkeys(await session.exec(points.order_by(col(ContactPoint.id).desc()))))


def _checked(call: Call, country: str) -> Call:
    number = normal_phone(call.number, country) if call.number.strip() else ""
    if number is None:
        raise Invalid(
            f"{call.number[:40]} is no telephone number. Write one such as +90 532 123 45 67.",
            code="not_phone", fields={"number": "unreadable"}, values={"said": call.number[:40]},
        )  # fmt: skip
    if call.seconds is not None and not 0 <= call.seconds <= _LONGEST.total_seconds():
        raise Invalid("A call lasts at most a day.", code="call_length", fields={"length": "too long"})
    if len(call.notes) > _LONGEST_NOTES:
        raise Invalid(f"Notes have at most {_LONGEST_NOTES} characters.", fields={"notes": "too long"})
    return replace(call, number=number, notes=call.notes.strip())


def _timed(call: Call, now: datetime) -> Call:
    """With when it began."""
    began = call.began_at or now - timedelta(seconds=call.seconds or 0)
    if not now - _BACK <= began <= now + _AHEAD:
        raise Invalid(
            "Give a time within the last year, not one to come.", code="call_time", fields={"when": "out of range"}
        )
    return replace(call, began_at=min(began, now))


def _began(row: Interaction, call: Call, now: datetime) -> datetime | None:
    """When a corrected call began: forms know it to the minute, and however long ago, it may stay."""
    was = row.sent_at or row.created_at
    if call.began_at in (None, was, was.replace(second=0, microsecond=0)):
        return was
    return _timed(call, now).began_at


async def _point(tx: Transaction, contact_id: int, number: str) -> ContactPoint | None:
    """The number as an address of the person, who has it from now on."""
    if not number:
        return None
    known = select(ContactPoint.id).where(ContactPoint.channel == PHONE, ContactPoint.address == number)
    found = (await tx.session.exec(known)).first()
    if found is None:
        point = tx.new(ContactPoint, contact_id=contact_id, channel=PHONE, address=number, created_at=tx.now)
        finding.keep_point(tx, point)
        return point
    point = await tx.get(ContactPoint, found)
    if point.contact_id != contact_id:
        raise Invalid(
            f"The number {number} belongs to another person. Log the call there, or say on their page whose it is.",
            code="number_taken", fields={"number": "taken"}, values={"number": number},
        )  # fmt: skip
    return point


async def _where(
    tx: Transaction, viewer: Viewer, contact: Contact, point: ContactPoint | None
) -> tuple[ContactPoint, Inbox]:  # fmt: skip
    """Where the new case is answered: by an inbox for calls, if there is one, else as the person can be reached."""
    found = await ways.of(tx.session, viewer, contact.id)
    calls = [way for way in found if point is not None and way.point.id == point.id]
    if best := next(iter([*calls, *found]), None):
        return await tx.get(ContactPoint, best.point.id), best.inbox
    raise Invalid(
        "No inbox reaches this person, so a case could not be answered. Give a number, and ask your administrator for "
        "an inbox of the channel phone.",
        code="no_inbox", fields={"number": "no inbox"},
    )  # fmt: skip


def _append(tx: Transaction, viewer: Viewer, case: Case, call: Call, point: ContactPoint | None) -> None:
    place = Place(point.id if point else None, case.inbox_id, PHONE)
    content = Content(text=call.notes, payload=_payload(call), sent_at=call.began_at, place=place)
    interactions.append(tx, case, Kind.CALL, call.direction, By.viewer(viewer), content)


def _payload(call: Call) -> dict[str, Any]:
    return {"call": {"outcome": call.outcome, "number": call.number, "seconds": call.seconds}}


async def _follow(tx: Transaction, viewer: Viewer, case: Case, call: Call) -> None:
    """What follows from a call: nothing from a wrong number, and nothing for a closed case."""
    if call.outcome == Outcome.WRONG_NUMBER or case.category == Category.CLOSED:
        return
    if call.direction == Direction.INBOUND:
        planned.customer_wrote(tx, case)
        if await cases.receive(tx, case):
            interactions.event(tx, case, "reopened", By.viewer(viewer), by="call")
            await surveys.cancel(tx, case)
        actions.take_from_bot(tx, viewer, case)  # which has nothing to say to a call
    if call.outcome == Outcome.ANSWERED and case.category in cases.OPEN:
        await _spoken(tx, viewer, case, call)


async def _spoken(tx: Transaction, viewer: Viewer, case: Case, call: Call) -> None:
    """A person of ours has spoken with the customer: as good as a reply."""
    actions.take_from_bot(tx, viewer, case)
    if case.assignee_id is None:
        await actions.own(tx, viewer, case)
    began = call.began_at or tx.now
    case.first_reply_at = case.first_reply_at or max(case.created_at, began)
    case.unread, case.waits_since = False, None
    await planned.agent_replied(tx, viewer, case)
    if case.category == Category.NEW:
        cases.set_category(case, Category.OPEN)
