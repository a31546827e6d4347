"""How fast a socket may talk."""

from collections import deque


class Pace:
    """At most `count` events in any minute; `now` is seconds of any steady clock."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until one more is allowed; 0 = it is, and was counted."""
        while self._times and self._times[0] <= now - 60:
            self._times.popleft()
        if len(self._times) >= self._count:
            return self._times[0] + 60 - now
        self._times.append(now)
        return 0
