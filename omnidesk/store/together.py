"""Commits that are shared: what is to be written while one is under way goes into the next, all of it together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from omnidesk.store.db import Database, Transaction

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

Write = Callable[[Transaction, Sequence[Item]], Awaitable[Sequence[Outcome]]]
"""Writes items in a transaction, and gives what became of each, in their order."""

_MOST = 200


@dataclass(slots=True)
class _Waiting(Generic[Item, Outcome]):
    item: Item
    outcome: "asyncio.Future[Outcome]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Together(Generic[Item, Outcome]):
    """Writes items, each durable when `write` returns. Nothing waits for a group to fill."""

    def __init__(self, db: Database, write: Write[Item, Outcome]) -> None:
        self._db = db
        self._write_some = write
        self._waiting: list[_Waiting[Item, Outcome]] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, item: Item) -> Outcome:
        """Write an item; gives what became of it, or raises what stood against it alone."""
        waiting = _Waiting[Item, Outcome](item)
        self._waiting.append(waiting)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        return await asyncio.shield(waiting.outcome)

    async def _write_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            await self._write(group)

    async def _write(self, group: list[_Waiting[Item, Outcome]]) -> None:
        """Write a group in one commit; when that fails, one by one, so that each learns its own fate."""
        try:
            async with self._db.transaction() as tx:
                outcomes = await self._write_some(tx, [waiting.item for waiting in group])
        except Exception as error:
            if len(group) == 1:
                if not group[0].outcome.done():
                    group[0].outcome.set_exception(error)
                return
            for waiting in group:
                await self._write([waiting])
        else:
            for waiting, outcome in zip(group, outcomes, strict=True):
                if not waiting.outcome.done():
                    waiting.outcome.set_result(outcome)
