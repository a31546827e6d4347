"""Counting: how many cases lists hold, all in one statement, and never more than a stretch of each."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, func
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, visible
from omnidesk.desk.views.filters import Reader
from omnidesk.desk.views.named import Asked, View, view_of
from omnidesk.store.models import Case, Shelf

CAP = 1000
"""Counts stop here: 999+."""
_COUNTED = (Shelf.OPEN, Shelf.SNOOZED, Shelf.BOT)
_STRETCH = 2000
"""So many of a list's newest cases are looked at, where no index serves its filter."""


class Count(NamedTuple):
    """How many; `more`: there may be more, further down than was looked."""

    number: int
    more: bool = False


async def counts(session: AsyncSession, reader: Reader, lists: Mapping[str, Asked]) -> dict[str, Count]:
    """How many cases each list holds, at most CAP, by its name; of words in a filter nothing is counted."""
    counted = {name: asked for name, asked in lists.items() if not asked.filter.text}
    if not counted:
        return {}
    columns = [column for asked in counted.values() for column in _count(view_of(asked, reader), reader)]
    found = (await (await session.connection()).execute(sqlalchemy.select(*columns))).one()
    pairs = zip(counted, found[::2], found[1::2], strict=True)
    return {name: Count(number, looked_at >= _STRETCH) for name, number, looked_at in pairs}


async def sees_cases_of_hidden_teams(session: AsyncSession, viewer: Viewer) -> bool:
    """Whether open cases of closed teams are the viewer's: then lists hold more for them than for colleagues."""
    if not viewer.hidden_team_ids:
        return False
    own = sqlalchemy.select(col(Case.id)).where(col(Case.assignee_id) == viewer.agent_id)
    hidden = own.where(col(Case.shelf).in_(_COUNTED), col(Case.team_id).in_(viewer.hidden_team_ids))
    return (await (await session.connection()).execute(hidden.limit(1))).first() is not None


def _count(view: View, reader: Reader) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """How many, and how many were looked at where that may not be all."""
    held = [one.sql for one in View(view.shelves, view.held).conditions]
    own = sqlalchemy.select(col(Case.id)).where(visible(reader.viewer))
    if not view.wanted:
        return _size(own.where(*held).limit(CAP)), sqlalchemy.literal(0)
    newest = sqlalchemy.select(col(Case.id)).where(*held).order_by(col(Case.last_at).desc(), col(Case.id).desc())
    stretch = newest.limit(_STRETCH).correlate(None)
    wanted = own.where(col(Case.id).in_(stretch), *(one.sql for one in view.wanted)).limit(CAP)
    return _size(wanted), _size(stretch)


def _size(statement: Any) -> ColumnElement[int]:
    return sqlalchemy.select(func.count()).select_from(statement.subquery()).scalar_subquery()
