"""What a row of a list shows, and single cases by their number."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, Select, bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, visible
from omnidesk.errors import NotFound
from omnidesk.store.models import Agent, Case, CaseLabel, Status, Team


class ListedCase(NamedTuple):
    """What a row of a list shows, and nothing else: equal rows look the same."""

    id: int
    number: int
    shelf: str
    category: str
    priority: str
    subject: str
    preview: str
    contact_name: str
    channel: str
    unread: bool
    last_at: datetime
    last_author: str
    waits_since: datetime | None
    due_at: datetime | None
    at_risk_at: datetime | None
    snoozed_until: datetime | None
    team_id: int
    assignee_id: int | None
    status_id: int | None
    team: str
    assignee: str | None
    status: tuple[tuple[str, str], ...] = ()
    """The desk's own name of the status, by language; empty = the category's plain name."""
    labels: tuple[str, ...] = ()


_OWN = ListedCase._fields[: ListedCase._fields.index("team")]
# The columns alone: a list needs no objects. Made once, since making a statement takes longer than asking for a row.
LISTED = (
    sqlalchemy.select(*(col(getattr(Case, name)) for name in _OWN), col(Team.name), col(Agent.name))
    .join(Team, col(Team.id) == col(Case.team_id))
    .outerjoin(Agent, col(Agent.id) == col(Case.assignee_id))
)
_ONE = LISTED.where(col(Case.number) == bindparam("number"))
_LABELS = (
    sqlalchemy.select(col(CaseLabel.case_id), col(CaseLabel.label))
    .where(col(CaseLabel.case_id).in_(bindparam("cases", expanding=True)))
    .order_by(col(CaseLabel.case_id), col(CaseLabel.label))
)
_STATUSES = sqlalchemy.select(col(Status.id), col(Status.name)).where(
    col(Status.id).in_(bindparam("statuses", expanding=True))
)


async def listed(session: AsyncSession, viewer: Viewer, number: int) -> ListedCase:
    """A case as lists show it. Raises NotFound, also for one that the viewer may not see."""
    found = await read(session, _ONE, {"number": number})
    if not found or not viewer.may_see(found[0]):
        raise no_case(number)
    return found[0]


async def listed_among(
    session: AsyncSession, viewer: Viewer, numbers: Sequence[int], conditions: Sequence[ColumnElement[bool]] = ()
) -> list[ListedCase]:
    """Cases as lists show them, in any order: those that meet the conditions, and that the viewer may see."""
    return await read(session, LISTED.where(col(Case.number).in_(numbers), visible(viewer), *conditions))


async def listed_by_id(session: AsyncSession, viewer: Viewer, case_ids: Sequence[int]) -> list[ListedCase]:
    """Cases as lists show them, in any order; without those that the viewer may not see."""
    return await read(session, LISTED.where(col(Case.id).in_(case_ids), visible(viewer)))


async def read(session: AsyncSession, statement: Select[Any], values: dict[str, Any] | None = None) -> list[ListedCase]:
    """The rows of a statement made from LISTED, with labels and own statuses."""
    connection = await session.connection()
    rows = [ListedCase(*row) for row in await connection.execute(statement, values)]
    if not rows:
        return rows
    labels = defaultdict(list)
    for case_id, label in await connection.execute(_LABELS, {"cases": [row.id for row in rows]}):
        labels[case_id].append(label)
    own = {row.status_id for row in rows if row.status_id is not None}
    names = dict((await connection.execute(_STATUSES, {"statuses": list(own)})).tuples().all()) if own else {}
    return [
        row._replace(labels=tuple(labels[row.id]), status=tuple(sorted(names.get(row.status_id or 0, {}).items())))
        for row in rows
    ]


async def find(session: AsyncSession, viewer: Viewer, number: int) -> Case:
    """A case by its number. Raises NotFound, also for one that the viewer may not see."""
    case = (await session.exec(select(Case).where(Case.number == number))).first()
    if case is None or not viewer.may_see(case):
        raise no_case(number)
    return case


async def merged_into(session: AsyncSession, viewer: Viewer, case: Case) -> Case | None:
    """The case that took over, as far as the viewer may see it."""
    target = await session.get(Case, case.merged_into_id) if case.merged_into_id is not None else None
    return target if target is not None and viewer.may_see(target) else None


def no_case(number: int) -> NotFound:
    """What is said of a case that is not there, or not for the one who asks."""
    return NotFound(f"There is no case #{number} here.")
