"""The time of a desk where time can be let run."""

from datetime import datetime, timedelta
from pathlib import Path

from omnidesk import clock

FILE = "simulated-time"


class RunningTime:
    """The real time, and what was let pass; kept in a file: after a restart it must not be earlier than before."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self.ahead = timedelta(seconds=int(self._file.read_text()) if self._file.exists() else 0)

    def __call__(self) -> datetime:
        """What time it is here."""
        return clock.now() + self.ahead

    def run(self, passed: timedelta) -> None:
        """Let time pass."""
        ahead = self.ahead + passed
        self._file.parent.mkdir(parents=True, exist_ok=True)
        written = self._file.with_suffix(".new")
        written.write_text(str(int(ahead.total_seconds())))
        written.replace(self._file)
        self.ahead = ahead
