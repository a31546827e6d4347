"""Planned replies: what an agent has sent but may still take back, or put off; a worker makes replies of them.

Each is a row until then, so that clocks, status and the order of the log are those of its real sending, and nothing of
what was taken back remains. What it could not know holds it back, until its agent has looked at it: the case was
resolved, and of one that was put off also that the customer wrote, or a colleague answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import cases, drafts, interactions, notices
from omnidesk.desk.access import Viewer
from omnidesk.desk.drafts import Writing
from omnidesk.desk.interactions import By
from omnidesk.errors import Conflict, Invalid, NotAllowed
from omnidesk.events import WorkWaiting
from omnidesk.store.db import Transaction, fixed
from omnidesk.store.models import Agent, Case, Category, NoticeKind, PlannedReply, PlannedState

LATEST = timedelta(days=366)
OVERTAKEN = frozenset({"customer_wrote", "agent_replied", "resolved"})
"""What holds a reply back that can still be sent as it is."""
_SHOWN = 50
WORKER = "planned"


@dataclass(frozen=True, slots=True)
class Shown:
    """A planned reply as colleagues see it."""

    reply: PlannedReply
    agent: Agent

    @property
    def overtaken(self) -> bool:
        """Whether it waits for its agent's word, and can be sent as it is."""
        return self.reply.state == PlannedState.CANCELLED and self.reply.why in OVERTAKEN


async def plan(
    tx: Transaction, viewer: Viewer, case: Case, writing: Writing, *,
    send_at: datetime, later: bool = False, then: Category | None = None,
) -> None:  # fmt: skip
    """Send this on a locked case at a time; what the agent has waiting here only to be undone goes out before it.

    `later`: it is put off. The caller has rehearsed the reply (see `actions.rehearse`).
    Raises Invalid for a strange time.
    """
    if later and not tx.now < send_at <= tx.now + LATEST:
        raise Invalid(
            "This time has passed, or is more than a year away; choose another one.",
            code="wrong_time", fields={"later": "not possible"},
        )  # fmt: skip
    await hurry(tx, case, viewer)
    tx.add_row(
        PlannedReply,
        {
            "id": tx.new_id(), "case_id": case.id, "agent_id": viewer.agent_id, "text": writing.text,
            "uploads": list(writing.uploads), "cc": list(writing.cc), "bcc": list(writing.bcc), "then": then or "",
            "contact_point_id": writing.at, "template": dict(writing.template) if writing.template else None,
            "later": later, "send_at": send_at, "state": PlannedState.PLANNED, "why": "", "said": "",
            "created_at": tx.now,
        },
    )  # fmt: skip
    cases.changed(tx, case)
    tx.publish(WorkWaiting(WORKER))


async def hurry(tx: Transaction, case: Case, viewer: Viewer) -> None:
    """What the viewer has waiting on a case only to be undone goes out now."""
    waiting = update(PlannedReply).where(*_undoable(viewer, case.id), col(PlannedReply.send_at) > tx.now)
    await tx.session.exec(waiting.values(send_at=tx.now))
    tx.publish(WorkWaiting(WORKER))


async def resolve_with(tx: Transaction, viewer: Viewer, case: Case) -> bool:
    """Where a reply of the viewer's waits only to be undone, it goes out now and resolves the case: so order stays."""
    last = select(PlannedReply.id).where(*_undoable(viewer, case.id)).order_by(col(PlannedReply.id).desc()).limit(1)
    reply_id = (await tx.session.exec(last)).first()
    if reply_id is None:
        return False
    own = update(PlannedReply).where(col(PlannedReply.id) == reply_id)
    await tx.session.exec(own.values(then=Category.RESOLVED))
    await hurry(tx, case, viewer)
    return True


async def waits(session: AsyncSession, viewer: Viewer, case: Case) -> bool:
    """Whether something of the viewer's waits on a case only to be undone: the next reply may not overtake it."""
    waiting = select(PlannedReply.id).where(*_undoable(viewer, case.id))
    return (await session.exec(waiting.limit(1))).first() is not None


def _undoable(viewer: Viewer, case_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(PlannedReply.case_id) == case_id, col(PlannedReply.agent_id) == viewer.agent_id,
        col(PlannedReply.state) == PlannedState.PLANNED, ~col(PlannedReply.later),
    )  # fmt: skip


async def shown(session: AsyncSession, case: Case) -> Sequence[Shown]:
    """What is not sent on a case, in the order in which it will be: planned, and what its agent has yet to look at."""
    statement = (
        select(PlannedReply, Agent)
        .join(Agent, col(Agent.id) == col(PlannedReply.agent_id))
        .where(PlannedReply.case_id == case.id)
        .order_by(col(PlannedReply.send_at), col(PlannedReply.id))
        .limit(_SHOWN)
    )
    return [Shown(reply, agent) for reply, agent in await session.exec(statement)]


async def _own(tx: Transaction, viewer: Viewer, case: Case, reply_id: int) -> PlannedReply:
    """A planned reply on a locked case, locked; one that was stopped may be taken over by colleagues.

    Raises Conflict when it is not there any more, NotAllowed for a colleague's.
    """
    reply = await tx.session.get(PlannedReply, reply_id)
    if reply is None or reply.case_id != case.id:
        raise Conflict("This reply was sent meanwhile, or taken back in another window.", code="sent_already")
    if reply.agent_id != viewer.agent_id and reply.state == PlannedState.PLANNED:
        raise NotAllowed("Only who wrote this reply can take it back or send it now.", code="not_your_reply")
    return await tx.get(PlannedReply, reply_id)


