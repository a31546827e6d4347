"""A schedule: when somebody is there, said in local time. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from omnidesk.desk.calendars.public_holidays import PublicHolidays

DAY = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Minutes after the midnight it begins after; an `end` above 24 hours lies on the next day."""

    start: int
    end: int


Hours = tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Weekly hours (Monday = 0) and what departs from them.

    `holidays` close a date whatever else is said of it. `overrides` replace the hours that begin on a date; of a public
    holiday of the country too, so that a desk can open on one.
    """

    zone: ZoneInfo
    hours: Mapping[int, Hours] = field(default_factory=dict)
    always_open: bool = False
    holidays: frozenset[date] = frozenset()
    holidays_yearly: frozenset[tuple[int, int]] = frozenset()
    """Month and day."""
    overrides: Mapping[date, Hours] = field(default_factory=dict)
    public: PublicHolidays | None = None

    def closed_on(self, day: date) -> bool:
        """Whether nothing is open on this date, not even the tail of the evening before."""
        if day in self.holidays or (day.month, day.day) in self.holidays_yearly:
            return True
        return self.public is not None and day not in self.overrides and self.public.is_full(day)

    def beginning_on(self, day: date) -> Hours:
        """The hours that begin on this date; a half day of the country cuts them."""
        if (own := self.overrides.get(day)) is not None:
            return own
        usual = self.hours.get(day.weekday(), ())
        if usual and self.public is not None and self.public.is_half(day):
            until = self.public.half_days_until
            return tuple(Interval(one.start, min(one.end, until)) for one in usual if one.start < until)
        return usual
