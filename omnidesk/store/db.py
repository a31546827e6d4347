"""Sessions and transactions."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, String, Table, bindparam, literal, select
from sqlalchemy.ext.asyncio import async_sessionmaker
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk import clock
from omnidesk.errors import NotFound
from omnidesk.events import Bus, Event
from omnidesk.store import plain
from omnidesk.store.dialect import DURABLE, make_engines
from omnidesk.store.ids import IdMaker
from omnidesk.store.models import Row, noun_of
from omnidesk.store.plain import table_of as table_of

SomeRow = TypeVar("SomeRow", bound=Row)

Settle = Callable[["Transaction", list[Any]], Awaitable[None]]


class Transaction:
    """A session that writes, the one moment all its rows share, and the events to publish once it is committed.

    It keeps what it hands out and writes it itself: rows from `new`, `add`, `get` and `load` may be changed until the
    end, and what waits is written together, parents first, however many verbs did it. So a batch of messages costs as
    many statements as a single one. The session is for reading and for statements on many rows at once.
    """

    def __init__(self, session: AsyncSession, ids: IdMaker, now: datetime) -> None:
        self.session = session
        self.now = now
        self.events: dict[Event, None] = {}  # in their order, each once
        self._ids = ids
        self._new: dict[str, list[Any]] = defaultdict(list)
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._held: dict[tuple[str, Any], _Held] = {}
        self._updates: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
        self._later: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        self._ends: dict[Settle, dict[int, Any]] = {}

    def new_id(self) -> int:
        """An id for a new row."""
        return self._ids.next(self.now)

    def publish(self, event: Event) -> None:
        """Tell of this once the transaction is committed; the same thing is told once."""
        self.events.setdefault(event)

    def new(self, model: type[SomeRow], **values: Any) -> SomeRow:
        """A new row, inserted with the next flush; it may change until then and after."""
        row = plain.make(model, {"id": self.new_id(), **values})
        self._new[table_of(model).name].append(row)
        return row

    def add(self, row: Row) -> None:
        """The same for an object that was made already."""
        self._new[table_of(type(row)).name].append(row)

    def add_row(self, model: type[Row], values: dict[str, Any]) -> None:
        """Insert these values with the next flush: cheapest where nobody looks at the row any more."""
        self._rows[table_of(model).name].append(values)

    def update_row(self, model: type[Row], row_id: int, values: dict[str, Any]) -> None:
        """Change a row by its id after the next flush's inserts; rows that change the same columns go together."""
        changes = self._updates[table_of(model).name, tuple(sorted(values))]
        changes.append({"this": row_id, **values})

    def later(self, statement: Any, values: dict[str, Any]) -> None:
        """Execute a statement after the next flush's inserts, once with all values that were given for it."""
        self._later[statement].append(values)

    def at_end(self, settle: Settle, item: Any) -> None:
        """Call `settle` once before the commit, with all items (rows with an `id`) that were given for it."""
        self._ends.setdefault(settle, {})[item.id] = item

    async def flush(self) -> None:
        """Write everything that waits, parents before children, then what changed."""
        connection = await self.session.connection()
        for table in _in_order():
            if new := self._new.pop(table.name, None):
                values = [_values(row, table) for row in new]
                await connection.execute(_insert(table), values)
                if len(table.primary_key) == 1:
                    for row, written in zip(new, values, strict=True):
                        self._hold(table, row, written, new=True)
            if rows := self._rows.pop(table.name, None):
                await connection.execute(_insert(table), rows)
        self._note_changes()
        for (name, names), changes in self._updates.items():
            await connection.execute(_update(name, names), changes)
        self._updates.clear()
        for statement, values in self._later.items():
            await connection.execute(statement, values)
        self._later.clear()

    def _note_changes(self) -> None:
        for held in self._held.values():
            changed = held.changes()
            if changed:
                self._updates[held.table.name, tuple(sorted(changed))].append({"this": held.key, **changed})

    async def finish(self) -> None:
        """Settle what verbs left for the end, then write."""
        while self._ends:
            settle = next(iter(self._ends))
            await settle(self, list(self._ends.pop(settle).values()))
        await self.flush()

    async def get(self, model: type[SomeRow], row_id: Any) -> SomeRow:
        """A row by its id, locked until the end of the transaction. Raises NotFound."""
        held = self._held.get((table_of(model).name, row_id))
        if held is not None:
            return held.row  # type: ignore[no-any-return]
        found = await self.load(model, _by_id(model), {"this": row_id})
        if not found:
            raise NotFound(f"There is no {noun_of(model)} {row_id}.")
        return found[0]

    async def load(
        self, model: type[SomeRow], statement: Select[Any], values: dict[str, Any] | None = None
    ) -> list[SomeRow]:
        """The rows that a statement on the model's table gives (see `rows_of`); those known here as they are here.

        Whoever means to change them locks them: `with_for_update(key_share=True)`, which lets others write rows that
        name them. A full lock would make two transactions wait for each other that each hold what the other names.
        """
        table = table_of(model)
        known = len(plain.columns(model))
        found = []
        for record in await (await self.session.connection()).execute(statement, values):
            row = plain.of_record(model, record[:known])
            found.append(self._hold(table, row, dict(row.__dict__)))
        return found

    def altered(self, model: type[SomeRow], row: SomeRow, names: Iterable[str]) -> bool:
        """Whether a row is new here, or one of these columns is not what it was when it was read."""
        table = table_of(model)
        held = self._held.get((table.name, getattr(row, _key_of(table))))
        return held is None or held.new or any(getattr(row, name) != held.first[name] for name in names)

    def before(self, model: type[SomeRow], row: SomeRow) -> dict[str, Any]:
        """The columns of a locked row as they were when it was read; of a new one there are none."""
        table = table_of(model)
        held = self._held.get((table.name, getattr(row, _key_of(table))))
        return {} if held is None or held.new else held.first

    def _hold(self, table: Table, row: SomeRow, written: dict[str, Any], *, new: bool = False) -> SomeRow:
        key = written[_key_of(table)]
        held = self._held.get((table.name, key))
        if held is None:
            held = self._held[table.name, key] = _Held(row, table, key, written, written, new)
        return held.row  # type: ignore[no-any-return]


