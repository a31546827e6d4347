"""The inbox: views, their rows, and a case opened beside them."""

from functools import partial
from typing import Any

from aiohttp import web
from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import views
from omnidesk.keys import DATABASE
from omnidesk.web import cases, rail
from omnidesk.web.pages import PAGES
from omnidesk.web.requests import answer, is_fragment, language_for, page, viewer_of, zone_of


async def home(request: web.Request) -> web.StreamResponse:
    """Start with one's own cases."""
    raise web.HTTPSeeOther("/inbox/mine")


async def show(request: web.Request) -> web.StreamResponse:
    """A view, nothing opened."""
    async with request.app[DATABASE].session() as session:
        listed = await _values(request, session)
    return page(request, "inbox/page.html", opened=None, **listed)


async def show_case(request: web.Request) -> web.StreamResponse:
    """A view with a case opened; htmx gets the case alone."""
    number, view = int(request.match_info["number"]), request.match_info["view"]
    async with request.app[DATABASE].session() as session:
        opened = await cases.values(request, session, number)
        if is_fragment(request):
            return page(request, "cases/case.html", view=view, **opened)
        listed = await _values(request, session, number)
    return page(request, "inbox/page.html", opened=opened["case"], **listed, **opened)


async def rows(request: web.Request) -> web.StreamResponse:
    """More rows of a view, from a cursor on."""
    async with request.app[DATABASE].session() as session:
        listed = await _list(request, session)
    return page(request, "inbox/rows.html", **listed)


async def row(request: web.Request) -> web.StreamResponse:
    """One row, fresh; nothing when the case has left the view."""
    view, viewer = request.match_info["view"], viewer_of(request)
    async with request.app[DATABASE].session() as session:
        case = await views.listed(session, viewer, int(request.match_info["number"]))
    if not views.in_view(case, viewer, view):
        return web.Response(status=204)
    return answer(_row(request, case))


async def counts(request: web.Request) -> web.StreamResponse:
    """The views with their counts."""
    async with request.app[DATABASE].session() as session:
        found = await views.counts(session, viewer_of(request))
    return page(request, "inbox/views.html", view=request.match_info["view"], counts=found)


async def _values(request: web.Request, session: AsyncSession, opened: int = 0) -> dict[str, Any]:
    found, waiting = await views.counts(session, viewer_of(request)), await rail.counts(request, session)
    return {"counts": found, "place": "inbox", **waiting, **await _list(request, session, opened)}


async def _list(request: web.Request, session: AsyncSession, opened: int = 0) -> dict[str, Any]:
    view = request.match_info["view"]
    cursor = request.query.get("cursor")
    listed = await views.list_cases(session, viewer_of(request), view, cursor=cursor)
    return {"view": view, "listed": listed, "row": partial(_row, request, opened=opened)}


def _row(request: web.Request, case: views.ListedCase, *, opened: int = 0) -> Markup:
    """A row as its reader sees it; what many look at is drawn once."""
    now = request.app[DATABASE].now().replace(second=0, microsecond=0)  # the page itself keeps times true
    how = (language_for(request), zone_of(request), now)
    return request.app[PAGES].row(case, request.match_info["view"], case.number == opened, *how)
