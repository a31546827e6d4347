"""Agents: signing in, who can be assigned."""

import asyncio
import hashlib
import secrets
from base64 import b64encode
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import access, audit
from omnidesk.desk.access import Viewer
from omnidesk.errors import Conflict, Invalid, NotAllowed, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import Agent, AgentSession, Membership, Role, SignInLink, Team

SESSION_LIFE = timedelta(days=14)
LINK_LIFE = timedelta(hours=24)
SHORTEST_PASSWORD = 10


class Passwords:
    """Hashes and checks passwords in threads, a few at a time: each takes 64 MiB and a tenth of a second."""

    def __init__(self, hasher: PasswordHasher | None = None, at_once: int = 4) -> None:
        self._hasher = hasher or PasswordHasher()
        self._gate = asyncio.Semaphore(at_once)
        self._nobody = _hash_of_nobody(self._hasher)

    async def hash(self, password: str) -> str:
        """The hash to keep. Raises Invalid for a short password."""
        if len(password) < SHORTEST_PASSWORD:
            raise Invalid(
                f"A password needs at least {SHORTEST_PASSWORD} characters.", fields={"password": "too short"}
            )  # fmt: skip
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password_hash: str, password: str) -> bool:
        """Whether a password is the one; takes the same time when there is none."""
        async with self._gate:
            return await asyncio.to_thread(self._verify, password_hash or self._nobody, password)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _hash_of_nobody(hasher: PasswordHasher) -> str:
    """A hash that no password fits and that takes as long to check as a real one (PHC string format)."""
    salt, digest = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"


async def verify(session: AsyncSession, passwords: Passwords, email: str, password: str) -> Agent:
    """The agent with this e-mail and password. Raises NotAllowed, in the same words and time for whatever is wrong."""
    found = await session.exec(select(Agent).where(Agent.email == email.strip().lower(), col(Agent.active)))
    agent = found.first()
    fits = await passwords.fits(agent.password_hash if agent else "", password)
    if agent is None or not agent.password_hash or not fits:
        raise NotAllowed("E-mail and password do not match.", code="wrong_password")
    return agent


async def create(tx: Transaction, *, email: str, name: str, role: Role, team_slugs: list[str]) -> Agent:
    """A new agent, without a password yet. Raises Invalid, Conflict."""
    email, name = email.strip().lower(), name.strip()
    if not name:
        raise Invalid("name: is empty; give what customers and colleagues are to see", fields={"name": "empty"})
    if "@" not in email:
        raise Invalid(f"email: {email!r} is not an address; give one like ada@example.com", fields={"email": "invalid"})
    if (await tx.session.exec(select(Agent.id).where(Agent.email == email))).first():
        raise Conflict(f"email: {email} is an agent already; choose another address")
    teams = {team.slug: team for team in await tx.session.exec(select(Team))}
    unknown = [slug for slug in team_slugs if slug not in teams]
    if unknown:
        raise Invalid(f"team: there is no team {unknown[0]}; known: {', '.join(sorted(teams))}")
    agent = Agent(id=tx.new_id(), email=email, name=name, role=role, created_at=tx.now)
    tx.add(agent)
    for slug in team_slugs:
        tx.add_row(Membership, {"team_id": teams[slug].id, "agent_id": agent.id})
    return agent


async def find(session: AsyncSession, email: str, *, field: str = "email") -> Agent:
    """The agent with this e-mail. Raises NotFound, naming the field in which the e-mail was given."""
    agent = (await session.exec(select(Agent).where(Agent.email == email.strip().lower()))).first()
    if agent is None:
        raise NotFound(f"{field}: there is no agent {email}; `omnidesk agent create` makes one")
    return agent


def digest_of(token: str) -> str:
    """What a session or a link is known by in the store."""
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(tx: Transaction, agent_id: int, user_agent: str) -> str:
    """Sign in: a new session; gives what the cookie holds. Old ones go."""
    await tx.session.exec(delete(AgentSession).where(col(AgentSession.expires_at) < tx.now))
    token = secrets.token_urlsafe(32)
    row = {
        "digest": digest_of(token), "agent_id": agent_id, "user_agent": user_agent[:200], "created_at": tx.now,
        "expires_at": tx.now + SESSION_LIFE,
    }  # fmt: skip
    tx.add_row(AgentSession, row)
    audit.note(tx, "sign_in", agent_id=agent_id)
    return token


async def session_viewer(session: AsyncSession, token: str, now: datetime) -> Viewer | None:
    """The viewer of a live session."""
    return await access.signed_in(session, digest_of(token), now)


async def close_session(tx: Transaction, token: str) -> None:
    """Sign out."""
    await tx.session.exec(delete(AgentSession).where(col(AgentSession.digest) == digest_of(token)))


async def make_sign_in_link(tx: Transaction, agent_id: int) -> str:
    """A token that signs in once within a day. Old ones go."""
    await tx.session.exec(delete(SignInLink).where(col(SignInLink.expires_at) < tx.now))
    token = secrets.token_urlsafe(24)
    tx.add_row(SignInLink, {"digest": digest_of(token), "agent_id": agent_id, "expires_at": tx.now + LINK_LIFE})
    return token


async def use_sign_in_link(tx: Transaction, token: str) -> int:
    """The agent of a link, which is used up by this. Raises NotAllowed."""
    statement = (
        delete(SignInLink)
        .where(col(SignInLink.digest) == digest_of(token), col(SignInLink.expires_at) > tx.now)
        .returning(col(SignInLink.agent_id))
    )
    agent_id = (await tx.session.exec(statement)).scalar_one_or_none()
    if agent_id is None:
        raise NotAllowed("This link was used already, or is too old; ask for a new one.", code="link_used")
    audit.note(tx, "sign_in.link", agent_id=agent_id)
    return int(agent_id)


async def set_preferences(
    tx: Transaction, agent_id: int, *, language: str | None = None, theme: str | None = None, undo: int | None = None
) -> None:
    """How pages look to this agent, and how many seconds a reply can be undone; None = as it is."""
    agent = await tx.get(Agent, agent_id)
    agent.language = language or agent.language
    agent.theme = theme or agent.theme
    agent.undo_send_seconds = agent.undo_send_seconds if undo is None else undo


async def assignable(session: AsyncSession, team_id: int) -> list[Agent]:
    """Who a case of this team can be given to: the team first, then the others."""
    members = set(await session.exec(select(Membership.agent_id).where(Membership.team_id == team_id)))
    statement = select(Agent).where(col(Agent.active), Agent.role != Role.VIEWER).order_by(col(Agent.name))
    return sorted(await session.exec(statement), key=lambda agent: agent.id not in members)


async def set_password(tx: Transaction, agent_id: int, password_hash: str) -> None:
    """Keep a password's hash; all sessions of the agent end."""
    await tx.session.exec(update(Agent).where(col(Agent.id) == agent_id).values(password_hash=password_hash))
    await tx.session.exec(delete(AgentSession).where(col(AgentSession.agent_id) == agent_id))
