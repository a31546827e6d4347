"""Nudges: events between the processes of one PostgreSQL, by NOTIFY, batched and beside the writing transactions.

Rows are the truth; a nudge that is lost costs a wait. On SQLite there is nothing to carry: a second process polls.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from omnidesk import events
from omnidesk.events import Bus, Event, Gap, WorkWaiting
from omnidesk.store.db import Database

log = logging.getLogger(__name__)

_CHANNEL = "omnidesk"
_GATHER_SECONDS = 0.002
_LARGEST = 7_500
"""PostgreSQL takes less than 8,000 bytes (https://www.postgresql.org/docs/current/sql-notify.html)."""
_MOST = 10_000
"""More than so many waiting events say only: look again."""
_LONGEST_WAIT = 30.0
_KINDS = {kind.__name__: kind for kind in (*events.Event.__args__,)}


class Nudges:
    """Tells the other processes what began here, and this one what began there.

    `works`: this process has workers, who do what is found here themselves; the others would only fight for it. They
    notice at their next look if this one can't.
    """

    def __init__(self, database: Database, bus: Bus, *, works: bool) -> None:
        self._database = database
        self._bus = bus
        self._works = works
        self._own = secrets.token_hex(6)
        self._waiting: dict[Event, None] = {}
        self._woken = asyncio.Event()
        self._lost = asyncio.Event()

    def tell(self, event: Event) -> None:
        """Have an event told to the others soon; the same one is told once."""
        if isinstance(event, WorkWaiting) and self._works:
            return
        if len(self._waiting) >= _MOST:
            self._waiting = {Gap(): None}
        self._waiting.setdefault(event)
        self._woken.set()

    async def run(self) -> None:
        """Carry nudges until cancelled; a lost connection is made again, and then everybody looks again."""
        self._bus.outward = self.tell
        wait = 1.0
        while True:
            try:
                await self._carry()
                wait = 1.0
            except (SQLAlchemyError, OSError) as error:
                log.warning("nudges to other processes can't be carried: %s; again in %.0f s", error, wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)

    async def _carry(self) -> None:
        """Listen and tell on one connection until it is lost."""
        async with self._database.writer.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            self._lost.clear()
            driver.add_termination_listener(lambda _: self._lost.set())
            await driver.add_listener(_CHANNEL, self._heard)
            self._bus.deliver(Gap())
            try:
                while not self._lost.is_set():
                    await self._next()
                    for text in self._batches():
                        await driver.execute("SELECT pg_notify($1, $2)", _CHANNEL, text)
            finally:
                await connection.invalidate()  # it still listens: nobody else may get it from the pool
        log.warning("the connection for nudges was lost")

    async def _next(self) -> None:
        """Wait until there is something to tell, and a moment for more of it."""
        ends = [asyncio.create_task(event.wait()) for event in (self._woken, self._lost)]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        self._woken.clear()
        await asyncio.sleep(_GATHER_SECONDS)

    def _batches(self) -> Iterator[str]:
        waiting, self._waiting = self._waiting, {}
        batch: list[str] = []
        size = 0
        for event in waiting:
            text = _text(event)
            if size + len(text) > _LARGEST:
                yield self._message(batch)
                batch, size = [], 0
            batch.append(text)
            size += len(text) + 1
        if batch:
            yield self._message(batch)

    def _message(self, batch: list[str]) -> str:
        return f'["{self._own}",{",".join(batch)}]'

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        sender, *told = json.loads(payload)
        if sender == self._own:
            return
        for name, *values in told:
            if kind := _KINDS.get(name):  # a newer program may know more
                self._bus.deliver(kind(*values))


def _text(event: Event) -> str:
    text = json.dumps([type(event).__name__, *astuple(event)], separators=(",", ":"))
    return text if len(text) < _LARGEST else _text(Gap())
