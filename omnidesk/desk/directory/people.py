"""People: the list of contacts with its search, and what the page of one person shows, as far as one may see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import cases, own_fields
from omnidesk.desk.access import Viewer, visible
from omnidesk.desk.directory import finding
from omnidesk.desk.directory.names import called
from omnidesk.errors import NotFound
from omnidesk.store.models import (
    Agent,
    Case,
    Contact,
    ContactLink,
    ContactPoint,
    FieldDefinition,
    FieldSubject,
    Inbox,
    Interaction,
    Invitation,
    Organization,
    Team,
)

_CASES = 50
_LINKS = 20


@dataclass(slots=True)
class Entry:
    """A line of the list. `open_cases` and `last_at` tell of the cases that the viewer may see, `hidden` of others."""

    contact: Contact
    points: list[ContactPoint] = field(default_factory=list)
    open_cases: int = 0
    last_at: datetime | None = None
    hidden: dict[str, int] = field(default_factory=dict)

    @property
    def called(self) -> str:
        """What the person is called."""
        return called(self.contact, self.points)


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some contacts, the newest first, and the cursor of what follows."""

    entries: list[Entry]
    next: int | None


@dataclass(frozen=True, slots=True)
class LinkLine:
    """That an address came to a contact, or left it, in names. `other`: where it came from or went to."""

    link: ContactLink
    point: ContactPoint
    other: Contact
    agent_name: str

    @property
    def came(self) -> bool:
        """Whether the address came from the other contact; else it went there."""
        return self.link.from_contact_id == self.other.id

    @property
    def can_undo(self) -> bool:
        """Whether the address can go back by this link: it still is where it was linked to."""
        return self.link.undone_at is None and self.point.contact_id == self.link.to_contact_id


@dataclass(frozen=True, slots=True)
class Person:
    """What the page of a person shows beside the log.

    `hidden`: cases of closed teams, as a count per team; `hidden_messages`: what belongs to no case there.
    """

    contact: Contact
    points: list[ContactPoint]
    cases: list[Case]
    hidden: dict[str, int]
    hidden_messages: dict[str, int]
    surveys: list[Invitation]
    links: list[LinkLine]
    fields: Sequence[FieldDefinition]
    """What the desk asks of people."""
    organization: Organization | None = None

    @property
    def called(self) -> str:
        """What the person is called."""
        return called(self.contact, self.points)

    @property
    def scores(self) -> dict[int, int]:
        """The last survey score of each case."""
        return scores_of(self.surveys)


async def list_people(
    session: AsyncSession, viewer: Viewer, *, question: str = "", cursor: int | None = None, limit: int = 50,
    organization_id: int | None = None,
) -> PeoplePage:  # fmt: skip
    """The contacts that `question` finds, or all; of one organization alone where it is named."""
    statement = select(Contact).where(col(Contact.merged_into_id).is_(None))
    statement = statement.where(*await finding.matching(session, question))
    if organization_id is not None:
        statement = statement.where(col(Contact.organization_id) == organization_id)
    if cursor is not None:
        statement = statement.where(col(Contact.id) < cursor)
    found = list(await session.exec(statement.order_by(col(Contact.id).desc()).limit(limit + 1)))
    entries = {contact.id: Entry(contact) for contact in found[:limit]}
    await _describe(session, viewer, entries)
    return PeoplePage(list(entries.values()), found[limit - 1].id if len(found) > limit else None)


async def _describe(session: AsyncSession, viewer: Viewer, entries: dict[int, Entry]) -> None:
    points = select(ContactPoint).where(col(ContactPoint.contact_id).in_(entries)).order_by(col(ContactPoint.id))
    for point in await session.exec(points):
        entries[point.contact_id].points.append(point)
    is_open: ColumnElement[int] = case((col(Case.category).in_(cases.OPEN), 1), else_=0)
    theirs = (
        select(Case.contact_id, func.sum(is_open), func.max(Case.last_at))
        .where(col(Case.contact_id).in_(entries), visible(viewer))
        .group_by(col(Case.contact_id))
    )
    for contact_id, open_cases, last_at in await session.exec(theirs):
        entries[contact_id].open_cases, entries[contact_id].last_at = int(open_cases), last_at
    for contact_id, team, count in await _hidden(session, viewer, entries):
        entries[contact_id].hidden[team] = count


async def find(session: AsyncSession, contact_id: int) -> Contact:
    """A contact by its id; one that was merged leads to who took over (`merged_into_id`). Raises NotFound."""
    contact = await session.get(Contact, contact_id)
    if contact is None:
        raise NotFound(f"There is no contact {contact_id} here.")
    return contact


