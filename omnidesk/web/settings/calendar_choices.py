"""What the form of a calendar offers: time zones, countries and their holidays, days of the week."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.dates import format_date

from omnidesk.desk.calendars import public_holidays
from omnidesk.desk.calendars.written import WEEK, WrittenHolidays
from omnidesk.text.folding import fold
from omnidesk.web.settings import calendar_form
from omnidesk.web.settings.calendar_form import Shown

_WITH_WEEKDAY = {"en": "EEE d MMM", "tr": "d MMM EEE"}


def holidays_shown(shown: Shown, language: str, now: datetime) -> dict[str, Any]:
    """What the part on holidays shows; of a country or a part that is not known, nothing."""
    if shown.country not in public_holidays.countries():
        return {"subdivisions": (), "has_half_days": False, "years": {}}
    parts = public_holidays.subdivisions(shown.country)
    if shown.subdivision not in parts:
        shown.subdivision = ""
    try:
        meant = WrittenHolidays.model_validate(calendar_form.holidays_of(shown, {})).meant
    except ValueError:  # when its half days end is no time
        meant = public_holidays.PublicHolidays(shown.country, shown.subdivision or None)
    return {
        "subdivisions": parts,
        "has_half_days": public_holidays.HALF_DAY in public_holidays.supported_categories(shown.country),
        "years": {year: _named(shown, meant, year, language) for year in (now.year, now.year + 1)},
    }


def _named(
    shown: Shown, meant: public_holidays.PublicHolidays, year: int, language: str
) -> list[tuple[date, str, str, str]]:  # fmt: skip
    """Date, as it is said, the holiday's name, and what the day is: closed, half or of its own hours."""
    return [
        (
            day, str(format_date(day, _WITH_WEEKDAY[language], locale=language)), holiday.name,
            "own" if calendar_form.differs(shown.days, day) else "half" if holiday.half else "closed",
        )
        for day, holiday in meant.of(year, language).items()
    ]  # fmt: skip


@lru_cache(maxsize=1)
def zones() -> Sequence[str]:
    """The time zones that are offered."""
    return sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/")))


@lru_cache(maxsize=8)
def countries(language: str) -> Sequence[tuple[str, str]]:
    """The countries whose holidays are known: code and name, by name."""
    names = Locale(language).territories
    return sorted(((code, names.get(code, code)) for code in public_holidays.countries()), key=lambda two: fold(two[1]))


@lru_cache(maxsize=8)
def weekdays(language: str) -> Mapping[str, str]:
    """The days of the week, by their short names in schedules."""
    names = Locale(language).days["stand-alone"]["wide"]
    return {day: names[number] for number, day in enumerate(WEEK)}
