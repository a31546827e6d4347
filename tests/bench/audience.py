"""Open pages in a process of their own, as browsers are; it and the server read the same clock."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.bench.figures import percentile


class Told(NamedTuple):
    """A page was told of a case's version, and where the case stands in its list it has the row."""

    page: int
    case: int
    version: int
    at: float
    shown_at: float | None


@dataclass
class Audience:
    """What the pages saw, once they are closed."""

    seen: list[Told] = field(default_factory=list)

    def waits(self, committed: dict[tuple[int, int], float]) -> tuple[list[float], list[float]]:
        """How long pages waited to be told of a version, and to have the row, since it was committed."""
        told, shown = [], []
        for one in self.seen:
            since = committed.get((one.case, one.version))
            if since is not None:
                told.append(max(0.0, one.at - since))
                if one.shown_at is not None:
                    shown.append(one.shown_at - since)
        return told, shown


def worst(waits: Sequence[float]) -> str:
    """Median and 99th percentile of seconds."""
    return f"p50 {percentile(waits, 0.5) * 1000:.1f} ms, p99 {percentile(waits, 0.99) * 1000:.1f} ms"


@asynccontextmanager
async def watching(
    url: str, pages: Sequence[tuple[str, str]], opened: Callable[[], int], *, counts: float = 0
) -> AsyncIterator[Audience]:
    """Pages of these sessions and views, all open; `counts`: they ask for the counts so many seconds apart."""
    watchers = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.watchers", url, str(counts),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if watchers.stdin is None or watchers.stdout is None:
        raise RuntimeError("the watchers have no pipes")
    watchers.stdin.write(json.dumps(pages).encode() + b"\n")
    while opened() < len(pages):  # noqa: ASYNC110 - the pages open in their own time
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    audience = Audience()
    yield audience
    watchers.stdin.close()
    audience.seen = [Told(*one) for one in json.loads(await watchers.stdout.read())]
    await watchers.wait()
