"""Merge a case into another one: choose where, see what would happen, merge, and undo."""

from aiohttp import web
from pydantic import BaseModel

from omnidesk.desk.casework import merging, targets
from omnidesk.errors import Invalid
from omnidesk.keys import DATABASE
from omnidesk.web.requests import Number, done, id_in, is_fragment, page, read, reader_of, viewer_of

_LONGEST = 200


class Into(BaseModel):
    """The number of the case that takes over."""

    into: Number


async def panel(request: web.Request) -> web.StreamResponse:
    """Where a case may go: the person's other cases first."""
    return await _candidates(request, "cases/merge/panel.html")


async def candidates(request: web.Request) -> web.StreamResponse:
    """The cases that are asked for by number, words or person."""
    return await _candidates(request, "cases/merge/candidates.html")


async def _candidates(request: web.Request, template: str) -> web.StreamResponse:
    number, question = int(request.match_info["number"]), request.query.get("q", "")[:_LONGEST]
    async with request.app[DATABASE].session() as session:
        found = await targets.candidates(session, reader_of(request), number, question)
    return page(request, template, number=number, found=found, question=question)


async def preview(request: web.Request) -> web.StreamResponse:
    """What would happen."""
    into = request.query.get("into", "")
    if not (into.isascii() and into.isdecimal() and len(into) < 10):
        raise Invalid("Say the number of the case that takes over.", fields={"into": "a number"})
    async with request.app[DATABASE].session() as session:
        found = await merging.preview(session, viewer_of(request), int(request.match_info["number"]), int(into))
    return page(request, "cases/merge/preview.html", preview=found)


async def merge(request: web.Request) -> web.StreamResponse:
    """Merge, and go on at the case that took over; its log offers to undo it."""
    form, number = await read(request, Into), int(request.match_info["number"])
    async with request.app[DATABASE].transaction() as tx:
        await merging.merge(tx, viewer_of(request), number, form.into)
    target = f"/cases/{form.into}"
    if is_fragment(request):
        return web.Response(status=204, headers={"HX-Redirect": target})
    raise web.HTTPSeeOther(target)


async def undo(request: web.Request) -> web.StreamResponse:
    """Take the case out again."""
    async with request.app[DATABASE].transaction() as tx:
        case = await merging.undo(tx, viewer_of(request), id_in(request, "merge"))
    return done(request, f"/cases/{case.number}", event="case-changed")
