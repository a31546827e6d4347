"""`python -m tests.bench.watchers URL PAGES`: open pages that fetch each row they are told of, until stdin ends.

The session's cookie is the first line of stdin; what they saw, [[case, version, told at, fetched at], …], goes to
stdout.
"""

import asyncio
import json
import sys
import time

from aiohttp import ClientSession, TCPConnector, WSMsgType
from yarl import URL

from omnidesk.web.csrf import SESSION_COOKIE

Seen = list[tuple[int, int, float, float]]


async def main(url: URL, pages: int) -> None:
    """Watch until told to end."""
    token = await asyncio.to_thread(sys.stdin.readline)
    seen: Seen = []
    async with ClientSession(cookies={SESSION_COOKIE: token.strip()}, connector=TCPConnector(limit=0)) as client:
        watching = [asyncio.create_task(_watch(client, url, seen)) for _ in range(pages)]
        await asyncio.to_thread(sys.stdin.read)
        await asyncio.sleep(3)
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    sys.stdout.write(json.dumps(seen))


async def _watch(client: ClientSession, url: URL, seen: Seen) -> None:
    async with client.ws_connect(url / "live", headers={"Origin": str(url.origin())}) as socket:
        await socket.send_json({"show": {"view": "all", "case": None}})
        async for message in socket:
            if message.type is WSMsgType.TEXT and "case" in (said := json.loads(message.data)):
                told_at = time.monotonic()
                async with client.get(url / f"inbox/all/rows/{said['case']}") as response:
                    await response.read()
                seen.append((said["case"], said["version"], told_at, time.monotonic()))


if __name__ == "__main__":
    asyncio.run(main(URL(sys.argv[1]), int(sys.argv[2])))
