"""Interactions: the log of a case or of a person, and what is said on a case."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.api import answers, forms
from omnidesk.api.inboxes import named_inbox
from omnidesk.api.operations import Call, Page
from omnidesk.contract.channel import Failure
from omnidesk.desk import actions, timeline, views
from omnidesk.desk.directory import people
from omnidesk.desk.outgoing import reaching, templates
from omnidesk.desk.outgoing.copies import Copies
from omnidesk.desk.outgoing.templates import Chosen
from omnidesk.desk.timeline import TimelineRow
from omnidesk.errors import Invalid
from omnidesk.keys import DATABASE, INBOXES, LETTERS
from omnidesk.store.db import Transaction
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import (
    Attachment,
    AttachmentState,
    Author,
    Case,
    Contact,
    ContactPoint,
    Delivery,
    DeliveryRole,
    DeliveryState,
    Direction,
    Inbox,
    Interaction,
    Kind,
)

_Rows = Sequence[tuple[TimelineRow, Case | None]]
_FOLLOWS = 20
"""What was written stands among so many of the newest rows: events may follow from it."""


async def of_case(call: Call, number: int, query: Page) -> answers.InteractionPage:
    """The log of a case, oldest first."""
    async with call.app[DATABASE].session() as session:
        case = await views.find(session, call.viewer, number)
        return await _page(call, session, case, query)


async def of_contact(call: Call, id: int, query: Page) -> answers.InteractionPage:
    """The log of a person over all cases and channels, oldest first."""
    async with call.app[DATABASE].session() as session:
        contact = await people.find(session, id)
        return await _page(call, session, contact, query)


async def _page(call: Call, session: AsyncSession, log: Case | Contact, query: Page) -> answers.InteractionPage:
    """A part of a log. The cursor is the place of its last row."""
    after = _place(query.cursor)
    rows = await timeline.rows_after(session, call.viewer, log, after=after, limit=query.limit + 1)
    items = await _answers(call, session, rows[: query.limit])
    last = rows[: query.limit][-1][0].interaction if rows else None
    more = last is not None and len(rows) > query.limit
    return answers.InteractionPage(
        items=items, next=str(last.position if isinstance(log, Case) else last.id) if more and last else None
    )


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and int(cursor[:20]) <= MAX_ID and len(cursor) <= 20):
        raise Invalid("This cursor is not one of ours; start again without it.", fields={"cursor": "invalid"})
    return int(cursor)


async def write(call: Call, tx: Transaction, number: int, body: forms.NewInteraction) -> answers.Interaction:
    """Reply to the contact, or write a note that only colleagues see."""
    template = await _template(call, tx, number, body)
    if body.kind == "note":
        case = await actions.note(tx, call.viewer, number, body.body or "")
    else:
        case = await _reply(call, tx, number, body, template)
    position = case.last_position
    await tx.finish()
    log = await views.find(tx.session, call.viewer, number)
    rows = await timeline.rows_after(tx.session, call.viewer, log, after=position - _FOLLOWS, limit=_FOLLOWS)
    written = [row for row in rows if row[0].interaction.kind != Kind.EVENT]
    return (await _answers(call, tx.session, written[-1:]))[0]


async def _template(call: Call, tx: Transaction, number: int, body: forms.NewInteraction) -> Chosen | None:
    """The template that is sent in place of a body. Raises Invalid."""
    if (body.body is None) == (body.template is None) or (body.template and body.kind == "note"):
        fields = {"body": "this, or a reply's template"}
        raise Invalid("Send a body, or with a reply a template in its place; not both.", fields=fields)
    if body.template is None:
        return None
    case = await views.find(tx.session, call.viewer, number)
    inbox_id = named_inbox(call, body.inbox).id if body.inbox is not None else case.inbox_id
    sent = body.template
    return await templates.choose(call.app[INBOXES], inbox_id, sent.name, sent.language, sent.values)


async def _reply(
    call: Call, tx: Transaction, number: int, body: forms.NewInteraction, template: Chosen | None
) -> Case:  # fmt: skip
    if body.inbox is not None:
        await reaching.answer_through(tx, call.viewer, number, named_inbox(call, body.inbox))
    inboxes = call.app[INBOXES]
    copies = Copies(inboxes, body.cc, body.bcc) if body.cc or body.bcc else None
    try:
        # a program that sends the same again must be stopped as well, so its own words count
        return await actions.reply(
            tx, call.viewer, number, body.body or "", last_seen=body.last_seen, even_own=True,
            capabilities=inboxes.capabilities_of, copies=copies, template=template,
        )  # fmt: skip
    except Invalid as error:
        fields = {"body" if name == "text" else name: wrong for name, wrong in error.fields.items()}
        raise Invalid(error.message, code=error.code, fields=fields) from error


async def _answers(call: Call, session: AsyncSession, rows: _Rows) -> list[answers.Interaction]:
    slugs = dict((await session.exec(select(Inbox.id, Inbox.slug))).all())
    ids = {delivery.contact_point_id for row, _ in rows for delivery in row.deliveries}
    points = {one.id: one for one in await session.exec(select(ContactPoint).where(col(ContactPoint.id).in_(ids)))}
    return [_answer(call, row, case, slugs[row.interaction.inbox_id], points) for row, case in rows]


def _answer(
    call: Call, row: TimelineRow, case: Case | None, inbox: str, points: Mapping[int, ContactPoint]
) -> answers.Interaction:  # fmt: skip
    said = row.interaction
    author_id = str(said.author_id) if said.author_id is not None else None
    return answers.Interaction(
        id=str(said.id), position=said.position, case=case.number if case else None, contact=str(said.contact_id),
        inbox=inbox, channel=said.channel, direction=Direction(said.direction), kind=Kind(said.kind),
        author=answers.Speaker(kind=Author(said.author_kind), id=author_id, name=said.author_name),
        text=said.text, whole=said.payload.get("whole"), html=said.html, event=said.payload.get("event"),
        score=said.payload.get("score"), claims=said.payload.get("claims", {}),
        doubt=said.payload.get("doubt"), reply_to=said.payload.get("reply_to"),
        template=answers.Template(**_sent(said.payload["template"])) if "template" in said.payload else None,
        call=_called(said) if "call" in said.payload else None,
        attachments=[_file(call, file) for file in row.attachments],
        deliveries=[_delivery(one, points[one.contact_point_id]) for one in row.deliveries],
        created_at=said.created_at,
    )  # fmt: skip


def _sent(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {name: kept[name] for name in ("name", "language", "values")}


def _called(said: Interaction) -> answers.PhoneCall:
    kept = said.payload["call"]
    return answers.PhoneCall(
        outcome=kept["outcome"], number=kept["number"] or None, seconds=kept["seconds"],
        began_at=said.sent_at or said.created_at,
    )  # fmt: skip


def _file(call: Call, file: Attachment) -> answers.File:
    here = file.state == AttachmentState.STORED
    return answers.File(
        id=str(file.id), filename=file.filename, content_type=file.content_type, size=file.size,
        url=call.app[LETTERS].file(file).url if here else None,
    )  # fmt: skip


def _delivery(delivery: Delivery, point: ContactPoint) -> answers.Delivery:
    return answers.Delivery(
        to=point.address, role=DeliveryRole(delivery.role), channel=point.channel,
        state=DeliveryState(delivery.state), error=delivery.error or None,
        failure=Failure(delivery.failure) if delivery.failure else None,
    )  # fmt: skip
