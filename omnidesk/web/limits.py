"""Limits: how often something may be tried, per key, in the memory of this process."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime


class Limit:
    """A token bucket per key: `burst` tries at once, then one every `seconds`; keys longest unused are forgotten."""

    def __init__(self, burst: int, seconds: float, *, keys: int = 10_000) -> None:
        self._burst = burst
        self._seconds = seconds
        self._keys = keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, now: datetime) -> bool:
        """Whether another try is allowed; it counts."""
        bucket = self._buckets.pop(key, None) or _Bucket(self._burst, now)
        gained = max(0.0, (now - bucket.at).total_seconds()) / self._seconds
        bucket.left, bucket.at = min(float(self._burst), bucket.left + gained), now
        self._buckets[key] = bucket
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True

    def forget(self, key: str) -> None:
        """Start this key afresh: the try was a good one."""
        self._buckets.pop(key, None)
