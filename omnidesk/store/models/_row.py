"""What every table has in common."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Integer, MetaData, String, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class Row(SQLModel):
    """Base of all tables; constraint names are fixed, since migrations need them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Utc(TypeDecorator[datetime]):
    """An aware time, kept as UTC; SQLite stores it as text whose order is the order of time.

    A message has twenty of them: so they are turned to text and back by `datetime` itself, which is quickest.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Refuse naive times."""
        return _to_text if dialect.name == "sqlite" else _aware

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Give back an aware time."""
        return _from_text if dialect.name == "sqlite" else None


def _aware(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError(f"a time without a zone: {value}")
    return value


def _to_text(value: datetime | None) -> str | None:
    if value is None or _aware(value) is None:
        return None
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


# SQLite makes only INTEGER PRIMARY KEY the row's own address.
BIG: Any = BigInteger().with_variant(Integer(), "sqlite")
# As SQLite compares: then an index serves a range of prefixes.
BY_CODE_POINT: Any = String().with_variant(String(collation="C"), "postgresql")


def key() -> Any:
    """The primary key: an id that the store's IdMaker made."""
    return Field(primary_key=True, sa_type=BIG, sa_column_kwargs={"autoincrement": False})


def link(target: str, *, index: bool = False, primary_key: bool = False, default: Any = ...) -> Any:
    """A foreign key to `table.column`."""
    return Field(
        default=default,
        primary_key=primary_key,
        index=index,
        sa_type=BIG,
        sa_column_args=[ForeignKey(target)],
        sa_column_kwargs={"autoincrement": False},
    )


def maybe_link(target: str, *, index: bool = False) -> Any:
    """A foreign key that may be absent."""
    return link(target, index=index, default=None)


def partial(name: str, *columns: str, where: str) -> Index:
    """An index of some rows. `where`: as the queries say it (see `store.db.fixed`), or the name of a boolean column.

    SQLite takes the index only where a query repeats the very condition, and its queries say `flag = 1`.
    """
    flag = "" if " " in where else " = 1"
    return Index(name, *columns, sqlite_where=text(where + flag), postgresql_where=text(where))


def big(default: Any = 0) -> Any:
    """A 63-bit number."""
    return Field(default=default, sa_type=BIG)


def moment() -> Any:
    """A time that must be there."""
    return Field(sa_type=Utc)


def maybe_moment() -> Any:
    """A time that may be absent."""
    return Field(default=None, sa_type=Utc)
