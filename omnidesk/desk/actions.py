"""What an agent does with a case. Each verb locks the case, checks the viewer, acts, and logs who did it."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnElement, false, func
from sqlmodel import col, select

from omnidesk.contract.channel import Capabilities
from omnidesk.desk import cases, files, interactions, mentions, notices, resolving, surveys, windows
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.files import Stored
from omnidesk.desk.interactions import By, Content
from omnidesk.desk.outgoing import copies as copying
from omnidesk.desk.outgoing import deliveries, planned, ways
from omnidesk.desk.outgoing.copies import Copies
from omnidesk.desk.outgoing.templates import Chosen
from omnidesk.errors import Conflict, Invalid, NotFound
from omnidesk.events import TranscriptChanged
from omnidesk.store import dialect
from omnidesk.store.db import Database, Transaction, table_of
from omnidesk.store.models import (
    Agent,
    Author,
    Case,
    Category,
    ContactPoint,
    Delivery,
    DeliveryRole,
    DeliveryState,
    Direction,
    Holder,
    Inbox,
    Interaction,
    Kind,
    NoticeKind,
    Read,
    Role,
)
from omnidesk.text.markup import plain

CapabilitiesOf = Callable[[int], Capabilities | None]
"""What the channel of an inbox, named by its id, can do; None while it is not in use."""
_LONGEST_TEXT = 50_000


async def _visible(tx: Transaction, viewer: Viewer, number: int) -> Case:
    """The case, locked. Raises NotFound, also for one the viewer may not see."""
    case_id = (await tx.session.exec(select(Case.id).where(Case.number == number))).first()
    case = await tx.get(Case, case_id) if case_id is not None else None
    if case is None or not viewer.may_see(case):
        raise NotFound(f"There is no case #{number} here.")
    return case


async def for_work(tx: Transaction, viewer: Viewer, number: int) -> Case:
    """The case, locked, for who may work on it. Raises NotFound, NotAllowed, and Conflict when it was merged."""
    must_be(viewer, Role.AGENT)
    case = await _visible(tx, viewer, number)
    if case.merged_into_id is not None:
        raise Conflict("This case was merged into another one; work on that one.", code="merged_case")
    return case


async def reply(
    tx: Transaction, viewer: Viewer, number: int, text: str, *,
    attachments: Sequence[Stored] = (), last_seen: int | None = None, log_version: int | None = None,
    even_own: bool = False,
    capabilities: CapabilitiesOf | None = None, copies: Copies | None = None, then: Category | None = None,
    at: int | None = None, template: Chosen | None = None,
) -> Case:  # fmt: skip
    """Answer the contact, and let others have a copy; `then` the case waits, is on hold or is resolved.

    `at`: another address of the person, by its id; the case goes on there. `template`: what is sent in place of a text.

    Raises Conflict (`somebody_wrote`) when others (or, with `even_own`, anybody) said something since `last_seen`, a
    position in a log of this `log_version`; and Invalid for what the channel of the case can't carry, for addresses
    that get no copy, and (`window_over`) for a text where only a template may be sent.
    """
    copied = await _copied(tx, viewer, number, copies) if copies else []
    case = await for_work(tx, viewer, number)
    text = template.text if template else text
    _check_text(text, attachments)
    if at is not None and at != case.contact_point_id:
        before = case.channel
        ways.follow(case, await ways.to(tx.session, viewer, case, at))
        interactions.event(tx, case, "answered_by", By.viewer(viewer), channel=case.channel, before=before)
    can = capabilities(case.inbox_id) if capabilities else None
    if can is not None:
        deliveries.must_take(can, text.strip() if can.html else plain(text.strip()))
    if any(other.channel != case.channel for other, _ in copied):
        raise Conflict("The contact has changed the channel since you read this case.", code="somebody_wrote")
    await _in_its_time(tx, case, can, template, attachments)
    point = await tx.session.get_one(ContactPoint, case.contact_point_id)
    if not point.consent:
        raise Invalid(
            f"{point.address} asked for no more messages (STOP). Reach the person at another address, or wait until "
            "they write START.",
            code="stopped",
        )
    if last_seen is not None:
        if last_seen > case.last_position or log_version not in (None, case.log_version):
            last_seen = 0  # positions of an earlier order say nothing of this one
        await _nothing_said_since(tx, case, last_seen, but=None if even_own else viewer)
    if case.holder == Holder.BOT or case.category in cases.DONE:
        await _take_up(tx, viewer, case)
    elif case.assignee_id is None:
        await own(tx, viewer, case)
    payload = {"template": template.as_row()} if template else interactions.form_of(text.strip())
    content = Content(text=text.strip(), payload=payload)
    interaction_id = interactions.append(tx, case, Kind.MESSAGE, Direction.OUTBOUND, By.viewer(viewer), content)
    files.attach(tx, interaction_id, files.placed(attachments, content.text))
    deliveries.queue(tx, case, point, interaction_id, automatic=False)
    for other, role in copied:
        if other.id != point.id:
            deliveries.queue(tx, case, other, interaction_id, automatic=False, role=role)
    case.first_reply_at = case.first_reply_at or tx.now
    case.unread, case.waits_since = False, None
    await planned.agent_replied(tx, viewer, case)
    await _go_on(tx, viewer, case, then)
    return case


async def _in_its_time(
    tx: Transaction, case: Case, can: Capabilities | None, template: Chosen | None, attachments: Sequence[Stored]
) -> None:  # fmt: skip
    """Whether this may go now: a text while the window of the address is open, a template of the same inbox always."""
    if template is None:
        if (window := await windows.of(tx.session, can, case.contact_point_id, case.inbox_id)) is not None:
            window.must_be_open(tx.now)
    elif template.inbox_id != case.inbox_id:
        raise Conflict("The contact has changed the channel since you read this case.", code="somebody_wrote")
    elif attachments:
        raise Invalid("A template takes no files; remove them.", fields={"attachments": "not possible"})


async def _go_on(tx: Transaction, viewer: Viewer, case: Case, then: Category | None) -> None:
    """What becomes of a case with a reply."""
    if then == Category.RESOLVED:
        await resolving.check(tx, viewer, case)
        await _resolve(tx, viewer, case)
    elif then in (Category.WAITING, Category.ON_HOLD):
        cases.set_category(case, then)
    elif case.category == Category.NEW:
        cases.set_category(case, Category.OPEN)


class _Rehearsed(Exception):
    """All went well, and nothing of it is to stay."""


async def rehearse(database: Database, viewer: Viewer, number: int, text: str, **how: Any) -> None:
    """Try a reply and undo it: raises what `reply` would raise now."""
    with suppress(_Rehearsed):
        async with database.transaction() as tx:
            await reply(tx, viewer, number, text, **how)
            raise _Rehearsed


async def _copied(
    tx: Transaction, viewer: Viewer, number: int, copies: Copies
) -> list[tuple[ContactPoint, DeliveryRole]]:  # fmt: skip
    """Who gets a copy. Met before the case is locked: what arrives locks addresses first, then cases."""
    must_be(viewer, Role.AGENT)
    case = (await tx.session.exec(select(Case).where(Case.number == number))).first()
    return await copying.meet(tx, case, copies) if case is not None and viewer.may_see(case) else []


def _check_text(text: str, attachments: Sequence[Stored] = ()) -> None:
    if not text.strip() and not attachments:
        raise Invalid("Write something first.", fields={"text": "empty"})
    if len(text) > _LONGEST_TEXT:
        raise Invalid(f"A message has at most {_LONGEST_TEXT} characters.", fields={"text": "too long"})


async def _nothing_said_since(tx: Transaction, case: Case, last_seen: int, *, but: Viewer | None) -> None:
    """What was said after `last_seen` stops a reply; events and the desk's surveys don't, nor the words of `but`."""
    statement = select(func.count()).where(
        Interaction.case_id == case.id, col(Interaction.position) > last_seen, Interaction.kind != Kind.EVENT,
        col(Interaction.author_kind) != Author.SYSTEM,
    )  # fmt: skip
    if but is not None:
        statement = statement.where(~_said_by(but))
    said = (await tx.session.exec(statement)).one()
    if said:
        raise Conflict("Something was said since you read this case.", code="somebody_wrote")
    if but is not None and (case.assignee_id not in (None, but.as_agent) or case.category in cases.DONE):
        await _nothing_done_since(tx, case, last_seen, but)


async def _nothing_done_since(tx: Transaction, case: Case, last_seen: int, viewer: Viewer) -> None:
    """A case that a colleague got or resolved since stops a reply as well."""
    happened = select(Interaction.payload).where(
        Interaction.case_id == case.id, col(Interaction.position) > last_seen, Interaction.kind == Kind.EVENT,
        ~_said_by(viewer),
    )  # fmt: skip
    done = {payload.get("event") for payload in await tx.session.exec(happened)}
    if "assigned" in done and case.assignee_id not in (None, viewer.as_agent):
        raise Conflict("The case was given to somebody else since you read it.", code="somebody_wrote")
    if "resolved" in done and case.category in cases.DONE:
        raise Conflict("The case was resolved since you read it.", code="somebody_wrote")


def _said_by(viewer: Viewer) -> ColumnElement[bool]:
    is_agent = col(Interaction.author_kind) == Author.AGENT
    return is_agent & func.coalesce(col(Interaction.author_id) == viewer.as_agent, false())


async def _take_up(tx: Transaction, viewer: Viewer, case: Case) -> None:
    """Take a case from the bot or the shelf to oneself, so that it can be worked on."""
    if case.category in cases.DONE:
        await cases.reopen(tx, case)
        interactions.event(tx, case, "reopened", By.viewer(viewer), by="agent")
        await surveys.cancel(tx, case)
    take_from_bot(tx, viewer, case)
    await own(tx, viewer, case)


def take_from_bot(tx: Transaction, viewer: Viewer, case: Case) -> None:
    """Pass a locked case from the bot, if it holds it, to its team."""
    if case.holder == Holder.BOT:
        cases.hand_off(tx, case)
        interactions.event(tx, case, "taken_from_bot", By.viewer(viewer))


async def own(tx: Transaction, viewer: Viewer, case: Case) -> None:
    """A case that nobody has goes to the agent who acts; after a program that acts for nobody, where routing says."""
    owner = case.assignee_id or viewer.as_agent
    if owner is not None:
        await _assign(tx, viewer, case, owner)


async def _assign(tx: Transaction, viewer: Viewer, case: Case, agent_id: int | None) -> None:
    if agent_id == case.assignee_id:
        case.needs_agent = case.needs_routing = False
        return
    agent = await tx.session.get(Agent, agent_id) if agent_id is not None else None
    if agent_id is not None and (agent is None or not agent.active or agent.role == Role.VIEWER):
        raise Invalid("This agent can't take cases; choose another one.", fields={"agent": "unknown"})
    await cases.assign(tx, case, agent_id)
    if agent is None:
        interactions.event(tx, case, "unassigned", By.viewer(viewer))
    else:
        event_id = interactions.event(tx, case, "assigned", By.viewer(viewer), agent=agent.name, by="agent")
        if agent.id != viewer.as_agent:
            notices.give(tx, agent.id, NoticeKind.ASSIGNED, case, interaction_id=event_id)


async def note(tx: Transaction, viewer: Viewer, number: int, text: str, attachments: Sequence[Stored] = ()) -> Case:
    """Write something that only colleagues see."""
    case = await for_work(tx, viewer, number)
    _check_text(text, attachments)
    named = await mentions.named_in(tx.session, case, text.strip())
    content = Content(text=text.strip(), payload={**named.payload, **interactions.form_of(text.strip())})
    interaction_id = interactions.append(tx, case, Kind.NOTE, Direction.INTERNAL, By.viewer(viewer), content)
    mentions.keep(tx, case, interaction_id, named, but=viewer.as_agent)
    files.attach(tx, interaction_id, files.placed(attachments, content.text))
    return case


async def assign(tx: Transaction, viewer: Viewer, number: int, agent_id: int | None) -> Case:
    """Give the case to an agent, or to nobody: then it waits until somebody takes it.

    A bot's case is handed off first; given to nobody it goes where routing says.
    """
    case = await for_work(tx, viewer, number)
    if case.holder == Holder.BOT:
        take_from_bot(tx, viewer, case)
        if agent_id is None:
            return case
    await _assign(tx, viewer, case, agent_id)
    return case


async def take(tx: Transaction, viewer: Viewer, number: int) -> Case:
    """Take the case to oneself; from the bot if the bot has it."""
    return await assign(tx, viewer, number, viewer.agent_id)


async def resolve(tx: Transaction, viewer: Viewer, number: int, disposition: str | None = None) -> Case:
    """The work is done, and why it ended (a slug). The survey is armed.

    Raises Invalid (`not_ready`) when fields or tasks must come first.
    """
    case = await for_work(tx, viewer, number)
    if case.category in cases.DONE:
        return case
    await resolving.check(tx, viewer, case)
    case.disposition = await resolving.outcome(tx, disposition)
    if not await planned.resolve_with(tx, viewer, case):
        await _resolve(tx, viewer, case)
    return case


async def _resolve(tx: Transaction, viewer: Viewer, case: Case) -> None:
    take_from_bot(tx, viewer, case)
    if case.assignee_id is None:
        await own(tx, viewer, case)
    inbox = await tx.session.get_one(Inbox, case.inbox_id)
    await cases.resolve(tx, case, inbox.close_days)
    interactions.event(tx, case, "resolved", By.viewer(viewer), by="agent", **await resolving.said(tx, case))
    await surveys.arm(tx, case)
    await planned.disarm(tx, [case], "resolved", also_undoable=True, sender=viewer)


async def reopen(tx: Transaction, viewer: Viewer, number: int) -> Case:
    """Take a resolved or closed case up again."""
    case = await for_work(tx, viewer, number)
    if case.category in cases.DONE:
        await _take_up(tx, viewer, case)
    return case


async def mark_read(tx: Transaction, viewer: Viewer, number: int, position: int) -> None:
    """The viewer has seen the case up to a position. When it is the viewer's case, or nobody's, it is no longer new."""
    must_be(viewer, Role.AGENT)
    case = await _visible(tx, viewer, number)
    position = min(position, case.last_position)
    await notices.see(tx, viewer.agent_id, case.id)
    known = await tx.session.get(Read, (viewer.agent_id, case.id))
    if known is None or known.position < position:  # a second page that lags behind takes nothing back
        row = {"agent_id": viewer.agent_id, "case_id": case.id, "position": position, "read_at": tx.now}
        await dialect.put(await tx.session.connection(), table_of(Read), row, key=["agent_id", "case_id"])
        tx.publish(TranscriptChanged(case.contact_point_id))
        await mentions.see(tx, viewer.agent_id, case, position)
    if case.unread and position >= case.last_position and case.assignee_id in (None, viewer.agent_id):
        case.unread = False
        cases.changed(tx, case)


async def retry_delivery(tx: Transaction, viewer: Viewer, delivery_id: int) -> Case:
    """Try a failed message once more; one that waits for its next try is tried at once."""
    delivery = await tx.session.get(Delivery, delivery_id)
    case = await tx.session.get(Case, delivery.case_id) if delivery else None
    if delivery is None or case is None:
        raise NotFound("This message is not here.")
    case = await for_work(tx, viewer, case.number)
    delivery = await tx.get(Delivery, delivery_id)
    waits = delivery.state == DeliveryState.QUEUED and delivery.attempts > 0
    if delivery.state != DeliveryState.FAILED and not waits:
        raise Conflict("This message is on its way already.")
    deliveries.try_again(tx, delivery)
    cases.changed(tx, case)
    return case
