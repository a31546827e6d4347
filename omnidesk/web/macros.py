"""What the composer offers behind "/" and "@": canned replies, macros, colleagues and teams."""

from typing import Any

from aiohttp import web
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import applying_macros, files, filling, macro_actions, macros, mentions, views
from omnidesk.desk.applying_macros import Refused
from omnidesk.keys import DATABASE, KEYS
from omnidesk.store.models import Case, Macro
from omnidesk.text import variables
from omnidesk.web.requests import Id, Number, done, page, read, render, viewer_of, zone_of

_LONGEST_QUESTION = 80


class Choice(BaseModel):
    """Which macro."""

    macro: Id


class Place(BaseModel):
    """Where the log says that a macro was applied."""

    position: Number


async def offer(request: web.Request) -> web.StreamResponse:
    """Canned replies and macros for what was typed after the slash, filled in for this case."""
    viewer = viewer_of(request)
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer, _number(request))
        found = await macros.search(session, macros.usable(viewer), _question(request))
        offers = await _filled(request, session, case, found)
        names = await macro_actions.names_in(session, [action for macro in found for action in macro.actions])
    return page(request, "cases/offers.html", offers=offers, names=names)


async def _filled(request: web.Request, session: AsyncSession, case: Case, found: list[Macro]) -> list[Any]:
    values = await filling.values_of(session, viewer_of(request), case)
    language = await filling.language_of(session, case)
    texts = (variables.fill(filling.text_in(one.texts, language), values) for one in found)
    return [(one, text, cited(request, macros.files_of(one))) for one, text in zip(found, texts, strict=True)]


def cited(request: web.Request, stored: list[files.Stored]) -> list[dict[str, Any]]:
    """Files as a form holds them, by handles of their own: what becomes of those changes nothing here."""
    keys = request.app[KEYS]
    return [{"handle": files.handle_of(keys, one), "name": one.filename, "size": one.size} for one in stored]


async def apply(request: web.Request) -> web.StreamResponse:
    """Do what a macro does; its text goes back to the composer."""
    form, number = await read(request, Choice), _number(request)
    try:
        async with request.app[DATABASE].transaction() as tx:
            applied = await applying_macros.apply(tx, viewer_of(request), number, form.macro, zone_of(request))
    except Refused as refused:
        async with request.app[DATABASE].session() as session:
            names = await macro_actions.names_in(session, [refused.action])
        toast = render(request, "cases/macro_refused.html", refused=refused, names=names)
        return web.json_response({"toast": toast}, status=refused.status)
    toast = render(request, "cases/macro_applied.html", number=number, applied=applied)
    answer = {"text": applied.text.text, "files": cited(request, macros.files_of(applied.macro)), "toast": toast}
    return web.json_response(answer, headers={"Cache-Control": "no-store"})


async def undo(request: web.Request) -> web.StreamResponse:
    """Take back what a macro changed."""
    form, number = await read(request, Place), _number(request)
    async with request.app[DATABASE].transaction() as tx:
        await applying_macros.undo(tx, viewer_of(request), number, form.position)
    return done(request, f"/cases/{number}", event="case-changed")


async def callees(request: web.Request) -> web.StreamResponse:
    """Colleagues and teams for what was typed after the @."""
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer_of(request), _number(request))
        viewer = viewer_of(request)
        found = await mentions.offered(session, case, _question(request), but=viewer.agent_id)
    return page(request, "cases/callees.html", callees=found)


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


def _question(request: web.Request) -> str:
    return request.query.get("q", "")[:_LONGEST_QUESTION]
