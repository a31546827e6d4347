"""Listing: cases as programs read them, in the order in which they were opened or changed.

Columns alone, in pages by key: each filter has an index that serves the order.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, Select, bindparam, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, unseen, visible
from omnidesk.errors import Invalid, NotFound
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Agent, Case, CaseLabel, Category, Inbox, Status, Team

_CURSOR = re.compile(r"(?:([0-9]{1,17})-)?([0-9]{1,19})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CaseRow(NamedTuple):
    """A case as programs see it."""

    id: int
    number: int
    version: int
    subject: str
    category: str
    holder: str
    priority: str
    contact_id: int
    channel: str
    fields: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    snoozed_until: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    team_id: int
    assignee_id: int | None
    team: str
    assignee: str | None
    inbox: str
    own_status: str | None
    merged_into: int | None = None
    """The number of the case that took over, for who may see that one."""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases; None = whichever. Team and inbox by slug, the assignee by email, the status by category or slug."""

    status: str | None = None
    team: str | None = None
    assignee: str | None = None
    inbox: str | None = None
    contact_id: int | None = None
    label: str | None = None
    updated_since: datetime | None = None


_OWN = CaseRow._fields[: CaseRow._fields.index("team")]
_INTO = aliased(Case)
_ROWS = (
    sqlalchemy.select(
        *(col(getattr(Case, name)) for name in _OWN),
        col(Team.slug),
        col(Agent.email),
        col(Inbox.slug),
        col(Status.slug),
        col(_INTO.number),
    )
    .outerjoin(_INTO, col(_INTO.id) == col(Case.merged_into_id))
    .join(Team, col(Team.id) == col(Case.team_id))
    .join(Inbox, col(Inbox.id) == col(Case.inbox_id))
    .outerjoin(Agent, col(Agent.id) == col(Case.assignee_id))
    .outerjoin(Status, col(Status.id) == col(Case.status_id))
)
_ONE = _ROWS.where(col(Case.number) == bindparam("number"))
_LABELS = (
    sqlalchemy.select(col(CaseLabel.case_id), col(CaseLabel.label))
    .where(col(CaseLabel.case_id).in_(bindparam("cases", expanding=True)))
    .order_by(col(CaseLabel.case_id), col(CaseLabel.label))
)


async def case_row(session: AsyncSession, viewer: Viewer, number: int) -> CaseRow:
    """A case by its number. Raises NotFound, also for one that the viewer may not see."""
    found = await _read(session, viewer, _ONE, {"number": number})
    if not found or not viewer.may_see(found[0]):
        raise NotFound(f"There is no case #{number} here.")
    return found[0]


async def changed_row(session: AsyncSession, viewer: Viewer, number: int) -> CaseRow:
    """A case as it is after a change, also for who let it go to where they can't see it."""
    return (await _read(session, viewer, _ONE, {"number": number}))[0]


async def case_rows(
    session: AsyncSession, viewer: Viewer, wanted: Wanted, *, cursor: str | None, limit: int
) -> tuple[list[CaseRow], str | None]:
    """Cases that the viewer may see, and the cursor of what follows.

    The newest first; with `updated_since` the one first that was changed longest ago. Raises Invalid for a team, an
    agent or an inbox that is not here, and for a bad cursor.
    """
    by_change = wanted.updated_since is not None
    statement = _ROWS.where(*await _conditions(session, wanted), visible(viewer))
    if wanted.label is not None:
        statement = statement.join(CaseLabel, col(CaseLabel.case_id) == col(Case.id))
    if cursor:
        statement = statement.where(_after(cursor, by_change))
    last = col(CaseLabel.case_id) if wanted.label is not None else col(Case.id)
    order = (col(Case.updated_at), col(Case.id)) if by_change else (last.desc(),)
    rows = await _read(session, viewer, statement.order_by(*order).limit(limit + 1))
    return rows[:limit], _cursor(rows[limit - 1], by_change) if len(rows) > limit else None


async def _read(
    session: AsyncSession, viewer: Viewer, statement: Select[Any], values: dict[str, Any] | None = None
) -> list[CaseRow]:
    connection = await session.connection()
    rows = [CaseRow(*row) for row in await connection.execute(statement, values)]
    labels = defaultdict(list)
    for case_id, label in await connection.execute(_LABELS, {"cases": [row.id for row in rows]}):
        labels[case_id].append(label)
    hidden = await unseen(session, viewer, {row.merged_into for row in rows if row.merged_into is not None})
    return [
        row._replace(labels=tuple(labels[row.id]), merged_into=None if row.merged_into in hidden else row.merged_into)
        for row in rows
    ]


async def _conditions(session: AsyncSession, wanted: Wanted) -> list[ColumnElement[bool]]:
    named = (
        ("team", wanted.team, Team.id, Team.slug, Case.team_id),
        ("assignee", wanted.assignee and wanted.assignee.lower(), Agent.id, Agent.email, Case.assignee_id),
        ("inbox", wanted.inbox, Inbox.id, Inbox.slug, Case.inbox_id),
        ("status", None if wanted.status in list(Category) else wanted.status, Status.id, Status.slug, Case.status_id),
    )
    found: list[ColumnElement[bool]] = []
    for field, name, key, column, place in named:
        if name is not None:
            found.append(col(place) == await _id(session, field, select(key).where(col(column) == name)))
    if wanted.status in list(Category):
        found.append(col(Case.category) == wanted.status)
    if wanted.contact_id is not None:
        found.append(col(Case.contact_id) == wanted.contact_id)
    if wanted.label is not None:
        found.append(col(CaseLabel.label) == wanted.label)
    if wanted.updated_since is not None:
        found.append(col(Case.updated_at) >= wanted.updated_since)
    return found


async def _id(session: AsyncSession, field: str, statement: Any) -> int:
    found: int | None = (await session.exec(statement)).first()
    if found is None:
        raise Invalid(f"This {field} is not here.", fields={field: "unknown"})
    return found


def _after(cursor: str, by_change: bool) -> ColumnElement[bool]:
    match = _CURSOR.fullmatch(cursor)
    if match is None or bool(match[1]) != by_change or int(match[2]) > MAX_ID:
        raise Invalid("This cursor is not one of ours; start again without it.", fields={"cursor": "invalid"})
    if not by_change:
        return col(Case.id) < int(match[2])
    changed = _EPOCH + timedelta(microseconds=int(match[1]))
    return tuple_(col(Case.updated_at), col(Case.id)) > tuple_(changed, int(match[2]))


def _cursor(row: CaseRow, by_change: bool) -> str:
    micros = (row.updated_at - _EPOCH) // timedelta(microseconds=1)
    return f"{micros}-{row.id}" if by_change else str(row.id)
