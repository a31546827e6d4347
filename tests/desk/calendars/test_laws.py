"""Laws that hold for every schedule, and agreement with the slow way around every change of the clocks."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnidesk.desk.calendars import working_time
from omnidesk.errors import Invalid
from tests.desk.calendars.oracle import MINUTE, WEEK, Oracle

CHANGES = {
    "Europe/Istanbul": "2016-03-27", "Europe/Berlin": "2026-03-29", "Europe/London": "2026-10-25",
    "America/New_York": "2026-11-01", "America/Sao_Paulo": "2018-11-04", "Asia/Beirut": "2026-10-25",
    "America/Havana": "2026-11-01", "Africa/Cairo": "2026-04-24", "Australia/Lord_Howe": "2026-04-05",
    "Asia/Kathmandu": "2026-01-04", "Pacific/Chatham": "2026-09-27", "UTC": "2024-02-29",
}  # fmt: skip
"""Zones, and a date on which their clocks change (where they do)."""
DAYS = 4

law = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])

times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from((0, 15, 30, 59)))
pairs = st.tuples(times, times | st.just("24:00"))
hours = st.lists(pairs, max_size=3)


@st.composite
def around_a_change(draw: st.DrawFn) -> tuple[dict[str, Any], datetime]:
    """A schedule whose every part may bite within some days, and where they begin."""
    zone, change = draw(st.sampled_from(sorted(CHANGES.items())))
    first = datetime.fromisoformat(change).replace(tzinfo=UTC) - timedelta(days=2)
    near = [(first.date() + timedelta(days=n)) for n in range(-1, DAYS + 1)]
    days = st.sampled_from([day.isoformat() for day in near])
    return {
        "timezone": zone,
        "hours": {day: draw(hours) for day in WEEK if draw(st.booleans())},
        "always_open": draw(st.sampled_from((False,) * 9 + (True,))),
        "holidays": draw(st.lists(days, max_size=1)),
        "holidays_yearly": [day[5:] for day in draw(st.lists(days, max_size=1))],
        "overrides": draw(st.dictionaries(days, hours, max_size=2)),
    }, first


minutes = st.integers(0, DAYS * 1440 - 1)


@given(around_a_change(), minutes, st.integers(1, 1440), st.lists(st.tuples(minutes, minutes), max_size=3))
@settings(law, max_examples=30)
def test_both_agree_with_counting_minutes(
    around: tuple[dict[str, Any], datetime], start: int, wanted: int, pauses: list[tuple[int, int]]
) -> None:
    said, first = around
    begin = first + start * MINUTE
    paused = [(first + min(a, b) * MINUTE, first + max(a, b) * MINUTE) for a, b in pauses]
    counted = list(Oracle(said, first, DAYS).open_minutes(begin, paused))
    hours = working_time(said)
    assert hours.elapsed(begin, first + timedelta(days=DAYS), paused) == len(counted) * MINUTE
    if len(counted) >= wanted:
        assert hours.due(begin, wanted * MINUTE, paused) == next(islice(counted, wanted - 1, None)) + MINUTE
    ahead = next(iter(Oracle(said, first, DAYS).open_minutes(begin)), None)
    if ahead is not None:
        assert hours.opens_at(begin) == ahead


@st.composite
def any_schedule(draw: st.DrawFn) -> dict[str, Any]:
    """A schedule that opens on some Monday at least."""
    return {
        "timezone": draw(st.sampled_from(sorted(CHANGES))),
        "hours": {"mon": [draw(pairs)], **{day: draw(hours) for day in WEEK[1:]}},
        "public_holidays": draw(st.sampled_from((None, {"country": "TR"}, {"country": "DE", "subdivision": "BY"}))),
        "overrides": draw(st.dictionaries(st.dates().filter(lambda day: 2020 < day.year < 2030).map(str), hours)),
    }


moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
durations = st.timedeltas(timedelta(), timedelta(days=200))
closed_pauses = st.lists(st.tuples(moments, moments).map(lambda two: (min(two), max(two))), max_size=3)


@given(any_schedule(), moments, durations, closed_pauses)
@law
def test_elapsed_is_the_inverse_of_due(said: dict[str, Any], start: datetime, duration: timedelta, pauses: Any) -> None:
    hours = working_time(said)
    due = hours.due(start, duration, pauses)
    assert due is not None
    assert hours.elapsed(start, due, pauses) == duration
    if due > start:
        assert hours.elapsed(start, due - timedelta(microseconds=1), pauses) < duration


@given(any_schedule(), moments, durations)
@law
def test_back_is_the_inverse_the_other_way(said: dict[str, Any], at: datetime, duration: timedelta) -> None:
    hours = working_time(said)
    found = hours.back(at, duration)
    assert hours.elapsed(found, at) == duration
    assert hours.elapsed(found - timedelta(microseconds=1), at) > duration or not hours.is_open(found)


@given(any_schedule(), moments, durations, durations, closed_pauses)
@law
def test_more_time_is_never_due_earlier_and_due_adds_up(
    said: dict[str, Any], start: datetime, one: timedelta, more: timedelta, pauses: Any
) -> None:
    hours = working_time(said)
    first, last = hours.due(start, one, pauses), hours.due(start, one + more, pauses)
    assert first is not None
    assert last is not None
    assert first <= last
    assert not more or hours.due(first, more, pauses) == last


@given(any_schedule(), st.lists(moments, min_size=3, max_size=3).map(sorted), closed_pauses)
@law
def test_elapsed_adds_up_and_never_exceeds_the_clock(said: dict[str, Any], at: list[datetime], pauses: Any) -> None:
    hours, (a, b, c) = working_time(said), at
    assert hours.elapsed(a, b, pauses) + hours.elapsed(b, c, pauses) == hours.elapsed(a, c, pauses)
    assert timedelta() <= hours.elapsed(a, c, pauses) <= hours.elapsed(a, c) <= c - a


@given(any_schedule(), moments, moments, durations)
@law
def test_a_pause_without_end_stops_the_clock_or_comes_too_late(
    said: dict[str, Any], start: datetime, pause: datetime, duration: timedelta
) -> None:
    hours = working_time(said)
    plain, paused = hours.due(start, duration), hours.due(start, duration, [(pause, None)])
    assert plain is not None
    assert paused == (plain if plain <= max(pause, start) or not duration else None)


@given(around_a_change(), moments)
@law
def test_what_opens_is_open(around: tuple[dict[str, Any], datetime], at: datetime) -> None:
    hours = working_time(around[0])
    opens = hours.opens_at(at)
    if opens is None:
        try:
            assert hours.due(at, timedelta(seconds=1)) is None
        except Invalid:
            return
    assert opens is not None
    assert hours.is_open(opens)
    assert opens == at or not hours.is_open(opens - timedelta(microseconds=1))
    assert hours.elapsed(at, opens) == timedelta()
