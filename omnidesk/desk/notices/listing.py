"""Reading notices: an agent's list, newest first, and how many cases there is something new to hear of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy
from sqlalchemy import ColumnElement, Select, func
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, visible
from omnidesk.store.ids import first_at
from omnidesk.store.models import Case, Interaction, Notice

CAP = 500
"""So many new notices are looked at when they are counted."""


class Told(NamedTuple):
    """A notice as it is told: what it is about, who caused it and what was said."""

    id: int
    kind: str
    created_at: datetime
    seen_at: datetime | None
    case_id: int
    number: int
    subject: str
    contact: str
    actor: str
    said: str
    payload: dict[str, Any]

    @property
    def word(self) -> str:
        """What it is called: the kind; of a service level also whether it is late already."""
        late = (self.payload or {}).get("event", "")
        return late if late.startswith("sla_") else self.kind


Group = Sequence[Told]
"""What there is to hear of one case, the newest first."""


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Some notices grouped by case, the newest first, and the id before which the next ones lie."""

    groups: Sequence[Group]
    next: int | None


_TOLD = (
    sqlalchemy.select(
        col(Notice.id), col(Notice.kind), col(Notice.created_at), col(Notice.seen_at), col(Case.id), col(Case.number),
        col(Case.subject), col(Case.contact_name), func.coalesce(col(Interaction.author_name), ""),
        func.coalesce(func.substr(col(Interaction.text), 1, 200), ""), col(Interaction.payload),
    )
    .join(Case, col(Case.id) == col(Notice.case_id))
    .outerjoin(Interaction, col(Interaction.id) == col(Notice.interaction_id))
    .order_by(col(Notice.id).desc())
)  # fmt: skip


async def list_notices(
    session: AsyncSession, viewer: Viewer, *, before: int | None = None, limit: int = 50
) -> NoticePage:
    """An agent's notices of cases that the agent may still see."""
    statement = _of(viewer).limit(limit + 1)
    found = await read(session, statement.where(col(Notice.id) < before) if before else statement)
    return NoticePage(by_case(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def by_case(told: Sequence[Told]) -> list[Group]:
    """Notices by case, each case where its newest one stands."""
    groups: dict[int, list[Told]] = {}
    for one in told:
        groups.setdefault(one.case_id, []).append(one)
    return list(groups.values())


async def newest(session: AsyncSession, viewer: Viewer) -> Told | None:
    """The newest notice that was not seen."""
    found = await read(session, _of(viewer).where(_new()).limit(1))
    return found[0] if found else None


async def given_lately(session: AsyncSession, viewer: Viewer, newest: Told, near: timedelta) -> int:
    """How many new cases were given to the agent together with the newest one, which is counted."""
    lately = (col(Notice.id) >= first_at(newest.created_at - near), col(Notice.kind) == newest.kind)
    some = (
        sqlalchemy.select(col(Notice.case_id))
        .join(Case, col(Case.id) == col(Notice.case_id))
        .where(col(Notice.agent_id) == viewer.agent_id, _new(), *lately, visible(viewer))
        .limit(CAP)
        .subquery()
    )
    counted = sqlalchemy.select(func.count(func.distinct(some.c.case_id)))
    return int((await (await session.connection()).execute(counted)).scalar_one())


async def count(session: AsyncSession, viewer: Viewer) -> int:
    """How many cases there is something new to hear of; new notices beyond the CAP are not looked at."""
    some = (
        sqlalchemy.select(col(Notice.case_id))
        .join(Case, col(Case.id) == col(Notice.case_id))
        .where(col(Notice.agent_id) == viewer.agent_id, _new(), visible(viewer))
        .limit(CAP)
        .subquery()
    )
    counted = sqlalchemy.select(func.count(func.distinct(some.c.case_id)))
    return int((await (await session.connection()).execute(counted)).scalar_one())


async def among(session: AsyncSession, viewer: Viewer, ids: Sequence[int]) -> list[Told]:
    """Some notices of an agent, newest first, without those that were seen or may no longer be."""
    return await read(session, _of(viewer).where(col(Notice.id).in_(ids), _new()))


def _new() -> ColumnElement[bool]:
    return col(Notice.seen_at).is_(None)


def _of(viewer: Viewer) -> "Select[*tuple[Any, ...]]":
    return _TOLD.where(col(Notice.agent_id) == viewer.agent_id, visible(viewer))


async def read(session: AsyncSession, statement: "Select[*tuple[Any, ...]]") -> list[Told]:
    """What a statement on notices gives."""
    return [Told(*row) for row in await (await session.connection()).execute(statement)]
