"""Who may see and do what."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy
from sqlalchemy import ColumnElement, Select, bindparam, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.errors import NotAllowed, NotFound
from omnidesk.store.models import Agent, AgentSession, Case, Inbox, Interaction, Membership, Presence, Role, Team

_ORDER = [Role.VIEWER, Role.AGENT, Role.SUPERVISOR, Role.ADMIN]


class Placed(Protocol):
    """A case as far as permissions go."""

    @property
    def team_id(self) -> int:
        """Whose it is."""

    @property
    def assignee_id(self) -> int | None:
        """Who has it."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, as far as permissions go. `hidden_team_ids`: closed teams that the agent doesn't belong to.

    `agent_id` is 0 for a program that acts for no agent; see `as_agent`.
    """

    agent_id: int
    name: str
    role: Role
    team_ids: frozenset[int]
    hidden_team_ids: frozenset[int]
    language: str = "en"
    theme: str = "system"
    chosen: str = Presence.ONLINE
    undo_send_seconds: int | None = None

    @property
    def as_agent(self) -> int | None:
        """The agent who acts, and to whom work can be given; None for a program that acts for nobody."""
        return self.agent_id or None

    def at_least(self, role: Role) -> bool:
        """Whether the agent may do what `role` may do."""
        return _ORDER.index(self.role) >= _ORDER.index(role)

    def may_see(self, case: Placed) -> bool:
        """A case of a closed team is for its members and administrators, and for the one it is assigned to."""
        return case.team_id not in self.hidden_team_ids or case.assignee_id == self.agent_id


# An agent with each team that is closed or the agent's own; asked at every request, so made once.
_OWN = select(Membership.team_id).where(col(Membership.agent_id) == col(Agent.id))
_AGENT = (
    sqlalchemy.select(
        col(Agent.id), col(Agent.name), col(Agent.role), col(Agent.language), col(Agent.theme), col(Agent.chosen),
        col(Agent.undo_send_seconds), col(Team.id), col(Team.id).in_(_OWN),
    )
    .select_from(Agent)
    .outerjoin(Team, col(Team.closed) | col(Team.id).in_(_OWN))
    .where(col(Agent.active))
)  # fmt: skip
_BY_ID = _AGENT.where(col(Agent.id) == bindparam("agent"))
_BY_SESSION = _AGENT.join(AgentSession, col(AgentSession.agent_id) == col(Agent.id)).where(
    col(AgentSession.digest) == bindparam("digest"), col(AgentSession.expires_at) > bindparam("now")
)


async def viewer_of(session: AsyncSession, agent_id: int) -> Viewer:
    """The viewer that an agent is. Raises NotFound when the agent is gone."""
    viewer = await _viewer(session, _BY_ID, agent=agent_id)
    if viewer is None:
        raise NotFound("This agent is no longer here.")
    return viewer


async def signed_in(session: AsyncSession, digest: str, now: datetime) -> Viewer | None:
    """The viewer of a live session, known by the digest of its cookie."""
    return await _viewer(session, _BY_SESSION, digest=digest, now=now)


async def _viewer(session: AsyncSession, statement: "Select[*tuple[Any, ...]]", **values: Any) -> Viewer | None:
    rows = (await (await session.connection()).execute(statement, values)).all()
    if not rows:
        return None
    agent_id, name, role, language, theme, chosen, undo, _, _ = rows[0]
    own = frozenset(team_id for *_, team_id, member in rows if member)
    closed = frozenset(team_id for *_, team_id, member in rows if team_id and not member)
    hidden = frozenset() if role == Role.ADMIN else closed
    return Viewer(agent_id, name, Role(role), own, hidden, language, theme, chosen, undo)


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on `cases` that keeps what the viewer may see."""
    if not viewer.hidden_team_ids:
        return true()
    return col(Case.team_id).not_in(viewer.hidden_team_ids) | (col(Case.assignee_id) == viewer.agent_id)


async def unseen(session: AsyncSession, viewer: Viewer, numbers: Collection[int]) -> set[int]:
    """Those of the numbers whose cases the viewer may not see."""
    if not numbers or not viewer.hidden_team_ids:
        return set()
    seen = await session.exec(select(Case.number).where(col(Case.number).in_(numbers), visible(viewer)))
    return {*numbers} - {*seen}


def visible_row(viewer: Viewer) -> ColumnElement[bool]:
    """The same on rows of the log, outer-joined with their cases: a row of no case is its inbox's team's."""
    if not viewer.hidden_team_ids:
        return true()
    closed = select(Inbox.id).where(col(Inbox.team_id).in_(viewer.hidden_team_ids))
    return (col(Interaction.case_id).is_(None) & col(Interaction.inbox_id).not_in(closed)) | visible(viewer)


def must_be(viewer: Viewer, role: Role) -> None:
    """Raise NotAllowed unless the viewer has this role or a higher one."""
    if not viewer.at_least(role):
        raise NotAllowed(f"This needs the role {role}; ask an administrator.")
