"""How fast visitors may talk, in the memory of this process: more sockets give nobody more."""

import time
from collections import OrderedDict, deque

from channels.webchat.settings import Limits

now = time.monotonic


class Pace:
    """At most `count` events in any minute for each key; `now` is seconds of any steady clock.

    The keys longest unused are forgotten.
    """

    def __init__(self, count: int, *, keys: int = 10_000) -> None:
        self._count = count
        self._keys = keys
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """Seconds until one more is allowed; 0 = it is, and was counted."""
        times = self._of(key)
        while times and times[0] <= now - 60:
            times.popleft()
        if len(times) >= self._count:
            return times[0] + 60 - now
        times.append(now)
        return 0

    def _of(self, key: str) -> deque[float]:
        times = self._times.setdefault(key, deque())
        self._times.move_to_end(key)
        if len(self._times) > self._keys:
            self._times.popitem(last=False)
        return times


class Paces:
    """What is counted: messages and frames by visitor; messages, new visitors and uploads by remote address."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.messages = Pace(limits.messages_per_minute)
        self.address_messages = Pace(limits.address_messages_per_minute)
        self.frames = Pace(limits.frames_per_minute)
        self.visitors = Pace(limits.visitors_per_minute)
        self.uploads = Pace(limits.uploads_per_minute)
