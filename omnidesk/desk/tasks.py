"""Tasks: what is to be done on a case, by whom and until when; those that must be done keep it from being resolved."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import access, actions, agents, cases, interactions, mentions, views
from omnidesk.desk.access import Viewer, visible
from omnidesk.desk.interactions import By
from omnidesk.errors import Conflict, Invalid, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Agent, Case, Membership, Role, Task, Team

_LONGEST = 500
_MOST = 200
"""So many tasks a case has at most."""
_CURSOR = re.compile(r"(?:([0-9]{1,17})-)?([0-9]{1,19})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Listed:
    """A task with the one who is to do it, and in a list over cases its case."""

    task: Task
    assignee: Agent | None
    case: Case | None = None


async def of_case(session: AsyncSession, case: Case) -> list[Listed]:
    """The tasks of a case: in the order in which they were written."""
    theirs = (
        select(Task, Agent)
        .outerjoin(Agent, col(Agent.id) == col(Task.assignee_id))
        .where(Task.case_id == case.id, col(Task.deleted_at).is_(None))
        .order_by(col(Task.id))
        .limit(_MOST)
    )
    return [Listed(task, agent) for task, agent in await session.exec(theirs)]


async def add(tx: Transaction, viewer: Viewer, number: int, text: str, said: Mapping[str, Any] | None = None) -> Task:
    """Write down something to do. `said`: what else is known (see `edit`). Raises NotFound, NotAllowed, Invalid."""
    case = await actions.for_work(tx, viewer, number)
    if len(await of_case(tx.session, case)) >= _MOST:
        raise Invalid(f"A case has at most {_MOST} tasks; delete some.", code="too_many_tasks")
    task = tx.new(Task, case_id=case.id, text=_text(text), created_by_id=viewer.as_agent, created_at=tx.now)
    await _write(tx, case, task, said or {})
    interactions.event(tx, case, "task_added", By.viewer(viewer), task=task.text)
    return task


async def find(session: AsyncSession, viewer: Viewer, task_id: int) -> tuple[Task, Case]:
    """A task and its case, to be looked at. Raises NotFound."""
    held = select(Task, Case.number).join(Case, col(Case.id) == col(Task.case_id))
    found = (await session.exec(held.where(Task.id == task_id, col(Task.deleted_at).is_(None)))).first()
    if found is None:
        raise NotFound(f"There is no task {task_id} here.")
    return found[0], await views.find(session, viewer, found[1])


async def takers(session: AsyncSession, case: Case) -> list[Agent]:
    """Who can be given a task of a case: its team first, then the others who may see it."""
    team, found = await session.get(Team, case.team_id), await agents.assignable(session, case.team_id)
    members = set(await session.exec(select(Membership.agent_id).where(Membership.team_id == case.team_id)))
    return [agent for agent in found if team is not None and mentions.sees(agent, case, team, members)]


async def edit(
    tx: Transaction, viewer: Viewer, task_id: int, said: Mapping[str, Any], *, version: int | None = None
) -> Task:  # fmt: skip
    """Change a task: `text`, `assignee_id`, `due_at`, `must_be_done`.

    Raises NotFound, NotAllowed, Invalid, and Conflict where it is no longer as it was in this version.
    """
    task, case = await _lock(tx, viewer, task_id)
    if task.deleted_at is not None:
        raise NotFound(f"There is no task {task_id} here.")
    if version not in (None, task.version):
        raise Conflict("Somebody changed this task since you looked; look at it again.", code="task_changed")
    if "text" in said:
        task.text = _text(said["text"])
    await _write(tx, case, task, said)
    task.version += 1
    interactions.event(tx, case, "task_changed", By.viewer(viewer), task=task.text)
    return task


async def tick(tx: Transaction, viewer: Viewer, task_id: int, *, done: bool) -> Task:
    """It is done, or not yet after all. Raises NotFound, NotAllowed."""
    task, case = await _lock(tx, viewer, task_id)
    if (task.done_at is not None) != done:
        task.done_at, task.done_by_id = (tx.now, viewer.as_agent) if done else (None, None)
        interactions.event(tx, case, "task_done" if done else "task_undone", By.viewer(viewer), task=task.text)
    return task


async def delete(tx: Transaction, viewer: Viewer, task_id: int, *, deleted: bool = True) -> Task:
    """Take a task away, or (not `deleted`) bring it back. Raises NotFound, NotAllowed."""
    task, case = await _lock(tx, viewer, task_id)
    if (task.deleted_at is not None) != deleted:
        task.deleted_at = tx.now if deleted else None
        interactions.event(tx, case, "task_deleted" if deleted else "task_restored", By.viewer(viewer), task=task.text)
    return task


async def _lock(tx: Transaction, viewer: Viewer, task_id: int) -> tuple[Task, Case]:
    """A task and its case, locked: the case first, as everywhere."""
    number = select(Case.number).join(Task, col(Task.case_id) == col(Case.id)).where(Task.id == task_id)
    found = (await tx.session.exec(number)).first()
    if found is None:
        raise NotFound(f"There is no task {task_id} here.")
    try:
        case = await actions.for_work(tx, viewer, found)
    except NotFound as error:
        raise NotFound(f"There is no task {task_id} here.") from error
    cases.changed(tx, case)
    return await tx.get(Task, task_id), case


def _text(text: str) -> str:
    text = " ".join(text.split())
    if not 0 < len(text) <= _LONGEST:
        raise Invalid(f"text: a task has 1 to {_LONGEST} characters", code="task_text", fields={"text": "too long"})
    return text


async def _write(tx: Transaction, case: Case, task: Task, said: Mapping[str, Any]) -> None:
    if "due_at" in said:
        task.due_at = said["due_at"]
    if "must_be_done" in said:
        task.must_be_done = bool(said["must_be_done"])
    if "assignee_id" in said and said["assignee_id"] != task.assignee_id:
        task.assignee_id = await _who_works(tx, case, said["assignee_id"])


async def _who_works(tx: Transaction, case: Case, agent_id: int | None) -> int | None:
    """Who may be given a task: one who works, and sees its case."""
    if agent_id is None:
        return None
    agent = await tx.session.get(Agent, agent_id)
    works = agent is not None and agent.active and agent.role != Role.VIEWER
    if not works or not (await access.viewer_of(tx.session, agent_id)).may_see(case):
        raise Invalid(
            "This agent can't do tasks of this case; choose another one.", code="no_task_for",
            fields={"assignee": "unknown"},
        )  # fmt: skip
    return agent_id


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks, the next due first, then those without a time; and the cursor of what follows."""

    tasks: list[Listed]
    next: str | None


