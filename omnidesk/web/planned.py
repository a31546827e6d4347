"""Planned replies on the page of a case: sent now, taken back into the composer, or dropped."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from omnidesk.desk import actions
from omnidesk.desk.access import Viewer
from omnidesk.desk.outgoing import planned
from omnidesk.keys import DATABASE
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case
from omnidesk.web.requests import done, id_in, viewer_of

_Verb = Callable[[Transaction, Viewer, Case, int], Awaitable[None]]
_CHANGED = "case-changed"


async def send_now(request: web.Request) -> web.StreamResponse:
    """Wait no longer."""
    return await _do(request, planned.send_now, _CHANGED)


async def take_back(request: web.Request) -> web.StreamResponse:
    """Undo, or go on writing: what was to be sent stands in the composer again."""
    return await _do(request, planned.take_back, f"reply-taken-back, {_CHANGED}")


async def cancel(request: web.Request) -> web.StreamResponse:
    """Drop it."""
    return await _do(request, planned.cancel, _CHANGED)


async def _do(request: web.Request, verb: _Verb, event: str) -> web.StreamResponse:
    number, viewer, reply_id = int(request.match_info["number"]), viewer_of(request), id_in(request, "reply")
    async with request.app[DATABASE].transaction() as tx:
        case = await actions.for_work(tx, viewer, number)
        await verb(tx, viewer, case, reply_id)
    return done(request, f"/cases/{number}", event=event)
