"""Old notices are forgotten: the case itself has all of it."""

from datetime import timedelta

from sqlmodel import col, delete, select

from omnidesk.store.db import Database
from omnidesk.store.ids import first_at
from omnidesk.store.models import Notice

KEPT = timedelta(days=90)
_AT_ONCE = 500


class Forgetting:
    """The worker that deletes notices that are older than KEPT."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self) -> bool:
        """One round; False = nothing was old enough."""
        old = select(Notice.id).where(col(Notice.id) < first_at(self._db.now() - KEPT)).limit(_AT_ONCE)
        async with self._db.session() as session:
            found = list(await session.exec(old))
        if found:
            async with self._db.transaction(durable=False) as tx:
                await tx.session.exec(delete(Notice).where(col(Notice.id).in_(found)))
        return bool(found)
