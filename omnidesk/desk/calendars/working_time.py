"""Working time: when so much of it has passed, and how much passed. Everything with hours rests on these two. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from omnidesk.desk.calendars.schedule import Schedule
from omnidesk.desk.calendars.years import Span, Year, merged, micros, moment, year_of
from omnidesk.errors import Invalid

Pause = tuple[datetime, datetime | None]
"""From and to; without an end the clock stands still from there on."""

_FIRST, _LAST = 1900, 2900
_AHEAD = 100
"""So many years are looked at for a due time."""
_NEVER = 1 << 62


class WorkingTime:
    """A schedule, prepared: years are worked out when first asked for, then it is a matter of bisecting them."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._years: dict[int, Year] = {}

    def due(self, start: datetime, duration: timedelta, pauses: Sequence[Pause] = ()) -> datetime | None:
        """The earliest instant by which so much open, unpaused time has passed since `start`.

        None = a pause without an end keeps it from being reached. Raises Invalid.
        """
        at, left = _checked(start, "start"), duration // timedelta(microseconds=1)
        if left < 0:
            raise Invalid(f"duration: {duration} is negative; give one such as PT4H", fields={"duration": "negative"})
        for begin, end in _merged(pauses):
            if end <= at:
                continue
            worked = self._between(at, begin)
            if left <= worked:
                break
            if end == _NEVER:
                return None
            at, left = end, left - worked
        return moment(self._reach(at, left))

    def elapsed(self, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> timedelta:
        """The open, unpaused time between two instants. Raises Invalid."""
        first, last = _checked(start, "start"), _checked(end, "end")
        if last < first:
            raise Invalid(f"end: {end.isoformat()} lies before start, {start.isoformat()}", fields={"end": "before"})
        paused = sum(self._between(max(first, begin), min(last, until)) for begin, until in _merged(pauses))
        return timedelta(microseconds=self._between(first, last) - paused)

    def back(self, at: datetime, duration: timedelta) -> datetime:
        """The earliest instant from which on just so much open time passes until `at`. Raises Invalid."""
        micro, left = _checked(at, "at"), duration // timedelta(microseconds=1)
        number = moment(micro).year
        worked = self._year(number).until(micro)
        for _ in range(_AHEAD):
            if left < worked:
                return moment(self._year(number).when(worked - left))
            left, number = left - worked, number - 1
            worked = self._year(number).total
        raise _too_few(f"before {at.isoformat()}")

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there."""
        return self.opens_at(at) == at

    def opens_at(self, at: datetime) -> datetime | None:
        """From when on somebody is there, `at` itself where somebody is; None = not within a century."""
        found = self.stretch(at)
        return found and found[0]

    def stretch(self, at: datetime) -> tuple[datetime, datetime] | None:
        """The open time that goes on, from `at` on, or comes next, at most to the end of a year; None as above."""
        micro = _checked(at, "at")
        for number in range(moment(micro).year, moment(micro).year + _AHEAD):
            if (found := self._year(number).stretch(micro)) is not None:
                return moment(found[0]), moment(found[1])
        return None

    def closes_at(self, at: datetime) -> datetime | None:
        """Until when somebody is there without a break, the end of UTC's year at the latest; None = always."""
        if self.schedule.always_open:
            return None
        micro = _checked(at, "at")
        return moment(closes) if (closes := self._year(moment(micro).year).closes(micro)) is not None else None

    def _between(self, start: int, end: int) -> int:
        if end <= start:
            return 0
        first, last = moment(start).year, moment(end).year
        whole = sum(self._year(number).total for number in range(first, last))
        return whole + self._year(last).until(end) - self._year(first).until(start)

    def _reach(self, at: int, left: int) -> int:
        if left == 0:
            return at
        first = moment(at).year
        left += self._year(first).until(at)
        for number in range(first, first + _AHEAD):
            year = self._year(number)
            if left <= year.total:
                return year.when(left)
            left -= year.total
        raise _too_few(f"after {moment(at).isoformat()}")

    def _year(self, number: int) -> Year:
        if (found := self._years.get(number)) is None:
            found = self._years[number] = year_of(self.schedule, number)
        return found


def _too_few(when: str) -> Invalid:
    text = f"schedule: in the {_AHEAD} years {when} it is open for less than the duration"
    return Invalid(f"{text}; give it more hours, or shorten the duration", fields={"schedule": "never"})


def _checked(at: datetime, field: str) -> int:
    if at.tzinfo is None:
        raise Invalid(f"{field}: {at.isoformat()} has no time zone; add one such as +03:00", fields={field: "zone"})
    if not _FIRST <= at.year < _LAST:
        raise Invalid(f"{field}: {at.isoformat()} lies outside the years {_FIRST} to {_LAST}", fields={field: "far"})
    return micros(at)


def _merged(pauses: Iterable[Pause]) -> list[Span]:
    spans = list[Span]()
    for begin, end in pauses:
        if end is not None and end < begin:
            text = f"pauses: {begin.isoformat()} ends before it begins, at {end.isoformat()}; turn them round"
            raise Invalid(text, fields={"pauses": "order"})
        spans.append((_checked(begin, "pauses"), _NEVER if end is None else _checked(end, "pauses")))
    return merged(spans)
