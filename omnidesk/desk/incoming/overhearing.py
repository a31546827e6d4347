"""Overhearing: what other processes on the same SQLite file said to people.

They share no nudges with this one, so what is new is looked up now and then, once for all chats that are open here.
"""

import asyncio
import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from omnidesk.events import TranscriptChanged
from omnidesk.store.db import Database
from omnidesk.store.ids import first_at, worker_of
from omnidesk.store.models import Interaction

log = logging.getLogger(__name__)

EVERY_SECONDS = 15.0
_SLACK = timedelta(seconds=EVERY_SECONDS)
"""An id is made a moment before its row is committed."""


class Overhearing:
    """Tells the chats of this process what was said to them by another one."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        since = self._db.now()
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                since = await self.look(since - _SLACK)
            except (SQLAlchemyError, OSError) as error:
                log.warning("what other processes said could not be looked up: %s", error)

    async def look(self, since: datetime) -> datetime:
        """Tell of what others said since then; gives until when that was looked up."""
        now = self._db.now()
        theirs = select(Interaction.contact_point_id).where(
            col(Interaction.id) >= first_at(since),
            worker_of(col(Interaction.id)) != self._db.ids.worker,
            col(Interaction.contact_point_id).is_not(None),
        )
        async with self._db.session() as session:
            points = list(await session.exec(theirs.distinct()))
        for point_id in points:
            if point_id is not None:
                self._db.bus.deliver(TranscriptChanged(point_id))
        return now
