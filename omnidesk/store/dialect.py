"""What differs between SQLite and PostgreSQL, and nothing else does."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Engine,
    Table,
    bindparam,
    cast,
    event,
    func,
    select,
    text,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from omnidesk.store import sqlite

DURABLE = "durable"
"""The execution option of a connection whose transactions need not outlive a power cut, if it is False."""
_BUSY_MS = 10_000


def async_url(url: str) -> URL:
    """The URL with the driver we use: aiosqlite or asyncpg."""
    parsed = make_url(url)
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
    return parsed.set(drivername=drivers.get(parsed.drivername, parsed.drivername))


def make_engines(url: str) -> tuple[AsyncEngine, AsyncEngine]:
    """The engines to read and to write with; on PostgreSQL they share their connections.

    Each statement read stands for itself, as in PostgreSQL's usual isolation: so nobody pays for BEGIN and ROLLBACK.
    """
    parsed = async_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_reader(parsed), _sqlite_writer(parsed)
    engine = create_async_engine(
        parsed, pool_size=10, max_overflow=10, pool_pre_ping=True, skip_autocommit_rollback=True
    )  # fmt: skip

    @event.listens_for(engine.sync_engine, "begin")
    def started(connection: Connection) -> None:
        if not _is_durable(connection):
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")

    return engine.execution_options(isolation_level="AUTOCOMMIT"), engine


def _is_durable(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(DURABLE, True))


def _sqlite_reader(url: URL) -> AsyncEngine:
    engine = create_async_engine(
        url, pool_size=4, max_overflow=0, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True,
        connect_args={"async_creator_fn": sqlite.connect},
    )  # fmt: skip
    _prepare(engine.sync_engine)
    return engine


def _sqlite_writer(url: URL) -> AsyncEngine:
    connecting = {"async_creator_fn": sqlite.connect}
    engine = create_async_engine(url, pool_size=1, max_overflow=0, connect_args=connecting)
    _prepare(engine.sync_engine)

    @event.listens_for(engine.sync_engine, "begin")
    def started(connection: Connection) -> None:
        wanted = "FULL" if _is_durable(connection) else "NORMAL"
        if connection.info.get("synchronous", "FULL") != wanted:
            connection.exec_driver_sql(f"PRAGMA synchronous={wanted}")
            connection.info["synchronous"] = wanted
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _prepare(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: BEGIN IMMEDIATE has to be the first word, since two
        # transactions that read first and write later can't both be upgraded.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _insert(connection: AsyncConnection) -> Any:
    """The INSERT that knows ON CONFLICT; only the one in use is imported, since a start has little time."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert
    from sqlalchemy.dialects.sqlite import insert

    return insert


async def insert_new(
    connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]], *, key: Sequence[str], give: str
) -> set[Any]:
    """Insert the rows whose `key` is not there yet, in one statement; gives column `give` of those inserted."""
    if not rows:
        return set()
    insert = _insert(connection)
    # The rows go beside the statement, not into it: so it is compiled once, and not for every number of rows.
    statement = insert(table).on_conflict_do_nothing(index_elements=list(key)).returning(table.c[give])
    return set((await connection.execute(statement, list(rows))).scalars())


async def insert_missing(
    connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]], *, key: Sequence[str]
) -> None:
    """Insert the rows whose `key` is not there yet; quicker where nobody asks which those were."""
    if rows:
        statement = _insert(connection)(table).on_conflict_do_nothing(index_elements=list(key))
        await connection.execute(statement, list(rows))


async def take_turns(connection: AsyncConnection, names: Iterable[str]) -> bool:
    """Wait until no other transaction holds any of these names, and hold them until this one ends.

    For what is about to be made and has no row to lock yet. False = nobody else can be writing: SQLite has one writer.
    """
    if connection.dialect.name != "postgresql":
        return False
    digests = (hashlib.blake2b(name.encode(errors="replace"), digest_size=8).digest() for name in names)
    numbers = sorted({int.from_bytes(digest, signed=True) for digest in digests})  # in one order, so that none cross
    await connection.execute(_TURNS, {"numbers": numbers})
    return True


