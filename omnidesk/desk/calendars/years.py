"""The open time of one UTC year: sorted intervals and how much of them has passed. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from omnidesk.desk.calendars.schedule import DAY, Hours, Interval, Schedule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1) // _MICROSECOND
_MARGIN = timedelta(days=3)
"""A local date begins at most 14 hours off UTC, and what began the evening before may reach into it."""

Span = tuple[int, int]
"""From and to, in microseconds since 1970; the end does not belong to it."""


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - EPOCH) // _MICROSECOND


def moment(micro: int) -> datetime:
    """The reverse of `micros`."""
    return EPOCH + timedelta(microseconds=micro)


@dataclass(frozen=True, slots=True)
class Year:
    """Open intervals of a year; `worked[i]` is the open time up to the end of the i-th."""

    starts: list[int]
    ends: list[int]
    worked: list[int]

    @property
    def total(self) -> int:
        """All its open time."""
        return self.worked[-1] if self.worked else 0

    def until(self, at: int) -> int:
        """The open time before an instant."""
        index = bisect_right(self.starts, at) - 1
        return self.worked[index] - max(0, self.ends[index] - at) if index >= 0 else 0

    def when(self, worked: int) -> int:
        """The earliest instant with so much open time before it; more than 0, at most the total."""
        index = bisect_left(self.worked, worked)
        return self.ends[index] - (self.worked[index] - worked)

    def stretch(self, at: int) -> Span | None:
        """The open time that goes on at an instant, from there on, or comes next; None = none in this year any more."""
        index = bisect_right(self.ends, at)
        return (max(at, self.starts[index]), self.ends[index]) if index < len(self.starts) else None

    def closes(self, at: int) -> int | None:
        """The end of the interval that an instant lies in or before; None = there is none any more."""
        index = bisect_right(self.ends, at)
        return self.ends[index] if index < len(self.ends) else None


def year_of(schedule: Schedule, number: int) -> Year:
    """Work out one year."""
    whole = (micros(datetime(number, 1, 1, tzinfo=UTC)), micros(datetime(number + 1, 1, 1, tzinfo=UTC)))
    found = [whole] if schedule.always_open else list(_within(whole, _opened(schedule, number)))
    worked = list(accumulate(end - start for start, end in found))
    return Year([start for start, _ in found], [end for _, end in found], worked)


def _opened(schedule: Schedule, number: int) -> Iterator[Span]:
    """Open spans around a year, in order, none touching the next."""
    spans, closed = list[Span](), list[Span]()
    for day, midnight in _days(schedule.zone, number):
        hours = schedule.beginning_on(day)
        if schedule.closed_on(day):
            closed += _spans(schedule.zone, day, midnight, (Interval(0, DAY),))
            hours = tuple(one for one in hours if one.end > DAY)
        spans += _spans(schedule.zone, day, midnight, hours)
    return _without(merged(spans), merged(closed))


def _days(zone: ZoneInfo, number: int) -> Iterator[tuple[date, int | None]]:
    """The dates around a year, each with the instant of its midnight.

    None where the clocks change before its hours can have ended: only there each of them has to be looked up.
    """
    first, last = date(number, 1, 1) - _MARGIN, date(number, 12, 31) + _MARGIN
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 2)]
    offsets = [datetime.combine(day, time(), zone).utcoffset() or timedelta() for day in days]
    for day, *ahead in zip(days, offsets, offsets[1:], offsets[2:], strict=False):
        steady = ahead[0] == ahead[1] == ahead[2]
        yield day, (day - EPOCH.date() - ahead[0]) // _MICROSECOND if steady else None


def _spans(zone: ZoneInfo, day: date, midnight: int | None, hours: Hours) -> Iterator[Span]:
    if midnight is None:
        yield from ((_instant(zone, day, one.start), _instant(zone, day, one.end)) for one in hours)
    else:
        yield from ((midnight + one.start * _MINUTE, midnight + one.end * _MINUTE) for one in joined(hours))


@lru_cache(maxsize=1024)
def joined(hours: Hours) -> Hours:
    """Those that overlap or touch made one: right on days without a change of the clocks."""
    return tuple(Interval(start, end) for start, end in merged((one.start, one.end) for one in hours))


def _instant(zone: ZoneInfo, day: date, minutes: int) -> int:
    """A local time with fold 0: in a gap it lies after it by as much, and of an ambiguous one it is the first."""
    return micros(datetime.combine(day, time(), zone) + timedelta(minutes=minutes))


def merged(spans: Iterable[Span]) -> list[Span]:
    """Sorted, and those that overlap or touch made one; empty ones are left out."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _without(spans: Iterable[Span], closed: list[Span]) -> Iterator[Span]:
    first = 0
    for start, end in spans:
        while first < len(closed) and closed[first][1] <= start:
            first += 1
        index = first
        while index < len(closed) and closed[index][0] < end:
            if start < closed[index][0]:
                yield start, closed[index][0]
            start = closed[index][1]
            index += 1
        if start < end:
            yield start, end


def _within(whole: Span, spans: Iterable[Span]) -> Iterator[Span]:
    for start, end in spans:
        if end > whole[0] and start < whole[1]:
            yield max(start, whole[0]), min(end, whole[1])
