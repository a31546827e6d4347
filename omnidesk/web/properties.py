"""Changing one thing about a case: when it is seen to again, its team, priority and labels."""

from aiohttp import web
from pydantic import BaseModel, Field

from omnidesk.desk import moments, properties, snoozing, views
from omnidesk.keys import DATABASE
from omnidesk.store.models import Priority
from omnidesk.web.requests import done, page, read, viewer_of, zone_of

_CHANGED = "case-changed"


class Snooze(BaseModel):
    """Until when: `reply`, a name that `moments.later` knows, or a local date and time."""

    until: str = Field(min_length=1, max_length=40)


class Move(BaseModel):
    """To which team."""

    team: str = Field(min_length=1, max_length=64)


class Urgency(BaseModel):
    """How urgent."""

    priority: Priority


class Labelling(BaseModel):
    """Which label; `off` takes it away."""

    label: str = Field(min_length=1, max_length=200)
    off: bool = False


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


async def snooze(request: web.Request) -> web.StreamResponse:
    """Put the case away."""
    form, database = await read(request, Snooze), request.app[DATABASE]
    until = None if form.until == "reply" else moments.later(form.until, database.now(), zone_of(request))
    async with database.transaction() as tx:
        case = await snoozing.snooze(tx, viewer_of(request), _number(request), until)
    return done(request, f"/cases/{case.number}", event=_CHANGED)


async def wake(request: web.Request) -> web.StreamResponse:
    """Take the case back."""
    async with request.app[DATABASE].transaction() as tx:
        case = await snoozing.wake(tx, viewer_of(request), _number(request))
    return done(request, f"/cases/{case.number}", event=_CHANGED)


async def options(request: web.Request) -> web.StreamResponse:
    """What a property can become, for its menu."""
    name = request.match_info["property"]
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer_of(request), _number(request))
        offered = await properties.offered(session, case, name)
    return page(request, "cases/options.html", case=case, property=name, offered=offered)


async def move(request: web.Request) -> web.StreamResponse:
    """Give the case to another team."""
    form = await read(request, Move)
    async with request.app[DATABASE].transaction() as tx:
        await properties.move(tx, viewer_of(request), _number(request), form.team)
    return done(request, f"/cases/{_number(request)}", event=_CHANGED)


async def prioritise(request: web.Request) -> web.StreamResponse:
    """Say how urgent the case is."""
    form = await read(request, Urgency)
    async with request.app[DATABASE].transaction() as tx:
        await properties.prioritise(tx, viewer_of(request), _number(request), form.priority)
    return done(request, f"/cases/{_number(request)}", event=_CHANGED)


async def label(request: web.Request) -> web.StreamResponse:
    """Put a label on the case, or take it off."""
    form = await read(request, Labelling)
    async with request.app[DATABASE].transaction() as tx:
        await properties.label(tx, viewer_of(request), _number(request), form.label, on=not form.off)
    return done(request, f"/cases/{_number(request)}", event=_CHANGED)
