"""How fast mail goes out: no more in a minute than a provider allows."""

import asyncio


class Pace:
    """Places in time, evenly apart; each is given once. The first mail after a pause goes at once."""

    def __init__(self, per_minute: int | None) -> None:
        self._gap = 60 / per_minute if per_minute else 0.0
        self._next = 0.0

    async def wait(self) -> None:
        """Wait for one's place."""
        if not self._gap:
            return
        now = asyncio.get_running_loop().time()
        place = max(now, self._next)
        self._next = place + self._gap
        await asyncio.sleep(place - now)
