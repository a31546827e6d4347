"""Mentions: colleagues and teams who are named in a note with an @."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import notices
from omnidesk.store.db import Transaction
from omnidesk.store.models import Agent, Case, Membership, Mention, NoticeKind, Role, Team
from omnidesk.text.folding import fold
from omnidesk.text.mentioning import called, key_of

_OFFERED = 12
_WRITTEN = "mentions"


@dataclass(frozen=True, slots=True)
class Callee:
    """A colleague or a team that can be named; `agent_ids` are those of them who may see the case."""

    name: str
    agent_ids: frozenset[int]
    is_team: bool = False

    @property
    def sees(self) -> bool:
        """Whether anybody would read it."""
        return bool(self.agent_ids)


@dataclass(frozen=True, slots=True)
class Named:
    """Who is named in a note, and how it was written."""

    agent_ids: frozenset[int] = frozenset()
    written: tuple[str, ...] = ()

    @property
    def payload(self) -> dict[str, object]:
        """What the note keeps of it."""
        return {_WRITTEN: list(self.written)} if self.written else {}


async def callees(session: AsyncSession, case: Case) -> list[Callee]:
    """All colleagues and teams, by name; who may not see the case is among them, without readers."""
    teams = {team.id: team for team in await session.exec(select(Team).order_by(col(Team.name)))}
    members: dict[int, set[int]] = {team_id: set() for team_id in teams}
    for membership in await session.exec(select(Membership)):
        members[membership.team_id].add(membership.agent_id)
    agents = list(await session.exec(select(Agent).where(col(Agent.active)).order_by(col(Agent.name))))
    see = {agent.id for agent in agents if sees(agent, case, teams[case.team_id], members[case.team_id])}
    people = [Callee(agent.name, frozenset({agent.id} & see)) for agent in agents]
    return people + [Callee(team.name, frozenset(members[team.id] & see), True) for team in teams.values()]


def sees(agent: Agent, case: Case, team: Team, members: set[int]) -> bool:
    """Whether an agent may see a case, as `Viewer.may_see` says it; `members`: of its team."""
    return not team.closed or agent.role == Role.ADMIN or agent.id in members or agent.id == case.assignee_id


async def offered(session: AsyncSession, case: Case, typed: str, *, but: int = 0) -> list[Callee]:
    """Whom to offer for what was typed after an @: beginnings of names first, then of their other words."""
    wanted = fold(typed.strip())
    found = [one for one in await callees(session, case) if _place(one, wanted) < _ELSEWHERE]
    found = [one for one in found if one.is_team or one.agent_ids != {but}]
    return sorted(found, key=lambda one: (not one.sees, _place(one, wanted), fold(one.name)))[:_OFFERED]


_ELSEWHERE = 2


def _place(one: Callee, wanted: str) -> int:
    name = fold(one.name)
    if name.startswith(wanted):
        return 0
    return 1 if any(word.startswith(wanted) for word in name.split()) else _ELSEWHERE


async def named_in(session: AsyncSession, case: Case, text: str) -> Named:
    """Who is named in a note; those who may not see the case are not."""
    if "@" not in text:
        return Named()
    known = _by_key(await callees(session, case))
    found = list(dict.fromkeys(called(text, known)))
    agent_ids = frozenset[int]().union(*(known[name.key].agent_ids for name in found))
    return Named(agent_ids, tuple(name.written for name in found))


def _by_key(everybody: Sequence[Callee]) -> dict[str, Callee]:
    """By full name, colleagues before teams; by first name where only one has it. Who sees the case goes first."""
    seeing = [one for one in everybody if one.sees]
    found: dict[str, Callee] = {}
    first: dict[str, list[Callee]] = {}
    for one in seeing:
        found.setdefault(key_of(one.name), one)
        if not one.is_team:
            first.setdefault(key_of(one.name).partition(" ")[0], []).append(one)
    for name, ones in first.items():
        if len(ones) == 1:
            found.setdefault(name, ones[0])
    found.pop("", None)
    return found


def keep(tx: Transaction, case: Case, interaction_id: int, named: Named, *, but: int | None) -> None:
    """Write down who was named in a note that was just written; its author needs no notice."""
    for agent_id in sorted(named.agent_ids - {but}):
        row = {
            "id": tx.new_id(), "agent_id": agent_id, "case_id": case.id, "interaction_id": interaction_id,
            "position": case.last_position, "created_at": tx.now, "seen_at": None,
        }  # fmt: skip
        tx.add_row(Mention, row)
        notices.give(tx, agent_id, NoticeKind.MENTION, case, interaction_id=interaction_id)


async def see(tx: Transaction, agent_id: int, case: Case, position: int) -> None:
    """The agent has read a case up to a position, and so what named them there."""
    unseen = (col(Mention.agent_id) == agent_id, col(Mention.case_id) == case.id, col(Mention.seen_at).is_(None))
    statement = update(Mention).where(*unseen, col(Mention.position) <= position).values(seen_at=tx.now)
    await tx.session.exec(statement)
