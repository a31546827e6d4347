"""Times and durations as people say them. `static/js/times.js` says the same, so that pages stay true while open."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from gettext import NullTranslations
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime

from omnidesk.web.words import N_

UNITS = ((86400, "days", N_("{n} d")), (3600, "hours", N_("{n} h")), (60, "minutes", N_("{n} min")))
"""Seconds, name and short form, the largest first."""
NOW, DUE, OVERDUE, LEFT = N_("now"), N_("due in {time}"), N_("overdue {time}"), N_("{time} left")
_DATES_AFTER_DAYS = 7


def zone_of(name: str | None) -> tzinfo:
    """The time zone that a browser named in its cookie; UTC when it named none that exists."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def local_input(moment: datetime, zone: tzinfo) -> str:
    """A moment as a field of a form holds it, where the reader is."""
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def length(seconds: int) -> str:
    """How long a call was: `3:25`, `1:03:25`."""
    hours, rest = divmod(seconds, 3600)
    minutes = f"{rest // 60:02}" if hours else f"{rest // 60}"
    return f"{hours}:{minutes}:{rest % 60:02}" if hours else f"{minutes}:{rest % 60:02}"


def lasting(gettext: Callable[[str], str], seconds: float) -> str:
    """A duration, in its largest unit: `18 min`, `6 h`, `2 d`; less than a minute is `1 min`."""
    size, _, text = next((unit for unit in UNITS if abs(seconds) >= unit[0]), UNITS[-1])
    return gettext(text).format(n=max(1, int(abs(seconds) // size)))


class Times:
    """Says times in one language; zone and present come with each call."""

    def __init__(self, language: str, catalogue: NullTranslations) -> None:
        self._locale = language
        self._ = catalogue.gettext

    def lasting(self, seconds: float) -> str:
        """A duration, as the function says it."""
        return lasting(self._, seconds)

    def ago(self, moment: datetime, now: datetime, zone: tzinfo) -> str:
        """How long ago, for lists: `now`, `2 min`, `3 d`, then the date."""
        passed = (now - moment).total_seconds()
        if passed < 60:
            return self._(NOW)
        if passed < _DATES_AFTER_DAYS * 86400:
            return self.lasting(passed)
        return self.date(moment.astimezone(zone).date(), now.astimezone(zone).date())

    def date(self, day: date, today: date) -> str:
        """A short date; the year only when it is another one."""
        return format_date(day, "d MMM" if day.year == today.year else "d MMM y", locale=self._locale)

    def day(self, moment: datetime, now: datetime, zone: tzinfo) -> str:
        """A day as a heading between messages."""
        day, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
        if day == today:
            return self._("Today")
        if day == today - timedelta(days=1):
            return self._("Yesterday")
        return format_date(day, "EEEE, d MMMM" if day.year == today.year else "d MMMM y", locale=self._locale)

    def clock(self, moment: datetime, zone: tzinfo) -> str:
        """The time of day."""
        return format(moment.astimezone(zone), "%H:%M")

    def exact(self, moment: datetime, zone: tzinfo) -> str:
        """Date and time in full, shown on hover."""
        return format_datetime(moment.astimezone(zone), "d MMMM y HH:mm", locale=self._locale)

    def due(self, moment: datetime, now: datetime) -> str:
        """How far a deadline is: `due in 18 min`, `overdue 4 min`."""
        left = (moment - now).total_seconds()
        return self._(DUE if left > 0 else OVERDUE).format(time=self.lasting(left))

    def left(self, moment: datetime, now: datetime) -> str:
        """The same under a heading that says what is due: `18 min left`."""
        seconds = (moment - now).total_seconds()
        return self._(LEFT if seconds > 0 else OVERDUE).format(time=self.lasting(seconds))
