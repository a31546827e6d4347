"""Splitting messages off into a case of their own; merging that case back undoes it."""

from collections.abc import Collection, Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import actions, cases, interactions, views
from omnidesk.desk.access import Viewer
from omnidesk.desk.casework import merging, placing
from omnidesk.desk.interactions import By
from omnidesk.errors import Conflict, Invalid, NotFound
from omnidesk.events import TranscriptChanged
from omnidesk.store.db import Transaction
from omnidesk.store.models import (
    Author,
    Case,
    Contact,
    ContactPoint,
    Direction,
    Inbox,
    Interaction,
    Kind,
)

_SAID = (Kind.MESSAGE, Kind.NOTE, Kind.CALL)
_ANSWERING = (Author.AGENT, Author.BOT)
_OFFERED = 50
_LONGEST_SUBJECT = 200


async def offered(session: AsyncSession, viewer: Viewer, number: int) -> tuple[Case, Sequence[Interaction]]:
    """A case and the last of what was said on it, oldest first. Raises NotFound."""
    case = await views.find(session, viewer, number)
    said = select(Interaction).where(Interaction.case_id == case.id, col(Interaction.kind).in_(_SAID))
    newest = await session.exec(said.order_by(col(Interaction.position).desc()).limit(_OFFERED))
    return case, list(reversed(list(newest)))


async def split(tx: Transaction, viewer: Viewer, number: int, chosen: Collection[int], subject: str = "") -> Case:
    """Move messages, by their ids, into a new case of the same team and agent; replies to them land there.

    Gives the new case. Raises NotFound, NotAllowed, Conflict where one is here no longer, and Invalid unless
    a message of somebody outside goes and something stays.
    """
    case = await actions.for_work(tx, viewer, number)
    log = await placing.log_of(tx, case)
    said = await _said(tx, case)
    going = [row for row in said if row.id in chosen]
    first = next((row for row in going if row.direction == Direction.INBOUND), None)
    if len(going) < len(chosen):
        raise Conflict("Some of these messages are on this case no longer; look at it again.", code="split_moved_on")
    if first is None:
        raise Invalid("messages: choose at least one message of the customer.", code="nothing_to_split",
                      fields={"messages": "none"})  # fmt: skip
    if len(going) == len(said):
        raise Invalid("messages: leave at least one message here.", code="all_split", fields={"messages": "all"})
    new = await _open(tx, case, first, subject)
    moved = {row.id for row in going}
    stay = [row for row in log if row.id not in moved]
    await placing.place(tx, [(case, [row.id for row in stay]), (new, [row.id for row in going])])
    await placing.keep_read(tx, case, [row.position for row in stay], range(1, len(stay) + 1))
    _show(new, going)
    _show(case, [row for row in said if row.id not in moved])
    by = By.viewer(viewer)
    interactions.event(tx, case, "split_off", by, number=new.number)
    interactions.event(tx, new, "split_from", by, number=case.number)
    tx.publish(TranscriptChanged(case.contact_point_id))
    return new


async def _said(tx: Transaction, case: Case) -> list[Interaction]:
    statement = select(Interaction).where(Interaction.case_id == case.id, col(Interaction.kind).in_(_SAID))
    return list(await tx.session.exec(statement.order_by(col(Interaction.position))))


async def _open(tx: Transaction, case: Case, first: Interaction, subject: str) -> Case:
    """The new case: of who wrote the first message, answered where that came from."""
    if first.contact_point_id is None:
        raise Invalid("messages: this message came from no address that could be answered.", fields={"messages": "?"})
    point, inbox = await tx.get(ContactPoint, first.contact_point_id), await tx.get(Inbox, first.inbox_id)
    contact = await tx.get(Contact, point.contact_id)
    subject = " ".join((subject or first.text).split())[:_LONGEST_SUBJECT]
    new = cases.open_case(tx, inbox, point, contact, subject=subject, with_bot=False)
    new.team_id, new.language, new.linked_case_id = case.team_id, case.language, case.id
    (new.number,) = await cases.take_numbers(tx, 1)
    await tx.flush()
    if case.assignee_id is not None:
        await cases.assign(tx, new, case.assignee_id)
    return new


def _show(case: Case, said: Sequence[Interaction]) -> None:
    """What the row of the list shows follows from what is left."""
    last = said[-1]
    case.last_at, case.last_author = last.created_at, last.author_kind
    case.preview = " ".join(last.text.split())[: interactions.PREVIEW_LENGTH]
    answers = [row for row in said if row.direction == Direction.OUTBOUND and row.author_kind == Author.AGENT]
    if case.first_reply_at is None and answers:
        case.first_reply_at = answers[0].created_at
    waiting = _unanswered(said)
    if not waiting:
        case.unread, case.waits_since = False, None
    elif case.category in cases.OPEN:
        case.waits_since = waiting[0].created_at


def _unanswered(said: Sequence[Interaction]) -> list[Interaction]:
    """What the customer wrote since the last answer, an agent's or a bot's; a note is none."""
    answers = [row for row in said if row.direction == Direction.OUTBOUND and row.author_kind in _ANSWERING]
    answered = answers[-1].position if answers else 0
    return [row for row in said if row.author_kind == Author.CONTACT and row.position > answered]


async def undo(tx: Transaction, viewer: Viewer, number: int) -> int:
    """Put what was split off back where it was; gives that case's number. Raises NotFound, Conflict."""
    case = await actions.for_work(tx, viewer, number)
    came = select(Interaction).where(Interaction.case_id == case.id, Interaction.kind == Kind.EVENT)
    events = await tx.session.exec(came.order_by(col(Interaction.position)))
    origin = next((row.payload["number"] for row in events if row.payload.get("event") == "split_from"), None)
    if origin is None:
        raise NotFound("Nothing was split off into this case.")
    if case.category in cases.DONE:
        raise Conflict("This case is done already; reopen it before you undo the splitting.", code="done")
    await merging.merge(tx, viewer, number, origin)
    return int(origin)
