"""The inbox: views, their rows, and a case opened beside them."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import quarantine, views
from omnidesk.keys import DATABASE
from omnidesk.store.models import Agent, Case, Role, Team
from omnidesk.web import cases
from omnidesk.web.requests import is_fragment, page, viewer_of


@dataclass(frozen=True, slots=True)
class Names:
    """What rows call teams and agents."""

    teams: dict[int, str]
    agents: dict[int, str]


async def home(request: web.Request) -> web.StreamResponse:
    """Start with one's own cases."""
    raise web.HTTPSeeOther("/inbox/mine")


async def show(request: web.Request) -> web.StreamResponse:
    """A view, nothing opened."""
    async with request.app[DATABASE].session() as session:
        return page(request, "inbox/page.html", opened=None, **await _values(request, session))


async def show_case(request: web.Request) -> web.StreamResponse:
    """A view with a case opened; htmx gets the case alone."""
    number, view = int(request.match_info["number"]), request.match_info["view"]
    async with request.app[DATABASE].session() as session:
        opened = await cases.values(request, session, number)
        if is_fragment(request):
            return page(request, "cases/case.html", view=view, **opened)
        listed = await _values(request, session)
    return page(request, "inbox/page.html", opened=opened["case"], **listed, **opened)


async def rows(request: web.Request) -> web.StreamResponse:
    """More rows of a view, from a cursor on."""
    async with request.app[DATABASE].session() as session:
        return page(request, "inbox/rows.html", opened=None, **await _list(request, session))


async def row(request: web.Request) -> web.StreamResponse:
    """One row, fresh; nothing when the case has left the view."""
    view, viewer = request.match_info["view"], viewer_of(request)
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer, int(request.match_info["number"]))
        if not views.in_view(case, viewer, view):
            return web.Response(status=204)
        return page(request, "inbox/row.html", case=case, view=view, opened=None, names=await _names(session, [case]))


async def counts(request: web.Request) -> web.StreamResponse:
    """The views with their counts."""
    async with request.app[DATABASE].session() as session:
        found = await views.counts(session, viewer_of(request))
    return page(request, "inbox/views.html", view=request.match_info["view"], counts=found)


async def _values(request: web.Request, session: AsyncSession) -> dict[str, Any]:
    viewer = viewer_of(request)
    held_back = await quarantine.count(session) if viewer.at_least(Role.ADMIN) else 0
    found = await views.counts(session, viewer)
    return {"counts": found, "quarantined": held_back, "place": "inbox", **await _list(request, session)}


async def _list(request: web.Request, session: AsyncSession) -> dict[str, Any]:
    view = request.match_info["view"]
    cursor = request.query.get("cursor")
    listed = await views.list_cases(session, viewer_of(request), view, cursor=cursor)
    return {"view": view, "listed": listed, "names": await _names(session, listed.cases)}


async def _names(session: AsyncSession, listed: list[Case]) -> Names:
    wanted = {case.assignee_id for case in listed if case.assignee_id}
    teams = await session.exec(select(Team.id, Team.name))
    found = await session.exec(select(Agent.id, Agent.name).where(col(Agent.id).in_(wanted)))
    return Names(dict(teams.all()), dict(found.all()))
