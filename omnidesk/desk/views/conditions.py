"""Conditions on a case, each said once: as SQL for lists and in Python for what just changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, literal, or_
from sqlmodel import col, select

from omnidesk.store.db import fixed
from omnidesk.store.models import Case, CaseLabel


class Condition(Protocol):
    """Something that is true of some cases."""

    @property
    def sql(self) -> ColumnElement[bool]:
        """As a condition on `cases`."""

    def may_hold(self, case: Any) -> bool:
        """Whether it holds for a case; True also where only the database can tell."""


@dataclass(frozen=True, slots=True)
class Is:
    """A column has one of these values; None among them = also where it is empty."""

    column: str
    values: tuple[Any, ...]

    @property
    def sql(self) -> ColumnElement[bool]:
        """As a condition on `cases`."""
        column, there = col(getattr(Case, self.column)), [_said(value) for value in self.values if value is not None]
        ways = [column == there[0] if len(there) == 1 else column.in_(there)] if there else []
        return or_(*ways, column.is_(None)) if None in self.values else ways[0]

    def may_hold(self, case: Any) -> bool:
        """Whether the case has such a value."""
        return getattr(case, self.column) in self.values


def _said(value: Any) -> Any:
    """Our own words stand in the statement itself, since some indexes hold one shelf only."""
    return fixed(value) if isinstance(value, StrEnum) else value


@dataclass(frozen=True, slots=True)
class Within:
    """A time from `since` to before `until`; a time that is not there is never within."""

    column: str
    since: datetime | None = None
    until: datetime | None = None

    @property
    def sql(self) -> ColumnElement[bool]:
        """As a condition on `cases`."""
        column = col(getattr(Case, self.column))
        ends = [column >= self.since] if self.since else []
        return and_(*ends, *([column < self.until] if self.until else []), column.is_not(None))

    def may_hold(self, case: Any) -> bool:
        """Whether the case's time is within."""
        moment = getattr(case, self.column)
        if moment is None:
            return False
        return not (self.since and moment < self.since) and not (self.until and moment >= self.until)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these conditions holds."""

    ways: tuple[Condition, ...]

    @property
    def sql(self) -> ColumnElement[bool]:
        """As a condition on `cases`."""
        return or_(*(way.sql for way in self.ways))

    def may_hold(self, case: Any) -> bool:
        """Whether one may hold."""
        return any(way.may_hold(case) for way in self.ways)


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these conditions hold."""

    parts: tuple[Condition, ...]

    @property
    def sql(self) -> ColumnElement[bool]:
        """As a condition on `cases`."""
        return and_(*(part.sql for part in self.parts))

    def may_hold(self, case: Any) -> bool:
        """Whether all may hold."""
        return may_hold(self.parts, case)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What other tables say: only the database can tell."""

    sql: ColumnElement[bool]

    def may_hold(self, _case: Any) -> bool:
        """Perhaps."""
        return True


def there(table: Any, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is such a row beside the case.

    It is asked case by case, in the order of the list: as `EXISTS` PostgreSQL would rather read all rows with a common
    value, and sort their cases.
    """
    return select(literal(True)).select_from(table).where(*which).limit(1).scalar_subquery().is_not(None)


def labelled(labels: Sequence[str]) -> ColumnElement[bool]:
    """Whether one of these labels stands on the case."""
    return there(CaseLabel, col(CaseLabel.case_id) == col(Case.id), col(CaseLabel.label).in_(labels))


def may_hold(conditions: Sequence[Condition], case: Any) -> bool:
    """Whether all hold for a case, as far as the case itself tells."""
    return all(condition.may_hold(case) for condition in conditions)
