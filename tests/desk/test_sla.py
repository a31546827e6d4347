"""Service levels: stories with the clock set by hand, and the ledger that explains every second."""

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col

from omnidesk.desk import actions
from omnidesk.store.models import Case, Category, SlaPolicy, SlaSegment, SlaTimer
from tests.office import Office, TestClock

FIRST, RESOLUTION = timedelta(minutes=30), timedelta(hours=8)


class FrozenClock(TestClock):
    """Stands still, so that times can be compared exactly."""

    def __init__(self) -> None:
        super().__init__()
        self.began = super().__call__()

    def __call__(self) -> datetime:
        return self.began + self.ahead


@pytest.fixture
def clock() -> TestClock:
    return FrozenClock()


async def timers(office: Office, case: Case, metric: str) -> list[SlaTimer]:
    """The timers of a case, first cycle first."""
    return [timer for timer in await office.all(SlaTimer) if (timer.case_id, timer.metric) == (case.id, metric)]


async def first_response(office: Office, case: Case) -> SlaTimer:
    (timer,) = await timers(office, case, "first_response")
    return timer


async def resolution(office: Office, case: Case) -> SlaTimer:
    return (await timers(office, case, "resolution"))[-1]


async def test_the_clocks_start_when_a_team_takes_hold(office: Office) -> None:
    case = await office.says("Hello")
    for timer, target in ((await first_response(office, case), FIRST), (await resolution(office, case), RESOLUTION)):
        assert (timer.state, timer.started_at, timer.due_at) == ("running", office.clock(), office.clock() + target)
    assert case.due_at == office.clock() + FIRST


async def test_the_clocks_do_not_run_while_the_bot_holds_the_case(office: Office) -> None:
    case = await office.says("Hello", inbox="bot")
    office.clock.skip(minutes=20)
    assert await office.all(SlaTimer) == []
    await office.says("person", inbox="bot")
    timer = await first_response(office, case)
    assert (timer.started_at, timer.due_at) == (office.clock(), office.clock() + FIRST)


async def test_only_a_persons_public_reply_meets_the_first_response(office: Office) -> None:
    case = await office.says("person", inbox="bot")
    await office.says("Are you there?", inbox="bot")
    await office.act("Bo", actions.note, case.number, "I know her")
    await office.act("Bo", actions.assign, case.number, None)
    assert (await first_response(office, case)).state == "running"
    office.clock.skip(minutes=29)
    await office.act("Bo", actions.reply, case.number, "Hello")
    timer = await first_response(office, case)
    assert (timer.state, timer.ended_at, timer.breached_at) == ("met", office.clock(), None)
    assert (await resolution(office, case)).state == "running"


async def test_a_breach_is_noted_once_at_its_due_time_also_after_a_restart(office: Office) -> None:
    case = await office.says("Hello")
    due = office.clock() + FIRST
    office.clock.skip(minutes=45)
    restarted = Office(office.app, office.clock)
    for desk in (restarted, office, restarted):
        await desk.work()
    found = await office.case(case.number)
    assert (await office.events(found)).count("sla_breached") == 1
    assert (found.breached, (await first_response(office, case)).breached_at) == (True, due)
    await office.act("Ada", actions.reply, case.number, "Sorry")
    assert (await first_response(office, case)).state == "missed"


async def test_the_clock_of_breaches_knows_the_next_one(office: Office) -> None:
    (sla,) = [worker for worker in office.workers if worker.name == "sla"]
    assert sla.next_due is not None
    assert await sla.next_due() is None
    await office.says("Hello")
    began = office.clock()
    for due in (FIRST * 0.75, FIRST, RESOLUTION * 0.75, RESOLUTION):
        assert await sla.next_due() == began + due
        office.clock.skip(seconds=(began + due - office.clock()).total_seconds())
        await office.work()
    assert await sla.next_due() is None


async def test_a_late_reply_is_missed_also_when_it_comes_before_the_breach_was_noted(office: Office) -> None:
    case = await office.says("Hello")
    due = office.clock() + FIRST
    office.clock.skip(minutes=31)
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.reply(tx, viewer, case.number, "Late")
    timer = await first_response(office, case)
    assert (timer.state, timer.breached_at, timer.ended_at) == ("missed", due, office.clock())


