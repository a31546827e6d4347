"""Timeline: what a case's page shows, read with a fixed number of queries."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, visible
from omnidesk.store.models import (
    Agent,
    Attachment,
    Case,
    Contact,
    ContactPoint,
    Delivery,
    Inbox,
    Interaction,
    Invitation,
    Participant,
    SlaPolicy,
    SlaTimer,
    Team,
)

_HISTORY = 20


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One interaction with its files and how its sending stands."""

    interaction: Interaction
    attachments: list[Attachment]
    deliveries: list[Delivery]


@dataclass(frozen=True, slots=True)
class SidePanel:
    """What stands beside a case. `hidden`: cases of closed teams, as a count per team."""

    contact: Contact
    points: list[ContactPoint]
    timers: list[SlaTimer]
    policy_name: str
    team: Team
    assignee: Agent | None
    inbox: Inbox
    history: list[Case]
    hidden: dict[str, int]
    scores: dict[int, int]
    participants: list[ContactPoint]
    survey: Invitation | None


async def timeline(
    session: AsyncSession, case: Case, *, before: int | None = None, after: int = 0, limit: int = 100
) -> list[TimelineRow]:
    """The last `limit` rows of a case's log between two positions, oldest first."""
    statement = select(Interaction).where(Interaction.case_id == case.id, col(Interaction.position) > after)
    if before is not None:
        statement = statement.where(col(Interaction.position) < before)
    newest = statement.order_by(col(Interaction.position).desc()).limit(limit)
    return await rows_of(session, list(reversed(list(await session.exec(newest)))))


async def rows_of(session: AsyncSession, interactions: list[Interaction]) -> list[TimelineRow]:
    """Interactions with their attachments and deliveries."""
    ids = [interaction.id for interaction in interactions]
    attachments, deliveries = defaultdict(list), defaultdict(list)
    for file in await session.exec(select(Attachment).where(col(Attachment.interaction_id).in_(ids))):
        attachments[file.interaction_id].append(file)
    for delivery in await session.exec(select(Delivery).where(col(Delivery.interaction_id).in_(ids))):
        deliveries[delivery.interaction_id].append(delivery)
    return [TimelineRow(one, attachments[one.id], deliveries[one.id]) for one in interactions]


async def side_panel(session: AsyncSession, viewer: Viewer, case: Case) -> SidePanel:
    """All that stands beside a case, as far as the viewer may see it."""
    points = select(ContactPoint).where(ContactPoint.contact_id == case.contact_id).order_by(col(ContactPoint.id))
    taking_part = (
        select(ContactPoint)
        .join(Participant, col(Participant.contact_point_id) == col(ContactPoint.id))
        .where(Participant.case_id == case.id)
    )
    timers = list(await session.exec(select(SlaTimer).where(SlaTimer.case_id == case.id).order_by(col(SlaTimer.id))))
    policy = await session.get(SlaPolicy, timers[-1].policy_id) if timers else None
    surveys = select(Invitation).where(Invitation.case_id == case.id).order_by(col(Invitation.id).desc())
    history = await _history(session, viewer, case)
    return SidePanel(
        contact=await session.get_one(Contact, case.contact_id),
        points=list(await session.exec(points)),
        timers=[timer for timer in timers if timer.cycle == case.cycle],
        policy_name=policy.name if policy else "",
        team=await session.get_one(Team, case.team_id),
        assignee=await session.get(Agent, case.assignee_id) if case.assignee_id else None,
        inbox=await session.get_one(Inbox, case.inbox_id),
        history=history,
        hidden=await _hidden(session, viewer, case),
        scores=await _scores(session, [case.id, *(other.id for other in history)]),
        participants=list(await session.exec(taking_part)),
        survey=(await session.exec(surveys.limit(1))).first(),
    )


async def _history(session: AsyncSession, viewer: Viewer, case: Case) -> list[Case]:
    others = select(Case).where(Case.contact_id == case.contact_id, Case.id != case.id, visible(viewer))
    return list(await session.exec(others.order_by(col(Case.id).desc()).limit(_HISTORY)))


async def _hidden(session: AsyncSession, viewer: Viewer, case: Case) -> dict[str, int]:
    """How many cases of the person the viewer may not see, per closed team."""
    if not viewer.hidden_team_ids:
        return {}
    others = (
        select(Team.name, func.count())
        .join(Case, col(Case.team_id) == col(Team.id))
        .where(
            Case.contact_id == case.contact_id,
            Case.id != case.id,
            col(Case.team_id).in_(viewer.hidden_team_ids),
            col(Case.assignee_id).is_distinct_from(viewer.agent_id),
        )
        .group_by(col(Team.name))
    )
    return dict((await session.exec(others)).all())


async def _scores(session: AsyncSession, case_ids: list[int]) -> dict[int, int]:
    """The last survey score of each case."""
    answered = (
        select(Invitation.case_id, Invitation.score)
        .where(col(Invitation.case_id).in_(case_ids), col(Invitation.score).is_not(None))
        .order_by(col(Invitation.id))
    )
    return {case_id: score for case_id, score in await session.exec(answered) if score is not None}
