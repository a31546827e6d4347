"""When cases become at risk: no event tells, since nothing happens but that time passes."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime

from sqlmodel import col, select

from omnidesk.store.db import Database
from omnidesk.store.models import Case

log = logging.getLogger(__name__)

_LONGEST = 15.0
"""Seconds; another process may have written a nearer moment that no event brought here."""
_MOST = 200


class Risks:
    """Sleeps until the next case is at risk, then names those that became so.

    `tell` gets their ids; None: so many that every page had better fetch what it shows.
    """

    def __init__(self, database: Database, tell: Callable[[Iterable[int] | None], None]) -> None:
        self._database = database
        self._tell = tell
        self._seen = database.now()
        self._next: datetime | None = None
        self._sooner = asyncio.Event()

    def changed(self, case: Case) -> None:
        """A case changed: it may be the next one."""
        at = case.at_risk_at
        if at is not None and at > self._seen and (self._next is None or at < self._next):
            self._next = at
            self._sooner.set()

    def sooner(self) -> None:
        """The clock has run: look now when the next one is due."""
        self._sooner.set()

    async def run(self) -> None:
        """Tell, until cancelled."""
        while True:
            self._sooner.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._sooner.wait(), self._seconds())
                continue
            try:
                await self.look()
            except Exception:
                log.exception("looking for cases at risk failed")
                await asyncio.sleep(_LONGEST)

    def _seconds(self) -> float:
        left = (self._next - self._database.now()).total_seconds() if self._next else _LONGEST
        return min(max(left, 0.0), _LONGEST)

    async def look(self) -> None:
        """Tell of what became at risk since the last look."""
        now = self._database.now()
        at = col(Case.at_risk_at)
        passed = select(Case.id).where(at > self._seen, at <= now).limit(_MOST + 1)
        async with self._database.session() as session:
            case_ids = list(await session.exec(passed))
            self._next = (await session.exec(select(at).where(at > now).order_by(at).limit(1))).first()
        self._seen = now
        if case_ids:
            self._tell(case_ids if len(case_ids) <= _MOST else None)
