"""The search: what was said, people and numbers, with a case opened beside the results."""

from typing import Any
from urllib.parse import quote

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.search import completing, searching
from omnidesk.keys import DATABASE
from omnidesk.text import questions
from omnidesk.text.snippets import snippet
from omnidesk.web import cases, lists, rail
from omnidesk.web.requests import is_fragment, page, viewer_of, zone_of

_LONGEST = 300


async def show(request: web.Request) -> web.StreamResponse:
    """What is found, nothing opened."""
    async with request.app[DATABASE].session() as session:
        values = await _values(request, session)
    return page(request, "search/page.html", opened=None, **values)


async def rows(request: web.Request) -> web.StreamResponse:
    """The same while one types."""
    async with request.app[DATABASE].session() as session:
        found = await _found(request, session)
    return page(request, "search/results.html", headers={"HX-Replace-Url": _address(request)}, opened=None, **found)


async def complete(request: web.Request) -> web.StreamResponse:
    """What the end of a question could become, as options."""
    async with request.app[DATABASE].session() as session:
        found = await completing.complete(session, viewer_of(request), _asked(request))
    return page(request, "search/completions.html", found=found)


async def show_case(request: web.Request) -> web.StreamResponse:
    """What is found with a case opened; htmx gets the case alone."""
    number = int(request.match_info["number"])
    async with request.app[DATABASE].session() as session:
        opened = await cases.values(request, session, number)
        if is_fragment(request):
            return page(request, "cases/case.html", view="all", back=_address(request), **opened)
        values = await _values(request, session)
    return page(request, "search/page.html", opened=opened["case"], back=_address(request), **values, **opened)


def _asked(request: web.Request) -> str:
    return request.query.get("q", "")[:_LONGEST]


def _address(request: web.Request) -> str:
    asked = _asked(request)
    return f"/search?q={quote(asked)}" if asked.strip() else "/search"


async def _values(request: web.Request, session: AsyncSession) -> dict[str, Any]:
    return {
        "place": "search", "view": "all", **await lists.shown(request, session),
        **await rail.counts(request, session), **await _found(request, session),
    }  # fmt: skip


async def _found(request: web.Request, session: AsyncSession) -> dict[str, Any]:
    asked, now = _asked(request), request.app[DATABASE].now()
    question = questions.read(asked)
    found = await searching.search(session, viewer_of(request), question, now, zone_of(request))
    said = {hit.case.number: snippet(_text(hit), question.terms) for hit in found.hits}
    return {"asked": asked, "question": question, "found": found, "said": said}


def _text(hit: searching.Hit) -> str:
    """What is shown of a hit: the row that fits best, with the subject where only that has the words."""
    if hit.row is None:
        return hit.case.preview
    return f"{hit.row.payload.get('subject') or ''} {hit.row.text}"
