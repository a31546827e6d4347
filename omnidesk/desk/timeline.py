"""Timeline: what was said and done, of one case or of one person, and what stands beside a case.

Each is read with a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import access, own_fields, properties
from omnidesk.desk.access import Viewer, visible_row
from omnidesk.desk.beside import Beside, beside
from omnidesk.desk.directory import duplicates, people
from omnidesk.desk.directory.duplicates import Duplicate
from omnidesk.desk.standing import Standing, standings
from omnidesk.store.models import (
    Agent,
    Attachment,
    Case,
    Contact,
    ContactPoint,
    Delivery,
    FieldDefinition,
    FieldSubject,
    Inbox,
    Interaction,
    Invitation,
    Organization,
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
    timers: Sequence[Standing]
    policy_name: str
    team: Team
    assignee: Agent | None
    inbox: Inbox
    history: list[Case]
    hidden: dict[str, int]
    scores: dict[int, int]
    participants: list[ContactPoint]
    survey: Invitation | None
    labels: Sequence[str]
    own: Beside
    organization: Organization | None
    duplicates: Sequence[Duplicate]
    """Who may be the same person."""
    fields: Sequence[FieldDefinition]
    """What the desk asks of people."""


async def timeline(
    session: AsyncSession, case: Case, *, before: int | None = None, after: int = 0, limit: int = 100
) -> list[TimelineRow]:
    """The last `limit` rows of a case's log between two positions, oldest first."""
    statement = select(Interaction).where(Interaction.case_id == case.id, col(Interaction.position) > after)
    if before is not None:
        statement = statement.where(col(Interaction.position) < before)
    newest = statement.order_by(col(Interaction.position).desc()).limit(limit)
    return await rows_of(session, list(reversed(list(await session.exec(newest)))))


async def rows_after(
    session: AsyncSession, viewer: Viewer, log: Case | Contact, *, after: int = 0, limit: int = 100
) -> list[tuple[TimelineRow, Case | None]]:
    """The first `limit` rows of a log after a position (of a person: after an interaction), oldest first.

    Each comes with its case. Of a person's log, what the viewer may not see is left out.
    """
    if isinstance(log, Case):
        own, place = Interaction.case_id == log.id, col(Interaction.position)
    else:
        own, place = Interaction.contact_id == log.id, col(Interaction.id)
    statement = (
        select(Interaction, Case)
        .outerjoin(Case, col(Case.id) == col(Interaction.case_id))
        .where(own, place > after, visible_row(viewer))
        .order_by(place)
        .limit(limit)
    )
    found: list[tuple[Interaction, Case | None]] = list((await session.exec(statement)).all())
    rows = await rows_of(session, [interaction for interaction, _ in found])
    return [(row, case) for row, (_, case) in zip(rows, found, strict=True)]


async def person_timeline(
    session: AsyncSession, viewer: Viewer, contact_id: int, *, before: int | None = None, limit: int = 100
) -> list[tuple[TimelineRow, Case | None]]:
    """The last `limit` rows of a person's log before an interaction, over all cases and channels, oldest first.

    Each comes with its case, which some have not. What the viewer may not see is left out.
    """
    statement = (
        select(Interaction, Case)
        .outerjoin(Case, col(Case.id) == col(Interaction.case_id))
        .where(Interaction.contact_id == contact_id, visible_row(viewer))
    )
    if before is not None:
        statement = statement.where(col(Interaction.id) < before)
    newest = statement.order_by(col(Interaction.id).desc()).limit(limit)
    found: list[tuple[Interaction, Case | None]] = list(reversed((await session.exec(newest)).all()))
    rows = await rows_of(session, [interaction for interaction, _ in found])
    return [(row, case) for row, (_, case) in zip(rows, found, strict=True)]


async def rows_of(session: AsyncSession, interactions: list[Interaction]) -> list[TimelineRow]:
    """Interactions with their attachments and deliveries."""
    ids = [interaction.id for interaction in interactions]
    attachments, deliveries = defaultdict(list), defaultdict(list)
    of_these = select(Attachment).where(col(Attachment.interaction_id).in_(ids)).order_by(col(Attachment.id))
    for file in await session.exec(of_these):
        attachments[file.interaction_id].append(file)
    sent = select(Delivery).where(col(Delivery.interaction_id).in_(ids)).order_by(col(Delivery.id))
    for delivery in await session.exec(sent):
        deliveries[delivery.interaction_id].append(delivery)
    return [TimelineRow(one, attachments[one.id], deliveries[one.id]) for one in interactions]


async def unseen(session: AsyncSession, viewer: Viewer, rows: Iterable[TimelineRow]) -> set[int]:
    """Of the cases that events name, the numbers of those that the viewer may not see."""
    payloads = (row.interaction.payload for row in rows)
    return await access.unseen(session, viewer, {said["number"] for said in payloads if "number" in said})


async def side_panel(session: AsyncSession, viewer: Viewer, case: Case, now: datetime) -> SidePanel:
    """All that stands beside a case, as far as the viewer may see it."""
    taking_part = (
        select(ContactPoint)
        .join(Participant, col(Participant.contact_point_id) == col(ContactPoint.id))
        .where(Participant.case_id == case.id)
    )
    timers = list(await session.exec(select(SlaTimer).where(SlaTimer.case_id == case.id).order_by(col(SlaTimer.id))))
    policy = await session.get(SlaPolicy, timers[-1].policy_id) if timers else None
    surveys = select(Invitation).where(Invitation.case_id == case.id).order_by(col(Invitation.id).desc())
    contact = await session.get_one(Contact, case.contact_id)
    history = await people.cases_of(session, viewer, case.contact_id, limit=_HISTORY, but=case.id)
    points = await people.points_of(session, case.contact_id)
    return SidePanel(
        contact=contact,
        points=points,
        timers=await standings(session, case, [timer for timer in timers if timer.cycle == case.cycle], policy, now),
        policy_name=policy.name if policy else "",
        team=await session.get_one(Team, case.team_id),
        assignee=await session.get(Agent, case.assignee_id) if case.assignee_id else None,
        inbox=await session.get_one(Inbox, case.inbox_id),
        history=history,
        hidden=await people.hidden_cases(session, viewer, case.contact_id, but=case.id),
        scores=people.scores_of(await people.answers_in(session, [case.id, *(other.id for other in history)])),
        participants=list(await session.exec(taking_part)),
        survey=(await session.exec(surveys.limit(1))).first(),
        labels=await properties.labels_of(session, case.id),
        own=await beside(session, viewer, case),
        organization=await people.organization_of(session, contact),
        duplicates=await duplicates.of(session, contact, points),
        fields=await own_fields.definitions(session, FieldSubject.CONTACT),
    )
