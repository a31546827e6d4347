"""Memories: what a channel keeps between two starts (`omnidesk.contract.channel.Memory`)."""

from collections.abc import Mapping, Sequence

from sqlmodel import col, delete, select

from omnidesk.errors import Invalid
from omnidesk.store import dialect
from omnidesk.store.db import Database, table_of
from omnidesk.store.keys import Keys
from omnidesk.store.models import Memory

_LONGEST = 64 * 1024


class InboxMemory:
    """The memory of one inbox."""

    def __init__(self, db: Database, keys: Keys, inbox_id: int) -> None:
        self._db = db
        self._keys = keys
        self._inbox_id = inbox_id

    async def get(self, name: str) -> str | None:
        """What was kept under this name, or None."""
        async with self._db.session() as session:
            kept = await session.get(Memory, (self._inbox_id, name))
        return str(self._keys.decrypt(kept.value)["text"]) if kept else None

    async def put(self, name: str, value: str) -> None:
        """Keep a text; durable when it returns. Raises Invalid when it is larger than 64 KB."""
        if len(value) > _LONGEST:
            raise Invalid(f"{name}: a channel keeps texts of at most {_LONGEST} characters, and this has {len(value)}")
        row = {"inbox_id": self._inbox_id, "name": name, "value": self._keys.encrypt({"text": value})}
        async with self._db.transaction() as tx:
            kept = {**row, "updated_at": tx.now}
            await dialect.put(await tx.session.connection(), table_of(Memory), kept, key=["inbox_id", "name"])

    async def names(self, prefix: str) -> Sequence[str]:
        """The names that begin so, in order."""
        these = (Memory.inbox_id == self._inbox_id, col(Memory.name).startswith(prefix, autoescape=True))
        async with self._db.session() as session:
            return list(await session.exec(select(Memory.name).where(*these).order_by(col(Memory.name))))

    async def all(self, prefix: str) -> Mapping[str, str]:
        """What is kept under names that begin so, in their order."""
        these = (Memory.inbox_id == self._inbox_id, col(Memory.name).startswith(prefix, autoescape=True))
        async with self._db.session() as session:
            rows = list(await session.exec(select(Memory).where(*these).order_by(col(Memory.name))))
        return {row.name: str(self._keys.decrypt(row.value)["text"]) for row in rows}

    async def drop(self, names: Sequence[str]) -> None:
        """Forget these."""
        these = (col(Memory.inbox_id) == self._inbox_id, col(Memory.name).in_(names))
        async with self._db.transaction() as tx:
            await tx.session.exec(delete(Memory).where(*these))
