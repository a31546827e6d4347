"""`python -m tests.bench.watchers URL SECONDS`: open pages that do what the page's own scripts do, until stdin ends.

They fetch each row of their list that they are told of, the bell when there are notices, and the counts of the views
at most once in so many SECONDS (0: never). The first line of stdin says whose they are: [[session's cookie, view], …].
What they saw goes to stdout: [[page, case, version, told at, row fetched at or null], …].
"""

import asyncio
import json
import sys
import time
from collections.abc import Coroutine
from typing import Any

from aiohttp import ClientSession, TCPConnector, WSMsgType
from yarl import URL

from omnidesk.web.csrf import SESSION_COOKIE

Seen = list[tuple[int, int, int, float, float | None]]
_PATIENCE = 3
"""Seconds in which the last rows come."""


_TOGETHER = 0.15
"""Seconds in which rows are fetched together (static/js/live.js)."""


async def main(url: URL, pause: float) -> None:
    """Watch until told to end."""
    seen: Seen = []
    async with ClientSession(connector=TCPConnector(limit=0)) as client:
        pages = [
            _Page(client, url, number, token, view, pause, seen)
            for number, (token, view) in enumerate(json.loads(await asyncio.to_thread(sys.stdin.readline)))
        ]
        watching = [asyncio.create_task(page.watch()) for page in pages]
        await asyncio.to_thread(sys.stdin.read)
        await asyncio.sleep(_PATIENCE)
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    sys.stdout.write(json.dumps(seen))


class _Page:
    def __init__(
        self, client: ClientSession, url: URL, number: int, token: str, view: str, pause: float, seen: Seen
    ) -> None:
        self._client, self._url, self._number, self._view = client, url, number, view
        self._headers = {"Cookie": f"{SESSION_COOKIE}={token}"}
        self._pause, self._seen = pause, seen
        self._counting: asyncio.Task[None] | None = None
        self._fetching: set[asyncio.Task[None]] = set()
        self._due: list[tuple[int, int, float]] = []
        self._showing: asyncio.Task[None] | None = None

    async def watch(self) -> None:
        headers = {**self._headers, "Origin": str(self._url.origin())}
        async with self._client.ws_connect(self._url / "live", headers=headers) as socket:
            await socket.send_json({"show": {"view": self._view, "case": None}})
            await socket.send_json({"at": "desk"})
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._hear(json.loads(message.data), time.monotonic())

    def _hear(self, said: dict[str, int], told_at: float) -> None:
        if "notices" in said:
            self._begin(self._get("notices/bell"))
        if "case" in said and said["in_view"]:
            self._due.append((said["case"], said["version"], told_at))
            if self._showing is None or self._showing.done():
                self._showing = asyncio.create_task(self._show())
        elif "case" not in said and "counts" not in said:
            return
        if self._pause and (self._counting is None or self._counting.done()):
            self._counting = asyncio.create_task(self._count())

    def _begin(self, fetching: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(fetching)
        self._fetching.add(task)
        task.add_done_callback(self._fetching.discard)

    async def _show(self) -> None:
        """Fetch rows as pages do: at once when it was quiet, else together, several times a second."""
        while self._due:
            due, self._due = self._due, []
            numbers = ",".join(str(number) for number in dict.fromkeys(number for number, _, _ in due))
            fetched_at = time.monotonic()
            await self._get(f"inbox/{self._view}/rows/{numbers}")
            now = time.monotonic()
            self._seen += [(self._number, number, version, told_at, now) for number, version, told_at in due]
            await asyncio.sleep(max(0.0, fetched_at + _TOGETHER - now))

    async def _count(self) -> None:
        await self._get(f"inbox/{self._view}/counts")
        await asyncio.sleep(self._pause)

    async def _get(self, path: str) -> None:
        async with self._client.get(self._url / path, headers=self._headers) as response:
            await response.read()


if __name__ == "__main__":
    asyncio.run(main(URL(sys.argv[1]), float(sys.argv[2])))
