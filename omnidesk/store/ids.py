"""Ids: time-ordered 63-bit integers made by us, so that no insert needs an answer.

41 bits of milliseconds since 2024, 10 bits of the worker's number (leased, unique among running processes), 12 bits
of a counter.
"""

from datetime import datetime
from typing import Any

EPOCH_MS = 1_704_067_200_000
WORKERS = 1024
MAX_ID = 2**63 - 1
"""What a database can hold: a greater number from outside is no id."""
_PER_MS = 4096


class IdMaker:
    """Makes ids for one process; never the same twice, each greater than the one before."""

    def __init__(self, worker: int) -> None:
        self.worker = worker
        self._last_ms = 0
        self._count = 0

    def next(self, moment: datetime) -> int:
        """An id for something made at `moment`; a clock that steps back does not repeat one."""
        ms = int(moment.timestamp() * 1000) - EPOCH_MS
        if ms > self._last_ms:
            self._last_ms, self._count = ms, 0
        elif self._count + 1 < _PER_MS:
            self._count += 1
        else:
            self._last_ms, self._count = self._last_ms + 1, 0
        return self._last_ms << 22 | self.worker << 12 | self._count


def worker_of(made: Any) -> Any:
    """The number of the worker that made the id in a column."""
    return made // _PER_MS % WORKERS


def first_at(moment: datetime) -> int:
    """An id that is greater than all made before `moment`, and no greater than those made from then on."""
    return min(max(0, int(moment.timestamp() * 1000) - EPOCH_MS) << 22, MAX_ID)
