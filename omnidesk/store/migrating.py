"""Bringing the tables to the newest form. Alembic is imported only where there is something to do."""

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from omnidesk.store.dialect import async_url

FOLDER = Path(__file__).parent / "migrations"


def head() -> str:
    """The newest revision: files are numbered `0001_….py`."""
    return max(path.name[:4] for path in (FOLDER / "versions").glob("*.py") if re.match(r"\d{4}_", path.name))


async def revision(engine: AsyncEngine) -> str | None:
    """The revision a database is at; None = empty."""
    async with engine.connect() as connection:
        return await connection.run_sync(_revision)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


async def upgrade(url: str) -> bool:
    """Upgrade a database to head; False = it was there already. A failed upgrade changes nothing."""
    parsed = async_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # Without foreign keys: on SQLite a table is changed by making it anew, which must not delete its children.
    engine = create_async_engine(parsed, poolclass=NullPool)
    try:
        if await revision(engine) == head():
            return False
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
            await connection.commit()
        return True
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    # Two processes that start together: the second waits, and finds it done. On SQLite this is also what makes the
    # upgrade one transaction, since the driver begins none for CREATE TABLE.
    postgresql = connection.dialect.name == "postgresql"
    connection.execute(text("SELECT pg_advisory_xact_lock(7241102)" if postgresql else "BEGIN IMMEDIATE"))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
