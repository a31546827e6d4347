"""Merging a case into another one: what was said goes along, in order of time, and can be taken out again."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import cases, drafts, interactions, surveys, views
from omnidesk.desk.access import Viewer, must_be, visible
from omnidesk.desk.casework import belongings, placing
from omnidesk.desk.interactions import By
from omnidesk.desk.outgoing import planned
from omnidesk.desk.sla import LIVE
from omnidesk.errors import Conflict, Invalid, NotFound
from omnidesk.events import TranscriptChanged
from omnidesk.store.db import Transaction, rows_of, table_of
from omnidesk.store.models import (
    Case,
    CaseMerge,
    CaseMergeRow,
    Interaction,
    Invitation,
    InvitationState,
    Kind,
    Participant,
    Role,
    SlaSegment,
    SlaTimer,
    Task,
)

MERGED = "merged"
_STATE = (
    "category", "status_id", "disposition", "unread", "needs_routing", "needs_agent", "needs_bot", "next_step_at",
    "snoozed", "snoozed_until", "resolved_at", "closed_at", "waits_since",
)  # fmt: skip
_SHOWN = ("last_at", "last_author", "preview", "unread", "waits_since")


@dataclass(frozen=True, slots=True)
class Preview:
    """What merging would do."""

    case: Case
    into: Case
    messages: int
    tasks: int

    @property
    def other_person(self) -> bool:
        """The cases are of different people: a warning."""
        return self.case.contact_id != self.into.contact_id


async def preview(session: AsyncSession, viewer: Viewer, number: int, into: int) -> Preview:
    """What merging would do. Raises NotFound, Conflict, Invalid."""
    case, target = await views.find(session, viewer, number), await views.find(session, viewer, into)
    _check(case, target)
    said = select(func.count()).where(Interaction.case_id == case.id, Interaction.kind != Kind.EVENT)
    tasks = select(func.count()).where(Task.case_id == case.id)
    return Preview(case, target, (await session.exec(said)).one(), (await session.exec(tasks)).one())


async def merge(tx: Transaction, viewer: Viewer, number: int, into: int) -> CaseMerge:
    """Move what was said on a case into another one, and close it. Raises NotFound, NotAllowed, Conflict, Invalid."""
    must_be(viewer, Role.AGENT)
    found = await _ids(tx, viewer, number, into)
    locked = await _locked(tx, found.values())
    case, target = locked[found[number]], locked[found[into]]
    _must_see(viewer, case, target)
    _check(case, target)
    before = {"case": _values(case, _STATE), "into": _values(target, _SHOWN), **await _ending(tx, case)}
    made = tx.new(CaseMerge, case_id=case.id, into_id=target.id, agent_id=viewer.as_agent, before={}, created_at=tx.now)
    await _move(tx, made, case, target)
    before["joined"] = await _take_part(tx, case, target)
    before["brought"] = await belongings.bring(tx, case, target)
    _add_up(case, target)
    before["became"] = _values(target, _SHOWN)
    await _close(tx, case, target)
    made.before = {**before, "events": _tell(tx, viewer, made, case, target)}
    return made


def _tell(tx: Transaction, viewer: Viewer, made: CaseMerge, case: Case, target: Case) -> list[tuple[int, str, int]]:
    """Log it on both cases; while the events name the merge, it can be undone from there."""
    told = [(case, "merged_into", target.number), (target, "merged_from", case.number)]
    by = By.viewer(viewer)
    return [
        (interactions.event(tx, one, name, by, number=number, merge=str(made.id)), name, number)
        for one, name, number in told
    ]


async def _ids(tx: Transaction, viewer: Viewer, *numbers: int) -> dict[int, int]:
    statement = select(Case.number, Case.id).where(col(Case.number).in_(numbers), visible(viewer))
    found = dict((await tx.session.exec(statement)).all())
    for number in numbers:
        if number not in found:
            raise NotFound(f"There is no case #{number} here.")
    return found


async def _locked(tx: Transaction, ids: Iterable[int]) -> dict[int, Case]:
    """Both cases, locked in id order, so that two who merge at once wait instead of stopping each other."""
    statement = rows_of(Case).where(col(Case.id).in_(list(ids))).order_by(col(Case.id))
    return {case.id: case for case in await tx.load(Case, statement.with_for_update(key_share=True))}


def _must_see(viewer: Viewer, *both: Case) -> None:
    for case in both:
        if not viewer.may_see(case):
            raise NotFound(f"There is no case #{case.number} here.")


def _check(case: Case, target: Case) -> None:
    if case.id == target.id:
        raise Invalid("A case can't be merged into itself; choose another one.", fields={"into": "same"})
    for one in (case, target):
        if one.merged_into_id is not None:
            raise Conflict(f"Case #{one.number} was merged into another one; choose that one.", code="merged_case")


def _values(case: Case, names: Iterable[str]) -> dict[str, Any]:
    found = {name: getattr(case, name) for name in names}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}


def _restore(case: Case, values: dict[str, Any]) -> None:
    for name, value in values.items():
        is_time = name.endswith(("_at", "_until", "_since")) and value is not None
        setattr(case, name, datetime.fromisoformat(value) if is_time else value)


async def _ending(tx: Transaction, case: Case) -> dict[str, Any]:
    """What ends with the case or goes along, so that it can be as it was."""
    timers = select(SlaTimer.id, SlaTimer.state).where(SlaTimer.case_id == case.id, col(SlaTimer.state).in_(LIVE))
    armed = select(Invitation.id).where(Invitation.case_id == case.id, Invitation.state == InvitationState.ARMED)
    return {
        "timers": [[timer, state] for timer, state in await tx.session.exec(timers)],
        "surveys": list(await tx.session.exec(armed)),
        "tasks": list(await tx.session.exec(select(Task.id).where(Task.case_id == case.id))),
    }


async def _move(tx: Transaction, made: CaseMerge, case: Case, target: Case) -> None:
    own, others = await placing.log_of(tx, target), await placing.log_of(tx, case)
    woven = [row.id for row in heapq.merge(own, others, key=lambda row: row.created_at)]
    for row in others:
        tx.add_row(CaseMergeRow, {"merge_id": made.id, "interaction_id": row.id, "position": row.position})
    await placing.place(tx, [(target, woven), (case, [])])
    now = {row_id: position for position, row_id in enumerate(woven, 1)}
    await placing.keep_read(tx, target, [row.position for row in own], [now[row.id] for row in own])
    await tx.session.exec(update(Task).where(col(Task.case_id) == case.id).values(case_id=target.id))
    for point in {case.contact_point_id, target.contact_point_id}:
        tx.publish(TranscriptChanged(point))


async def _take_part(tx: Transaction, case: Case, target: Case) -> list[int]:
    """Who took part in the case takes part in the other one, the other person too; gives the new rows."""
    taking = select(Participant.contact_point_id).where(Participant.case_id == case.id)
    there = set(await tx.session.exec(select(Participant.contact_point_id).where(Participant.case_id == target.id)))
    points = set(await tx.session.exec(taking))
    if case.contact_id != target.contact_id:
        points.add(case.contact_point_id)
    new = sorted(points - there - {target.contact_point_id})
    return [
        tx.new(Participant, case_id=target.id, contact_point_id=point, created_at=tx.now).id for point in new
    ]  # fmt: skip


def _add_up(case: Case, target: Case) -> None:
    """What the row of the list shows counts for both."""
    if case.last_at > target.last_at:
        target.last_at, target.last_author, target.preview = case.last_at, case.last_author, case.preview
    target.unread = target.unread or case.unread
    if target.category in cases.OPEN:
        target.waits_since = min((at for at in (case.waits_since, target.waits_since) if at), default=None)


async def _close(tx: Transaction, case: Case, target: Case) -> None:
    await planned.go_along(tx, case, target)
    await drafts.go_along(tx, case, target)
    await surveys.cancel(tx, case)
    await cases.end(tx, case, MERGED)
    case.merged_into_id = target.id


async def undo(tx: Transaction, viewer: Viewer, merge_id: int) -> Case:
    """Take a case out again; what came after the merge stays where it is. Gives the case.

    Raises NotFound, NotAllowed; and Conflict when it was undone, or its rows went on elsewhere since.
    """
    must_be(viewer, Role.AGENT)
    known = await tx.session.get(CaseMerge, merge_id)
    if known is None:
        raise NotFound("This merge is not here.")
    locked = await _locked(tx, (known.case_id, known.into_id))
    case, target = locked[known.case_id], locked[known.into_id]
    _must_see(viewer, case, target)
    made = await tx.get(CaseMerge, merge_id)
    if made.undone_at is not None:
        raise Conflict("This merge was undone already.", code="merge_undone")
    await _part(tx, made, case, target)
    if brought := made.before.get("brought"):
        await belongings.take_back(tx, target, brought)
    await _revive(tx, made, case, target)
    made.undone_at, made.undone_by_id = tx.now, viewer.as_agent
    for event_id, name, number in made.before["events"]:
        tx.update_row(Interaction, event_id, {"payload": {"event": name, "number": number}})
    by = By.viewer(viewer)
    interactions.event(tx, case, "merge_undone", by, number=target.number)
    interactions.event(tx, target, "merge_undone", by, number=case.number)
    return case


async def _part(tx: Transaction, made: CaseMerge, case: Case, target: Case) -> None:
    statement = select(CaseMergeRow.interaction_id).where(CaseMergeRow.merge_id == made.id)
    moved = list(await tx.session.exec(statement.order_by(col(CaseMergeRow.position))))
    both, since = await placing.log_of(tx, target), await placing.log_of(tx, case)
    if not set(moved) <= {row.id for row in both}:
        raise Conflict("What was said has gone on to another case since; undo that first.", code="merge_gone_on")
    stay = [row for row in both if row.id not in set(moved)]
    await placing.place(tx, [(case, moved + [row.id for row in since]), (target, [row.id for row in stay])])
    await placing.keep_read(tx, target, [row.position for row in stay], range(1, len(stay) + 1))
    for point in {case.contact_point_id, target.contact_point_id}:
        tx.publish(TranscriptChanged(point))


async def _revive(tx: Transaction, made: CaseMerge, case: Case, target: Case) -> None:
    before = made.before
    _restore(case, before["case"])
    case.merged_into_id = None
    if _values(target, _SHOWN) == before["became"]:
        _restore(target, before["into"])
    await cases.take_load(tx, case, +1)
    connection = await tx.session.connection()
    for timer, state in before["timers"]:
        own = table_of(SlaTimer)
        await connection.execute(own.update().where(own.c.id == timer).values(state=state, ended_at=None))
    segments = table_of(SlaSegment)
    ended = segments.c.timer_id.in_([timer for timer, _ in before["timers"]])
    at_merge = segments.c.ended_at == made.created_at
    await connection.execute(segments.update().where(ended, at_merge).values(ended_at=None))
    armed = update(Invitation).where(col(Invitation.id).in_(before["surveys"]))
    await tx.session.exec(armed.values(state=InvitationState.ARMED))
    await tx.session.exec(update(Task).where(col(Task.id).in_(before["tasks"])).values(case_id=case.id))
    parts = table_of(Participant)
    await connection.execute(parts.delete().where(parts.c.id.in_(before["joined"])))
    cases.changed(tx, case)
