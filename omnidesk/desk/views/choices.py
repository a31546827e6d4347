"""What a filter can ask for: the values of each condition."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, visible
from omnidesk.desk.views.filters import Filter
from omnidesk.store.models import (
    Agent,
    Case,
    CaseLabel,
    FieldDefinition,
    FieldSubject,
    Inbox,
    Label,
    Organization,
    Status,
    Team,
)

_MOST = 200
"""So many labels are offered."""
MOST_ORGANIZATIONS = 20
"""So many are offered before one searches."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a desk has: (value, name) pairs; texts of statuses and fields by language."""

    team: list[tuple[str, str]]
    assignee: list[tuple[str, str]]
    channel: list[str]
    inbox: list[tuple[str, str]]
    label: list[str]
    language: list[str]
    statuses: list[Status] = field(default_factory=list)
    fields: list[FieldDefinition] = field(default_factory=list)
    contact_fields: list[FieldDefinition] = field(default_factory=list)
    organization: list[tuple[str, str]] = field(default_factory=list)
    """The first by name, and those that are asked for; others are searched for."""


async def choices(session: AsyncSession, viewer: Viewer, wanted: Filter) -> Choices:
    """What a viewer can filter by; nothing of teams that are closed to them."""
    hidden = viewer.hidden_team_ids
    teams = await session.exec(select(Team.id, Team.name).where(col(Team.id).not_in(hidden)).order_by(col(Team.name)))
    agents = await session.exec(select(Agent.id, Agent.name).where(col(Agent.active)).order_by(col(Agent.name)))
    inboxes = list(await session.exec(select(Inbox).where(col(Inbox.team_id).not_in(hidden)).order_by(col(Inbox.name))))
    statuses = select(Status).where(~col(Status.archived)).order_by(col(Status.place), col(Status.id))
    fields = (
        select(FieldDefinition)
        .where(~col(FieldDefinition.archived))
        .order_by(col(FieldDefinition.place), col(FieldDefinition.id))
    )
    own = list(await session.exec(fields))
    return Choices(
        [(str(key), name) for key, name in teams],
        [(str(key), name) for key, name in agents],
        sorted({inbox.channel for inbox in inboxes}),
        [(str(inbox.id), inbox.name) for inbox in inboxes],
        await _labels(session, viewer),
        sorted({inbox.language for inbox in inboxes} | {"en", "tr"}),
        list(await session.exec(statuses)),
        [one for one in own if one.subject == FieldSubject.CASE],
        [one for one in own if one.subject == FieldSubject.CONTACT],
        await _organizations(session, wanted.organization),
    )


async def _organizations(session: AsyncSession, asked: Sequence[str]) -> list[tuple[str, str]]:
    rows = select(Organization.id, Organization.name)
    first = list(await session.exec(rows.order_by(col(Organization.folded_name)).limit(MOST_ORGANIZATIONS)))
    chosen = list(await session.exec(rows.where(col(Organization.id).in_(map(int, asked))))) if asked else []
    return [(str(key), name) for key, name in dict([*chosen, *first]).items()]


async def _labels(session: AsyncSession, viewer: Viewer) -> list[str]:
    """Those that are set up; where none are, those that stand on cases that the viewer may see."""
    offered = select(Label.name).where(~col(Label.archived)).order_by(col(Label.name)).limit(_MOST)
    if found := list(await session.exec(offered)):
        return found
    seen = sqlalchemy.select(col(CaseLabel.label)).join(Case, col(Case.id) == col(CaseLabel.case_id))
    latest = seen.where(visible(viewer)).order_by(col(CaseLabel.case_id).desc()).limit(5000).subquery()
    used = sqlalchemy.select(latest.c.label).distinct().limit(_MOST)
    return sorted((await (await session.connection()).execute(used)).scalars())
