"""`python -m tests.bench small|full`: measure and print tables."""

import asyncio
import logging
import sys

from tests.bench import email, intake, live, memory, pages, search, start
from tests.bench.figures import show
from tests.bench.ground import stores

SIZES = {"small": (3_200, (10_000,), 50), "full": (19_200, (10_000, 100_000), 2_000)}


async def main(size: str) -> None:
    """Run everything."""
    messages, cases, megabytes = SIZES[size]
    show("Start", start.measure())
    with stores() as empty:
        show("Intake", await intake.measure(empty, messages))
        show("Email", await email.measure(empty, messages, megabytes))
        show("Live", await live.measure(empty))
        show("Pages", await pages.measure(empty, cases))
        show("Search", await search.measure(empty, cases))
    show("Memory", await memory.measure(cases[-1]))


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else "small"))
