"""How fast a bot may write: what Telegram asks of all bots, and what it has told this one to wait.

See https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
"""

import asyncio
import time
from collections import deque

from omnidesk.contract.channel import ChannelError

_A_SECOND = 30
"""So many messages a bot may send in a second."""
_BETWEEN = 1.0
"""So many seconds between two messages to one chat."""
_PATIENCE = 20.0
"""So long a message waits here; for longer it goes back to the desk, which tries again."""


class Pace:
    """Lets the messages of one bot through, each when its time has come."""

    def __init__(self, between: float = _BETWEEN) -> None:
        self._between = between
        self._sent: deque[float] = deque(maxlen=_A_SECOND)
        self._chats: dict[str, float] = {}
        self._not_before = 0.0

    async def turn(self, chat: str) -> None:
        """Wait until a message may go to a chat. Raises `ChannelError` where that takes long."""
        now = time.monotonic()
        at = max(now, self._not_before, self._chats.get(chat, 0.0))
        if len(self._sent) == _A_SECOND:
            at = max(at, self._sent[0] + 1.0)
        if at - now > _PATIENCE:
            raise ChannelError(f"Telegram asks us to wait: {at - now:.0f} s")
        self._sent.append(at)
        self._chats[chat] = at + self._between
        self._forget(now)
        if at > now:
            await asyncio.sleep(at - now)

    def wait(self, seconds: float) -> None:
        """Telegram said so: nothing of this bot goes out before."""
        self._not_before = max(self._not_before, time.monotonic() + seconds)

    def _forget(self, now: float) -> None:
        if len(self._chats) > 1000:
            self._chats = {chat: at for chat, at in self._chats.items() if at > now}
