"""Who may see and do what."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.errors import NotAllowed, NotFound
from omnidesk.store.models import Agent, Case, Membership, Role, Team

_ORDER = [Role.VIEWER, Role.AGENT, Role.SUPERVISOR, Role.ADMIN]


@dataclass(frozen=True, slots=True)
class Viewer:
    """An agent as far as permissions go. `hidden_team_ids`: closed teams that the agent doesn't belong to."""

    agent_id: int
    name: str
    role: Role
    team_ids: frozenset[int]
    hidden_team_ids: frozenset[int]
    language: str = "en"
    theme: str = "system"
    away: bool = False

    def at_least(self, role: Role) -> bool:
        """Whether the agent may do what `role` may do."""
        return _ORDER.index(self.role) >= _ORDER.index(role)

    def may_see(self, case: Case) -> bool:
        """A case of a closed team is for its members and administrators, and for the one it is assigned to."""
        return case.team_id not in self.hidden_team_ids or case.assignee_id == self.agent_id


async def viewer_of(session: AsyncSession, agent_id: int) -> Viewer:
    """The viewer that an agent is. Raises NotFound when the agent is gone."""
    agent = await session.get(Agent, agent_id)
    if agent is None or not agent.active:
        raise NotFound("This agent is no longer here.")
    belongs = (col(Membership.team_id) == col(Team.id)) & (col(Membership.agent_id) == agent_id)
    teams = select(Team.id, Membership.agent_id).outerjoin(Membership, belongs)
    found = (await session.exec(teams.where(col(Team.closed) | col(Membership.agent_id).is_not(None)))).all()
    own = frozenset(team_id for team_id, member in found if member is not None)
    others = frozenset(team_id for team_id, member in found if member is None)
    hidden = frozenset() if agent.role == Role.ADMIN else others
    return Viewer(
        agent.id, agent.name, Role(agent.role), own, hidden, agent.language, agent.theme, agent.away
    )  # fmt: skip


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on `cases` that keeps what the viewer may see."""
    if not viewer.hidden_team_ids:
        return true()
    return col(Case.team_id).not_in(viewer.hidden_team_ids) | (col(Case.assignee_id) == viewer.agent_id)


def must_be(viewer: Viewer, role: Role) -> None:
    """Raise NotAllowed unless the viewer has this role or a higher one."""
    if not viewer.at_least(role):
        raise NotAllowed(f"This needs the role {role}; ask an administrator.")
