"""Service levels in working time: only the hours of the team's calendar count."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col

from omnidesk.desk import actions, properties, timeline
from omnidesk.desk.standing import Standing
from omnidesk.store.models import Calendar, Case, Category, SlaClock, SlaPolicy, SlaTimer, Team
from tests.desk.test_sla import first_response, resolution
from tests.office import Office, TestClock

OFFICE: dict[str, Any] = {
    "timezone": "Europe/Istanbul",
    "hours": {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}


class FridayAfternoon(TestClock):
    """Stands at Friday 16:50 in Istanbul."""

    def __call__(self) -> datetime:
        return istanbul("2026-11-27 16:50") + self.ahead


@pytest.fixture
def clock() -> TestClock:
    return FridayAfternoon()


def istanbul(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+03:00").astimezone(UTC)


async def given(office: Office, schedule: dict[str, Any], clock: SlaClock = SlaClock.WORKING) -> None:
    """The calendar of the team support, and the clock of the policy."""
    async with office.database.transaction() as tx:
        calendar_id = tx.new(Calendar, slug="hours", name="Hours", schedule=schedule, created_at=tx.now).id
    await office.change(Team, Team.slug == "support", calendar_id=calendar_id)
    await office.change(SlaPolicy, col(SlaPolicy.id) > 0, clock=clock)


async def test_what_comes_late_on_friday_is_due_on_monday(office: Office) -> None:
    await given(office, OFFICE)
    case = await office.says("Hello")
    assert (await first_response(office, case)).due_at == istanbul("2026-11-27 17:20")
    assert (await resolution(office, case)).due_at == istanbul("2026-11-30 15:50")
    assert case.due_at == istanbul("2026-11-27 17:20")


async def test_a_warning_counts_working_time_too(office: Office) -> None:
    """With a quarter of eight hours left: Monday 13:50."""
    await given(office, OFFICE)
    await office.change(SlaPolicy, col(SlaPolicy.id) > 0, first_response=None)
    case = await office.says("Hello")
    assert case.at_risk_at == istanbul("2026-11-30 13:50")


async def test_the_calendar_clock_counts_every_hour(office: Office) -> None:
    await given(office, OFFICE, SlaClock.CALENDAR)
    case = await office.says("Hello")
    assert (await resolution(office, case)).due_at == istanbul("2026-11-28 00:50")


async def test_a_team_without_a_calendar_counts_every_hour(office: Office) -> None:
    await office.change(SlaPolicy, col(SlaPolicy.id) > 0, clock=SlaClock.WORKING)
    case = await office.says("Hello")
    assert (await resolution(office, case)).due_at == istanbul("2026-11-28 00:50")


async def test_a_pause_keeps_what_was_counted_in_working_time(office: Office) -> None:
    """Half an hour on Friday, the weekend and Monday paused, Tuesday at 8: seven hours and a half are left."""
    await given(office, OFFICE)
    case = await office.says("Hello")
    office.clock.skip(minutes=30)
    await office.act("Ada", actions.reply, case.number, "Which one?", then=Category.WAITING)
    assert (await resolution(office, case)).due_at is None
    office.clock.ahead = istanbul("2026-12-01 08:00") - istanbul("2026-11-27 16:50")
    await office.says("The red one")
    timer = await resolution(office, case)
    assert (timer.state, timer.due_at) == ("running", istanbul("2026-12-01 16:30"))


async def beside(office: Office, case: Case) -> dict[str, Standing]:
    """How the timers stand that the page shows beside a case."""
    viewer = await office.viewer("Ada")
    async with office.database.session() as session:
        panel = await timeline.side_panel(session, viewer, await office.case(case.number), office.clock())
    return {one.timer.metric: one for one in panel.timers}


async def test_beside_a_case_only_working_time_counts_and_no_pause(office: Office) -> None:
    await given(office, OFFICE)
    case = await office.says("Hello")
    office.clock.ahead = timedelta(days=1)
    weekend = (await beside(office, case))["resolution"]
    assert weekend.counted == 70 * 60
    assert weekend.counts == (istanbul("2026-11-30 09:00"), istanbul("2026-11-30 18:00"))
    office.clock.ahead = istanbul("2026-11-30 10:00") - istanbul("2026-11-27 16:50")
    await office.act("Ada", actions.reply, case.number, "Which one?", then=Category.WAITING)
    office.clock.skip(days=1)
    first, resolving = (await beside(office, case)).values()
    assert {(one.counted, one.counts) for one in (first, resolving)} == {(130 * 60, None)}


async def test_another_team_has_other_hours(office: Office) -> None:
    """Billing is always there."""
    await given(office, OFFICE)
    case = await office.says("Hello")
    office.clock.skip(minutes=10)
    await office.act("Ada", properties.move, case.number, "billing")
    assert (await resolution(office, case)).due_at == istanbul("2026-11-28 00:50")
    moved = await office.act("Ada", properties.move, case.number, "support")
    timer = await resolution(office, case)
    assert (timer.due_at, timer.at_risk_at) == (istanbul("2026-11-30 15:50"), istanbul("2026-11-30 13:50"))
    assert moved.due_at == istanbul("2026-11-27 17:20")


async def test_no_time_passes_over_the_weekend(office: Office) -> None:
    await given(office, OFFICE)
    case = await office.says("Hello")
    office.clock.ahead = timedelta(days=2)
    await office.act("Ada", actions.resolve, case.number)
    assert (await resolution(office, case)).state == "met"


async def test_hours_that_never_open_hide_no_message(office: Office) -> None:
    await given(office, {"timezone": "Europe/Istanbul"})
    case = await office.says("Hello")
    assert (await resolution(office, case)).due_at == istanbul("2026-11-28 00:50")
    assert len(await office.all(Case)) == 1


async def test_a_calendar_that_cannot_be_read_hides_no_message(office: Office) -> None:
    await given(office, {"timezone": "Atlantis/Port"})
    await office.says("Hello")
    assert {timer.state for timer in await office.all(SlaTimer)} == {"running"}
    assert (await office.reception("desk").opening()).open
