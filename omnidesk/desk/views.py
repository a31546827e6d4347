"""Views: the lists of the inbox. Each has an index that serves exactly its order."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, visible
from omnidesk.errors import Invalid, NotFound
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Case, Shelf

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


@dataclass(frozen=True, slots=True)
class CasePage:
    """Some cases of a view, newest first, and the cursor of what follows."""

    cases: list[Case]
    next: str | None


async def list_cases(
    session: AsyncSession, viewer: Viewer, view: str, *, cursor: str | None = None, limit: int = 50
) -> CasePage:
    """The cases of a view that the viewer may see. Raises NotFound for an unknown view, Invalid for a bad cursor."""
    if view not in VIEWS:
        raise NotFound(f"There is no view {view}.")
    statement = select(Case).where(*_conditions(viewer, view), visible(viewer))
    if cursor:
        statement = statement.where(tuple_(col(Case.last_at), col(Case.id)) < tuple_(*_position(cursor)))
    newest = statement.order_by(col(Case.last_at).desc(), col(Case.id).desc()).limit(limit + 1)
    cases = list(await session.exec(newest))
    return CasePage(cases[:limit], _cursor(cases[limit - 1]) if len(cases) > limit else None)


def _conditions(viewer: Viewer, view: str) -> list[ColumnElement[bool]]:
    return [col(getattr(Case, column)) == value for column, value in _HELD[view](viewer).items()]


def _cursor(case: Case) -> str:
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
    found = {}
    for view in _COUNTED:
        some = select(Case.id).where(*_conditions(viewer, view), visible(viewer)).limit(CAP).subquery()
        found[view] = (await session.exec(select(func.count()).select_from(some))).one()
    return found


async def find(session: AsyncSession, viewer: Viewer, number: int) -> Case:
    """A case by its number. Raises NotFound, also for one that the viewer may not see."""
    case = (await session.exec(select(Case).where(Case.number == number))).first()
    if case is None or not viewer.may_see(case):
        raise NotFound(f"There is no case #{number} here.")
    return case


def in_view(case: Case, viewer: Viewer, view: str) -> bool:
    """Whether a case belongs to a view now."""
    return all(getattr(case, column) == value for column, value in _HELD[view](viewer).items())
