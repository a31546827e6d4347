"""Checkups: whether an inbox's provider takes what we are set to send with, asked beside everything else."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError

from omnidesk.contract.channel import ChannelError
from omnidesk.desk.inboxes import LiveInbox, note_health
from omnidesk.store.db import Database

log = logging.getLogger(__name__)

_PATIENCE = 20.0
_FIRST_WAIT = 5.0
_LONGEST_WAIT = 300.0


class Checkup:
    """Asks the channel of one inbox (`Channel.check`) until it is well; the outcome is the inbox's health."""

    def __init__(self, db: Database, inbox: LiveInbox) -> None:
        self._db = db
        self._inbox = inbox
        self._is_bad = False

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Ask while the context is open; nothing waits for the answer."""
        asking = asyncio.create_task(self._run())
        try:
            yield
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def _run(self) -> None:
        wait = _FIRST_WAIT
        while not await self._is_well():
            await asyncio.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)

    async def _is_well(self) -> bool:
        reason = await self._ask()
        try:
            await self._tell(reason)
        except (SQLAlchemyError, OSError) as error:
            log.warning("the health of inbox %s can't be kept: %s", self._inbox.row.slug, type(error).__name__)
            return False
        return not reason

    async def _ask(self) -> str:
        """Why the channel can't work; empty = it can."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._inbox.channel.check()
        except ChannelError as error:
            return str(error) or "the provider refused, and does not say why"
        except TimeoutError:
            return f"the provider did not answer within {_PATIENCE:.0f} seconds"
        except Exception as error:  # whatever it is, its text may hold an address or a token, and listening goes on
            return f"the check failed: {type(error).__name__}"
        return ""

    async def _tell(self, reason: str) -> None:
        """Keep it, and log it when it turned: without the reason, which may hold the provider's own words."""
        slug, changed = self._inbox.row.slug, await note_health(self._db, self._inbox.row.id, reason)
        if reason and not self._is_bad:
            log.warning("inbox %s fails its check; `omnidesk inbox list` says why", slug)
        elif not reason and changed:
            log.info("inbox %s works again", slug)
        self._is_bad = bool(reason)
