"""What time alone does."""

import asyncio

from omnidesk.desk import actions
from omnidesk.desk.upkeep import NextSteps, SlaClock
from omnidesk.store.models import Case
from tests.office import Office


async def test_a_step_is_taken_once_however_many_processes_look(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Ada", actions.resolve, case.number)
    office.clock.skip(days=15)
    await asyncio.gather(*(NextSteps(office.database).run() for _ in range(3)))
    assert (await office.events(await office.case(case.number))).count("closed") == 1


async def test_a_breach_is_told_once_however_many_processes_look(office: Office) -> None:
    case = await office.says("Hello")
    office.clock.skip(hours=9)
    await asyncio.gather(*(SlaClock(office.database).run() for _ in range(3)))
    assert (await office.events(case)).count("sla_breached") == 2


async def test_nothing_is_due_when_nothing_is_due(office: Office) -> None:
    steps = NextSteps(office.database)
    assert (await steps.run(), await steps.next_due()) == (False, None)
    case = await office.says("Hello")
    resolved = await office.act("Ada", actions.resolve, case.number)
    assert (await steps.run(), await steps.next_due()) == (False, resolved.next_step_at)


async def test_more_than_one_round_can_hold_is_done_in_rounds(office: Office) -> None:
    for index in range(3):
        await office.says("Hello", inbox="bot", sender=f"mia{index}")
    office.clock.skip(hours=1)
    await office.work()
    assert {case.category for case in await office.all(Case)} == {"resolved"}
    office.clock.skip(days=14)
    await office.work()
    assert {case.category for case in await office.all(Case)} == {"closed"}
