"""The inbox: views, their rows, and a case opened beside them."""

from collections.abc import Set
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from markupsafe import Markup
from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import drafts, views
from omnidesk.errors import NotFound
from omnidesk.keys import DATABASE
from omnidesk.web import cases, filters, lists, rail
from omnidesk.web.pages import PAGES, RowPlace
from omnidesk.web.requests import answer, is_fragment, language_for, page, read, reader_of, viewer_of, zone_of

_MOST_ROWS = 100


class Sorting(BaseModel):
    """How a list, by its view and filter, is to be sorted from now on."""

    view: str = Field(min_length=1, max_length=100)
    query: str = Field(default="", max_length=2000)
    sort: str = Field(min_length=1, max_length=20)


async def home(request: web.Request) -> web.StreamResponse:
    """Start with one's own cases."""
    raise web.HTTPSeeOther("/inbox/mine")


async def show(request: web.Request) -> web.StreamResponse:
    """A view, nothing opened."""
    async with request.app[DATABASE].session() as session:
        listed = await _values(request, session)
    return page(request, "inbox/page.html", opened=None, **listed)


async def show_case(request: web.Request) -> web.StreamResponse:
    """A view with a case opened; htmx gets the case alone."""
    number = int(request.match_info["number"])
    async with request.app[DATABASE].session() as session:
        opened = await cases.values(request, session, number)
        if is_fragment(request):
            return page(request, "cases/case.html", **await _place(request, session), **opened)
        listed = await _values(request, session, number)
    return page(request, "inbox/page.html", opened=opened["case"], **listed, **opened)


async def rows(request: web.Request) -> web.StreamResponse:
    """More rows of a view, from a cursor on."""
    async with request.app[DATABASE].session() as session:
        listed = await _list(request, session, await _place(request, session))
    return page(request, "inbox/rows.html", **listed)


async def some(request: web.Request) -> web.StreamResponse:
    """Rows by their numbers, fresh; without those that have left the view."""
    reader, numbers = reader_of(request), _numbers(request.match_info["numbers"])
    async with request.app[DATABASE].session() as session:
        place = await _place(request, session)
        view: views.View = place["held"]
        exact = view.is_exact and not place["wanted"].filter.text
        conditions = [] if exact else await views.conditions(session, reader.viewer, place["wanted"], view)
        cases = await views.listed_among(session, reader.viewer, numbers, conditions)
        if len(numbers) == 1 and not cases:
            await views.find(session, reader.viewer, numbers[0])
        drafted = await drafts.among(session, reader.viewer, [case.id for case in cases])
    rows = [_row(request, case, place, drafted=drafted) for case in cases if not exact or view.may_hold(case)]
    return answer(Markup("").join(rows)) if rows else web.Response(status=204)


def _numbers(said: str) -> list[int]:
    """Up to a hundred, as a path names them. Raises NotFound for what is no number of a case."""
    numbers = said.split(",")
    if len(numbers) > _MOST_ROWS or not all(0 < len(number) < 10 for number in numbers):
        raise NotFound("These are no numbers of cases.")
    return [int(number) for number in numbers]


async def sort(request: web.Request) -> web.StreamResponse:
    """Sort a view as its reader likes it, now and the next time."""
    form, reader = await read(request, Sorting), reader_of(request)
    wanted = views.Filter.of(parse_qsl(form.query))
    async with request.app[DATABASE].transaction() as tx:
        await views.remember_sort(tx, reader, form.view, form.sort)
    held = views.view_of(views.Asked(form.view, wanted), reader)
    query = lists.query_of(wanted, form.sort, held)
    raise web.HTTPSeeOther(f"/inbox/{form.view}" + (f"?{query}" if query else ""))


async def counts(request: web.Request) -> web.StreamResponse:
    """The views with their counts."""
    async with request.app[DATABASE].session() as session:
        place = await _place(request, session)
    found = await lists.counted_again(request)
    return page(request, "inbox/views.html", view=place["view"], query=place["query"], **found)


async def filter_menu(request: web.Request) -> web.StreamResponse:
    """What the list can be filtered by."""
    async with request.app[DATABASE].session() as session:
        place = await _place(request, session)
        offered = await filters.offered(request, session, place["wanted"].filter)
    return page(request, "inbox/filters.html", offered=offered, **place)


async def _place(request: web.Request, session: AsyncSession) -> dict[str, Any]:
    """Which list it is, and how links to it go on."""
    name = request.match_info["view"]
    asked = await lists.asked(request, session, name, lists.pairs_of(request))
    held = views.view_of(asked, reader_of(request))
    sort = views.sort_of(held, asked)
    links = lists.links_of(asked.filter, request.query.get("sort"), sort)
    back = f"/inbox/{name}" + (f"?{links['query']}" if links["query"] else "")
    return {"view": name, "wanted": asked, "held": held, "sort": sort, "back": back, **links}


async def _values(request: web.Request, session: AsyncSession, opened: int = 0) -> dict[str, Any]:
    place = await _place(request, session)
    shown, waiting = await lists.shown(request, session), await rail.counts(request, session)
    wanted = place["wanted"].filter
    chips = [one for one in await filters.offered(request, session, wanted) if one.said] if wanted.pairs() else []
    listed = await _list(request, session, place, opened)
    title = lists.title(place["view"], place["query"], shown["places"])
    return {"place": "inbox", "chips": chips, "title": title, **shown, **waiting, **listed}


async def _list(
    request: web.Request, session: AsyncSession, place: dict[str, Any], opened: int = 0
) -> dict[str, Any]:  # fmt: skip
    cursor = request.query.get("cursor")
    listed = await views.list_cases(session, reader_of(request), place["wanted"], cursor=cursor)
    drafted = await drafts.among(session, viewer_of(request), [case.id for case in listed.cases])
    row = partial(_row, request, place=place, opened=opened, drafted=drafted)
    return {**place, "listed": listed, "row": row}


def _row(
    request: web.Request, case: views.ListedCase, place: dict[str, Any], *, opened: int = 0, drafted: Set[int]
) -> Markup:  # fmt: skip
    """A row as its reader sees it; what many look at is drawn once."""
    now = request.app[DATABASE].now().replace(second=0, microsecond=0)  # the page itself keeps times true
    sorted_by = views.SORTED_BY[place["sort"]]
    shown = RowPlace(place["view"], place["query"], sorted_by, case.number == opened, case.id in drafted)
    return request.app[PAGES].row(case, shown, language_for(request), zone_of(request), now)
