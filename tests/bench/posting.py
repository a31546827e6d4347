"""`python -m tests.bench.posting URL`: post what stdin holds, [[path, headers, body], …], and tell how long it took.

It is a process of its own, as a provider is; the seconds go to stdout.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator

from aiohttp import ClientSession, TCPConnector

AT_ONCE = 32
Post = tuple[str, dict[str, str], str]


async def main(url: str) -> None:
    """Post all, so many at once."""
    posts: Iterator[Post] = iter(json.loads(sys.stdin.read()))
    async with ClientSession(connector=TCPConnector(limit=0)) as client:

        async def work() -> None:
            for path, headers, body in posts:
                async with client.post(url + path, headers=headers, data=body.encode()) as answer:
                    if answer.status >= 300:
                        raise RuntimeError(f"{path} answered {answer.status}")

        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        sys.stdout.write(json.dumps(time.perf_counter() - started))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
