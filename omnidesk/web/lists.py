"""Lists as links ask for them, and the views beside them with their counts."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import views
from omnidesk.desk.views import Asked, Filter
from omnidesk.web.requests import reader_of, viewer_of


async def shown(request: web.Request, session: AsyncSession) -> dict[str, Any]:
    """The views that are offered, and how many cases they hold."""
    places = await views.places(session, viewer_of(request))
    return {"places": places, "counts": await views.counts(session, reader_of(request), places.counted)}


async def asked(
    request: web.Request, session: AsyncSession, view: str, pairs: Sequence[tuple[str, str]]
) -> Asked:  # fmt: skip
    """The list that a link asks for. Raises NotFound and Invalid."""
    sort = dict(pairs).get("sort") or None
    return Asked(view, Filter.of(pairs), sort)


def query_of(wanted: Filter, sort: str, view: views.View) -> str:
    """The query of a link to a list; the view's own sort needs no word."""
    return urlencode([*wanted.pairs(), *([("sort", sort)] if sort != view.sorts[0] else [])])


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
