"""Working time the slow way: minute by minute, asking the wall clock only, never a conversion back from local time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)
Pauses = Sequence[tuple[datetime, datetime | None]]


class Oracle:
    """A schedule with bounds on whole minutes."""

    def __init__(self, schedule: dict[str, Any], first: datetime, days: int) -> None:
        self.said = schedule
        self.zone = ZoneInfo(schedule["timezone"])
        self.first = first
        self._wall = [self.wall(first + n * MINUTE) for n in range(days * 1440)]
        begins = first.date() - timedelta(days=2)
        self.spans = [span for n in range(days + 4) for span in self._beginning_on(begins + timedelta(days=n))]

    def wall(self, at: datetime) -> datetime:
        """What clocks on the wall show."""
        return at.astimezone(self.zone).replace(tzinfo=None, fold=0)

    def is_open(self, at: datetime) -> bool:
        """Whether the minute that begins then is open."""
        if self.said.get("always_open"):
            return True
        return not self._closed(self.wall(at).date()) and any(start <= at < end for start, end in self.spans)

    def open_minutes(self, start: datetime, pauses: Pauses = ()) -> Iterator[datetime]:
        """The minutes that count, as far as this oracle sees."""
        at = start
        while at < self.first + len(self._wall) * MINUTE:
            if self.is_open(at) and not any(a <= at and (b is None or at < b) for a, b in pauses):
                yield at
            at += MINUTE

    def _closed(self, day: date) -> bool:
        return day.isoformat() in self.said.get("holidays", ()) or f"{day:%m-%d}" in self.said.get(
            "holidays_yearly", ()
        )

    def _beginning_on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        hours = self.said.get("overrides", {}).get(day.isoformat())
        for start, end in hours if hours is not None else self.said.get("hours", {}).get(WEEK[day.weekday()], ()):
            next_day = day + timedelta(days=1) if end == "24:00" or end <= start else day
            until = datetime.fromisoformat(f"{next_day}T{'00:00' if end == '24:00' else end}")
            yield self.instant(datetime.fromisoformat(f"{day}T{start}")), self.instant(until)

    def instant(self, local: datetime) -> datetime:
        """When the wall clock shows it first; in a gap: as long after the gap begins as it lies in the gap."""
        at = local.replace(tzinfo=UTC) - timedelta(hours=26)
        before = self.wall(at)
        while (shown := self.wall(at)) != local:
            if shown > local and shown - before > MINUTE:
                return at + (local - before - MINUTE)
            at, before = at + MINUTE, shown
        return at
