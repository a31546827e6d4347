"""Listening: each inbox listens in one process, and is taken up anew when its row changes."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from omnidesk.contract.channel import ChannelError, Desk
from omnidesk.desk.inboxes import Inboxes, LiveInbox, note_health
from omnidesk.desk.incoming.checkups import Checkup
from omnidesk.store.db import Database
from omnidesk.store.leases import RENEW_SECONDS, Leases

log = logging.getLogger(__name__)

_LONGEST_WAIT = 300.0
_LOOK_SECONDS = 10.0
_FIRST_SECONDS = 1.0


class Listeners:
    """The inboxes of this process: their rows are looked at now and then, and those that are enabled listen.

    `listens`: whether this process listens at all, or only serves the inboxes' routes.
    """

    def __init__(
        self, inboxes: Inboxes, leases: Leases, reception: Callable[[LiveInbox], Desk], *, listens: bool
    ) -> None:
        self._inboxes = inboxes
        self._leases = leases
        self._reception = reception
        self._listens = listens
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._following: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; returns when all that listen quickly do."""
        started = [self._listen(inbox) for inbox in self._inboxes.all()]
        first = [asyncio.create_task(listener.ready.wait()) for listener in started if listener is not None]
        if first:
            _, late = await asyncio.wait(first, timeout=_FIRST_SECONDS)
            for waiting in late:
                waiting.cancel()
        self._following = asyncio.create_task(self._follow())

    def _listen(self, inbox: LiveInbox) -> "Listener | None":
        if not (self._listens and inbox.row.enabled):
            return None
        listener = Listener(self._inboxes.database, self._leases, inbox, self._reception(inbox))
        self._tasks[inbox.row.id] = asyncio.create_task(listener.run())
        return listener

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("the inboxes can't be looked at: %s", error)

    async def look(self) -> None:
        """Take up what changed: the old one ends first, since the new one may want its port."""
        replaced = await self._inboxes.refresh()
        for old in replaced:
            await self._end(old.row.id)
            await old.channel.close()
        for inbox in self._inboxes.all():
            if inbox.row.id not in self._tasks and self._listen(inbox):
                log.info("inbox %s is taken up as it is now", inbox.row.slug)

    async def _end(self, inbox_id: int) -> None:
        task = self._tasks.pop(inbox_id, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def stop(self) -> None:
        """End listening, and close what channels have open: before the server waits for open connections."""
        if self._following is not None:
            self._following.cancel()
        for inbox_id in list(self._tasks):
            self._tasks[inbox_id].cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        for inbox in self._inboxes.all():
            await inbox.channel.close()


class Listener:
    """Keeps one inbox listening while this process holds its lease, whatever breaks."""

    def __init__(self, db: Database, leases: Leases, inbox: LiveInbox, desk: Desk) -> None:
        self._db = db
        self._leases = leases
        self._inbox = inbox
        self._desk = desk
        self._checkup = Checkup(db, inbox)
        self.ready = asyncio.Event()
        """Set when the first attempt is over, well or not."""

    async def run(self) -> None:
        """Listen until cancelled; after a failure again, with pauses that grow until it went well for long."""
        wait = _FIRST_SECONDS
        while True:
            began = monotonic()
            try:
                await self._listen_or_rest()
            except (ChannelError, OSError) as error:
                reason = str(error)
            except Exception as error:
                log.exception("inbox %s stopped listening", self._inbox.row.slug)
                reason = repr(error)
            else:
                continue
            if monotonic() - began > _LONGEST_WAIT:
                wait = _FIRST_SECONDS
            await self._failed(reason, wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _listen_or_rest(self) -> None:
        """Listen while the lease is ours; else wait until it may be."""
        lease = f"listener:{self._inbox.row.id}"
        if await self._leases.claim(lease):
            await self._listen(lease)
        else:
            self.ready.set()
            await asyncio.sleep(RENEW_SECONDS)

    async def _listen(self, lease: str) -> None:
        """Listen while the lease is ours; that the inbox is well, its checkup says."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._inbox.channel.listen(self._desk))
            await stack.enter_async_context(self._checkup.beside())
            self.ready.set()
            while await self._leases.claim(lease):  # noqa: ASYNC110 - a lease is looked after by the clock
                await asyncio.sleep(RENEW_SECONDS)

    async def _failed(self, reason: str, wait: float) -> None:
        log.warning("inbox %s can't listen: %s; trying again in %.0f s", self._inbox.row.slug, reason, wait)
        try:
            await note_health(self._db, self._inbox.row.id, reason)
        except (SQLAlchemyError, OSError) as error:  # the store itself may be what is away
            log.warning("the health of inbox %s can't be kept: %s", self._inbox.row.slug, type(error).__name__)
        self.ready.set()
        await asyncio.sleep(wait)
