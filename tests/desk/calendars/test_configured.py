"""Calendars as code: described in files, applied, exported, and told where they are wrong."""

from pathlib import Path
from typing import Any

import pytest

from omnidesk.errors import Invalid
from omnidesk.store.db import Database
from omnidesk.store.models import Calendar, SlaPolicy, Team
from tests.desk.test_apply import DESK, STARTER, applied, changed, describe, exported, planned, rows
from tests.desk.test_apply import database as database
from tests.desk.test_apply import desk as desk

HOURS: dict[str, Any] = {
    "slug": "hours", "name": "Hours", "timezone": "Europe/Istanbul", "hours": {"mon": [["09:00", "18:00"]]},
    "public_holidays": {"country": "TR"}, "overrides": {"2026-12-24": [["09:00", "12:00"]]},
}  # fmt: skip


def described(**changes: Any) -> dict[str, Any]:
    """A desk whose first team has the calendar."""
    return {**changed("teams", calendar="hours"), "calendars": [{**HOURS, **changes}]}


async def test_a_team_has_the_calendar_that_files_give_it(database: Database, desk: Path) -> None:
    describe(desk, described())
    assert "+ calendars.hours" in await applied(database, desk)
    assert await applied(database, desk) == []
    [calendar] = await rows(database, Calendar)
    assert [team.calendar_id for team in await rows(database, Team) if team.slug == "support"] == [calendar.id]
    assert calendar.schedule["overrides"] == {"2026-12-24": [["09:00", "12:00"]]}


async def test_an_export_says_the_same(database: Database, desk: Path, tmp_path: Path) -> None:
    describe(desk, described())
    await applied(database, desk)
    texts = await exported(database, tmp_path / "out")
    for path, text in texts.items():
        (tmp_path / "out" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / path).write_text(text)
    assert "timezone: Europe/Istanbul" in texts[Path("desk/calendars.yaml")]
    assert [change for change in (await planned(database, tmp_path / "out")).changes if change.kind != "inboxes"] == []


async def test_hours_and_a_country_go_as_they_came(database: Database, desk: Path) -> None:
    describe(desk, described())
    await applied(database, desk)
    describe(desk, described(public_holidays=None, overrides={}, hours={"tue": [["22:00", "06:00"]]}))
    told = await applied(database, desk)
    assert [change.split(":")[0] for change in told if "hours.hours" in change] == [
        "~ calendars.hours.hours.mon", "~ calendars.hours.hours.tue",
    ]  # fmt: skip
    [calendar] = await rows(database, Calendar)
    assert calendar.schedule["public_holidays"] is None
    assert (calendar.schedule["hours"], calendar.schedule.get("overrides", {})) == ({"tue": [["22:00", "06:00"]]}, {})
    assert await applied(database, desk) == []


async def test_a_calendar_that_is_not_there_is_told_where_it_is_named(database: Database, desk: Path) -> None:
    describe(desk, {**DESK, **changed("teams", calendar="nights"), "calendars": [HOURS]})
    with pytest.raises(
        Invalid, match=r"desk.yaml:\d+: teams.support.calendar: there is no calendar nights; known: hours"
    ):
        await planned(database, desk)


async def test_wrong_hours_are_told_where_they_stand(database: Database, desk: Path) -> None:
    describe(desk, described(hours={"mon": [["25:00", "26:00"]]}))
    with pytest.raises(Invalid, match=r"desk.yaml:\d+: calendars.hours.hours.mon.0.0: '25:00' is no time of day"):
        await planned(database, desk)


async def test_times_and_dates_need_no_quotes(database: Database, desk: Path) -> None:
    text = """
calendars:
  - slug: hours
    name: Hours
    timezone: UTC
    hours: {mon: [[9:00, 18:00]], tue: [[09:00, 12:30]]}
    holidays: [2026-12-31]
    overrides: {2026-12-24: [[09:00, 12:00]]}
"""
    (desk / "desk" / "calendars.yaml").write_text(text)
    await applied(database, desk)
    [calendar] = await rows(database, Calendar)
    assert calendar.schedule["hours"] == {"mon": [["09:00", "18:00"]], "tue": [["09:00", "12:30"]]}
    assert (calendar.schedule["holidays"], list(calendar.schedule["overrides"])) == (["2026-12-31"], ["2026-12-24"])


async def test_a_policy_says_which_clock_it_goes_by(database: Database, desk: Path) -> None:
    await applied(database, desk)
    assert [policy.clock for policy in await rows(database, SlaPolicy)] == ["calendar"]
    describe(desk, changed("sla_policies", clock="working"))
    assert await applied(database, desk) == ["~ sla_policies.standard.clock: calendar → working"]
    assert [policy.clock for policy in await rows(database, SlaPolicy)] == ["working"]
    describe(desk, changed("sla_policies", clock="lunar"))
    with pytest.raises(Invalid, match=r"sla_policies.standard.clock: .*'working' or 'calendar'"):
        await planned(database, desk)


async def test_the_starter_desk_keeps_office_hours(database: Database) -> None:
    await applied(database, STARTER)
    [calendar] = await rows(database, Calendar)
    assert {team.calendar_id for team in await rows(database, Team)} == {calendar.id}
    assert (calendar.slug, calendar.schedule["public_holidays"]["country"]) == ("office-hours", "TR")
