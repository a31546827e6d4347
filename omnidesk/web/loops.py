"""Loops: where automatic messages went in circles and were stopped, and what to do about it."""

from aiohttp import web

from omnidesk.desk.outgoing import loops
from omnidesk.keys import DATABASE
from omnidesk.web import rail
from omnidesk.web.requests import id_in, page, viewer_of


async def show(request: web.Request) -> web.StreamResponse:
    """Those that stand, the last ones first."""
    database = request.app[DATABASE]
    async with database.session() as session:
        noticed = await loops.noticed(session, viewer_of(request), database.now())
        waiting = await rail.counts(request, session)
    return page(request, "loops/list.html", noticed=noticed, place="loops", **waiting)


async def allow(request: web.Request) -> web.StreamResponse:
    """Let automatic messages go there again."""
    async with request.app[DATABASE].transaction() as tx:
        await loops.allow(tx, viewer_of(request), id_in(request, "loop"))
    raise web.HTTPSeeOther("/loops")


async def stop(request: web.Request) -> web.StreamResponse:
    """Send nothing automatic there any more."""
    async with request.app[DATABASE].transaction() as tx:
        await loops.stop(tx, viewer_of(request), id_in(request, "loop"))
    raise web.HTTPSeeOther("/loops")
