"""Working time: a deadline and the time to it, near and a year ahead, and how long preparing takes."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from omnidesk.desk.calendars import WorkingTime, read_schedule
from omnidesk.errors import Invalid
from tests.bench.figures import Figure

_REPEATED = 20_000
_SCHEDULE = {
    "timezone": "Europe/Istanbul",
    "hours": {day: [["09:00", "12:30"], ["13:30", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "public_holidays": {"country": "TR"},
}
_START = datetime(2026, 11, 27, 13, 50, tzinfo=UTC)
_YEAR = timedelta(hours=1_960)
"""Of working time: a year of it."""


def measure() -> list[Figure]:
    """Microseconds a call, and milliseconds where much is worked out."""
    hours = _prepared()
    pauses = [(_START + timedelta(days=n), _START + timedelta(days=n, hours=20)) for n in range(0, 300, 30)]
    ahead = hours.due(_START, _YEAR)
    assert ahead is not None
    counts: dict[str, Callable[[], object]] = {
        "due, 4 hours": lambda: hours.due(_START, timedelta(hours=4)),
        "due, a year ahead": lambda: hours.due(_START, _YEAR),
        "due, a year ahead with 10 pauses": lambda: hours.due(_START, _YEAR, pauses),
        "elapsed, over a year": lambda: hours.elapsed(_START, ahead),
    }
    raw = _each(lambda: _START + _YEAR)
    return [
        *(Figure(what, f"{_each(call):.1f} µs", f"{raw:.2f} µs adding a timedelta") for what, call in counts.items()),
        Figure("a year worked out", f"{_once(lambda: _prepared().due(_START, timedelta(hours=1))):.1f} ms"),
        Figure("ten years worked out", f"{_once(_ten_years):.1f} ms"),
        Figure("a schedule that never opens is told", f"{_once(_never):.1f} ms"),
    ]


def _prepared() -> WorkingTime:
    return WorkingTime(read_schedule(_SCHEDULE).meant)


def _ten_years() -> object:
    return _prepared().elapsed(_START, _START + timedelta(days=3_653))


def _never() -> None:
    try:
        WorkingTime(read_schedule({"timezone": "UTC"}).meant).due(_START, _YEAR)
    except Invalid:
        return
    raise AssertionError("it opened")


def _each(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(_REPEATED):
        call()
    return (time.perf_counter() - started) / _REPEATED * 1e6


def _once(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1e3
