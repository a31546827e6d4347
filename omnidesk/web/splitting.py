"""Splitting messages off: choose them, go on at the new case, and undo."""

from aiohttp import web
from pydantic import BaseModel, Field

from omnidesk.desk.casework import splitting
from omnidesk.errors import Invalid
from omnidesk.keys import DATABASE
from omnidesk.store.ids import MAX_ID
from omnidesk.web.requests import is_fragment, page, read, viewer_of

_MOST = 200


class Splitting(BaseModel):
    """Which messages, by their ids, and what the new case is about."""

    message: list[str] = Field(default=[], max_length=_MOST)
    subject: str = Field(default="", max_length=200)


async def panel(request: web.Request) -> web.StreamResponse:
    """What was said last, to choose from."""
    async with request.app[DATABASE].session() as session:
        case, said = await splitting.offered(session, viewer_of(request), int(request.match_info["number"]))
    return page(request, "cases/split/panel.html", case=case, said=said)


async def split(request: web.Request) -> web.StreamResponse:
    """Split, and go on at the new case; its log offers to undo it."""
    form, number = await read(request, Splitting), int(request.match_info["number"])
    if not all(one.isascii() and one.isdecimal() and len(one) < 20 and int(one) <= MAX_ID for one in form.message):
        raise Invalid("Choose messages of this case.", fields={"message": "invalid"})
    async with request.app[DATABASE].transaction() as tx:
        new = await splitting.split(tx, viewer_of(request), number, {int(one) for one in form.message}, form.subject)
    return _gone_to(request, new.number)


async def undo(request: web.Request) -> web.StreamResponse:
    """Put the messages back."""
    async with request.app[DATABASE].transaction() as tx:
        origin = await splitting.undo(tx, viewer_of(request), int(request.match_info["number"]))
    return _gone_to(request, origin)


def _gone_to(request: web.Request, number: int) -> web.Response:
    if is_fragment(request):
        return web.Response(status=204, headers={"HX-Redirect": f"/cases/{number}"})
    raise web.HTTPSeeOther(f"/cases/{number}")
