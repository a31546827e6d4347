"""`python -m tests.bench small|full`: measure and print tables."""

import asyncio
import logging
import sys
from collections import defaultdict
from dataclasses import dataclass

from tests.bench import calendars, channels, chat, crowd, email, intake, live, memory, pages, paint, search, start, town
from tests.bench.figures import Figure, show
from tests.bench.ground import Stores, office, stores


@dataclass(frozen=True)
class Size:
    """How much is measured: messages to take in, cases in each filled store, an import's megabytes, open chats."""

    messages: int
    cases: dict[str, tuple[int, ...]]
    megabytes: int
    chats: int


SIZES = {
    "small": Size(3_200, {"sqlite": (10_000, 100_000), "postgresql": (10_000,)}, 50, 300),
    "full": Size(19_200, {"sqlite": (10_000, 100_000), "postgresql": (10_000, 100_000, 1_000_000)}, 2_000, 2_000),
}


async def main(size: Size) -> None:
    """Run everything."""
    show("Start", start.measure())
    show("Calendars", calendars.measure())
    with stores() as empty:
        show("Intake", await intake.measure(empty, size.messages))
        show("Email", await email.measure(empty, size.messages, size.megabytes))
        show("Channels", await channels.measure(empty, size.messages, size.chats))
        show("Chat on a page", await chat.measure())
        show("Live", await live.measure(empty))
        for title, figures in (await _filled(empty, size)).items():
            show(title, figures)


async def _filled(stores: Stores, size: Size) -> dict[str, list[Figure]]:
    """What depends on how much there is already, table by table."""
    tables: dict[str, list[Figure]] = defaultdict(list)
    for kind, sizes in size.cases.items():
        for cases in sizes:
            url, where = await stores.make(kind), f"{kind}, {cases:,} cases"
            async with office(url, work=False) as desk:
                there = await town.build(desk, cases)
                tables["Pages"] += await pages.measure(desk, where, there)
                tables["Search"] += await search.measure(desk, f"{kind}, {cases * 10:,} messages")
                if cases == sizes[0]:
                    tables["Paint"] += await paint.measure(desk, where, there)
            if cases == sizes[-1]:
                tables["Crowd"] += await crowd.measure(url, where)
            if kind == "sqlite" and cases == sizes[-1]:
                tables["Memory"] += await memory.measure(url, where)
    return tables


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(main(SIZES[(sys.argv[1:] or ["small"])[0] or "small"]))
