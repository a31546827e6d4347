"""Sessions and transactions."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk import clock
from omnidesk.errors import NotFound
from omnidesk.events import Bus, Event
from omnidesk.store.dialect import make_engines
from omnidesk.store.ids import IdMaker
from omnidesk.store.models import Row

SomeRow = TypeVar("SomeRow", bound=Row)


def table_of(model: type[Row]) -> Table:
    """The table behind a model, for statements on many rows."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


Settle = Callable[["Transaction", list[Any]], Awaitable[None]]


class Transaction:
    """A session that writes, the one moment all its rows share, and the events to publish once it is committed.

    New rows wait and are inserted together, parents first, however many verbs added them: a batch of messages costs
    as many statements as a single one.
    """

    def __init__(self, session: AsyncSession, ids: IdMaker, now: datetime) -> None:
        self.session = session
        self.now = now
        self.events: dict[Event, None] = {}  # in their order, each once
        self._ids = ids
        self._objects: dict[str, list[Row]] = defaultdict(list)
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._updates: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
        self._ends: dict[Settle, dict[int, Any]] = {}

    def new_id(self) -> int:
        """An id for a new row."""
        return self._ids.next(self.now)

    def publish(self, event: Event) -> None:
        """Tell of this once the transaction is committed; the same thing is told once."""
        self.events.setdefault(event)

    def add(self, row: Row) -> None:
        """Insert this object with the next flush; it may change until then and after."""
        self._objects[table_of(type(row)).name].append(row)

    def add_row(self, model: type[Row], values: dict[str, Any]) -> None:
        """Insert these values with the next flush; cheaper than an object."""
        self._rows[table_of(model).name].append(values)

    def update_row(self, model: type[Row], row_id: int, values: dict[str, Any]) -> None:
        """Change a row by its id after the next flush's inserts; rows that change the same columns go together."""
        changes = self._updates[table_of(model).name, tuple(sorted(values))]
        changes.append({"this": row_id, **values})

    def at_end(self, settle: Settle, item: Any) -> None:
        """Call `settle` once before the commit, with all items (rows with an `id`) that were given for it."""
        self._ends.setdefault(settle, {})[item.id] = item

    async def flush(self) -> None:
        """Write everything that waits, parents before children."""
        for table in Row.metadata.sorted_tables:
            if objects := self._objects.pop(table.name, None):
                self.session.add_all(objects)
                await self.session.flush()
            if rows := self._rows.pop(table.name, None):
                await (await self.session.connection()).execute(table.insert(), rows)
        for (name, _), changes in self._updates.items():
            table = Row.metadata.tables[name]
            this = table.update().where(table.c.id == bindparam("this"))
            await (await self.session.connection()).execute(this, changes)
        self._updates.clear()

    async def finish(self) -> None:
        """Settle what verbs left for the end, then write."""
        while self._ends:
            settle = next(iter(self._ends))
            await settle(self, list(self._ends.pop(settle).values()))
        await self.flush()

    async def get(self, model: type[SomeRow], row_id: Any) -> SomeRow:
        """A row by its key, locked until the end of the transaction. Raises NotFound."""
        row = await self.session.get(model, row_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound(f"There is no {model.__name__} {row_id}.")
        return row


class Database:
    """The store of one process. SQLite has one writing connection, handed on fairly."""

    def __init__(self, url: str, *, bus: Bus | None = None, clock: clock.Clock = clock.now, worker: int = 0) -> None:
        self.url = url
        self.bus = bus or Bus()
        self.now = clock
        self.ids = IdMaker(worker)
        self.reader, self.writer = make_engines(url)
        self.is_sqlite = self.reader.dialect.name == "sqlite"
        self._read = async_sessionmaker(self.reader, class_=AsyncSession, expire_on_commit=False)
        self._write = async_sessionmaker(self.writer, class_=AsyncSession, expire_on_commit=False)
        self._turn = asyncio.Lock() if self.is_sqlite else nullcontext()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session to read with; what it wrote would be lost."""
        async with self._read() as session:
            yield session

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction: committed when the block ends, undone when it raises; its events leave after the commit."""
        async with self._turn, self._write() as session:
            tx = Transaction(session, self.ids, self.now())
            async with session.begin():
                yield tx
                await tx.finish()
        for event in tx.events:
            self.bus.publish(event)

    async def close(self) -> None:
        """Close all connections."""
        await self.reader.dispose()
        await self.writer.dispose()
