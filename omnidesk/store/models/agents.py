"""Who answers: agents, their teams and their sessions."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, maybe_link, maybe_moment, moment


class Role(StrEnum):
    """What an agent may do; each may do what the ones below may."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    VIEWER = "viewer"


class Presence(StrEnum):
    """Where an agent is: only who is online is given cases by routing."""

    ONLINE = "online"
    AWAY = "away"
    BUSY = "busy"
    OFF = "off"


class Team(Row, table=True):
    """A group of agents. To others a closed team's cases appear as a count only."""

    __tablename__ = "teams"

    id: int = key()
    version: int = 1
    slug: str = Field(unique=True)
    name: str
    closed: bool = False
    calendar_id: int | None = maybe_link("calendars.id")
    """When it is there; None = always."""
    created_at: datetime = moment()


class Agent(Row, table=True):
    """Someone who answers. See `desk.presence` for whether they are there."""

    __tablename__ = "agents"

    id: int = key()
    version: int = 1
    email: str = Field(unique=True)
    name: str
    role: str = Role.AGENT
    password_hash: str = ""
    """Empty = no password yet: a sign-in link is the only way in."""
    language: str = "en"
    theme: str = "system"
    undo_send_seconds: int | None = None
    """How long a reply of the agent waits so that it can be undone; None = as the desk has it."""
    active: bool = True
    chosen: str = Presence.ONLINE
    """The presence that was set by hand; without a live page the agent is off, whatever it says."""
    told: str = Presence.OFF
    """The presence that colleagues were told of last."""
    seen_at: datetime | None = maybe_moment()
    """When a page of the agent was open last."""
    active_at: datetime | None = maybe_moment()
    """When somebody sat at one: a page that was not idle."""
    watched_at: datetime | None = maybe_moment()
    """When one was in sight: what it shows needs no push."""
    load: int = 0
    """Open cases assigned to the agent."""
    capacity: int = 40
    """With this many open cases no more are handed out by routing."""
    created_at: datetime = moment()


class Membership(Row, table=True):
    """An agent in a team; `assigned_at` is when routing last handed out a case there (round robin)."""

    __tablename__ = "memberships"

    team_id: int = link("teams.id", primary_key=True)
    agent_id: int = link("agents.id", primary_key=True, index=True)
    assigned_at: datetime | None = maybe_moment()


class AgentSession(Row, table=True):
    """A signed-in browser, known by the digest of its cookie."""

    __tablename__ = "agent_sessions"

    digest: str = Field(primary_key=True)
    agent_id: int = link("agents.id", index=True)
    user_agent: str = ""
    created_at: datetime = moment()
    expires_at: datetime = moment()


class SignInLink(Row, table=True):
    """A link that signs an agent in once."""

    __tablename__ = "sign_in_links"

    digest: str = Field(primary_key=True)
    agent_id: int = link("agents.id", index=True)
    expires_at: datetime = moment()


class ApiToken(Row, table=True):
    """A key for programs, known by its digest."""

    __tablename__ = "api_tokens"

    id: int = key()
    name: str
    digest: str = Field(unique=True)
    agent_id: int | None = link("agents.id", default=None)
    """Whom the program acts as; None = as itself, and it may do what an administrator may."""
    scopes: str = ""
    """What it may do at all, with spaces between."""
    created_at: datetime = moment()
    used_at: datetime | None = maybe_moment()
