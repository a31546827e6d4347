"""Views: the lists of the inbox. Each has an index that serves exactly its order."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, Select, bindparam, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, visible
from omnidesk.errors import Invalid, NotFound
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Agent, Case, Shelf, Team

CAP = 1000
"""Counts stop here: 999+."""

_HELD: dict[str, Callable[[Viewer], dict[str, object]]] = {
    "mine": lambda viewer: {"shelf": Shelf.OPEN, "assignee_id": viewer.agent_id},
    "unassigned": lambda _: {"shelf": Shelf.OPEN, "assignee_id": None},
    "all": lambda _: {"shelf": Shelf.OPEN},
    "bot": lambda _: {"shelf": Shelf.BOT},
    "resolved": lambda _: {"shelf": Shelf.DONE},
}
"""What the cases of each view have in common, by column."""
VIEWS = tuple(_HELD)
_COUNTED = ("mine", "unassigned", "all", "bot")


class ListedCase(NamedTuple):
    """What a row of a list shows, and nothing else: equal rows look the same."""

    id: int
    number: int
    shelf: str
    category: str
    subject: str
    preview: str
    contact_name: str
    channel: str
    unread: bool
    last_at: datetime
    last_author: str
    due_at: datetime | None
    team_id: int
    assignee_id: int | None
    team: str
    assignee: str | None


# The columns alone: a list needs no objects. Made once, since making a statement takes longer than asking for a row.
_LISTED = (
    sqlalchemy.select(*(col(getattr(Case, name)) for name in ListedCase._fields[:-2]), col(Team.name), col(Agent.name))
    .join(Team, col(Team.id) == col(Case.team_id))
    .outerjoin(Agent, col(Agent.id) == col(Case.assignee_id))
)
_ONE = _LISTED.where(col(Case.number) == bindparam("number"))


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases of a view, newest first, and the cursor of what follows."""

    cases: list[ListedCase]
    next: str | None


async def list_cases(
    session: AsyncSession, viewer: Viewer, view: str, *, cursor: str | None = None, limit: int = 50
) -> CasePage:
    """The cases of a view that the viewer may see. Raises NotFound for an unknown view, Invalid for a bad cursor."""
    if view not in VIEWS:
        raise NotFound(f"There is no view {view}.")
    statement = _LISTED.where(*_conditions(viewer, view), visible(viewer))
    if cursor:
        statement = statement.where(tuple_(col(Case.last_at), col(Case.id)) < tuple_(*_position(cursor)))
    newest = statement.order_by(col(Case.last_at).desc(), col(Case.id).desc()).limit(limit + 1)
    cases = await _rows(session, newest)
    return CasePage(cases[:limit], _cursor(cases[limit - 1]) if len(cases) > limit else None)


async def listed(session: AsyncSession, viewer: Viewer, number: int) -> ListedCase:
    """A case as lists show it. Raises NotFound, also for one that the viewer may not see."""
    found = await _rows(session, _ONE, {"number": number})
    if not found or not viewer.may_see(found[0]):
        raise _no_case(number)
    return found[0]


async def listed_by_id(session: AsyncSession, viewer: Viewer, case_ids: Sequence[int]) -> list[ListedCase]:
    """Cases as lists show them, in any order; without those that the viewer may not see."""
    return await _rows(session, _LISTED.where(col(Case.id).in_(case_ids), visible(viewer)))


async def _rows(
    session: AsyncSession, statement: Select[Any], values: dict[str, Any] | None = None
) -> list[ListedCase]:
    return [ListedCase(*row) for row in await (await session.connection()).execute(statement, values)]


def _conditions(viewer: Viewer, view: str) -> list[ColumnElement[bool]]:
    return [col(getattr(Case, column)) == value for column, value in _HELD[view](viewer).items()]


def _cursor(case: ListedCase) -> str:
    micros = (case.last_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros}:{case.id}".encode()).decode()


def _position(cursor: str) -> tuple[datetime, int]:
    try:
        micros, case_id = map(int, base64.urlsafe_b64decode(cursor).decode().split(":"))
        if not 0 < case_id <= MAX_ID:
            raise ValueError(f"{case_id} is no id")
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros), case_id
    except (ValueError, binascii.Error, OverflowError) as error:
        raise Invalid(
            "This cursor is not one of ours; start again without it.", fields={"cursor": "invalid"}
        ) from error


async def counts(session: AsyncSession, viewer: Viewer) -> dict[str, int]:
    """How many cases each counted view holds, at most CAP."""
    statement = sqlalchemy.select(*(_count(viewer, view) for view in _COUNTED))
    counted = (await (await session.connection()).execute(statement)).one()
    return dict(zip(_COUNTED, counted, strict=True))


def _count(viewer: Viewer, view: str) -> ColumnElement[int]:
    some = sqlalchemy.select(col(Case.id)).where(*_conditions(viewer, view), visible(viewer)).limit(CAP).subquery()
    return sqlalchemy.select(func.count()).select_from(some).scalar_subquery()


async def find(session: AsyncSession, viewer: Viewer, number: int) -> Case:
    """A case by its number. Raises NotFound, also for one that the viewer may not see."""
    case = (await session.exec(select(Case).where(Case.number == number))).first()
    if case is None or not viewer.may_see(case):
        raise _no_case(number)
    return case


async def merged_into(session: AsyncSession, viewer: Viewer, case: Case) -> Case | None:
    """The case that took over, as far as the viewer may see it."""
    target = await session.get(Case, case.merged_into_id) if case.merged_into_id is not None else None
    return target if target is not None and viewer.may_see(target) else None


def _no_case(number: int) -> NotFound:
    return NotFound(f"There is no case #{number} here.")


def in_view(case: Case | ListedCase, viewer: Viewer, view: str) -> bool:
    """Whether a case belongs to a view now."""
    return all(getattr(case, column) == value for column, value in _HELD[view](viewer).items())