async def send_now(tx: Transaction, viewer: Viewer, case: Case, reply_id: int) -> None:
    """Wait no longer; also of one that something else came before, which its own agent sends anyway."""
    reply = await _own(tx, viewer, case, reply_id)
    if reply.state != PlannedState.PLANNED:
        if reply.state != PlannedState.CANCELLED or reply.why not in OVERTAKEN:
            raise Conflict("This reply was stopped; look at it, and send it again.", code="stopped_reply")
        if reply.agent_id != viewer.agent_id:
            raise NotAllowed("Only who wrote this reply can take it back or send it now.", code="not_your_reply")
    reply.state, reply.why, reply.send_at, reply.later = PlannedState.PLANNED, "", tx.now, False
    cases.changed(tx, case)
    tx.publish(WorkWaiting(WORKER))


async def take_back(tx: Transaction, viewer: Viewer, case: Case, reply_id: int) -> None:
    """Put it back into the composer; it was never sent."""
    reply = await _own(tx, viewer, case, reply_id)
    await drafts.put_back(tx, viewer, case, _writing(reply))
    await _remove(tx, case, reply)


def _writing(reply: PlannedReply) -> Writing:
    text = "" if reply.template else reply.text
    return Writing(text, "reply", reply.uploads, reply.cc, reply.bcc, reply.contact_point_id, reply.template)


async def cancel(tx: Transaction, viewer: Viewer, case: Case, reply_id: int) -> None:
    """Drop it; what colleagues saw as put off leaves a word in the log."""
    reply = await _own(tx, viewer, case, reply_id)
    if reply.later and reply.state == PlannedState.PLANNED:
        interactions.event(tx, case, "planned_cancelled", By.viewer(viewer), by="agent")
    await _remove(tx, case, reply)


async def _remove(tx: Transaction, case: Case, reply: PlannedReply) -> None:
    if reply.then == Category.RESOLVED and case.category not in cases.DONE:
        case.disposition = None  # it was said for the resolving that does not come
    await tx.session.exec(delete(PlannedReply).where(col(PlannedReply.id) == reply.id))
    cases.changed(tx, case)


async def disarm(
    tx: Transaction, changed: Sequence[Case], why: str, *, also_undoable: bool = False, sender: Viewer | None = None
) -> None:
    """What was put off on these locked cases is not sent: its agent hears of it and finds it there, with the reason.

    `also_undoable`: what only waits so that it can be undone is not sent either, except what is due of the sender's.
    """
    which: ColumnElement[bool] = col(PlannedReply.case_id).in_([case.id for case in changed])
    if not also_undoable:
        which &= col(PlannedReply.later)
    elif sender is not None:
        which &= (col(PlannedReply.agent_id) != sender.agent_id) | (col(PlannedReply.send_at) > tx.now)
    await _hold(tx, changed, why, which)


async def agent_replied(tx: Transaction, viewer: Viewer, case: Case) -> None:
    """The viewer answered a locked case: what colleagues have put off there was written without knowing it."""
    others = (col(PlannedReply.case_id) == case.id) & (col(PlannedReply.agent_id) != viewer.agent_id)
    await _hold(tx, [case], "agent_replied", others & col(PlannedReply.later), said=viewer.name)


async def _hold(
    tx: Transaction, changed: Sequence[Case], why: str, which: ColumnElement[bool], *, said: str = ""
) -> None:  # fmt: skip
    held = update(PlannedReply).where(which, col(PlannedReply.state) == fixed(PlannedState.PLANNED))
    ended = held.values(state=PlannedState.CANCELLED, why=why, said=said)
    stopped = (await tx.session.exec(ended.returning(col(PlannedReply.case_id), col(PlannedReply.agent_id)))).all()
    by_id = {case.id: case for case in changed}
    for case_id in {case_id for case_id, _ in stopped}:
        interactions.event(tx, by_id[case_id], "planned_cancelled", by=why)
    for case_id, agent_id in set(stopped):
        notices.give(tx, agent_id, NoticeKind.NOT_SENT, by_id[case_id])


async def go_along(tx: Transaction, case: Case, target: Case) -> None:
    """What waits on a case that is merged into another one goes there: what was put off is stopped.

    What only waits to be undone is sent there to the address it was meant for, unless that is of another person.
    """
    await disarm(tx, [case], "merged", also_undoable=case.contact_id != target.contact_id)
    meant = func.coalesce(col(PlannedReply.contact_point_id), case.contact_point_id)
    moved = update(PlannedReply).where(col(PlannedReply.case_id) == case.id)
    await tx.session.exec(moved.values(case_id=target.id, contact_point_id=meant, then=""))


def customer_wrote(tx: Transaction, case: Case) -> None:
    """A person wrote on a case: settled once for all cases of the transaction."""
    tx.at_end(_after_writing, case)


async def _after_writing(tx: Transaction, changed: list[Case]) -> None:
    await disarm(tx, changed, "customer_wrote")
