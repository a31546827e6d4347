"""Giving notices: written in the transaction of what happened, for those who may see the case then."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from omnidesk.desk.notices import choices
from omnidesk.desk.notices.choices import Mail
from omnidesk.events import NoticesChanged, WorkWaiting
from omnidesk.store.db import Transaction
from omnidesk.store.models import Agent, Case, Membership, Notice, NoticeChoice, NoticeKind, Presence, Role, Team

_Person = tuple[Agent, NoticeChoice | None]


@dataclass(frozen=True, slots=True)
class _Given:
    id: int
    kind: NoticeKind
    case: Case
    agent_id: int | None
    """None = everybody of the case's team."""
    interaction_id: int | None


def give(
    tx: Transaction, agent_id: int, kind: NoticeKind | str, case: Case, *, interaction_id: int | None = None
) -> None:
    """Let an agent hear of something, unless the agent may not see the case when the transaction ends."""
    tx.at_end(_settle, _Given(tx.new_id(), NoticeKind(kind), case, agent_id, interaction_id))


def give_team(tx: Transaction, kind: NoticeKind | str, case: Case, *, interaction_id: int | None = None) -> None:
    """The same for everybody of the case's team who answers."""
    tx.at_end(_settle, _Given(tx.new_id(), NoticeKind(kind), case, None, interaction_id))


async def _settle(tx: Transaction, given: list[_Given]) -> None:
    """Write the rows, with as many statements for one notice as for a thousand."""
    teams = {one.case.team_id for one in given}
    closed = set(await tx.session.exec(select(Team.id).where(col(Team.id).in_(teams), col(Team.closed))))
    members: dict[int, set[int]] = {team_id: set() for team_id in teams}
    for team_id, agent_id in await tx.session.exec(
        select(Membership.team_id, Membership.agent_id).where(col(Membership.team_id).in_(teams))
    ):
        members[team_id].add(agent_id)
    named = {one.agent_id for one in given if one.agent_id is not None}
    wide = {agent_id for one in given if one.agent_id is None for agent_id in members[one.case.team_id]}
    people = await _people(tx, named | wide)
    for one in given:
        team = members[one.case.team_id]
        for agent_id in [one.agent_id] if one.agent_id is not None else sorted(team):
            person = people.get(agent_id)
            if person and _hears(one, person[0], team, one.case.team_id in closed):
                _write(tx, one, person)


async def _people(tx: Transaction, agent_ids: Iterable[int]) -> dict[int, _Person]:
    statement = (
        select(Agent, NoticeChoice)
        .outerjoin(NoticeChoice, col(NoticeChoice.agent_id) == col(Agent.id))
        .where(col(Agent.id).in_(set(agent_ids)), col(Agent.active))
    )
    return {agent.id: (agent, choice) for agent, choice in await tx.session.exec(statement)}


def _hears(one: _Given, agent: Agent, team: set[int], closed: bool) -> bool:
    if one.agent_id is None and agent.role == Role.VIEWER:
        return False
    return not closed or agent.role == Role.ADMIN or agent.id in team or one.case.assignee_id == agent.id


def _write(tx: Transaction, one: _Given, person: _Person) -> None:
    agent, choice = person
    row = {
        "id": tx.new_id(), "agent_id": agent.id, "kind": one.kind, "case_id": one.case.id,
        "interaction_id": one.interaction_id, "created_at": tx.now, "seen_at": None, "pushed_at": None,
        "mailed_at": None, **_when(tx, one.kind, agent, choice),
    }  # fmt: skip
    tx.add_row(Notice, row)
    tx.publish(NoticesChanged(agent.id))
    for name in ("push", "mail"):
        if row[f"{name}_at"] is not None:
            tx.publish(WorkWaiting(f"notices_{name}"))


def _when(tx: Transaction, kind: NoticeKind, agent: Agent, choice: NoticeChoice | None) -> dict[str, Any]:
    """When it leaves the desk. Who chose to be off hears of mentions alone, in a digest."""
    way = choices.way(choice, kind)
    if agent.chosen == Presence.OFF:
        mail = Mail.DIGEST if kind == NoticeKind.MENTION and way.mail != Mail.OFF else Mail.OFF
        return {"push_at": None, "mail_at": choices.mail_at(choice, mail, tx.now)}
    return {"push_at": tx.now if way.push else None, "mail_at": choices.mail_at(choice, way.mail, tx.now)}
