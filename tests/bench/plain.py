"""What a plain aiohttp server can do: sockets that are told, and a handler that answers a row's bytes."""

import asyncio
import json
from collections.abc import AsyncIterator, Container
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

_ROW = b"x" * 1200


class Plain:
    """Nothing is looked up: each socket is told of every change, in the order in which they came."""

    def __init__(self) -> None:
        self.sockets: list[web.WebSocketResponse] = []
        self._telling: set[asyncio.Task[None]] = set()

    async def live(self, request: web.Request) -> web.WebSocketResponse:
        """A page's socket."""
        stream = web.WebSocketResponse()
        await stream.prepare(request)
        self.sockets.append(stream)
        async for _ in stream:
            pass
        self.sockets.remove(stream)
        return stream

    async def row(self, _: web.Request) -> web.Response:
        """A row, or anything else."""
        return web.Response(body=_ROW)

    def change(self, number: int, version: int, shown_by: Container[int]) -> None:
        """Tell the sockets that show the case, soon."""
        task = asyncio.create_task(self._tell({"case": number, "version": version}, shown_by))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, told: dict[str, int], shown_by: Container[int]) -> None:
        text = json.dumps({**told, "in_view": True})
        for number, stream in enumerate(tuple(self.sockets)):
            if number in shown_by:
                await stream.send_str(text)


@asynccontextmanager
async def plain_server() -> AsyncIterator[tuple[Plain, str]]:
    """The server, started, and where it answers."""
    plain, app = Plain(), web.Application()
    app.router.add_get("/live", plain.live)
    app.router.add_get("/{path:.*}", plain.row)
    server = TestServer(app)
    await server.start_server()
    try:
        yield plain, str(server.make_url("/"))
    finally:
        await server.close()
