"""`python -m tests.bench.visitors URL SOCKETS RATE SECONDS`: open chats, of which so many a second write something.

Says `open` when all are open, and begins when stdin ends. Then goes to stdout how long each message took to be stored,
and to come back as an entry of the transcript: {"stored": […], "shown": […]}.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field

from aiohttp import ClientSession, ClientWebSocketResponse, TCPConnector, WSMsgType

_OPENING = 50
_PATIENCE = 30.0


@dataclass
class Watch:
    """When each message was written, and how long it took from there."""

    written: dict[str, float] = field(default_factory=dict)
    stored: dict[str, float] = field(default_factory=dict)
    shown: dict[str, float] = field(default_factory=dict)

    def hear(self, said: dict[str, object]) -> None:
        """Take the time of what the desk says."""
        now = time.perf_counter()
        entries = said.get("entries")
        if said["type"] == "stored":
            self._note(self.stored, str(said["id"]), now)
        for entry in entries if isinstance(entries, list) else ():
            self._note(self.shown, str(entry["echo"]), now)

    def _note(self, times: dict[str, float], key: str, now: float) -> None:
        if key in self.written:
            times.setdefault(key, now - self.written[key])


async def main(url: str, count: int, rate: int, seconds: int) -> None:
    """Open, wait, write, and tell."""
    watch = Watch()
    async with ClientSession(connector=TCPConnector(limit=0)) as client:
        sockets: list[ClientWebSocketResponse] = []
        for first in range(0, count, _OPENING):
            sockets += await asyncio.gather(*(_open(client, url) for _ in range(first, min(count, first + _OPENING))))
        listening = [asyncio.create_task(_listen(socket, watch)) for socket in sockets]
        sys.stdout.write("open\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        begun = time.perf_counter()
        for number in range(rate * seconds):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            key = f"message-{number}"
            watch.written[key] = time.perf_counter()
            text = f"Kargom hâlâ gelmedi, nerede? ({number})"
            await sockets[number % count].send_json({"type": "message", "id": key, "text": text})
        await _all_shown(watch)
        for task in listening:
            task.cancel()
        sys.stdout.write(json.dumps({"stored": [*watch.stored.values()], "shown": [*watch.shown.values()]}))
        sys.stdout.flush()


async def _all_shown(watch: Watch) -> None:
    """Wait as long as there still come some."""
    count, since = 0, time.perf_counter()
    while len(watch.shown) < len(watch.written) and time.perf_counter() - since < _PATIENCE:
        await asyncio.sleep(0.1)
        if len(watch.shown) > count:
            count, since = len(watch.shown), time.perf_counter()


async def _open(client: ClientSession, url: str) -> ClientWebSocketResponse:
    socket = await client.ws_connect(url)
    await socket.send_json({"type": "hello", "language": "tr"})
    await socket.receive_json()
    return socket


async def _listen(socket: ClientWebSocketResponse, watch: Watch) -> None:
    async for frame in socket:
        if frame.type is WSMsgType.TEXT:
            watch.hear(json.loads(frame.data))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:5])))