async def mine(session: AsyncSession, viewer: Viewer, *, cursor: str | None = None, limit: int = 50) -> TaskPage:
    """What the viewer has to do, on cases that the viewer may see. Raises Invalid for a bad cursor."""
    due, after = _position(cursor) if cursor else (None, 0)
    found: list[Listed] = []
    if not cursor or due is not None:
        later = [tuple_(col(Task.due_at), col(Task.id)) > tuple_(due, after)] if due is not None else []
        found = await _mine(session, viewer, [col(Task.due_at).is_not(None), *later], limit + 1)
        after = 0
    if len(found) <= limit:
        undated = [col(Task.due_at).is_(None), col(Task.id) > after]
        found += await _mine(session, viewer, undated, limit + 1 - len(found))
    last = found[limit - 1].task if len(found) > limit else None
    return TaskPage(found[:limit], _cursor(last) if last else None)


async def _mine(
    session: AsyncSession, viewer: Viewer, conditions: list[ColumnElement[bool]], limit: int
) -> list[Listed]:  # fmt: skip
    statement = (
        select(Task, Case)
        .join(Case, col(Case.id) == col(Task.case_id))
        .where(
            Task.assignee_id == viewer.agent_id, col(Task.done_at).is_(None), col(Task.deleted_at).is_(None),
            *conditions, visible(viewer),
        )
        .order_by(col(Task.due_at), col(Task.id))
        .limit(limit)
    )  # fmt: skip
    return [Listed(task, None, case) for task, case in await session.exec(statement)]


def _cursor(task: Task) -> str:
    if task.due_at is None:
        return str(task.id)
    return f"{(task.due_at - _EPOCH) // timedelta(microseconds=1)}-{task.id}"


def _position(cursor: str) -> tuple[datetime | None, int]:
    match = _CURSOR.fullmatch(cursor)
    if match is None or int(match[2]) > MAX_ID:
        raise Invalid("This cursor is not one of ours; start again without it.", fields={"cursor": "invalid"})
    try:
        return (_EPOCH + timedelta(microseconds=int(match[1])) if match[1] else None), int(match[2])
    except OverflowError as error:
        raise Invalid(
            "This cursor is not one of ours; start again without it.", fields={"cursor": "invalid"}
        ) from error
