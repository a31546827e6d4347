"""Windows on the page of a case: until when the person may be answered freely, and the templates for later."""

from collections.abc import Sequence

from aiohttp import web
from babel import Locale, UnknownLocaleError
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Template
from omnidesk.desk import views, windows
from omnidesk.desk.outgoing import templates, ways
from omnidesk.desk.outgoing.templates import Chosen
from omnidesk.desk.windows import Window
from omnidesk.keys import DATABASE, INBOXES
from omnidesk.store.models import Case
from omnidesk.web.requests import page, viewer_of

MOST_WORDS = 100
_DIGITS = 19


async def of_case(request: web.Request, session: AsyncSession, case: Case) -> dict[int, Window]:
    """The windows of the addresses that a reply may go to; most desks have none, and ask for none."""
    inboxes = request.app[INBOXES]
    if not any(live.channel.capabilities.window for live in inboxes.all()):
        return {}
    found = await ways.of(session, viewer_of(request), case.contact_id)
    places = {way.point.id: way.inbox.id for way in found} | {case.contact_point_id: case.inbox_id}
    can = inboxes.capabilities_of
    return await windows.among(session, [(point, inbox, can(inbox)) for point, inbox in places.items()])


async def choose(request: web.Request) -> web.StreamResponse:
    """The templates of where a reply goes; of the chosen one a field for each word, and how it reads."""
    viewer, asked = viewer_of(request), request.query
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer, int(request.match_info["number"]))
        _, inbox_id = await ways.place(session, viewer, case, _id(asked.get("at", "")))
    offered = await request.app[INBOXES].templates_of(inbox_id)
    chosen = next((one for one in offered if key_of(one) == asked.get("template")), None)
    return page(
        request, "cases/template.html", case=case, offered=_grouped(request, offered, case.language), chosen=chosen,
        values=asked.getall("value", [])[:MOST_WORDS], pieces=templates.pieces(chosen) if chosen else (),
    )  # fmt: skip


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _DIGITS else None


def key_of(template: Template) -> str:
    """What a form calls a template."""
    return f"{template.language}:{template.name}"


def _grouped(
    request: web.Request, offered: Sequence[Template], language: str
) -> list[tuple[str, list[Template]]]:  # fmt: skip
    """By language, that of the person first."""
    codes = sorted({one.language for one in offered}, key=lambda code: (code.partition("_")[0] != language, code))
    own = viewer_of(request).language or "en"
    return [
        (_called(code, own), sorted((one for one in offered if one.language == code), key=lambda one: one.name))
        for code in codes
    ]


def _called(code: str, language: str) -> str:
    try:
        return Locale.parse(code).get_display_name(language) or code
    except (UnknownLocaleError, ValueError):
        return code


async def chosen(request: web.Request, key: str, values: Sequence[str], at: int | None) -> Chosen | None:
    """What a form has chosen, filled in; None for nothing. Raises Invalid."""
    if not key:
        return None
    viewer = viewer_of(request)
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer, int(request.match_info["number"]))
        _, inbox_id = await ways.place(session, viewer, case, at)
    language, _, name = key.partition(":")
    return await templates.choose(request.app[INBOXES], inbox_id, name, language, values)
