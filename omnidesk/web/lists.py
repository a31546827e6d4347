"""Lists as links ask for them, and the views beside them with their counts."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import views
from omnidesk.desk.views import Asked, Filter, Reader
from omnidesk.keys import DATABASE
from omnidesk.web.requests import reader_of, viewer_of
from omnidesk.web.together import Together

TOGETHER = web.AppKey("together", Together)
SORTED = "sorted"
"""How a page has sorted its list without being told: its parts ask for the same."""


async def shown(request: web.Request, session: AsyncSession) -> dict[str, Any]:
    """The views that are offered, and how many cases they hold."""
    places = await views.places(session, viewer_of(request))
    return {"places": places, "counts": await views.counts(session, reader_of(request), places.counted)}


async def counted_again(request: web.Request) -> dict[str, Any]:
    """The same for a page that is open: what holds the same for its colleagues is counted once for all who ask."""
    viewer, reader = viewer_of(request), reader_of(request)
    async with request.app[DATABASE].session() as session:
        places = await views.places(session, viewer)
        alike = {} if await views.sees_cases_of_hidden_teams(session, viewer) else places.alike
        own = {name: asked for name, asked in places.counted.items() if name not in alike}
        counts = await views.counts(session, reader, own)
    if alike:  # who waits for others holds no connection that they need
        key = (viewer.hidden_team_ids, tuple(alike))
        counts |= await request.app[TOGETHER].ask(key, partial(_counted, request, reader, alike))
    return {"places": places, "counts": counts}


async def _counted(request: web.Request, reader: Reader, lists: dict[str, Asked]) -> dict[str, views.Count]:
    async with request.app[DATABASE].session() as session:
        return await views.counts(session, reader, lists)


async def asked(
    request: web.Request, session: AsyncSession, view: str, pairs: Sequence[tuple[str, str]]
) -> Asked:  # fmt: skip
    """The list that a link asks for; `sort` says its order, else `sorted` or what its reader is used to.

    Raises NotFound and Invalid.
    """
    said = dict(pairs)
    sort = said.get("sort") or said.get(SORTED) or await views.remembered_sort(session, viewer_of(request), view)
    return Asked(view, Filter.of(pairs), sort or None)


def query_of(wanted: Filter, sort: str, view: views.View) -> str:
    """The query of a link to a list; the view's own sort needs no word."""
    return urlencode([*wanted.pairs(), *([("sort", sort)] if sort != view.sorts[0] else [])])


def links_of(wanted: Filter, said: str | None, sort: str) -> dict[str, str]:
    """The queries of links that go on from a list: `query` of those that people see, `here` of the list's own parts.

    An order that the address did not say stays unsaid in it; parts keep to the order of their page all the same.
    """
    query = [*wanted.pairs(), *([("sort", sort)] if said else [])]
    return {"query": urlencode(query), "here": urlencode(query if said else [*query, (SORTED, sort)])}


def pairs_of(request: web.Request) -> list[tuple[str, str]]:
    """The parameters of a link, in their order."""
    return [(key, str(value)) for key, value in request.query.items()]


def title(name: str, query: str, places: views.Places) -> Mapping[str, str]:
    """What a list is called: `kind` says how to say `text`."""
    if saved := places.saved_at(name, query):
        return {"kind": "saved", "text": saved.name}
    for kind, group in (("view", places.built_in), ("team", places.teams), ("channel", places.channels)):
        for place in group:
            if place.name == name:
                return {"kind": kind, "text": place.title}
    return {"kind": "team", "text": name.partition("-")[2]}
