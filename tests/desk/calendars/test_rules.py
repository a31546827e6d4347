"""The rules of a schedule, one by one."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from omnidesk.desk.calendars import read_schedule, working_time
from omnidesk.desk.calendars.public_holidays import PublicHolidays
from omnidesk.errors import Invalid

OFFICE: dict[str, Any] = {
    "timezone": "Europe/Istanbul",
    "hours": {day: [["09:00", "12:30"], ["13:30", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}
NIGHT: dict[str, Any] = {"timezone": "Europe/Istanbul", "hours": {"fri": [["22:00", "06:00"]]}}
WHOLE_DAYS: dict[str, Any] = {
    "hours": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
}


def due(schedule: dict[str, Any], start: str, hours: float, pauses: list[tuple[str, str | None]] | None = None) -> str:
    """As it stands on the wall; times are local ones."""
    reckoned = working_time(schedule)
    zone = reckoned.schedule.zone
    paused = [(_at(begin, zone), _at(end, zone) if end else None) for begin, end in pauses or ()]
    found = reckoned.due(_at(start, zone), timedelta(hours=hours), paused)
    return f"{found.astimezone(zone):%Y-%m-%d %H:%M}" if found else "never"


def elapsed(schedule: dict[str, Any], start: str, end: str) -> float:
    """Hours between two local times."""
    reckoned = working_time(schedule)
    zone = reckoned.schedule.zone
    return reckoned.elapsed(_at(start, zone), _at(end, zone)) / timedelta(hours=1)


def _at(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-11-27 16:50", 4, "2026-11-30 11:50"),  # Friday afternoon, over the weekend
        ("2026-11-27 16:50", 1 + 1 / 6, "2026-11-27 18:00"),  # the end of a day, not the beginning of the next
        ("2026-11-27 12:30", 0.5, "2026-11-27 14:00"),  # at lunch
        ("2026-11-28 10:00", 0, "2026-11-28 10:00"),  # nothing has passed at once, open or not
        ("2026-11-27 16:50", 45, "2026-12-07 13:50"),  # a week and a bit, of eight hours a day
    ],
)
def test_due_in_office_hours(start: str, hours: float, expected: str) -> None:
    assert due(OFFICE, start, hours) == expected


def test_24_00_ends_a_day_and_two_such_days_join() -> None:
    assert due({"timezone": "UTC", **WHOLE_DAYS}, "2026-11-27 23:00", 2) == "2026-11-28 01:00"


@pytest.mark.parametrize("end", ["00:00", "09:00"])
def test_an_end_at_or_before_its_start_lies_on_the_next_day(end: str) -> None:
    open_hours = {"00:00": 15, "09:00": 24}[end]
    schedule = {"timezone": "UTC", "hours": {"mon": [["09:00", end]]}}
    assert elapsed(schedule, "2026-11-30 00:00", "2026-12-02 00:00") == open_hours


def test_an_override_replaces_the_hours_that_begin_on_its_date_and_leaves_the_tail_before() -> None:
    schedule = {**NIGHT, "hours": {**NIGHT["hours"], "sat": [["10:00", "12:00"]]}, "overrides": {"2026-11-28": []}}
    assert elapsed(schedule, "2026-11-28 00:00", "2026-11-29 00:00") == 6
    schedule["overrides"] = {"2026-11-28": [["20:00", "02:00"]]}
    assert elapsed(schedule, "2026-11-28 00:00", "2026-11-29 12:00") == 12


@pytest.mark.parametrize("where", ["holidays", "holidays_yearly"])
def test_a_holiday_closes_exactly_its_date(where: str) -> None:
    """The tail of the evening before is closed, the tail after it stays open."""
    day = {"holidays": "2026-11-28", "holidays_yearly": "11-28"}[where]
    nights = {"timezone": "Europe/Istanbul", "hours": {"fri": [["22:00", "06:00"]], "sat": [["22:00", "06:00"]]}}
    assert elapsed({**nights, where: [day]}, "2026-11-27 00:00", "2026-11-30 00:00") == 2 + 6
    assert due({**nights, where: [day]}, "2026-11-27 23:00", 2) == "2026-11-29 01:00"


def test_a_holiday_wins_over_an_override_of_its_date() -> None:
    schedule = {**OFFICE, "holidays": ["2026-11-27"], "overrides": {"2026-11-27": [["09:00", "12:00"]]}}
    assert elapsed(schedule, "2026-11-27 00:00", "2026-11-28 00:00") == 0


def test_always_open_ignores_everything_else() -> None:
    schedule = {**OFFICE, "always_open": True, "holidays": ["2026-11-28"], "overrides": {"2026-11-27": []}}
    assert due(schedule, "2026-11-27 16:50", 48) == "2026-11-29 16:50"


def test_hours_that_overlap_count_once() -> None:
    schedule = {"timezone": "UTC", "hours": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}
    assert elapsed(schedule, "2026-11-30 00:00", "2026-12-01 00:00") == 4


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (["00:00", "24:00"], 23),
        (["01:00", "04:00"], 2),
        (["02:30", "04:00"], 0.5),  # 02:30 is not: it means 03:30
        (["02:00", "02:30"], 0.5),  # from 03:00 to 03:30
    ],
)
def test_a_gap_of_the_clocks(hours: list[str], expected: float) -> None:
    schedule = {"timezone": "Europe/Berlin", "hours": {"sun": [hours]}}
    assert elapsed(schedule, "2026-03-29 00:00", "2026-03-30 00:00") == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (["00:00", "24:00"], 25),
        (["01:00", "02:30"], 1.5),  # the first 02:30
        (["02:30", "04:00"], 2.5),
    ],
)
def test_an_hour_that_comes_twice(hours: list[str], expected: float) -> None:
    schedule = {"timezone": "Europe/Berlin", "hours": {"sun": [hours]}}
    assert elapsed(schedule, "2026-10-25 00:00", "2026-10-26 00:00") == expected


def test_pauses_stop_the_clock_and_overlap_counts_once() -> None:
    pauses = [("2026-11-27 17:00", "2026-11-30 10:00"), ("2026-11-30 09:00", "2026-11-30 11:00")]
    assert due(OFFICE, "2026-11-27 16:50", 1, [*pauses, ("2026-11-30 14:00", None)]) == "2026-11-30 11:50"
    assert due(OFFICE, "2026-11-27 16:50", 3, [*pauses, ("2026-11-30 14:00", None)]) == "never"


@pytest.mark.parametrize(
    "never",
    [
        {"timezone": "UTC"},
        {"timezone": "UTC", "hours": {"mon": []}, "overrides": {"2020-01-01": [["09:00", "10:00"]]}},
        {
            "timezone": "UTC", **WHOLE_DAYS,
            "holidays_yearly": [f"{date(2024, 1, 1) + timedelta(days=n):%m-%d}" for n in range(366)],
        },
    ],
)  # fmt: skip
def test_what_never_opens_is_told(never: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=r"schedule: in the 100 years .* open for less than the duration; give it more"):
        due(never, "2026-11-27 16:50", 1)


def test_turkeys_holidays_are_closed_and_work_ends_at_one_on_their_eves() -> None:
    schedule = {**OFFICE, "public_holidays": {"country": "TR"}}
    assert due(schedule, "2026-05-26 11:00", 2) == "2026-06-01 09:30"  # arife, Kurban Bayramı, a weekend
    assert due(schedule, "2026-05-26 11:00", 1.5) == "2026-05-26 12:30"
    assert elapsed(schedule, "2026-10-28 00:00", "2026-10-30 00:00") == 3.5  # Cumhuriyet Bayramı and its eve
    whole = {"country": "TR", "half_days_until": None}
    assert elapsed({**OFFICE, "public_holidays": whole}, "2026-10-28 00:00", "2026-10-30 00:00") == 8


def test_own_hours_win_over_the_countrys_holiday() -> None:
    schedule = {**OFFICE, "public_holidays": {"country": "TR"}, "overrides": {"2026-10-29": [["10:00", "16:00"]]}}
    assert elapsed(schedule, "2026-10-29 00:00", "2026-10-30 00:00") == 6


def test_holidays_are_named_in_both_languages_whatever_the_year() -> None:
    turkey = PublicHolidays("TR")
    for year in (2026, 2035):
        assert turkey.of(year, "tr")[date(year, 10, 29)].name == "Cumhuriyet Bayramı"
        assert turkey.of(year, "en")[date(year, 10, 29)].name == "Republic Day"
        assert turkey.of(year, "tr")[date(year, 10, 28)].half


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({}, "schedule: timezone: is missing; name one such as Europe/Istanbul"),
        ({"timezone": "Mars/Base"}, "there is no time zone 'Mars/Base'; name one such as Europe/Istanbul"),
        ({"timezone": "../../etc/passwd"}, "there is no time zone '../../etc/passwd'"),
        ({"timezone": "Europe"}, "there is no time zone 'Europe'"),
        ({"hours": {"monday": []}}, "schedule.hours.monday.* not 'monday'"),
        ({"hours": {"mon": [["25:00", "26:00"]]}}, r"hours.mon.0.0: '25:00' is no time of day; write it as 09:00"),
        ({"hours": {"mon": [["24:00", "02:00"]]}}, "24:00 ends a day and can't begin one; write 00:00 of the next day"),
        ({"hours": {"mon": ["09:00"]}}, "schedule.hours.mon.0: .* not '09:00'"),
        ({"holidays": ["2026-02-30"]}, "schedule.holidays.0: .* not '2026-02-30'"),
        ({"holidays_yearly": ["02-30"]}, "schedule.holidays_yearly.0: '02-30' is no day of a year; write month"),
        ({"overrides": {"tomorrow": []}}, "schedule.overrides.tomorrow"),
        ({"public_holidays": {"country": "XX"}}, "no holidays are known of 'XX'; name an ISO code such as TR"),
        ({"public_holidays": {"country": "DE", "subdivision": "ZZ"}}, "DE has no 'ZZ'; known: BB, BE"),
        ({"public_holidays": {"country": "TR", "categories": ["bank"]}}, "TR has no 'bank'; known: half_day, public"),
        ({"colour": "red"}, "schedule.colour: .* not 'red'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_value_and_the_fix(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(Invalid, match=told):
        read_schedule(wrong if not wrong or "timezone" in wrong else {"timezone": "UTC", **wrong})


def test_times_that_yaml_reads_as_numbers_are_times() -> None:
    assert read_schedule({"timezone": "UTC", "hours": {"mon": [["9:00", 1080]]}}).hours == {
        "mon": (("09:00", "18:00"),)
    }
