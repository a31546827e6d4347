"""Databases of earlier days, for the tests of migrations."""

import shutil
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from omnidesk.store.migrating import FOLDER


def config(connection: Connection) -> Config:
    """Alembic on a connection."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["connection"] = connection
    return made


def make_older(path: Path, revision: str) -> None:
    """A new SQLite file with the tables of a revision."""
    with create_engine(f"sqlite:///{path}", poolclass=NullPool).begin() as connection:
        command.upgrade(config(connection), revision)


def copy_of(sample: Path, folder: Path) -> str:
    """The URL of a copy of a kept file (`tests/samples/store/….sqlite3`), to be upgraded."""
    return f"sqlite:///{shutil.copy(sample, folder / 'older.sqlite3')}"
