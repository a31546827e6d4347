"""The driver of SQLite, with one hand-over a statement.

A connection lives in a thread of its own, and handing work over to it and back takes longer than most statements.
aiosqlite hands over four times for one: make a cursor, execute, fetch, close. Here a statement is executed and its rows
are fetched in one go; SQLAlchemy keeps them in memory in either case.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import aiosqlite

_Execute = Callable[[str, Any], sqlite3.Cursor]


def connect(path: str, **options: Any) -> "Connection":
    """A connection, to be awaited."""
    connection = Connection(lambda: sqlite3.connect(path, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does with those that it makes
    return connection


class Connection(aiosqlite.Connection):
    """Hands out cursors that hand over once."""

    def cursor(self) -> "Cursor":  # type: ignore[override]
        """A cursor; nothing happens yet."""
        return Cursor(self)

    async def rollback(self) -> None:
        """Undo the transaction, where there is one."""
        if self.in_transaction:
            await super().rollback()


class Cursor:
    """What SQLAlchemy needs of a cursor."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Execute a statement and fetch its rows."""
        await self._hand_over(self._connection._conn.execute, statement, values)

    async def executemany(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        """Execute a statement once for each of the values."""
        await self._hand_over(self._connection._conn.executemany, statement, values)

    async def _hand_over(self, execute: _Execute, statement: str, values: Any) -> None:
        await self._connection._execute(self._run, execute, statement, values)  # type: ignore[no-untyped-call]

    def _run(self, execute: _Execute, statement: str, values: Any) -> None:
        """In the thread of the connection."""
        cursor = execute(statement, values)
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        if self.description:
            self._rows = cursor.fetchall()
        cursor.close()

    async def fetchall(self) -> list[Any]:
        """The rows of the statement, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open."""
