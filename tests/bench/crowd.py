"""An office of 200 agents with a page open each, while 50 messages a second come in by the real intake.

Most look at their own cases, a few at all. Every second message opens a case, which routing hands to one of them.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from sqlmodel import col, select

from omnidesk.desk import agents, presence
from omnidesk.events import CaseChanged
from omnidesk.keys import BUS
from omnidesk.store.models import Agent, Case, Membership, Team
from omnidesk.web.live import LIVE
from tests.bench.audience import Audience, watching, worst
from tests.bench.figures import Figure
from tests.bench.ground import address, all_done, office
from tests.bench.plain import plain_server
from tests.office import Office

AGENTS = 200
SEE_ALL = 10
"""So many of the agents look at all cases."""
EACH = 5
"""Cases that each agent has from the beginning."""
RATE = 50
SECONDS = 20
COUNTS = 3.0
"""A page asks for the counts of its views again after so many seconds (static/js/live.js)."""
_PATIENCE = 20
_BUSY = 0.3
"""So much processor time a second is more than sockets need that only stay open."""
_SAID = "Kargom hâlâ gelmedi, nerede kaldı? Sipariş numaram TR-88231."

Send = Callable[[int], Coroutine[Any, Any, None]]
Committed = dict[tuple[int, int], float]
"""When each version of a case was committed."""


async def measure(url: str, where: str) -> list[Figure]:
    """How long pages wait while it is busy, and what it costs, on a store that is there."""
    async with office(url) as desk:
        ours = await _desk(desk)
    plain = await _plain()
    what = ("told of a change", "the changed row shown", "processor time of the server")
    title = f"{where}, {AGENTS} pages, {RATE} messages/s"
    return [Figure(f"{title}: {one}", mine, raw) for one, mine, raw in zip(what, ours, plain, strict=True)]


async def _desk(desk: Office) -> tuple[str, str, str]:
    pages = [(token, _view(number)) for number, token in enumerate(await _hire(desk))]
    await asyncio.gather(*(_receive(desk, number) for number in range(AGENTS * EACH)))
    await all_done(desk)
    await _quiet()
    async with watching(address(desk), pages, lambda: len(desk.app[LIVE].sockets), counts=COUNTS) as audience:
        await _quiet()
        with _noted(desk) as noted:
            spent = await _traffic(lambda number: _receive(desk, _sender(number)))
            await all_done(desk)
    numbers = await _numbers(desk, {case_id for case_id, _ in noted})
    committed = {(numbers[case_id], version): at for (case_id, version), at in noted.items()}
    return _said(audience, committed, spent)


def _said(audience: Audience, committed: Committed, spent: str) -> tuple[str, str, str]:
    told, shown = audience.waits(committed)
    return worst(told), worst(shown), spent


def _view(number: int) -> str:
    return "all" if number < SEE_ALL else "mine"


def _sender(number: int) -> int:
    """Every second one has a case already."""
    return number if number % 2 and number < AGENTS * EACH else AGENTS * EACH + number


async def _hire(desk: Office) -> list[str]:
    """Agents of the team that gets the cases, all of them here; gives a session of each."""
    async with desk.database.transaction() as tx:
        team = (await tx.session.exec(select(Team).where(Team.slug == "support"))).one()
        hired = [
            tx.new(Agent, email=f"agent{number}@example.com", name=f"Agent {number}", created_at=tx.now)
            for number in range(AGENTS)
        ]
        await tx.flush()
        for agent in hired:
            tx.add_row(Membership, {"team_id": team.id, "agent_id": agent.id})
        tokens = [await agents.open_session(tx, agent.id, "bench") for agent in hired]
    for agent in hired:
        await presence.touch(desk.database, agent.id)
    return tokens


async def _receive(desk: Office, number: int) -> None:
    await desk.receive(_SAID, sender=f"crowd{number}")


@contextmanager
def _noted(desk: Office) -> Iterator[Committed]:
    """When changes are committed meanwhile, by the id of the case: they are told of right after."""
    noted: Committed = {}

    def note(change: CaseChanged) -> None:
        noted[change.case_id, change.version] = time.monotonic()

    end = desk.app[BUS].on(CaseChanged, note)
    yield noted
    end()


async def _quiet() -> None:
    """Wait a while until what followed from the first messages is done too: notices, search texts, rows shown."""
    for _ in range(_PATIENCE):
        before = time.process_time()
        await asyncio.sleep(1)
        if time.process_time() - before < _BUSY:
            break


async def _numbers(desk: Office, ids: Collection[int]) -> dict[int, int]:
    async with desk.database.session() as session:
        return dict((await session.exec(select(Case.id, Case.number).where(col(Case.id).in_(ids)))).all())


async def _traffic(send: Send) -> str:
    """Send at the rate; gives what it cost this process, and the rate where it did not keep up."""
    started, spent = time.monotonic(), time.process_time()
    async with asyncio.TaskGroup() as sending:  # nobody who writes waits for another
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, started + number / RATE - time.monotonic()))
            sending.create_task(send(number))
    lasted = time.monotonic() - started
    return f"{(time.process_time() - spent) / lasted:.2f} s a second, {RATE * SECONDS / lasted:.0f} messages/s"


async def _plain() -> tuple[str, str, str]:
    """As many changes told to as many sockets: two a message, each shown by one agent and those who see all."""
    committed: Committed = {}
    async with plain_server() as (plain, url):

        async def change(number: int) -> None:
            for version in (2 * number + 1, 2 * number + 2):
                shown_by = {*range(SEE_ALL), number % AGENTS}
                committed[1, version] = time.monotonic()
                plain.change(1, version, shown_by)

        pages = [("", _view(number)) for number in range(AGENTS)]
        async with watching(url, pages, lambda: len(plain.sockets), counts=COUNTS) as audience:
            spent = await _traffic(change)
    return _said(audience, committed, spent)
