"""The inbox's pages as HTML and as JSON, beside a plain aiohttp handler that answers as many bytes."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from omnidesk.desk import agents, tokens
from omnidesk.web.csrf import SESSION_COOKIE
from omnidesk.web.pages import PAGES
from tests.bench.figures import Figure, milliseconds
from tests.bench.ground import address
from tests.bench.town import Town
from tests.office import Office

REQUESTS = 100
_PART = {"HX-Request": "true"}
_FILTERS = {
    "label": "label=refund",
    "assignee": "assignee=nobody",
    "custom field": "field.product=lamp",
    "custom field that few have": "field.order=TR+w1q1x",
    "a common word": "text=kargo",
    "two words": "text=kargo+lamba",
    "breached": "sla=breached",
    "at risk": "sla=at_risk",
    "priority, label and time": "priority=urgent&label=vip&opened=30d",
}


@dataclass(frozen=True)
class _Visit:
    """A request of an agent's browser, or of a program."""

    what: str
    path: str
    part: bool = False


def _visits(town: Town) -> tuple[list[_Visit], list[_Visit]]:
    short, long = f"/inbox/all/{town.short}", f"/inbox/all/{town.long}"
    html = [
        _Visit("list", "/inbox/all"),
        _Visit("list, soonest due first", "/inbox/all?sort=due"),
        _Visit("list of what is done", "/inbox/resolved"),
        *(_Visit(f"list by {what}", f"/inbox/all?{query}") for what, query in _FILTERS.items()),
        _Visit("counts of all views", "/inbox/all/counts", part=True),
        _Visit("one row", f"/inbox/all/rows/{town.short}", part=True),
        _Visit("case of 10 messages beside the list", short),
        _Visit("case of 10 messages alone", short, part=True),
        _Visit("case of 500 messages beside the list", long),
        _Visit("case of 500 messages alone", long, part=True),
    ]
    json = [
        _Visit("50 cases", "/api/v1/cases?limit=50"),
        _Visit("50 cases by label", "/api/v1/cases?limit=50&label=refund"),
        _Visit("50 cases by assignee", "/api/v1/cases?limit=50&assignee=bo@example.com"),
        _Visit("case", f"/api/v1/cases/{town.short}"),
        _Visit("10 messages", f"/api/v1/cases/{town.short}/interactions"),
        _Visit("100 of 500 messages", f"/api/v1/cases/{town.long}/interactions?limit=100"),
    ]
    return html, json


async def measure(desk: Office, where: str, town: Town) -> list[Figure]:
    """What Ada's browser and a program ask for, one request after the other."""
    ada = await desk.viewer("Ada")
    async with desk.database.transaction() as tx:
        page = {"Cookie": f"{SESSION_COOKIE}={await agents.open_session(tx, ada.agent_id, 'bench')}"}
        program = {"Authorization": f"Bearer {await tokens.create(tx, 'bench')}"}
    html, json = _visits(town)
    anew = desk.app[PAGES].row.cache_clear
    url = address(desk)
    figures = [await _figure(url, f"{where}: {one.what}", one, page) for one in html]
    figures.insert(1, await _figure(url, f"{where}: list, every row changed since", html[0], page, anew))
    return [*figures, *[await _figure(url, f"{where}: JSON, {one.what}", one, program) for one in json]]


async def _figure(
    url: str, what: str, visit: _Visit, headers: dict[str, str], before: Callable[[], None] = lambda: None
) -> Figure:
    asked = {**headers, **(_PART if visit.part else {})}
    times, size = await _ask(url + visit.path, asked, before)
    return Figure(f"{what}, {size / 1000:.0f} KB", milliseconds(times), milliseconds(await _plain(size)))


async def _plain(size: int) -> list[float]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * size)

    app = web.Application()
    app.router.add_get("/", answer)
    server = TestServer(app)
    await server.start_server()
    times, _ = await _ask(str(server.make_url("/")), {})
    await server.close()
    return times


async def _ask(
    url: str, headers: dict[str, str], before: Callable[[], None] = lambda: None
) -> tuple[list[float], int]:  # fmt: skip
    times, size = [], 0
    async with ClientSession(headers=headers) as client:
        for _ in range(REQUESTS):
            before()
            started = time.perf_counter()
            async with client.get(url) as response:
                size = len(await response.read())
                if response.status != 200:
                    raise RuntimeError(f"{url} answered {response.status}")
            times.append(time.perf_counter() - started)
    return times[REQUESTS // 10 :], size
