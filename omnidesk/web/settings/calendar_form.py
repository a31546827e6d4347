"""The form of a calendar: what it says as a schedule, and a schedule as it says it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from omnidesk.desk.calendars import WrittenSchedule, read_schedule
from omnidesk.desk.calendars.written import WEEK
from omnidesk.errors import Invalid
from omnidesk.store.models import Calendar

Said = Mapping[str, list[str]]
"""What a form sent."""
Pair = tuple[str, str]

CLOSED, YEARLY, HOURS = "closed", "yearly", "hours"
_WRONG = {
    "timezone": "no_zone", "hours": "bad_hours", "holidays": "bad_days", "holidays_yearly": "bad_days",
    "overrides": "bad_days", "public_holidays": "choose",
}  # fmt: skip
_FIELDS = dict.fromkeys(("holidays", "holidays_yearly", "overrides"), "days")
_LEAP = 2028
"""A year that has every day: of a yearly one the form needs some year."""


@dataclass(frozen=True, slots=True)
class Day:
    """A single day that differs: closed once or every year, or with hours of its own."""

    kind: str
    date: str
    start: str = ""
    end: str = ""


@dataclass(slots=True)
class Shown:
    """What the form holds."""

    name: str = ""
    timezone: str = "Europe/Istanbul"
    always_open: bool = False
    week: dict[str, list[Pair]] = field(default_factory=lambda: {day: [] for day in WEEK})
    country: str = ""
    subdivision: str = ""
    half_days_until: str = "13:00"
    days: list[Day] = field(default_factory=list)
    teams: set[str] = field(default_factory=set)


def new() -> Shown:
    """Usual hours to begin with."""
    shown = Shown()
    for day in WEEK[:5]:
        shown.week[day] = [("09:00", "18:00")]
    return shown


def of_calendar(calendar: Calendar, teams: set[str]) -> Shown:
    """A calendar as its form shows it."""
    written = WrittenSchedule.model_validate(calendar.schedule)
    holidays = written.public_holidays
    return Shown(
        name=calendar.name, timezone=written.timezone, always_open=written.always_open, teams=teams,
        week={day: [(start, _shown_end(end)) for start, end in written.hours.get(day, ())] for day in WEEK},
        country=holidays.country if holidays else "", subdivision=(holidays and holidays.subdivision) or "",
        half_days_until=(holidays.half_days_until or "") if holidays else "13:00",
        days=sorted(_days(written), key=_date),
    )  # fmt: skip


def _days(written: WrittenSchedule) -> Iterator[Day]:
    yield from (Day(CLOSED, str(day)) for day in written.holidays)
    yield from (Day(YEARLY, f"{_LEAP}-{day}") for day in written.holidays_yearly)
    for day, pairs in written.overrides.items():
        yield from (Day(HOURS, str(day), start, _shown_end(end)) for start, end in pairs or (("", ""),))


def _date(day: Day) -> tuple[str, str]:
    return day.date, day.start


def _shown_end(end: str) -> str:
    """Browsers know no 24:00."""
    return "00:00" if end == "24:00" else end


def of_said(said: Said) -> Shown:
    """What was sent, to be shown again as it was."""
    week: dict[str, list[Pair]] = {day: [] for day in WEEK}
    for day, start, end in _rows(said, "hours_day", "hours_from", "hours_to"):
        if day in week:
            week[day].append((start, end))
    return Shown(
        name=one(said, "name"), timezone=one(said, "timezone"), always_open=bool(one(said, "always_open")),
        week=week, country=one(said, "country"), subdivision=one(said, "subdivision"),
        half_days_until=one(said, "half_days_until"), teams=set(said.get("team", ())),
        days=[Day(*row) for row in _rows(said, "day_kind", "day_date", "day_from", "day_to") if any(row[1:])],
    )  # fmt: skip


def _rows(said: Said, *names: str) -> Iterator[tuple[str, ...]]:
    yield from zip(*(said.get(name, []) for name in names), strict=False)


def number(text: str) -> int:
    """What a hidden field says; what is no number is that of nothing."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0


def one(said: Said, name: str) -> str:
    """The value of a field; empty where it is absent."""
    return (said.get(name) or [""])[0].strip()


def schedule_of(shown: Shown, before: Mapping[str, Any] | None = None) -> WrittenSchedule:
    """The schedule that a form says. `before`: as it was; of it stays what the form does not show.

    Raises Invalid; its fields are the form's, with words for what is wrong.
    """
    try:
        return read_schedule(_written(shown, before or {}))
    except Invalid as error:
        parts = {_part(name, why) for name, why in error.fields.items()}
        wrong = {_FIELDS.get(part, part): _WRONG.get(part, "choose") for part in parts}
        raise Invalid(error.message, fields=wrong) from error


def _part(name: str, why: str) -> str:
    """The part of the schedule that is wrong; what is said of all of it begins with the part."""
    return name.split(".")[1] if "." in name else why.split(":")[0]


def _written(shown: Shown, before: Mapping[str, Any]) -> dict[str, Any]:
    overrides: dict[str, list[Pair]] = {}
    for day in shown.days:
        if day.kind == HOURS:
            overrides.setdefault(day.date, []).extend([(day.start, day.end)] if day.start or day.end else [])
    return {
        "timezone": shown.timezone,
        "always_open": shown.always_open,
        "hours": {day: kept for day, pairs in shown.week.items() if (kept := [pair for pair in pairs if any(pair)])},
        "holidays": sorted({day.date for day in shown.days if day.kind == CLOSED}),
        "holidays_yearly": sorted({day.date[5:] for day in shown.days if day.kind == YEARLY}),
        "overrides": dict(sorted(overrides.items())),
        "public_holidays": holidays_of(shown, before.get("public_holidays") or {}),
    }


def holidays_of(shown: Shown, before: Mapping[str, Any]) -> dict[str, Any] | None:
    """The country's holidays that a form says; categories are kept for the same country."""
    if not shown.country:
        return None
    kept = {"categories": before["categories"]} if before.get("country") == shown.country else {}
    until = shown.half_days_until or None
    return {"country": shown.country, "subdivision": shown.subdivision or None, "half_days_until": until, **kept}


def differs(days: list[Day], day: date) -> Day | None:
    """What the form itself says of a date, where that wins over the country's holiday."""
    return next((one for one in days if one.kind == HOURS and one.date == str(day)), None)