_TURNS = text("SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:numbers AS BIGINT[])) AS number")


async def put(connection: AsyncConnection, table: Table, row: dict[str, Any], *, key: Sequence[str]) -> None:
    """Insert a row, or change the one with the same key."""
    insert = _insert(connection)
    changes = {name: value for name, value in row.items() if name not in key}
    await connection.execute(insert(table).values(row).on_conflict_do_update(index_elements=list(key), set_=changes))


def keep_latest(connection: AsyncConnection, table: Table, *, key: Sequence[str], column: str) -> Any:
    """The statement that inserts a row, or moves a column of the one with the same key forward, never back."""
    insert = _insert(connection)(table)
    given = insert.excluded[column]
    return insert.on_conflict_do_update(
        index_elements=list(key), set_={column: given}, where=table.c[column] < given
    )  # fmt: skip


def among(connection: AsyncConnection, column: Any, ids: Sequence[int]) -> Any:
    """Whether a column holds one of many ids: they go as one value, since thousands of them are slow to write out."""
    if connection.dialect.name == "postgresql":
        return column == func.any(cast(bindparam(None, list(ids)), ARRAY(BigInteger)))
    return column.in_(select(func.json_each(json.dumps(list(ids))).table_valued("value").c.value))


Words = tuple[Sequence[str], bool]
"""Folded words that stand next to each other, and whether the last may be the beginning of another."""
_RECENT = 20_000
"""So many of the newest texts are read one by one on PostgreSQL: a word that half of all have needs no index."""


async def newest_saying(
    connection: AsyncConnection, said: Sequence[Words], not_said: Sequence[Words], *, low: int, high: int, most: int
) -> list[int]:
    """The ids (`low` ≤ id < `high`) of the newest texts with all of these words, at least one, and none of those."""
    if connection.dialect.name != "postgresql":
        wanted = "(" + " AND ".join(map(_phrase, said)) + ")"
        asked = " NOT ".join([wanted, *map(_phrase, not_said)])
        return list((await connection.execute(_INDEX, _bounds(asked, low, high, most))).scalars())
    asked = " & ".join([*map(_lexemes, said), *(f"!({_lexemes(words)})" for words in not_said)])
    recent = (await connection.execute(_NTH, {"high": high, "nth": _RECENT})).scalar() or 0
    found = (await connection.execute(_ONE_BY_ONE, _bounds(asked, max(low, recent), high, most))).scalars().all()
    if len(found) < most and low < recent:
        found = (await connection.execute(_BY_LEXEMES, _bounds(asked, low, high, most))).scalars().all()
    return list(found)


def _bounds(asked: str, low: int, high: int, most: int) -> dict[str, object]:
    return {"asked": asked, "low": low, "high": high, "most": most}


_INDEX = text(
    "SELECT rowid FROM search_index WHERE search_index MATCH :asked AND rowid >= :low AND rowid < :high "
    "ORDER BY rowid DESC LIMIT :most"
)
_NTH = text("SELECT id FROM search_texts WHERE id < :high ORDER BY id DESC OFFSET :nth LIMIT 1")
_ONE_BY_ONE = text(
    "SELECT id FROM search_texts WHERE lexemes @@ to_tsquery('simple', CAST(:asked AS TEXT)) "
    "AND id >= :low AND id < :high ORDER BY id DESC LIMIT :most"
)
# Materialized, or the planner would rather look for a rare word in every text, the newest first.
_BY_LEXEMES = text(
    "WITH found AS MATERIALIZED "
    "(SELECT id FROM search_texts WHERE lexemes @@ to_tsquery('simple', CAST(:asked AS TEXT))) "
    "SELECT id FROM found WHERE id >= :low AND id < :high ORDER BY id DESC LIMIT :most"
)


def _lexemes(words: Words) -> str:
    return " <-> ".join(words[0]) + (":*" if words[1] else "")


def _phrase(words: Words) -> str:
    return '"' + " ".join(words[0]) + '"' + ("*" if words[1] else "")
