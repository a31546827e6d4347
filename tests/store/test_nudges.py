"""Nudges: what happens in one process is heard in the others, once, and nothing breaks when it can't be."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from omnidesk.events import Bus, CaseChanged, Event, Gap, PointMet, WorkWaiting
from omnidesk.store.db import Database
from omnidesk.store.nudges import Nudges

on_postgresql = pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)


class Process:
    """A process's bus, and what was heard on it."""

    def __init__(self, url: str, *, works: bool) -> None:
        self.bus = Bus()
        self.database = Database(url, bus=self.bus)
        self.nudges = Nudges(self.database, self.bus, works=works)
        self.heard: list[Event] = []
        for kind in (CaseChanged, PointMet, WorkWaiting, Gap):
            self.bus.on(kind, self.heard.append)


@asynccontextmanager
async def processes(url: str, *works: bool) -> AsyncIterator[list[Process]]:
    """Some processes that have begun to hear each other."""
    running = [Process(url, works=one) for one in works]
    tasks = [asyncio.create_task(process.nudges.run()) for process in running]
    try:
        await until(lambda: all(Gap() in process.heard for process in running))
        for process in running:
            process.heard.clear()
        yield running
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for process in running:
            await process.database.close()


async def until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110 - another process has no event
            await asyncio.sleep(0.01)


@on_postgresql
async def test_an_event_is_heard_once_in_every_process(store_url: str) -> None:
    async with processes(store_url, True, True, False) as (first, second, third):
        for _ in range(3):
            first.bus.publish(CaseChanged(17, 9))
        first.bus.publish(PointMet("fake", "mía şğ", 5))
        await until(lambda: len(second.heard) == 2 == len(third.heard))
        assert second.heard == third.heard == [CaseChanged(17, 9), PointMet("fake", "mía şğ", 5)]
        await asyncio.sleep(0.1)
        assert len(first.heard) == 4


@on_postgresql
async def test_work_is_told_to_others_by_who_has_no_workers(store_url: str) -> None:
    async with processes(store_url, True, False) as (workers, pages):
        workers.bus.publish(WorkWaiting("intake"))
        pages.bus.publish(WorkWaiting("outbox"))
        workers.bus.publish(CaseChanged(1, 1))
        await until(lambda: CaseChanged(1, 1) in pages.heard and WorkWaiting("outbox") in workers.heard)
        assert WorkWaiting("intake") not in pages.heard


@on_postgresql
async def test_many_events_and_long_ones_arrive(store_url: str) -> None:
    async with processes(store_url, True, True) as (first, second):
        for number in range(3_000):
            first.bus.publish(CaseChanged(10**18 + number, number))
        first.bus.publish(PointMet("fake", "x" * 9_000, 5))
        await until(lambda: Gap() in second.heard)
        assert sum(isinstance(event, CaseChanged) for event in second.heard) == 3_000


@on_postgresql
async def test_too_many_events_say_only_look_again(store_url: str) -> None:
    async with processes(store_url, True, True) as (first, second):
        for number in range(20_000):
            first.bus.publish(CaseChanged(number, 1))
        await until(lambda: Gap() in second.heard)


@on_postgresql
async def test_a_lost_connection_is_made_again_and_everybody_looks_again(store_url: str) -> None:
    async with processes(store_url, True, True) as (first, second):
        async with first.database.transaction() as tx:
            await tx.session.exec(  # type: ignore[call-overload]
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                     "WHERE datname = current_database() AND pid <> pg_backend_pid()")
            )  # fmt: skip
        await until(lambda: Gap() in first.heard and Gap() in second.heard)
        first.bus.publish(CaseChanged(17, 9))
        await until(lambda: CaseChanged(17, 9) in second.heard)
