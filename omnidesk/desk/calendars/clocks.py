"""The clocks that promises go by: the one on the wall, or a team's working time. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from omnidesk.desk.calendars.working_time import WorkingTime
from omnidesk.errors import Invalid

Stretch = tuple[datetime, datetime | None]
"""From and to; without an end it goes on."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Counts seconds: all of them, or those of a team's hours.

    What hours that never open don't reach is due by the clock on the wall: no message may wait for it.
    """

    hours: WorkingTime | None = None

    def due(self, start: datetime, seconds: float) -> datetime:
        """When so many have passed."""
        try:
            due = self.hours and self.hours.due(start, max(timedelta(), timedelta(seconds=seconds)))
        except Invalid:
            due = None
        return due or start + timedelta(seconds=seconds)

    def before(self, at: datetime, seconds: float) -> datetime:
        """When so many are left until `at`."""
        try:
            found = self.hours and self.hours.back(at, timedelta(seconds=seconds))
        except Invalid:
            found = None
        return found or at - timedelta(seconds=seconds)

    def counted(self, start: datetime, end: datetime) -> float:
        """How many lie between two times."""
        return (self.hours.elapsed(start, end) if self.hours and start < end else end - start).total_seconds()

    def stretch(self, at: datetime) -> Stretch | None:
        """From when on it counts next, `at` itself where it counts, and until when; None = never."""
        return self.hours.stretch(at) if self.hours else (at, None)


WALL = Clock()
