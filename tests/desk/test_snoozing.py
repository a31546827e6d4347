"""Snoozing: away from the lists, and back by itself."""

from datetime import timedelta

import pytest

from omnidesk.desk import actions, snoozing, views
from omnidesk.desk.views import Asked, Reader
from omnidesk.errors import Conflict, Invalid
from tests.office import Office


async def listed(office: Office, view: str) -> list[int]:
    """The numbers of a view as Ada sees it."""
    async with office.database.session() as session:
        reader = Reader(await office.viewer("Ada"), office.clock())
        page = await views.list_cases(session, reader, Asked(view))
    return [case.number for case in page.cases]


async def test_a_snoozed_case_comes_back_when_its_time_has_come(office: Office) -> None:
    case = await office.says("Call me on Monday")
    until = office.clock() + timedelta(hours=2)
    case = await office.act("Ada", snoozing.snooze, case.number, until)
    assert (case.shelf, case.unread) == ("snoozed", False)
    assert await listed(office, "all") == []
    office.clock.skip(hours=2, minutes=1)
    await office.work()
    case = await office.case(case.number)
    assert (case.shelf, case.unread, case.snoozed_until) == ("open", True, None)
    assert await listed(office, "all") == [case.number]
    assert [name for name in await office.events(case) if name in ("snoozed", "woken")] == ["snoozed", "woken"]


async def test_the_customers_word_wakes_a_case(office: Office) -> None:
    case = await office.says("I will write again")
    await office.act("Ada", snoozing.snooze, case.number, None)
    office.clock.skip(days=30)
    await office.work()
    assert (await office.case(case.number)).shelf == "snoozed"
    case = await office.says("Here I am")
    assert (case.shelf, case.snoozed) == ("open", False)


async def test_resolving_ends_the_snoozing(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Ada", snoozing.snooze, case.number, office.clock() + timedelta(days=1))
    case = await office.act("Ada", actions.resolve, case.number)
    assert (case.shelf, case.snoozed, case.snoozed_until) == ("done", False, None)
    with pytest.raises(Conflict):
        await office.act("Ada", snoozing.snooze, case.number, None)


@pytest.mark.parametrize("days", [-1, 0, 400])
async def test_a_time_that_makes_no_sense_is_refused(office: Office, days: int) -> None:
    case = await office.says("Hello")
    with pytest.raises(Invalid, match="until"):
        await office.act("Ada", snoozing.snooze, case.number, office.clock() + timedelta(days=days, seconds=-1))


async def test_waking_what_is_awake_changes_nothing(office: Office) -> None:
    case = await office.says("Hello")
    before = await office.case(case.number)
    after = await office.act("Ada", snoozing.wake, case.number)
    assert before.version == after.version
