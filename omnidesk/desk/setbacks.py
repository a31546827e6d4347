"""Setbacks: what failed is left alone for a while, so that one bad row holds up no other."""

import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from omnidesk.clock import Clock
from omnidesk.contract.channel import ChannelError

log = logging.getLogger(__name__)

_FIRST_REST = timedelta(seconds=5)
_LONGEST_REST = timedelta(minutes=15)
_FORGOTTEN = timedelta(hours=1)
_PASSING_STATES = {"08", "40", "53", "55", "57", "58"}
"""Classes of SQLSTATE: connection, rollback, resources, locks, shutdown, system
(https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

Result = TypeVar("Result")


class Away(Exception):
    """A store that can't be had now."""


def passes(error: BaseException) -> bool:
    """Whether an error is of the surroundings (a store, a provider, a full disk), and no bug: it ends by itself."""
    if isinstance(error, ChannelError):
        return not error.permanent
    if isinstance(error, DBAPIError) and (error.connection_invalidated or isinstance(error, OperationalError)):
        return True
    state = getattr(getattr(error, "orig", error), "sqlstate", None)  # a failed connect is not wrapped
    return isinstance(error, Away | OSError | PoolTimeout) or str(state)[:2] in _PASSING_STATES


@dataclass(frozen=True, slots=True)
class _Rest:
    length: timedelta
    until: datetime


class Setbacks:
    """The rows that failed one worker; each rests, from 5 seconds to 15 minutes. A restart forgets them."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._rests: dict[int, _Rest] = {}

    async def attempt(self, row_id: int, work: Awaitable[Result]) -> Result | None:
        """Do the work of one row; when it fails that is logged, the row rests, and this gives None."""
        try:
            result = await work
        except Exception:
            log.exception("row %s failed; it rests for %s", row_id, self.failed(row_id))
            return None
        self._rests.pop(row_id, None)
        return result

    def failed(self, row_id: int) -> timedelta:
        """How long this row rests now: twice as long as the last time."""
        now = self._now()
        self._rests = {known: rest for known, rest in self._rests.items() if now < rest.until + _FORGOTTEN}
        last = self._rests.get(row_id)
        length = min(last.length * 2, _LONGEST_REST) if last else _FIRST_REST
        self._rests[row_id] = _Rest(length, now + length)
        return length

    def resting(self) -> list[int]:
        """The rows to leave alone now."""
        now = self._now()
        return [row_id for row_id, rest in self._rests.items() if rest.until > now]

    def after_rest(self, due: datetime | None) -> datetime | None:
        """When to look again: what was due already is what rests, as long as something rests."""
        now = self._now()
        ends = [rest.until for rest in self._rests.values() if rest.until > now]
        return min(ends) if ends and due is not None and due <= now else due
