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
    own = frozenset(await session.exec(select(Membership.team_id).where(Membership.agent_id == agent_id)))
    closed = frozenset(await session.exec(select(Team.id).where(col(Team.closed))))
    hidden = frozenset() if agent.role == Role.ADMIN else closed - own
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
