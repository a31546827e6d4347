"""Notices: the bell in the rail, and the list of what there is to hear of."""

from typing import Any

from aiohttp import web
from pydantic import BaseModel

from omnidesk.desk import notices, views
from omnidesk.errors import NotFound
from omnidesk.keys import DATABASE
from omnidesk.store.ids import MAX_ID
from omnidesk.web import rail
from omnidesk.web.requests import Number, done, page, read, viewer_of

_SHOWN = 99


class Seen(BaseModel):
    """Of which case; empty = of all."""

    case: Number | None = None


async def show(request: web.Request) -> web.StreamResponse:
    """The list as a page."""
    async with request.app[DATABASE].session() as session:
        listed = await notices.list_notices(session, viewer_of(request))
        waiting = await rail.counts(request, session)
    return page(request, "notices/page.html", listed=listed, first=True, place="notices", **waiting)


async def rows(request: web.Request) -> web.StreamResponse:
    """The notices before one; all from the newest on where none is named."""
    before = _before(request)
    async with request.app[DATABASE].session() as session:
        listed = await notices.list_notices(session, viewer_of(request), before=before)
    return page(request, "notices/rows.html", listed=listed, first=before is None)


def _before(request: web.Request) -> int | None:
    given = request.query.get("before", "")
    if not given:
        return None
    if not (given.isascii() and given.isdecimal() and 0 < int(given[:20]) <= MAX_ID):
        raise NotFound("There is no such notice.")
    return int(given)


async def bell(request: web.Request) -> web.StreamResponse:
    """How many cases there is something new of, and the newest thing, which the page may say aloud."""
    values: dict[str, Any] = {}
    async with request.app[DATABASE].session() as session:
        values["count"] = await notices.count(session, viewer_of(request))
        values["newest"] = await notices.newest(session, viewer_of(request)) if values["count"] else None
    return page(request, "notices/bell.html", most=_SHOWN, **values)


async def see(request: web.Request) -> web.StreamResponse:
    """Mark what there is of a case, or everything, as seen."""
    form, viewer = await read(request, Seen), viewer_of(request)
    async with request.app[DATABASE].transaction() as tx:
        if form.case is None:
            await notices.see_all(tx, viewer.agent_id)
        else:
            case = await views.find(tx.session, viewer, form.case)
            await notices.see(tx, viewer.agent_id, case_id=case.id)
    return done(request, "/notices", event="notices-changed")
