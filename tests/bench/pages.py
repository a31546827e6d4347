"""The inbox's list as HTML and as JSON, beside a plain aiohttp handler that answers as many bytes."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from sqlmodel import select

from omnidesk.desk import agents, tokens
from omnidesk.store.db import Transaction
from omnidesk.store.models import Agent, Case, Contact, ContactPoint, Inbox, Shelf
from omnidesk.web.csrf import SESSION_COOKIE
from omnidesk.web.pages import PAGES
from tests.bench.figures import Figure, milliseconds
from tests.bench.ground import Stores, office
from tests.office import Office

REQUESTS = 200
_PART = 2000


async def measure(stores: Stores, sizes: Sequence[int]) -> list[Figure]:
    """The list with so many open cases, on both databases."""
    figures = []
    for kind in ("sqlite", "postgresql"):
        for cases in sizes:
            async with office(await stores.make(kind), work=False) as desk:
                await fill(desk, cases)
                figures += await _lists(desk, f"{kind}, {cases:,} cases")
    return figures


async def _lists(desk: Office, where: str) -> list[Figure]:
    async with desk.database.transaction() as tx:
        ada = (await tx.session.exec(select(Agent).where(Agent.name == "Ada"))).one()
        page = {"Cookie": f"{SESSION_COOKIE}={await agents.open_session(tx, ada.id, 'bench')}"}
        program = {"Authorization": f"Bearer {await tokens.create(tx, 'bench')}"}
    server = TestServer(desk.app)
    await server.start_server()
    html, json = str(server.make_url("/inbox/all")), str(server.make_url("/api/v1/cases?limit=50"))
    again, size = await _ask(html, page)
    anew, _ = await _ask(html, page, desk.app[PAGES].row.cache_clear)
    listed, json_size = await _ask(json, program)
    await server.close()
    raw, raw_json = milliseconds(await _plain(size)), milliseconds(await _plain(json_size))
    return [
        Figure(f"{where}: inbox list, {size // 1000} KB", milliseconds(again), raw),
        Figure(f"{where}: the same, every row changed since", milliseconds(anew), raw),
        Figure(f"{where}: list of the JSON API, 50 cases, {json_size // 1000} KB", milliseconds(listed), raw_json),
    ]


async def fill(desk: Office, cases: int) -> None:
    """Open cases of one team, each of its own person."""
    async with desk.database.session() as session:
        inbox = (await session.exec(select(Inbox).where(Inbox.slug == "desk"))).one()
    for first in range(0, cases, _PART):
        async with desk.database.transaction() as tx:
            for number in range(first, min(first + _PART, cases)):
                _add(tx, inbox, number)


def _add(tx: Transaction, inbox: Inbox, number: int) -> None:
    at = tx.now - timedelta(seconds=number)
    contact, point = tx.new_id(), tx.new_id()
    person = {
        "id": contact,
        "name": f"Mia {number}",
        "folded_name": f"mia {number}",
        "created_at": at,
        "updated_at": at,
    }
    tx.add_row(Contact, person)
    tx.add_row(
        ContactPoint,
        {"id": point, "contact_id": contact, "channel": "fake", "address": f"mia{number}", "created_at": at},
    )
    tx.add_row(
        Case,
        {
            "id": tx.new_id(), "number": 10_000 + number, "subject": f"Where is parcel {number}?", "shelf": Shelf.OPEN,
            "team_id": inbox.team_id, "contact_id": contact, "contact_name": f"Mia {number}",
            "contact_point_id": point, "inbox_id": inbox.id, "channel": "fake", "last_at": at, "created_at": at,
            "updated_at": at, "preview": "Where is my parcel? It should have been here yesterday.",
        },
    )  # fmt: skip


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
