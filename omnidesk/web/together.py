"""Asking together: what many pages ask for in the same moment is looked up once for all of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

_PAUSES = 10
"""Between two times of the same work lie so many of its own lengths: it takes a tenth of the time at most."""
_MOST_KNOWN = 1000


class Together:
    """Does work for all who asked before it began; who asks later may know of something newer, and gets the next."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, asyncio.Task[Any]] = {}
        self._free_at: dict[Hashable, float] = {}

    async def ask(self, key: Hashable, work: Callable[[], Awaitable[Any]]) -> Any:
        """What the work gives, begun after this call. `key`: who asks the same gets the same."""
        task = self._waiting.get(key)
        if task is None:
            task = self._waiting[key] = asyncio.create_task(self._do(key, work))
        return await asyncio.shield(task)

    async def _do(self, key: Hashable, work: Callable[[], Awaitable[Any]]) -> Any:
        await asyncio.sleep(max(0.0, self._free_at.get(key, 0.0) - time.monotonic()))
        del self._waiting[key]
        began = time.monotonic()
        try:
            return await work()
        finally:
            now = time.monotonic()
            if len(self._free_at) >= _MOST_KNOWN:
                self._free_at.clear()
            self._free_at[key] = now + _PAUSES * (now - began)
