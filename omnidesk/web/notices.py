"""Notices: the bell in the rail, and the list of what there is to hear of."""

from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field
from sqlmodel import col, select

from omnidesk.desk import access, notices
from omnidesk.errors import NotFound
from omnidesk.keys import DATABASE
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Case, NoticeKind
from omnidesk.web import rail
from omnidesk.web.requests import done, page, read, viewer_of

_SHOWN = 99


class Seen(BaseModel):
    """Of which case, or several with commas between; empty = of all."""

    case: str = Field(default="", pattern=r"^\d{1,9}(,\d{1,9}){0,99}$")


async def show(request: web.Request) -> web.StreamResponse:
    """The list as a page."""
    async with request.app[DATABASE].session() as session:
        listed = await notices.list_notices(session, viewer_of(request))
        waiting = await rail.counts(request, session)
    return page(request, "notices/page.html", **_listed(listed), first=True, place="notices", **waiting)


async def rows(request: web.Request) -> web.StreamResponse:
    """The notices before one; all from the newest on where none is named."""
    before = _before(request)
    async with request.app[DATABASE].session() as session:
        listed = await notices.list_notices(session, viewer_of(request), before=before)
    return page(request, "notices/rows.html", **_listed(listed), first=before is None)


def _listed(found: notices.NoticePage) -> dict[str, Any]:
    return {"bundles": notices.bundled(found.groups), "next": found.next}


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
        newest = await notices.newest(session, viewer_of(request)) if values["count"] else None
        given = 0
        if newest is not None and newest.kind == NoticeKind.ASSIGNED:
            given = await notices.given_lately(session, viewer_of(request), newest, notices.NEAR)
        values |= {"newest": newest, "given": given if given >= notices.FEW else 0}
    return page(request, "notices/bell.html", most=_SHOWN, **values)


async def see(request: web.Request) -> web.StreamResponse:
    """Mark what there is of a case, or everything, as seen."""
    form, viewer = await read(request, Seen), viewer_of(request)
    async with request.app[DATABASE].transaction() as tx:
        if not form.case:
            await notices.see_all(tx, viewer.agent_id)
        else:
            these = col(Case.number).in_([int(number) for number in form.case.split(",")])
            seen = list(await tx.session.exec(select(Case.id).where(these, access.visible(viewer))))
            if not seen:
                raise NotFound(f"There is no case {form.case} here.")
            await notices.see(tx, viewer.agent_id, *seen)
    return done(request, "/notices", event="notices-changed")
