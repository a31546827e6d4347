"""Workers: each looks for rows that wait for it.

APScheduler is the clock, never the memory: it wakes a worker every few seconds and at the next due time; an event wakes
it at once. What is to be done stands in rows, so a missed call costs a few seconds and nothing else.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from omnidesk import clock
from omnidesk.clock import Clock
from omnidesk.events import Bus, Gap, TimeRan, WorkWaiting

log = logging.getLogger(__name__)

_FIRST_LOOK = timedelta(seconds=0.3)
_PAUSE_AFTER_ERROR = 1.0
_PATIENCE_SECONDS = 3.0
_SHORTEST_WAIT = timedelta(milliseconds=200)
"""What is due but can't be had yet (another process has it, or it waits behind another) must not keep us busy."""


@dataclass(slots=True)
class Worker:
    """`run` does one round and says whether there was anything; `next_due` when there will be.

    `finish` waits for what goes on beside the rounds.
    """

    name: str
    run: Callable[[], Awaitable[bool]]
    next_due: Callable[[], Awaitable[datetime | None]] | None = None
    finish: Callable[[], Awaitable[None]] | None = None
    pause: float = 0
    """Seconds of rest after a round: what wakes it a hundred times a second is looked at a few times."""
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Workers:
    """Runs workers side by side until `stop`."""

    def __init__(
        self, bus: Bus, workers: list[Worker], *, poll_seconds: float, now: Clock = clock.now
    ) -> None:  # fmt: skip
        self._now = now
        self._workers = {worker.name: worker for worker in workers}
        self._ends = (
            bus.on(WorkWaiting, self._called),
            bus.on(Gap, self._look_again),
            bus.on(TimeRan, self._look_again),
        )
        self._poll_seconds = poll_seconds
        self._clock = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []

    def _called(self, event: WorkWaiting) -> None:
        if event.worker in self._workers:
            self._workers[event.worker].wake.set()

    def _look_again(self, _: Gap | TimeRan) -> None:
        for worker in self._workers.values():
            worker.wake.set()

    def start(self) -> None:
        """Begin; every worker soon looks for what an earlier process left, once the pages answer."""
        self._clock.start()
        first = clock.now() + _FIRST_LOOK
        for worker in self._workers.values():
            every = IntervalTrigger(seconds=self._poll_seconds)
            self._clock.add_job(_wake, every, [worker], next_run_time=first)
            self._tasks.append(asyncio.create_task(self._loop(worker), name=worker.name))

    async def stop(self) -> None:
        """Let each finish its round, but not for long: what is cut off stands in rows, and is done after a start."""
        self._stopping = True
        for end in self._ends:
            end()
        self._clock.shutdown(wait=False)
        for worker in self._workers.values():
            worker.wake.set()
        _, slow = await asyncio.wait(self._tasks, timeout=_PATIENCE_SECONDS)
        for task in slow:
            log.warning("worker %s is cut off in its round", task.get_name())
            task.cancel()
        if slow:
            await asyncio.wait(slow, timeout=_PATIENCE_SECONDS)
        await asyncio.gather(*[worker.finish() for worker in self._workers.values() if worker.finish])

    async def _loop(self, worker: Worker) -> None:
        while True:
            await worker.wake.wait()
            worker.wake.clear()
            try:
                while not self._stopping and await worker.run():  # noqa: ASYNC110 - rounds, not waiting
                    await asyncio.sleep(0)
                if not self._stopping:
                    await self._arm(worker)
                    await asyncio.sleep(worker.pause)
            except Exception:
                log.exception("worker %s failed; it goes on in a moment", worker.name)
                await asyncio.sleep(_PAUSE_AFTER_ERROR)
                worker.wake.set()
            if self._stopping:
                return

    async def _arm(self, worker: Worker) -> None:
        due = await worker.next_due() if worker.next_due else None
        if due is not None:
            at = clock.now() + max(due - self._now(), _SHORTEST_WAIT)
            self._clock.add_job(_wake, DateTrigger(at), [worker], id=worker.name, replace_existing=True)


async def _wake(worker: Worker) -> None:
    """A coroutine, so that APScheduler runs it in the loop and not in a thread."""
    worker.wake.set()
