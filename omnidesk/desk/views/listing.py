"""Lists, page by page: each view and sort has an index that serves exactly its order.

What no index serves is looked for in a stretch of the list, so a page never costs more than that, and who scrolls on
looks on: a page may be short, even empty, and have a next one.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, tuple_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, visible
from omnidesk.desk.views import words
from omnidesk.desk.views.conditions import Condition, Is
from omnidesk.desk.views.filters import Reader
from omnidesk.desk.views.named import NEWEST, Asked, View, view_of
from omnidesk.desk.views.rows import LISTED, ListedCase, read
from omnidesk.errors import Invalid
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Case

STRETCH = 5_000
"""So many cases a page looks at, where no index serves a filter."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"(r?)(-?[0-9]{1,17}):([0-9]{1,19})")


class Order(NamedTuple):
    """An order by a time and the id; `first`: the cases that it holds, where not all."""

    column: str
    newest_first: bool
    first: ColumnElement[bool] | None = None


def _soonest(column: str) -> tuple[Order, ...]:
    """The soonest first; then those without such a time, the newest first."""
    there = col(getattr(Case, column))
    return Order(column, False, there.is_not(None)), Order("last_at", True, there.is_(None))


_ORDERS: dict[str, tuple[Order, ...]] = {
    NEWEST: (Order("last_at", True),),
    "waiting": _soonest("waits_since"),
    "due": _soonest("due_at"),
    "risk": (Order("at_risk_at", False),),
}
SORTED_BY = {name: orders[0].column for name, orders in _ORDERS.items()}
"""Each sort with the column that it goes by."""


class _Place(NamedTuple):
    """Where a page begins: in which of the sort's orders, after which case."""

    order: int
    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases of a view in their order, and the cursor of what follows."""

    cases: list[ListedCase]
    next: str | None


async def list_cases(
    session: AsyncSession, reader: Reader, asked: Asked, *, cursor: str | None = None, limit: int = 50
) -> CasePage:
    """The cases that are asked for, as far as the reader may see them.

    Raises NotFound for an unknown view, Invalid for a bad cursor or a sort that the view doesn't have.
    """
    view = view_of(asked, reader)
    orders = _ORDERS[sort_of(view, asked)]
    extra = await words.conditions(session, reader.viewer, asked.filter)
    list_ = _List(session, reader, view, extra)
    place = _place(cursor, len(orders)) if cursor else None
    cases: list[ListedCase] = []
    for index in range(place.order if place else 0, len(orders)):
        after = place if place and place.order == index else None
        found, place = await list_.page(index, orders[index], after, limit - len(cases))
        cases += found
        if place is None and len(cases) == limit and index + 1 < len(orders):
            place = _Place(index + 1, datetime.max.replace(tzinfo=UTC, year=2999), MAX_ID)
        if place:
            break
    return CasePage(cases, _cursor(place) if place else None)


def sort_of(view: View, asked: Asked) -> str:
    """The sort that is asked for, or the view's own. Raises Invalid for one that the view doesn't have."""
    if asked.sort is not None and asked.sort not in _ORDERS:
        raise Invalid("This list can't be sorted so.", code="wrong_sort", fields={"sort": "invalid"})
    return asked.sort if asked.sort in view.sorts else view.sorts[0]


@dataclass(frozen=True, slots=True)
class _List:
    session: AsyncSession
    reader: Reader
    view: View
    extra: tuple[Condition, ...]

    async def page(
        self, index: int, order: Order, after: _Place | None, limit: int
    ) -> tuple[list[ListedCase], _Place | None]:
        """Cases in one of the orders, and where to go on."""
        end = await self._end(index, order, after) if self.view.wanted and not self.extra else None
        cases = [case for held in self._held(order, after) for case in await self._read(held, order, end, limit)]
        cases.sort(key=lambda case: (getattr(case, order.column), case.id), reverse=order.newest_first)
        if len(cases) <= limit:
            return cases, end
        last = cases[limit - 1]
        return cases[:limit], _Place(index, getattr(last, order.column), last.id)

    def _held(self, order: Order, after: _Place | None) -> Iterator[list[ColumnElement[bool]]]:
        """What an index serves, shelf by shelf."""
        own = [condition.sql for condition in self.view.held]
        own += [order.first] if order.first is not None else []
        own += [_beyond(order, after)] if after else []
        for shelf in self.view.shelves:
            yield [Is("shelf", (shelf,)).sql, *own]
        if not self.view.shelves:
            yield own

    async def _read(
        self, held: list[ColumnElement[bool]], order: Order, end: _Place | None, limit: int
    ) -> list[ListedCase]:
        wanted = [one.sql for one in (*self.view.wanted, *self.extra)]
        statement = LISTED.where(*held, *wanted, visible(self.reader.viewer)).order_by(*_by(order)).limit(limit + 1)
        if end:
            statement = statement.where(~_beyond(order, end))
        return await read(self.session, statement)

    async def _end(self, index: int, order: Order, after: _Place | None) -> _Place | None:
        """Where the stretch ends that a page looks at; None = with the list."""
        ends = []
        for held in self._held(order, after):
            key = sqlalchemy.select(col(getattr(Case, order.column)), col(Case.id)).where(*held)
            nth = key.order_by(*_by(order)).offset(STRETCH - 1).limit(1)
            ends += [tuple(row) for row in await (await self.session.connection()).execute(nth)]
        if not ends:
            return None
        return _Place(index, *(max(ends) if order.newest_first else min(ends)))


def _by(order: Order) -> tuple[Any, ...]:
    columns = (col(getattr(Case, order.column)), col(Case.id))
    return tuple(column.desc() for column in columns) if order.newest_first else columns


def _beyond(order: Order, place: _Place) -> ColumnElement[bool]:
    key, at = tuple_(col(getattr(Case, order.column)), col(Case.id)), tuple_(place.at, place.id)
    return key < at if order.newest_first else key > at


def _cursor(place: _Place) -> str:
    micros = (place.at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{'r' if place.order else ''}{micros}:{place.id}".encode()).decode()


def _place(cursor: str, orders: int) -> _Place:
    try:
        match = _CURSOR.fullmatch(base64.urlsafe_b64decode(cursor).decode())
        if not match or not 0 < int(match[3]) <= MAX_ID or (match[1] and orders == 1):
            raise ValueError(f"{cursor} names no place")
        return _Place(int(bool(match[1])), _EPOCH + timedelta(microseconds=int(match[2])), int(match[3]))
    except (ValueError, binascii.Error, OverflowError) as error:
        raise Invalid(
            "This cursor is not one of ours; start again without it.", fields={"cursor": "invalid"}
        ) from error


async def conditions(session: AsyncSession, viewer: Viewer, asked: Asked, view: View) -> list[ColumnElement[bool]]:
    """All that a case must be to stand in a list."""
    return [one.sql for one in (*view.conditions, *await words.conditions(session, viewer, asked.filter))]
