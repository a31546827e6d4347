"""Making many cases of a few: their rows are copied in the database itself, each copy some minutes older.

A copy is what the real code would have written then: its ids tell its times, its words and numbers are its own. So an
hour of intake takes seconds, and what pages read (shelves, timers, search texts, the log) is there in full.
"""

import asyncio
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import col, select

from omnidesk.desk.search.indexing import Indexing, wait
from omnidesk.store.dialect import async_url
from omnidesk.store.ids import WORKERS, first_at
from omnidesk.store.models import Contact, Row
from omnidesk.store.models._row import Utc
from tests.bench import village
from tests.office import Office

VARIANTS = 150
"""A word of the village becomes so many: then there are as many words as a language has."""
_APART = 300
"""Seconds between two copies."""
_PART = 500
_TABLES = (
    "contacts", "contact_points", "contact_words", "cases", "case_labels", "case_field_values", "interactions",
    "search_texts", "sla_timers", "sla_segments", "deliveries",
)  # fmt: skip
_IN = ", ".join(f"'{table}'" for table in _TABLES)
_INDEXES = {
    "sqlite": f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({_IN})",
    "postgresql": f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({_IN}) "
                  "AND indexname NOT IN (SELECT conname FROM pg_constraint)",
}  # fmt: skip
_BEFORE = {
    "sqlite": ("PRAGMA synchronous=OFF", "PRAGMA cache_size=-200000"),
    "postgresql": ("SET session_replication_role = replica", "SET synchronous_commit = off",
                   "SET maintenance_work_mem = '1GB'"),
}  # fmt: skip
_AFTER = {
    "sqlite": ("PRAGMA wal_checkpoint(TRUNCATE)",),
    "postgresql": tuple(f"VACUUM ANALYZE {table}" for table in _TABLES),  # as it does by itself, sooner or later
}
_COPIES = "WITH RECURSIVE c(k) AS (SELECT {last} UNION ALL SELECT k - 1 FROM c WHERE k > {first}) "
_EARLIER = {
    "sqlite": f"strftime('%Y-%m-%d %H:%M:%f000', {{own}}, '-' || (c.k * {_APART}) || ' seconds')",
    "postgresql": f"{{own}} - c.k * INTERVAL '{_APART} seconds'",
}
_SETTLE = (
    "UPDATE counters SET value = (SELECT max(number) FROM cases) WHERE name = 'case'",
    "UPDATE agents SET load = (SELECT count(*) FROM cases WHERE assignee_id = agents.id AND shelf <> 'done')",
)

Execute = Callable[[str], Awaitable[Sequence[Sequence[Any]]]]


async def fill(desk: Office, cases: int) -> None:
    """A desk that has this many cases, a multiple of `village.CASES`; few of them are recent."""
    await village.build(desk)
    kind = "sqlite" if desk.database.is_sqlite else "postgresql"
    now = desk.database.now()
    lived = first_at(now + 2 * village.BEGAN), first_at(now + village.ENDED / 2)
    async with _connected(desk.database.url) as execute:
        for statement in _BEFORE[kind]:
            await execute(statement)
        indexes = await execute(_INDEXES[kind])
        for name, _ in indexes:
            await execute(f'DROP INDEX "{name}"')
        statements = [await _statement(execute, kind, table, lived) for table in _TABLES]
        await _copy(execute, statements, cases // village.CASES - 1, f"{kind}, {cases:,} cases")
        for statement in (*(made for _, made in indexes), *_SETTLE, *_AFTER[kind]):
            await execute(statement)
    await _spell(desk)


async def _copy(execute: Execute, statements: Sequence[str], copies: int, what: str) -> None:
    started = time.perf_counter()
    for last in range(copies, 0, -_PART):  # the oldest first, as it would have been
        first = max(1, last - _PART + 1)
        for statement in statements:
            await execute(_COPIES.format(first=first, last=last) + statement)
        made, spent = (copies - first + 1) * village.CASES, time.perf_counter() - started
        sys.stderr.write(f"\r{what}: {made:,} filled in, {spent:.0f} s ")
    sys.stderr.write("\n")


async def _statement(execute: Execute, kind: str, name: str, lived: tuple[int, int]) -> str:
    """INSERT … SELECT: the rows of the village, which are all that the table holds now, as each copy has them."""
    table = Row.metadata.tables[name]
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    await execute(f"CREATE TEMPORARY TABLE seed_{name} AS SELECT {names} FROM {name}")
    values = []
    for column in table.columns:
        text = f'CAST(s."{column.name}" AS TEXT)'
        marks = " OR ".join(f"{text} LIKE '%{mark}%'" for mark in (village.WORD, village.NUMBER))
        marked = bool(await execute(f"SELECT 1 FROM seed_{name} s WHERE {marks} LIMIT 1"))
        values.append(_value(kind, column, lived, marked=marked))
    return f"INSERT INTO {name} ({names}) SELECT {', '.join(values)} FROM c CROSS JOIN seed_{name} s"


def _value(kind: str, column: Column[Any], lived: tuple[int, int], *, marked: bool) -> str:
    own = f's."{column.name}"'
    if isinstance(column.type, Utc):
        return _EARLIER[kind].format(own=own)
    if isinstance(column.type, BigInteger):
        # ids of what lived in the village, not those of teams and agents; copies seem to be of other processes
        earlier = f"{own} - c.k * {_APART * 1000 << 22} + (c.k % {WORKERS - 1} + 1) * 4096"
        return f"CASE WHEN {own} BETWEEN {lived[0]} AND {lived[1]} THEN {earlier} ELSE {own} END"
    if column.name == "number":
        return f"{own} + c.k * {village.CASES}"
    if not marked:
        return own
    word = f"replace(CAST({own} AS TEXT), '{village.WORD}', 'q' || (c.k % {VARIANTS}) || 'x')"
    text = f"replace({word}, '{village.NUMBER}', 'n' || c.k || 'n')"
    return f"CAST({text} AS JSON)" if kind == "postgresql" and isinstance(column.type, JSON) else text


async def _spell(desk: Office) -> None:
    """The spellings of all names there are, by the worker that makes them."""
    names = select(Contact.id).order_by(col(Contact.id).desc()).limit(VARIANTS * village.CASES)
    async with desk.database.transaction(durable=False) as tx:
        for contact_id in list(await tx.session.exec(names)):
            wait(tx, contact_id)
    while await Indexing(desk.database).run():
        pass


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Execute]:
    """A connection of the plain driver."""
    if url.startswith("sqlite"):
        plain = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
        yield lambda statement: asyncio.to_thread(lambda: plain.execute(statement).fetchall())
        plain.close()
    else:
        parsed = async_url(url)
        connection = await asyncpg.connect(host=parsed.query["host"], user=parsed.username, database=parsed.database)
        yield connection.fetch
        await connection.close()
