"""Routing: which team a case belongs to, and who of it gets the case.

It runs apart from intake, so that a mistake in a rule never hides a message. Two steps: the team and why, for many
cases in one transaction; then the hand-out, a transaction of its own per case, to the agent of the team who is online
and has waited longest. Nobody there: the case waits, and goes to the first who comes.
"""

import logging
from datetime import datetime

import sqlalchemy
from sqlalchemy import ColumnElement, bindparam
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import cases, interactions, notices, presence
from omnidesk.desk.setbacks import Setbacks
from omnidesk.store.db import Database, Transaction, rows_of
from omnidesk.store.models import Agent, Case, Membership, NoticeKind, Presence, Role, Team

log = logging.getLogger(__name__)

_AT_ONCE = 200
_ASKED = 10
"""So many agents are tried for a case in one go; it waits for the next round when others took the room of all."""


class Routing:
    """The worker that routes cases and hands them out."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._setbacks = Setbacks(db.now)

    async def run(self) -> bool:
        """One round; False = nothing could be routed or handed out."""
        routed = await self._route_all()
        async with self._db.session() as session:
            now = {"since": _since(self._db.now()), "resting": self._setbacks.resting()}
            waiting = list((await (await session.connection()).execute(_WAITING, now)).scalars())
        handed = [one for one in waiting if await self._setbacks.attempt(one, self._hand_out(one))]
        return bool(routed or handed)

    async def _route_all(self) -> bool:
        """Route in one transaction; when that fails, one by one, so that the others get their team."""
        awake = col(Case.id).not_in(self._setbacks.resting())
        try:
            return await self._route(awake)
        except Exception:
            log.warning("cases could not be routed together; they go one by one", exc_info=True)
        async with self._db.session() as session:
            unrouted = select(Case.id).where(col(Case.needs_routing), awake).order_by(col(Case.id)).limit(_AT_ONCE)
            case_ids = list(await session.exec(unrouted))
        return any([await self._setbacks.attempt(one, self._route(col(Case.id) == one)) for one in case_ids])

    async def _route(self, which: ColumnElement[bool]) -> bool:
        async with self._db.transaction(durable=False) as tx:
            return await _route(tx, which) > 0

    async def _hand_out(self, case_id: int) -> bool:
        async with self._db.transaction(durable=False) as tx:
            return await _hand_out(tx, case_id)


_UNROUTED = (
    rows_of(Case)
    .where(col(Case.needs_routing))
    .order_by(col(Case.id))
    .limit(_AT_ONCE)
    .with_for_update(key_share=True, skip_locked=True)
)


async def _route(tx: Transaction, which: ColumnElement[bool]) -> int:
    """The teams of the oldest unrouted cases of these: until there are rules, the inbox's."""
    unrouted = _UNROUTED.where(which)
    found = await tx.load(Case, unrouted)
    teams = dict((await tx.session.exec(select(Team.id, Team.name))).all()) if found else {}
    for case in found:
        case.needs_routing = False
        case.needs_agent = case.assignee_id is None
        interactions.event(tx, case, "routed", team=teams[case.team_id])
    return len(found)


_THERE = (
    col(Agent.active).is_(True),
    col(Agent.chosen) == Presence.ONLINE,
    col(Agent.active_at) > bindparam("since"),
    col(Agent.role) != Role.VIEWER,
)
"""Agents who can be given a case now: whose presence is online (see `presence.of`)."""
_STAFFED = (
    select(Membership.team_id)
    .join(Agent, col(Membership.agent_id) == col(Agent.id))
    .where(*_THERE, col(Agent.load) < col(Agent.capacity))
)
"""Teams with somebody online who has room."""
_WAITING = (
    sqlalchemy.select(col(Case.id))
    .where(col(Case.needs_agent), col(Case.team_id).in_(_STAFFED))
    .where(col(Case.id).not_in(bindparam("resting", expanding=True)))
    .order_by(col(Case.id))
    .limit(_AT_ONCE)
)
"""The oldest cases that somebody could be given now."""


def _since(now: datetime) -> datetime:
    return now - presence.LIVE


async def anyone_online(session: AsyncSession, team_id: int, now: datetime) -> bool:
    """Whether somebody of the team would be given a case now."""
    staffed = _STAFFED.where(col(Membership.team_id) == team_id).limit(1)
    found = await (await session.connection()).execute(staffed, {"since": _since(now)})
    return found.first() is not None


async def _hand_out(tx: Transaction, case_id: int) -> bool:
    case = await tx.get(Case, case_id)
    if not case.needs_agent:
        return False
    for agent in await _candidates(tx, case.team_id):
        if await _reserve(tx, agent):
            await cases.assign(tx, case, agent.id, loaded=True)
            this = (col(Membership.team_id) == case.team_id, col(Membership.agent_id) == agent.id)
            await tx.session.exec(update(Membership).where(*this).values(assigned_at=tx.now))
            event_id = interactions.event(tx, case, "assigned", agent=agent.name, by="routing")
            notices.give(tx, agent.id, NoticeKind.ASSIGNED, case, interaction_id=event_id)
            return True
    return False


async def _candidates(tx: Transaction, team_id: int) -> list[Agent]:
    """Who of the team is online and has room, the one who waited longest for a case first."""
    statement = (
        select(Agent)
        .join(Membership, col(Membership.agent_id) == col(Agent.id))
        .where(Membership.team_id == team_id, *_THERE, col(Agent.load) < col(Agent.capacity))
        .order_by(col(Membership.assigned_at).asc().nulls_first(), col(Agent.id))
        .limit(_ASKED)
    )
    return list(await tx.session.exec(statement, params={"since": _since(tx.now)}))


async def _reserve(tx: Transaction, agent: Agent) -> bool:
    """Raise the agent's load if it still fits: with many processes only the row decides."""
    room = (col(Agent.id) == agent.id, col(Agent.load) < col(Agent.capacity))
    taken = await tx.session.exec(update(Agent).where(*room).values(load=col(Agent.load) + 1))
    return taken.rowcount == 1
