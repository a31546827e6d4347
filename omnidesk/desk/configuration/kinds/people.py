"""Teams and agents."""

from collections import defaultdict
from typing import Any

from pydantic import Field, field_validator
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.configuration.entry import Entry, Language, Slug
from omnidesk.desk.configuration.present import Present
from omnidesk.desk.configuration.writing import Writing
from omnidesk.store.models import Agent, Membership, Role, Team


class TeamEntry(Entry):
    """A team."""

    slug: str = Slug
    name: str
    closed: bool = False
    calendar: str | None = None


class AgentEntry(Entry):
    """An agent; passwords never stand in files."""

    _named_by = ("email",)

    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    name: str
    role: Role = Role.AGENT
    teams: tuple[str, ...] = ()
    language: Language = "en"
    active: bool = True

    @field_validator("email")
    @classmethod
    def _in_small_letters(cls, value: str) -> str:
        return value.lower()

    @field_validator("teams")
    @classmethod
    def _each_once_in_order(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(value)))


async def read_teams(session: AsyncSession, present: Present) -> None:
    """All teams."""
    for team in await session.exec(select(Team).order_by(col(Team.slug))):
        calendar = present.calendar(team.calendar_id) if team.calendar_id else None
        said = TeamEntry(slug=team.slug, name=team.name, closed=team.closed, calendar=calendar)
        present.put("teams", team.slug, team, said)


async def read_agents(session: AsyncSession, present: Present) -> None:
    """All agents, with the teams they are in."""
    belongs = defaultdict(list)
    for membership in await session.exec(select(Membership)):
        belongs[membership.agent_id].append(present.team(membership.team_id))
    for agent in await session.exec(select(Agent).order_by(col(Agent.email))):
        said = agent.model_dump(include={"email", "name", "role", "language", "active"})
        present.put("agents", agent.email, agent, AgentEntry(**said, teams=tuple(belongs[agent.id])))


def write_team(writing: Writing, key: str, values: dict[str, Any]) -> None:
    """One team; what is written after it may name it."""
    calendar = values.pop("calendar")
    values["calendar_id"] = writing.calendars[calendar] if calendar else None
    writing.teams[key] = writing.put("teams", key, Team, values)


def write_agent(writing: Writing, key: str, values: dict[str, Any]) -> None:
    """One agent."""
    teams = [writing.teams[slug] for slug in values.pop("teams")]
    writing.members[writing.put("agents", key, Agent, values)] = teams