async def person(session: AsyncSession, viewer: Viewer, contact: Contact) -> Person:
    """All that stands beside the log of a person."""
    theirs = await cases_of(session, viewer, contact.id, limit=_CASES)
    return Person(
        contact=contact,
        points=await points_of(session, contact.id),
        cases=theirs,
        hidden=await hidden_cases(session, viewer, contact.id),
        hidden_messages=await _hidden_messages(session, viewer, contact.id),
        surveys=await answers_in(session, [one.id for one in theirs]),
        links=await _links(session, contact.id),
        fields=await own_fields.definitions(session, FieldSubject.CONTACT),
        organization=await organization_of(session, contact),
    )


async def organization_of(session: AsyncSession, contact: Contact) -> Organization | None:
    """The organization a person belongs to."""
    return await session.get(Organization, contact.organization_id) if contact.organization_id else None


async def points_of(session: AsyncSession, contact_id: int) -> list[ContactPoint]:
    """The addresses of a person, the oldest first."""
    points = select(ContactPoint).where(ContactPoint.contact_id == contact_id).order_by(col(ContactPoint.id))
    return list(await session.exec(points))


async def cases_of(
    session: AsyncSession, viewer: Viewer, contact_id: int, *, limit: int, but: int | None = None
) -> list[Case]:
    """The newest cases of a person that the viewer may see, without the case `but`."""
    theirs = select(Case).where(Case.contact_id == contact_id, visible(viewer))
    if but is not None:
        theirs = theirs.where(Case.id != but)
    return list(await session.exec(theirs.order_by(col(Case.id).desc()).limit(limit)))


async def hidden_cases(
    session: AsyncSession, viewer: Viewer, contact_id: int, *, but: int | None = None
) -> dict[str, int]:
    """How many cases of the person, without the case `but`, the viewer may not see, per closed team."""
    return {team: count for _, team, count in await _hidden(session, viewer, [contact_id], but=but)}


async def _hidden(
    session: AsyncSession, viewer: Viewer, contact_ids: Iterable[int], *, but: int | None = None
) -> Sequence[tuple[int, str, int]]:
    """(contact, closed team, number of cases), the teams by name."""
    if not viewer.hidden_team_ids:
        return []
    theirs = (
        select(Case.contact_id, Team.name, func.count())
        .join(Team, col(Team.id) == col(Case.team_id))
        .where(
            col(Case.contact_id).in_(contact_ids),
            col(Case.team_id).in_(viewer.hidden_team_ids),
            col(Case.assignee_id).is_distinct_from(viewer.agent_id),
        )
        .group_by(col(Case.contact_id), col(Team.name))
        .order_by(col(Team.name))
    )
    if but is not None:
        theirs = theirs.where(Case.id != but)
    return (await session.exec(theirs)).all()


async def _hidden_messages(session: AsyncSession, viewer: Viewer, contact_id: int) -> dict[str, int]:
    """How many rows of the person's log belong to no case and came by inboxes of teams closed to the viewer."""
    if not viewer.hidden_team_ids:
        return {}
    theirs = (
        select(Team.name, func.count())
        .join(Inbox, col(Inbox.team_id) == col(Team.id))
        .join(Interaction, col(Interaction.inbox_id) == col(Inbox.id))
        .where(Interaction.contact_id == contact_id, col(Interaction.case_id).is_(None))
        .where(col(Team.id).in_(viewer.hidden_team_ids))
        .group_by(col(Team.name))
        .order_by(col(Team.name))
    )
    return dict((await session.exec(theirs)).all())


async def answers_in(session: AsyncSession, case_ids: list[int]) -> list[Invitation]:
    """The survey answers of these cases, the newest first."""
    answered = (
        select(Invitation)
        .where(col(Invitation.case_id).in_(case_ids), col(Invitation.score).is_not(None))
        .order_by(col(Invitation.id).desc())
    )
    return list(await session.exec(answered))


def scores_of(answers: list[Invitation]) -> dict[int, int]:
    """The last score of each case, from its answers, the newest first."""
    return {answer.case_id: answer.score for answer in reversed(answers) if answer.score is not None}


async def _links(session: AsyncSession, contact_id: int) -> list[LinkLine]:
    """The addresses that came to this contact or left it, the newest first."""
    came = col(ContactLink.to_contact_id) == contact_id
    statement = (
        select(ContactLink, ContactPoint, Contact, func.coalesce(Agent.name, ""))
        .join(ContactPoint, col(ContactPoint.id) == col(ContactLink.point_id))
        .join(
            Contact, col(Contact.id) == case((came, col(ContactLink.from_contact_id)), else_=ContactLink.to_contact_id)
        )
        .outerjoin(Agent, col(Agent.id) == col(ContactLink.agent_id))
        .where(came | (col(ContactLink.from_contact_id) == contact_id))
        .order_by(col(ContactLink.id).desc())
        .limit(_LINKS)
    )
    return [LinkLine(*row) for row in await session.exec(statement)]
