"""From a commit to 50 open pages that show the case, while nothing else happens: told of a change, the row fetched."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from sqlmodel import col, select

from omnidesk.desk import actions, agents
from omnidesk.store.models import Case, Shelf
from omnidesk.web.live import LIVE
from tests.bench.audience import watching, worst
from tests.bench.copying import fill
from tests.bench.figures import Figure
from tests.bench.ground import Stores, address, office
from tests.bench.plain import plain_server
from tests.office import Office

PAGES = 50
CHANGES = 40
CASES = 500
_APART = 0.6

Change = Callable[[int], Awaitable[tuple[int, int]]]
"""Changes something, committed when it returns: gives the number and version of the case."""
Waits = tuple[list[float], list[float]]


async def measure(stores: Stores) -> list[Figure]:
    """Both figures on both databases, beside a plain server that tells and answers the same."""
    figures = []
    plain = await _plain()
    for kind in ("sqlite", "postgresql"):
        async with office(await stores.make(kind), work=False) as desk:
            await fill(desk, CASES)
            ours = await _desk(desk)
        for what, waits, raw in zip(("told", "changed row fetched"), ours, plain, strict=True):
            figures.append(Figure(f"{kind}: commit → {PAGES} pages, {what}", worst(waits), worst(raw)))
    return figures


async def _desk(desk: Office) -> Waits:
    viewer = await desk.viewer("Ada")
    async with desk.database.transaction() as tx:
        token = await agents.open_session(tx, viewer.agent_id, "bench")
        open_ones = select(Case.number).where(Case.shelf == Shelf.OPEN, col(Case.team_id).in_(viewer.team_ids))
        numbers = list(await tx.session.exec(open_ones.order_by(col(Case.last_at).desc()).limit(CHANGES)))

    async def change(count: int) -> tuple[int, int]:
        number = numbers[count % len(numbers)]
        async with desk.database.transaction() as tx:
            case = await actions.note(tx, viewer, number, "She called again.")
        return number, case.version

    return await _watched(address(desk), token, change, lambda: len(desk.app[LIVE].sockets))


async def _plain() -> Waits:
    async with plain_server() as (plain, url):

        async def change(count: int) -> tuple[int, int]:
            plain.change(1, count + 1, range(PAGES))
            return 1, count + 1

        return await _watched(url, "", change, lambda: len(plain.sockets))


async def _watched(url: str, token: str, change: Change, opened: Callable[[], int]) -> Waits:
    """Make changes while pages watch: gives how long each page waited to be told, and to have the row."""
    committed = {}
    async with watching(url, [(token, "all")] * PAGES, opened) as audience:
        for number in range(CHANGES):
            changed = await change(number)
            committed[changed] = time.monotonic()
            await asyncio.sleep(_APART)
    told, shown = audience.waits(committed)
    if len(shown) != PAGES * CHANGES:
        raise RuntimeError(f"{PAGES * CHANGES - len(shown)} changes were not seen")
    return told, shown
