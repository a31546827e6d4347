"""What every table has in common."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Integer, MetaData
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
    """An aware time, kept as UTC; SQLite stores it as text whose order is the order of time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite takes no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware time."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


# SQLite makes only INTEGER PRIMARY KEY the row's own address.
BIG: Any = BigInteger().with_variant(Integer(), "sqlite")


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


def big(default: Any = 0) -> Any:
    """A 63-bit number."""
    return Field(default=default, sa_type=BIG)


def moment() -> Any:
    """A time that must be there."""
    return Field(sa_type=Utc)


def maybe_moment() -> Any:
    """A time that may be absent."""
    return Field(default=None, sa_type=Utc)