@dataclass(slots=True)
class _Held:
    """A row of a transaction, and what the store knows of it."""

    row: Any
    table: Table
    key: Any
    first: dict[str, Any]
    written: dict[str, Any]
    new: bool

    def changes(self) -> dict[str, Any]:
        now = _values(self.row, self.table)
        if now == self.written:
            return {}
        changed = {name: value for name, value in now.items() if value != self.written[name]}
        self.written = dict(now)
        return changed


def rows_of(model: type[Row]) -> Select[Any]:
    """All columns of a model, for `Transaction.load`."""
    return select(table_of(model))


def fixed(value: StrEnum) -> ColumnElement[str]:
    """A value that stands in the statement itself: a prepared statement can use an index of just those rows then."""
    return literal(value.value, String(), literal_execute=True)


def _values(row: Any, table: Table) -> dict[str, Any]:
    """A row's columns; an object of the ORM holds more than them."""
    if isinstance(row, plain.Plain):
        return dict(row.__dict__)
    return {column.key: getattr(row, column.key) for column in table.columns}


@cache
def _in_order() -> list[Table]:
    return Row.metadata.sorted_tables


@cache
def _key_of(table: Table) -> str:
    return str(table.primary_key.columns[0].key)


@cache
def _insert(table: Table) -> Any:
    return table.insert()


@cache
def _update(name: str, names: tuple[str, ...]) -> Any:
    table = Row.metadata.tables[name]
    changes: dict[str, Any] = {column: bindparam(column) for column in names}
    return table.update().where(table.c[_key_of(table)] == bindparam("this")).values(changes)


@cache
def _by_id(model: type[Row]) -> Select[Any]:
    table = table_of(model)
    return rows_of(model).where(table.c[_key_of(table)] == bindparam("this")).with_for_update(key_share=True)


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
    async def transaction(self, *, durable: bool = True) -> AsyncIterator[Transaction]:
        """A transaction: committed when the block ends, undone when it raises; its events leave after the commit.

        One that is not `durable` outlives the process like any other, but perhaps not the machine losing its power: its
        commit doesn't wait for the disk. Meant for steps that are found and done again by what is durable already; and
        no later transaction that is durable is ever kept without it.
        """
        async with self._turn, self._write() as session:
            tx = Transaction(session, self.ids, self.now())
            async with session.begin():
                _ = await session.connection(execution_options={DURABLE: durable})
                yield tx
                await tx.finish()
        for event in tx.events:
            self.bus.publish(event)

    async def close(self) -> None:
        """Close all connections."""
        await self.reader.dispose()
        await self.writer.dispose()
