"""Workers: woken at once, by the clock, and after a failure."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from omnidesk import clock
from omnidesk.events import Bus, WorkWaiting
from omnidesk.workers import Worker, Workers


class Job:
    """Does `rounds` rounds when it is called; `due` = when there will be more; `fails` = so often it breaks."""

    def __init__(self, rounds: int = 0, *, due: datetime | None = None, fails: int = 0) -> None:
        self.rounds = rounds
        self.due = due
        self.fails = fails
        self.runs = 0

    async def run(self) -> bool:
        self.runs += 1
        if self.fails:
            self.fails -= 1
            raise RuntimeError("broken on purpose")
        self.rounds -= 1
        return self.rounds > 0

    async def next_due(self) -> datetime | None:
        return self.due


@asynccontextmanager
async def working(bus: Bus, job: Job, poll_seconds: float = 60, name: str = "job") -> AsyncIterator[None]:
    workers = Workers(bus, [Worker(name, job.run, job.next_due)], poll_seconds=poll_seconds)
    workers.start()
    try:
        yield
    finally:
        async with asyncio.timeout(5):
            await workers.stop()


async def until(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not fact():  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.01)


async def test_what_an_earlier_process_left_is_done_at_the_start_to_the_end() -> None:
    job = Job(rounds=5)
    async with working(Bus(), job):
        await until(lambda: job.runs == 5)


async def test_an_event_wakes_its_worker_at_once_and_no_other() -> None:
    bus, job = Bus(), Job()
    async with working(bus, job):
        await until(lambda: job.runs == 1)
        bus.publish(WorkWaiting("somebody else"))
        await asyncio.sleep(0.05)
        assert job.runs == 1
        bus.publish(WorkWaiting("job"))
        await until(lambda: job.runs == 2)


async def test_the_clock_wakes_a_worker_without_any_event() -> None:
    job = Job()
    async with working(Bus(), job, poll_seconds=0.1):
        await until(lambda: job.runs >= 3)


async def test_a_due_time_wakes_a_worker_long_before_the_next_poll() -> None:
    job = Job(due=clock.now() + timedelta(seconds=0.3))
    async with working(Bus(), job):
        await until(lambda: job.runs >= 2)
        assert job.due is not None
        assert clock.now() >= job.due


async def test_what_is_due_but_can_not_be_had_does_not_keep_it_busy() -> None:
    job = Job(due=clock.now() - timedelta(hours=1))
    async with working(Bus(), job):
        await asyncio.sleep(1.0)
        assert 2 <= job.runs <= 5


async def test_a_failure_is_told_and_the_work_goes_on(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("omnidesk.workers._PAUSE_AFTER_ERROR", 0.01)
    job = Job(rounds=2, fails=1)
    with caplog.at_level(logging.ERROR):
        async with working(Bus(), job, poll_seconds=0.1):
            await until(lambda: job.runs >= 3)
    assert "worker job failed" in caplog.text


async def test_stopping_lets_a_round_finish_and_hears_nothing_more() -> None:
    bus, begun, finished = Bus(), asyncio.Event(), False

    async def run() -> bool:
        nonlocal finished
        begun.set()
        await asyncio.sleep(0.1)
        finished = True
        return True

    work: Callable[[], Awaitable[bool]] = run
    workers = Workers(bus, [Worker("job", work)], poll_seconds=60)
    workers.start()
    await begun.wait()
    await workers.stop()
    assert finished
    begun.clear()
    bus.publish(WorkWaiting("job"))
    await asyncio.sleep(0.05)
    assert not begun.is_set()


async def test_stopping_cuts_off_a_round_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnidesk.workers._PATIENCE_SECONDS", 0.1)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def run() -> bool:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return True

    workers = Workers(Bus(), [Worker("job", run)], poll_seconds=60)
    workers.start()
    await begun.wait()
    async with asyncio.timeout(5):
        await workers.stop()
    assert ended.is_set()
