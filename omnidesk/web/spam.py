"""Marking cases as spam, blocking senders, and taking both back."""

from aiohttp import web
from pydantic import BaseModel

from omnidesk.desk import spam
from omnidesk.keys import DATABASE
from omnidesk.web.requests import done, id_in, is_fragment, page, read, viewer_of

_CHANGED = "case-changed"


class Marking(BaseModel):
    """Whether the sender is blocked along with it."""

    block: bool = False


class Blocking(BaseModel):
    """`off`: let the address be heard again."""

    off: bool = False


async def mark(request: web.Request) -> web.StreamResponse:
    """Close the case as spam; the toast offers to undo it."""
    form, number = await read(request, Marking), int(request.match_info["number"])
    async with request.app[DATABASE].transaction() as tx:
        case = await spam.mark(tx, viewer_of(request), number, block=form.block)
    if not is_fragment(request):
        raise web.HTTPSeeOther(f"/cases/{case.number}")
    headers = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend", "HX-Trigger": _CHANGED}
    return page(request, "cases/spam_marked.html", headers=headers, case=case)


async def unmark(request: web.Request) -> web.StreamResponse:
    """It was no spam."""
    number = int(request.match_info["number"])
    async with request.app[DATABASE].transaction() as tx:
        await spam.unmark(tx, viewer_of(request), number)
    return done(request, f"/cases/{number}", event=_CHANGED)


async def block(request: web.Request) -> web.StreamResponse:
    """Block an address, or let it be heard again."""
    form = await read(request, Blocking)
    async with request.app[DATABASE].transaction() as tx:
        point = await spam.block(tx, viewer_of(request), id_in(request, "point"), blocked=not form.off)
    return done(request, f"/contacts/{point.contact_id}", event="contact-changed, case-changed")
