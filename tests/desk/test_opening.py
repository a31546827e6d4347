"""A channel asks its desk whether the team is there."""

from datetime import UTC, datetime, timedelta
from typing import Any

from omnidesk.contract.channel import Opening
from omnidesk.store.models import Calendar, Team
from tests.office import Office

ALWAYS = {"always_open": True}
NEVER = {"timezone": "Europe/Istanbul"}


async def test_a_team_without_a_calendar_is_always_there(office: Office) -> None:
    assert await office.reception("desk").opening() == Opening(open=True)


async def test_within_its_hours_a_team_is_there(office: Office) -> None:
    await _given(office, ALWAYS)
    assert await office.reception("desk").opening() == Opening(open=True)


async def test_a_team_that_is_there_says_until_when(office: Office) -> None:
    today = office.database.now().date()
    hours = {(today + timedelta(days=ahead)).isoformat(): [["00:00", "24:00"]] for ahead in (0, 1)}
    await _given(office, {"timezone": "UTC", "overrides": hours})
    after = today + timedelta(days=2)
    closes = datetime(after.year, after.month, after.day, tzinfo=UTC)
    assert await office.reception("desk").opening() == Opening(open=True, closes_at=closes)


async def test_outside_them_the_channel_learns_when_it_opens(office: Office) -> None:
    tomorrow = (office.database.now() + timedelta(days=1)).date()
    await _given(office, {"timezone": "UTC", "overrides": {tomorrow.isoformat(): [["09:00", "18:00"]]}})
    opens = datetime(tomorrow.year, tomorrow.month, tomorrow.day, 9, tzinfo=UTC)
    assert await office.reception("desk").opening() == Opening(open=False, opens_at=opens)


async def test_a_team_that_never_opens_says_no_time(office: Office) -> None:
    await _given(office, NEVER)
    assert await office.reception("desk").opening() == Opening(open=False)


async def test_the_hours_are_those_of_the_inboxs_own_team(office: Office) -> None:
    await _given(office, NEVER)
    assert (await office.reception("billing").opening()).open


async def _given(office: Office, schedule: dict[str, Any]) -> None:
    async with office.database.transaction() as tx:
        calendar_id = tx.new(Calendar, slug="hours", name="Hours", schedule=schedule, created_at=tx.now).id
    await office.change(Team, Team.slug == "support", calendar_id=calendar_id)