@pytest.mark.parametrize("category", ["waiting", "on_hold"])
async def test_waiting_pauses_the_resolution_and_what_is_left_runs_on(office: Office, category: str) -> None:
    case = await office.says("Hello")
    office.clock.skip(hours=3)
    await office.act("Ada", actions.reply, case.number, "Which one?", then=Category.WAITING)
    if category == "on_hold":
        await office.change(Case, col(Case.id) == case.id, category=category)
    timer = await resolution(office, case)
    assert (timer.state, timer.due_at) == ("paused", None)
    office.clock.skip(days=2)
    await office.work()
    await office.says("The red one")
    timer = await resolution(office, case)
    assert (timer.state, timer.due_at) == ("running", office.clock() + RESOLUTION - timedelta(hours=3))
    assert (await office.case(case.number)).due_at == timer.due_at


async def test_waiting_does_not_pause_the_first_response(office: Office) -> None:
    case = await office.says("Hello")
    await office.becomes(case, category="on_hold")
    assert (await resolution(office, case)).state == "paused"
    assert (await first_response(office, case)).state == "running"


async def test_a_case_that_was_late_before_it_paused_stays_late(office: Office) -> None:
    case = await office.says("Hello")
    due = office.clock() + RESOLUTION
    office.clock.skip(hours=9)
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.reply(tx, viewer, case.number, "Which one?", then=Category.WAITING)
    timer = await resolution(office, case)
    assert (timer.state, timer.breached_at) == ("paused", due)
    await office.act("Ada", actions.resolve, case.number)
    assert (await resolution(office, case)).state == "missed"


async def test_resolving_without_a_reply_cancels_the_first_response_and_meets_the_resolution(office: Office) -> None:
    case = await office.says("Hello")
    office.clock.skip(hours=1)
    await office.act("Ada", actions.resolve, case.number)
    assert (await first_response(office, case)).state == "cancelled"
    assert (await resolution(office, case)).state == "met"
    found = await office.case(case.number)
    assert (found.due_at, found.breached) == (None, False)


async def test_each_cycle_has_its_resolution_and_only_the_first_a_first_response(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Ada", actions.reply, case.number, "Hi")
    await office.act("Ada", actions.resolve, case.number)
    office.clock.skip(days=1)
    await office.says("Not yet")
    assert len(await timers(office, case, "first_response")) == 1
    first, second = await timers(office, case, "resolution")
    assert (first.cycle, first.state) == (1, "met")
    assert (second.cycle, second.state, second.due_at) == (2, "running", office.clock() + RESOLUTION)


async def test_spam_ends_the_timers(office: Office) -> None:
    case = await office.says("Hello")
    await office.becomes(case, disposition="spam", category="closed")
    assert {timer.state for timer in await office.all(SlaTimer)} == {"cancelled"}


async def test_what_is_not_promised_has_no_timer(office: Office) -> None:
    await office.change(SlaPolicy, col(SlaPolicy.id) > 0, first_response=None)
    case = await office.says("Hello")
    assert await timers(office, case, "first_response") == []
    assert case.due_at == office.clock() + RESOLUTION


_EXAMPLES = itertools.count()


@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
@settings(max_examples=6, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(spans=st.lists(st.tuples(st.booleans(), st.integers(1, 7200)), max_size=6))
async def test_the_counted_segments_add_up_to_the_time_not_spent_waiting(
    office: Office, spans: list[tuple[bool, int]]
) -> None:
    sender, expected = f"mia{next(_EXAMPLES)}", 0
    case = await office.says("Hello", sender=sender)
    for waits, seconds in spans:
        if waits:
            await office.act("Ada", actions.reply, case.number, "Which one?", then=Category.WAITING)
        else:
            await office.says("This one", sender=sender)
            expected += seconds
        office.clock.skip(seconds=seconds)
    await office.act("Ada", actions.resolve, case.number)
    timer = await resolution(office, case)
    ledger = [segment for segment in await office.all(SlaSegment) if segment.timer_id == timer.id]
    counted = [segment.ended_at - segment.started_at for segment in ledger if segment.counted]
    assert sum(counted, timedelta()) == timedelta(seconds=expected)
    assert [segment.started_at for segment in ledger[1:]] == [segment.ended_at for segment in ledger[:-1]]
    assert (ledger[0].started_at, ledger[-1].ended_at) == (timer.started_at, timer.ended_at)
    assert (timer.state == "missed") == (timedelta(seconds=expected) > RESOLUTION)


async def test_the_first_response_is_promised_when_the_bot_hands_off_late(office: Office) -> None:
    case = await office.says("Hello", inbox="bot")
    office.clock.skip(minutes=31)
    await office.work()
    assert (await office.case(case.number)).category == "resolved"
    await office.says("person", inbox="bot")
    assert sorted(timer.metric for timer in await office.all(SlaTimer)) == ["first_response", "resolution"]
