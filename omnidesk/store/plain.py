"""Plain rows: the attributes of a model without the ORM around them.

Loading, making and changing an object of the ORM takes a tenth of a millisecond each; a message touches ten rows. A
transaction hands out rows of this kind instead and writes what changed in them by itself (`omnidesk.store.db`).
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Table

from omnidesk.store.models import Row

SomeRow = TypeVar("SomeRow", bound=Row)


class Plain:
    """A row: its attributes are the columns of its table."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.__dict__})"


def make(model: type[SomeRow], values: Mapping[str, Any]) -> SomeRow:
    """A new row: the model's defaults, then these values."""
    kind, fixed, made = _parts(model)
    row = kind(fixed)
    for name, default in made.items():
        row.__dict__[name] = default()
    row.__dict__.update(values)
    return cast(SomeRow, row)


def of_record(model: type[SomeRow], record: Any) -> SomeRow:
    """A row as it was read: all columns in the order of the table."""
    return cast(SomeRow, _parts(model)[0](zip(columns(model), record, strict=True)))  # type: ignore[arg-type]


@cache
def columns(model: type[Row]) -> tuple[str, ...]:
    """The names of a model's columns."""
    return tuple(column.key for column in table_of(model).columns)


@cache
def _parts(model: type[Row]) -> tuple[type[Plain], dict[str, Any], dict[str, Callable[[], Any]]]:
    """The class of a model's plain rows, its fixed defaults, and those that are made for each row."""
    fields = model.model_fields
    made = {name: field.default_factory for name, field in fields.items() if field.default_factory is not None}
    fixed = {name: field.default for name, field in fields.items() if name not in made and not field.is_required()}
    return type(model.__name__, (Plain,), {}), fixed, cast(dict[str, Callable[[], Any]], made)


def table_of(model: type[Row]) -> Table:
    """The table behind a model, for statements on many rows."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
