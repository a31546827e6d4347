"""Presence: whether an agent is online, away, busy or off; set by hand, or told by the agent's open pages.

    online   a live page that is not idle, and nothing else was chosen
    away     there but not at the desk: chosen, or every page is idle
    busy     here, but given no new cases by routing
    off      chosen, or no live page

What stands in the row is two times and a choice. From them follows the presence at any moment, in every process.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.events import AgentChanged, WorkWaiting
from omnidesk.store.db import Database, Transaction
from omnidesk.store.models import Agent, Presence

LIVE = timedelta(seconds=45)
"""A page that was heard of within this time is open."""


class At(StrEnum):
    """Where somebody with an open page is: in front of it, elsewhere at the computer, or not there."""

    DESK = "desk"
    ELSEWHERE = "elsewhere"
    IDLE = "idle"


def of(agent: Agent, now: datetime) -> Presence:
    """The presence of an agent at a moment."""
    if agent.chosen == Presence.OFF or not _within(agent.seen_at, now):
        return Presence.OFF
    if agent.chosen == Presence.ONLINE and not _within(agent.active_at, now):
        return Presence.AWAY
    return Presence(agent.chosen)


def watches(agent: Agent, now: datetime) -> bool:
    """Whether a page is in sight of the agent."""
    return _within(agent.watched_at, now)


def _within(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now - LIVE


async def touch(db: Database, agent_id: int, at: At = At.DESK) -> None:
    """A page of this agent is open. One who comes online may get waiting cases."""
    async with db.transaction(durable=False) as tx:
        agent = await tx.get(Agent, agent_id)
        agent.seen_at = tx.now
        agent.active_at = agent.active_at if at == At.IDLE else tx.now
        agent.watched_at = tx.now if at == At.DESK else agent.watched_at
        _tell(tx, agent)


async def look_away(db: Database, agent_id: int) -> None:
    """A page went out of sight or was closed. Another one that is in sight says so within seconds."""
    async with db.transaction(durable=False) as tx:
        agent = await tx.get(Agent, agent_id)
        agent.watched_at = None


async def choose(tx: Transaction, agent_id: int, chosen: Presence) -> None:
    """Set one's presence by hand; it holds until it is set again."""
    agent = await tx.get(Agent, agent_id)
    agent.chosen = chosen
    agent.active_at = tx.now
    _tell(tx, agent)


def _tell(tx: Transaction, agent: Agent) -> None:
    """Tell colleagues and routing, when there is something new."""
    now = of(agent, tx.now)
    if agent.told == now:
        return
    agent.told = now
    tx.publish(AgentChanged(agent.id))
    if now == Presence.ONLINE:
        tx.publish(WorkWaiting("routing"))


async def everybody(session: AsyncSession, now: datetime) -> dict[int, Presence]:
    """The presence of all agents."""
    return {agent.id: of(agent, now) for agent in await session.exec(select(Agent).where(col(Agent.active)))}


class PresenceClock:
    """The worker that tells what time alone changes: the last page closed, or all became idle."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self) -> bool:
        """One round; False = nobody's presence had changed."""
        now = self._db.now()
        async with self._db.session() as session:
            here = await session.exec(select(Agent).where(Agent.told != Presence.OFF))
            changed = [agent.id for agent in here if of(agent, now) != agent.told]
        for agent_id in changed:
            async with self._db.transaction(durable=False) as tx:
                _tell(tx, await tx.get(Agent, agent_id))
        return bool(changed)

    async def next_due(self) -> datetime | None:
        """When the first page will count as closed or idle unless it is heard of."""
        async with self._db.session() as session:
            seen = select(func.min(Agent.seen_at)).where(Agent.told != Presence.OFF)
            active = select(func.min(Agent.active_at)).where(Agent.told == Presence.ONLINE)
            times = [(await session.exec(seen)).one(), (await session.exec(active)).one()]
        return min((moment + LIVE for moment in times if moment), default=None)
