"""The command palette's answers: views, people, cases and pages that fit what was typed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import macros, views
from omnidesk.desk.directory import organizations, people
from omnidesk.errors import NotFound
from omnidesk.keys import DATABASE
from omnidesk.store.models import MacroKind, Role
from omnidesk.text.folding import fold
from omnidesk.web.pages import PAGES, sentence
from omnidesk.web.requests import language_for, page, viewer_of
from omnidesk.web.settings import sections
from omnidesk.web.words import N_, WORDS

_LONGEST = 100
_PLACES = 20
_PEOPLE = 5
_MACROS = 5
_LARGEST_NUMBER = 2**31
_HINTS = {"saved": N_("Saved view"), "team": N_("Team"), "channel": N_("Channel")}


@dataclass(frozen=True, slots=True)
class Found:
    """A place to go to, or a macro to apply. `kind` says what it is: view, person, organization, case, page, macro."""

    kind: str
    href: str
    title: str
    hint: str = ""
    macro_id: int | None = None


async def find(request: web.Request) -> web.StreamResponse:
    """The places whose names hold what was typed; with nothing typed the views."""
    asked = request.query.get("q", "")[:_LONGEST].strip()
    async with request.app[DATABASE].session() as session:
        found = [
            *islice(_places(request, await views.places(session, viewer_of(request)), asked), _PLACES),
            *_pages(request, asked),
            *await _case(request, session, asked),
            *await _people(request, session, asked),
            *await _organizations(session, asked),
            *await _macros(request, session, asked),
        ]
    return page(request, "palette/found.html", found=found)


def _places(request: web.Request, places: views.Places, asked: str) -> Iterator[Found]:
    """Views by name; where something is asked for, saved views, teams and channels too."""
    pages, language, wanted = request.app[PAGES], language_for(request), fold(asked)
    for place in places.all if wanted else places.built_in:
        kind = _kind(place)
        code = WORDS[kind].get(place.title) if kind in WORDS else None
        title = sentence(pages.gettext(language, code), language) if code else place.title
        if wanted in fold(title):
            yield Found("view", place.href, title, pages.gettext(language, _HINTS[kind]) if kind in _HINTS else "")


def _kind(place: views.Place) -> str:
    """What a place is: `view` where it is built in."""
    kind, separator, _ = place.name.partition("-")
    return kind if separator else "view"


def _pages(request: web.Request, asked: str) -> Iterator[Found]:
    """Sections of the settings, by name."""
    language, wanted = language_for(request), fold(asked)
    if wanted:
        for group in sections.open_to(viewer_of(request)).values():
            for section in group:
                title = request.app[PAGES].gettext(language, section.title)
                if wanted in fold(title):
                    yield Found("page", f"/settings/{section.name}", title)


async def _macros(request: web.Request, session: AsyncSession, asked: str) -> list[Found]:
    """Macros by name, where the page has a case that they can be applied to."""
    viewer = viewer_of(request)
    if not asked or "macros" not in request.query or not viewer.at_least(Role.AGENT):
        return []
    found = await macros.search(session, macros.usable(viewer), asked, kind=MacroKind.MACRO, limit=_MACROS)
    return [Found("macro", "", one.name, f"/{one.shortcut}" if one.shortcut else "", one.id) for one in found]


async def _case(request: web.Request, session: AsyncSession, asked: str) -> list[Found]:
    digits = asked.removeprefix("#")
    if not (digits.isdecimal() and digits.isascii() and int(digits[:12]) < _LARGEST_NUMBER):
        return []
    try:
        case = await views.find(session, viewer_of(request), int(digits))
    except NotFound:
        return []
    return [
        Found("case", f"/cases/{case.number}", f"#{case.number}", case.subject or case.preview or case.contact_name)
    ]


async def _organizations(session: AsyncSession, asked: str) -> list[Found]:
    if not asked:
        return []
    listed = await organizations.list_organizations(session, question=asked, limit=_PEOPLE)
    return [
        Found("organization", f"/organizations/{one.organization.id}", one.organization.name, ", ".join(one.domains))
        for one in listed.entries
    ]


async def _people(request: web.Request, session: AsyncSession, asked: str) -> list[Found]:
    if not asked:
        return []
    listed = await people.list_people(session, viewer_of(request), question=asked, limit=_PEOPLE)
    return [Found("person", f"/contacts/{one.contact.id}", one.called) for one in listed.entries if one.called]
