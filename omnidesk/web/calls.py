"""Logging a call: beside a case, or from the page of a person, which opens one."""

import re
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, BeforeValidator, Field

from omnidesk.desk import calls, moments, timeline, views
from omnidesk.desk.calls import Call, Outcome
from omnidesk.desk.directory import people
from omnidesk.errors import Invalid, NotFound
from omnidesk.keys import DATABASE, SETTINGS
from omnidesk.store.models import Direction, Kind
from omnidesk.web.requests import done, id_in, is_fragment, page, read, viewer_of, zone_of

_LENGTH = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):([0-5]\d)|(\d{1,4})", re.ASCII)
_CHANGED = "case-changed"


def _seconds(text: object) -> object:
    """`3:25` is three minutes and 25 seconds, `1:03:25` an hour more; a number alone means minutes."""
    found = _LENGTH.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ValueError("write minutes and seconds such as 3:25")
    hours, minutes, seconds, alone = (int(part or 0) for part in found.groups())
    return hours * 3600 + (minutes + alone) * 60 + seconds


class Logged(BaseModel):
    """What the form sends."""

    direction: Direction
    outcome: Outcome
    number: str = Field(default="", max_length=64)
    when: str = Field(default="", max_length=40)
    length: Annotated[int | None, BeforeValidator(_seconds)] = None
    notes: str = ""
    subject: str = Field(default="", max_length=200)


async def panel(request: web.Request) -> web.StreamResponse:
    """The form beside a case."""
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer_of(request), _number(request))
        numbers = await calls.numbers_of(session, case.contact_id)
    return page(request, "calls/form.html", action=f"/cases/{case.number}/calls", numbers=numbers, row=None)


async def edit(request: web.Request) -> web.StreamResponse:
    """The form for a call that is there."""
    position = int(request.match_info["position"])
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer_of(request), _number(request))
        numbers = await calls.numbers_of(session, case.contact_id)
        found = [row.interaction for row in await timeline.timeline(session, case, before=position + 1, limit=1)]
    if not found or (found[0].position, found[0].kind) != (position, Kind.CALL):
        raise NotFound(f"There is no call at {position} here.")
    action = f"/cases/{case.number}/calls/{position}"
    return page(request, "calls/form.html", action=action, numbers=numbers, row=found[0])


async def panel_of_contact(request: web.Request) -> web.StreamResponse:
    """The form on the page of a person."""
    contact_id = id_in(request, "contact")
    async with request.app[DATABASE].session() as session:
        contact = await people.find(session, contact_id)
        numbers = await calls.numbers_of(session, contact.id)
    return page(
        request, "calls/form.html", action=f"/contacts/{contact.id}/calls", numbers=numbers, row=None, opens=True
    )


async def log(request: web.Request) -> web.StreamResponse:
    """Write a call down on the case."""
    call, _ = await _read(request)
    async with request.app[DATABASE].transaction() as tx:
        case = await calls.log(tx, viewer_of(request), _number(request), call, country=_country(request))
    return done(request, f"/cases/{case.number}", event=_CHANGED)


async def correct(request: web.Request) -> web.StreamResponse:
    """Correct a call."""
    (call, _), position = await _read(request), int(request.match_info["position"])
    async with request.app[DATABASE].transaction() as tx:
        viewer, country = viewer_of(request), _country(request)
        case = await calls.correct(tx, viewer, _number(request), position, call, country=country)
    return done(request, f"/cases/{case.number}", event=_CHANGED)


async def open_case(request: web.Request) -> web.StreamResponse:
    """Open a case with a call, and go there."""
    call, subject = await _read(request)
    async with request.app[DATABASE].transaction() as tx:
        case = await calls.open_case(
            tx, viewer_of(request), id_in(request, "contact"), call, subject=subject, country=_country(request)
        )
    if is_fragment(request):
        return web.Response(status=204, headers={"HX-Redirect": f"/cases/{case.number}"})
    raise web.HTTPSeeOther(f"/cases/{case.number}")


async def _read(request: web.Request) -> tuple[Call, str]:
    """The call, and what a new case is about."""
    try:
        form = await read(request, Logged)
    except Invalid as error:
        if "length" in error.fields:
            raise Invalid(
                "Write how long the call was as minutes and seconds, such as 3:25.",
                code="call_length", fields=error.fields,
            ) from error  # fmt: skip
        raise
    if form.direction == Direction.INTERNAL:
        raise Invalid("A call comes in or goes out.", fields={"direction": "unknown"})
    began = moments.later(form.when, request.app[DATABASE].now(), zone_of(request)) if form.when else None
    return Call(form.direction, form.outcome, form.number, began, form.length, form.notes), form.subject


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


def _country(request: web.Request) -> str:
    return request.app[SETTINGS].desk.country
