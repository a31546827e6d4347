"""Tasks on a case, the list of one's own, and which cases belong together."""

from datetime import date, datetime, time, tzinfo
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field

from omnidesk.desk import links, tasks
from omnidesk.desk.links import KINDS
from omnidesk.keys import DATABASE
from omnidesk.store.models import Case, Task
from omnidesk.web import rail
from omnidesk.web.requests import Id, Number, done, id_in, page, read, viewer_of, zone_of

_CHANGED = "case-changed"
_EVENING = time(18)


Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(3000, 1, 1))]


class TaskForm(BaseModel):
    """What is to be done; on which day it is due, by whom, and whether the case waits for it."""

    text: str = Field(min_length=1, max_length=500)
    due: Day | None = None
    assignee: Id | None = None
    must_be_done: bool = False


class EditedTask(TaskForm):
    """The same, of a task as it was in `version`."""

    version: Number


class Ticking(BaseModel):
    """`undone`: it is to be done again."""

    undone: bool = False


class Deleting(BaseModel):
    """`back`: bring it back."""

    back: bool = False


class Linking(BaseModel):
    """Another case by its number, and what it is to this one."""

    other: Number
    kind: str = Field(pattern=f"^({'|'.join(KINDS)})$")


class Unlinking(BaseModel):
    """The same, by the other case's id."""

    other: Id
    kind: str = Field(max_length=20)


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


async def add(request: web.Request) -> web.StreamResponse:
    """Write down something to do; due at the end of the day's work."""
    form, viewer = await read(request, TaskForm), viewer_of(request)
    due_at = _due(form.due, zone_of(request))
    said = {"due_at": due_at, "assignee_id": form.assignee or viewer.as_agent, "must_be_done": form.must_be_done}
    async with request.app[DATABASE].transaction() as tx:
        await tasks.add(tx, viewer, _number(request), form.text, said)
    return done(request, f"/cases/{_number(request)}", event=_CHANGED)


def _due(day: date | None, zone: tzinfo, before: datetime | None = None) -> datetime | None:
    """The end of the day's work; what was due on this day before keeps its time."""
    if before is not None and before.astimezone(zone).date() == day:
        return before
    return datetime.combine(day, _EVENING, zone) if day else None


async def show(request: web.Request) -> web.StreamResponse:
    """A task to be changed."""
    async with request.app[DATABASE].session() as session:
        task, case = await tasks.find(session, viewer_of(request), id_in(request, "task"))
        takers = await tasks.takers(session, case)
    day = task.due_at.astimezone(zone_of(request)).date() if task.due_at else None
    return page(request, "tasks/form.html", task=task, day=day, takers=takers)


async def edit(request: web.Request) -> web.StreamResponse:
    """Change a task."""
    form, viewer, task_id = await read(request, EditedTask), viewer_of(request), id_in(request, "task")
    async with request.app[DATABASE].transaction() as tx:
        task, case = await tasks.find(tx.session, viewer, task_id)
        said = {
            "text": form.text, "due_at": _due(form.due, zone_of(request), task.due_at),
            "assignee_id": form.assignee, "must_be_done": form.must_be_done,
        }  # fmt: skip
        await tasks.edit(tx, viewer, task_id, said, version=form.version)
    return done(request, f"/cases/{case.number}", event=f"{_CHANGED}, tasks-changed")


async def tick(request: web.Request) -> web.StreamResponse:
    """It is done, or not after all."""
    form = await read(request, Ticking)
    async with request.app[DATABASE].transaction() as tx:
        task = await tasks.tick(tx, viewer_of(request), id_in(request, "task"), done=not form.undone)
        case = await tx.get(Case, task.case_id)
    return done(request, f"/cases/{case.number}", event=f"{_CHANGED}, tasks-changed")


async def delete(request: web.Request) -> web.StreamResponse:
    """Take a task away, with a way back."""
    form, task_id = await read(request, Deleting), id_in(request, "task")
    async with request.app[DATABASE].transaction() as tx:
        task = await tasks.delete(tx, viewer_of(request), task_id, deleted=not form.back)
        case = await tx.get(Case, task.case_id)
    if form.back:
        return done(request, f"/cases/{case.number}", event=_CHANGED)
    return _taken_away(request, task)


def _taken_away(request: web.Request, task: Task) -> web.Response:
    headers = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend", "HX-Trigger": _CHANGED}
    return page(request, "tasks/deleted.html", headers=headers, task=task)


async def mine(request: web.Request) -> web.StreamResponse:
    """What the agent has to do, the next due first."""
    async with request.app[DATABASE].session() as session:
        listed = await tasks.mine(session, viewer_of(request), cursor=request.query.get("cursor"))
        waiting = await rail.counts(request, session)
    return page(request, "tasks/page.html", listed=listed, place="tasks", **waiting)


async def link(request: web.Request) -> web.StreamResponse:
    """Say what another case is to this one."""
    form, number = await read(request, Linking), _number(request)
    async with request.app[DATABASE].transaction() as tx:
        await links.link(tx, viewer_of(request), number, form.other, form.kind)
    return done(request, f"/cases/{number}", event=_CHANGED)


async def unlink(request: web.Request) -> web.StreamResponse:
    """They belong together no longer."""
    form, number = await read(request, Unlinking), _number(request)
    async with request.app[DATABASE].transaction() as tx:
        await links.unlink(tx, viewer_of(request), number, form.other, form.kind)
    return done(request, f"/cases/{number}", event=_CHANGED)
