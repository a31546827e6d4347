"""Reaching a person by an inbox: at which address, answering a case there, and opening a case in their words."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import actions, cases, interactions
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.interactions import By, Content
from omnidesk.errors import Invalid, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, Contact, ContactPoint, Direction, Inbox, Kind, Role
from omnidesk.text.language import guess

_SUBJECT = 200


async def answer_through(tx: Transaction, viewer: Viewer, number: int, inbox: Inbox) -> Case:
    """From now on the case is answered by this inbox, and answers that come there join it.

    Raises NotFound, NotAllowed, and Invalid when the contact has no address there.
    """
    case = await actions.for_work(tx, viewer, number)
    if case.inbox_id != inbox.id:
        point = await _point(tx.session, case.contact_id, inbox)
        case.contact_point_id, case.inbox_id, case.channel = point.id, inbox.id, inbox.channel
        cases.changed(tx, case)
    return case


async def open_case(
    tx: Transaction, viewer: Viewer, inbox: Inbox, contact_id: int, *, subject: str, text: str
) -> Case:  # fmt: skip
    """A case in a person's own words, which somebody passes on: as if they had come by this inbox.

    Raises NotAllowed, and Invalid for an unknown contact and when the person has no address there.
    """
    must_be(viewer, Role.AGENT)
    if await tx.session.get(Contact, contact_id) is None:
        raise Invalid(f"There is no contact {contact_id}.", fields={"contact": "unknown"})
    contact = await tx.get(Contact, contact_id)
    point = await _point(tx.session, contact_id, inbox)
    contact.language = contact.language or guess(text)
    case = cases.open_case(
        tx, inbox, point, contact, subject=" ".join((subject or text).split())[:_SUBJECT],
        with_bot=inbox.bot is not None,
    )  # fmt: skip
    interactions.event(tx, case, "opened", By.viewer(viewer), channel=inbox.channel)
    by = By.contact(contact, point)
    interactions.append(tx, case, Kind.MESSAGE, Direction.INBOUND, by, Content(text=text))
    await cases.receive(tx, case)
    (case.number,) = await cases.take_numbers(tx, 1)
    return case


async def _point(session: AsyncSession, contact_id: int, inbox: Inbox) -> ContactPoint:
    """The address of a contact on an inbox's channel: one that works, the newest of several."""
    theirs = select(ContactPoint).where(ContactPoint.contact_id == contact_id, ContactPoint.channel == inbox.channel)
    best = theirs.order_by(col(ContactPoint.working).desc(), col(ContactPoint.id).desc())
    point = (await session.exec(best.limit(1))).first()
    if point is None:
        raise Invalid(
            f"This contact has no {inbox.channel} address, which the inbox {inbox.slug} needs; choose another inbox.",
            fields={"inbox": "no address"},
        )
    return point


def must_see(viewer: Viewer, inbox: Inbox) -> None:
    """Raise NotFound for an inbox whose team is closed to the viewer."""
    if inbox.team_id in viewer.hidden_team_ids:
        raise NotFound(f"There is no inbox {inbox.slug} here.")
