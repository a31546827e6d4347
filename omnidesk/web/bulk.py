"""Doing something with many cases at once: the menu, the job and how far it is."""

import re
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from pydantic import BaseModel, Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import access, bulk, moments, views
from omnidesk.errors import Invalid
from omnidesk.keys import DATABASE
from omnidesk.store.models import Agent, Case, Label, Role, Team
from omnidesk.web import lists
from omnidesk.web.requests import id_in, page, read, reader_of, viewer_of, zone_of

_AT_ONCE = 1000
_NUMBERS = re.compile(r"\d{1,9}(,\d{1,9})*")


class Asking(BaseModel):
    """`does`: a verb and its value with a colon between. `cases`: numbers with commas, or all of a view."""

    does: str = Field(min_length=1, max_length=300)
    value: str = Field(default="", max_length=254)
    cases: str = Field(default="", max_length=bulk.MOST * 11)
    view: str = Field(default="", max_length=1000)


async def menu(request: web.Request) -> web.StreamResponse:
    """What can be done with the chosen cases."""
    async with request.app[DATABASE].session() as session:
        teams = list(await session.exec(select(Team).order_by(col(Team.name))))
        works = (col(Agent.active), Agent.role != Role.VIEWER)
        agents = list(await session.exec(select(Agent).where(*works).order_by(col(Agent.name))))
        labels = list(await session.exec(select(Label.name).where(col(Label.archived).is_(False)).limit(200)))
    return page(request, "bulk/menu.html", teams=teams, agents=agents, labels=labels)


async def begin(request: web.Request) -> web.StreamResponse:
    """Begin a job; the answer shows how far it is and asks again by itself."""
    form, viewer, database = await read(request, Asking), viewer_of(request), request.app[DATABASE]
    action = _action(request, form)
    async with database.session() as session:
        if form.view:
            case_ids = await _all_of(request, session, form.view)
        elif _NUMBERS.fullmatch(form.cases):
            numbers = {int(number) for number in form.cases.split(",") if int(number) < 2**31}
            theirs = (col(Case.number).in_(numbers), access.visible(viewer))
            case_ids = list(await session.exec(select(Case.id).where(*theirs).order_by(col(Case.id))))
        else:
            raise Invalid("Choose some cases first.", fields={"cases": "none"})
    async with database.transaction() as tx:
        job = await bulk.begin(tx, viewer, action, case_ids)
    return await _shown(request, job.id)


async def _all_of(request: web.Request, session: AsyncSession, address: str) -> list[int]:
    """The cases of a list, named as its address does: `all?sort=due`; a few more than a job takes are enough."""
    name, _, query = address.partition("?")
    asked = await lists.asked(request, session, name, parse_qsl(query))
    case_ids: list[int] = []
    cursor = None
    while len(case_ids) <= bulk.MOST:
        listed = await views.list_cases(session, reader_of(request), asked, cursor=cursor, limit=_AT_ONCE)
        case_ids += [case.id for case in listed.cases]
        cursor = listed.next
        if cursor is None:
            break
    return case_ids


def _action(request: web.Request, form: Asking) -> dict[str, Any]:
    name, _, value = form.does.partition(":")
    value = value or form.value.strip()
    if name in ("add_labels", "remove_labels"):
        return {name: [value]}
    if name in ("spam", "read"):
        return {name: True}
    if name == "snooze" and value == "reply":
        return {name: None}
    if name == "snooze":
        return {name: moments.later(value, request.app[DATABASE].now(), zone_of(request))}
    return {name: value}


async def show(request: web.Request) -> web.StreamResponse:
    """How far a job is."""
    return await _shown(request, id_in(request, "job"))


async def _shown(request: web.Request, job_id: int) -> web.Response:
    async with request.app[DATABASE].session() as session:
        found = await bulk.progress(session, viewer_of(request), job_id)
    undoes = bool(bulk.VERBS[next(iter(found.job.action))].undoes)
    return page(request, "bulk/progress.html", job=found.job, failures=found.failures, undoes=undoes)


async def stop(request: web.Request) -> web.StreamResponse:
    """Do no more of it."""
    async with request.app[DATABASE].transaction() as tx:
        job = await bulk.stop(tx, viewer_of(request), id_in(request, "job"))
    return await _shown(request, job.id)


async def undo(request: web.Request) -> web.StreamResponse:
    """Take it back."""
    async with request.app[DATABASE].transaction() as tx:
        job = await bulk.undo(tx, viewer_of(request), id_in(request, "job"))
    return await _shown(request, job.id)
