"""From a commit to 50 open pages: told of a change, and the changed row fetched anew.

The pages live in a process of their own, as browsers do; both processes read the same clock.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlmodel import select

from omnidesk.desk import actions, agents
from omnidesk.store.models import Agent, Case
from omnidesk.web.live import LIVE
from tests.bench.figures import Figure, percentile
from tests.bench.ground import Stores, office
from tests.bench.pages import fill
from tests.office import Office

PAGES = 50
CHANGES = 40
CASES = 500
_APART = 0.6
_SHARE = 0.99

Change = Callable[[int], Awaitable[tuple[int, int]]]
"""Changes something, committed when it returns: gives the number and version of the case."""


async def measure(stores: Stores) -> list[Figure]:
    """Both figures on both databases, beside a plain server that tells and answers the same."""
    figures = []
    plain = await _plain()
    for kind in ("sqlite", "postgresql"):
        async with office(await stores.make(kind), work=False) as desk:
            await fill(desk, CASES)
            ours = await _desk(desk)
        for what, told, raw in zip(("told", "changed row fetched"), ours, plain, strict=True):
            figures.append(Figure(f"{kind}: commit → {PAGES} pages, {what}", _figure(told), _figure(raw)))
    return figures


def _figure(waits: list[float]) -> str:
    return f"p50 {percentile(waits, 0.5) * 1000:.1f} ms, p99 {percentile(waits, _SHARE) * 1000:.1f} ms"


async def _desk(desk: Office) -> tuple[list[float], list[float]]:
    async with desk.database.transaction() as tx:
        ada = (await tx.session.exec(select(Agent).where(Agent.name == "Ada"))).one()
        token = await agents.open_session(tx, ada.id, "bench")
    viewer = await desk.viewer("Ada")
    numbers = [case.number for case in await desk.all(Case)]

    async def change(count: int) -> tuple[int, int]:
        number = numbers[count % len(numbers)]
        async with desk.database.transaction() as tx:
            case = await actions.note(tx, viewer, number, "She called again.")
        return number, case.version

    server = TestServer(desk.app)
    await server.start_server()
    try:
        return await _watched(server, token, change, lambda: len(desk.app[LIVE].sockets))
    finally:
        await server.close()


async def _plain() -> tuple[list[float], list[float]]:
    """Sockets that are told, and a handler that answers a row's bytes: nothing is looked up."""
    sockets: set[web.WebSocketResponse] = set()

    async def live(request: web.Request) -> web.WebSocketResponse:
        stream = web.WebSocketResponse()
        await stream.prepare(request)
        sockets.add(stream)
        async for _ in stream:
            pass
        sockets.discard(stream)
        return stream

    async def row(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 1200)

    async def change(count: int) -> tuple[int, int]:
        text = json.dumps({"case": 1, "version": count, "in_view": True})
        asyncio.get_running_loop().call_soon(lambda: telling.append(asyncio.create_task(tell(text))))
        return 1, count

    async def tell(text: str) -> None:
        for stream in tuple(sockets):
            await stream.send_str(text)

    telling: list[asyncio.Task[None]] = []
    app = web.Application()
    app.router.add_get("/live", live)
    app.router.add_get("/{path:.*}", row)
    server = TestServer(app)
    await server.start_server()
    try:
        return await _watched(server, "", change, lambda: len(sockets))
    finally:
        await server.close()


async def _watched(
    server: TestServer, token: str, change: Change, count: Callable[[], int]
) -> tuple[list[float], list[float]]:
    """Make changes while pages watch: gives how long each page waited to be told, and to have the row."""
    watching = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.watchers", str(server.make_url("/")), str(PAGES),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if watching.stdin is None or watching.stdout is None:
        raise RuntimeError("the watchers have no pipes")
    watching.stdin.write(f"{token}\n".encode())
    while count() < PAGES:  # noqa: ASYNC110 - the pages open in their own time
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    committed = {}
    for number in range(CHANGES):
        case, version = await change(number)
        committed[case, version] = time.monotonic()
        await asyncio.sleep(_APART)
    watching.stdin.close()
    seen = json.loads(await watching.stdout.read())
    await watching.wait()
    if len(seen) != PAGES * CHANGES:
        raise RuntimeError(f"{PAGES * CHANGES - len(seen)} changes were not seen")
    told = [max(0.0, at - committed[case, version]) for case, version, at, _ in seen]
    return told, [at - committed[case, version] for case, version, _, at in seen]
