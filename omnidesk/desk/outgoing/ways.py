"""Ways: how a person can be reached, at all their addresses by all inboxes that are in use."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer
from omnidesk.errors import Invalid
from omnidesk.store.models import Case, ContactPoint, Inbox


@dataclass(frozen=True, slots=True)
class Way:
    """An address of a person that works and takes messages, and the inbox that reaches it."""

    point: ContactPoint
    inbox: Inbox


async def of(session: AsyncSession, viewer: Viewer, contact_id: int) -> Sequence[Way]:
    """How a person can be reached, the newest address first: by the inbox they wrote to from there, else by any."""
    theirs = select(ContactPoint).where(
        ContactPoint.contact_id == contact_id, col(ContactPoint.working), col(ContactPoint.consent),
        col(ContactPoint.known_as_id).is_(None),
    )  # fmt: skip
    points = list(await session.exec(theirs.order_by(col(ContactPoint.id).desc())))
    channels = {point.channel for point in points}
    enabled = select(Inbox).where(col(Inbox.enabled), col(Inbox.channel).in_(channels)).order_by(col(Inbox.slug))
    inboxes = [one for one in await session.exec(enabled) if one.team_id not in viewer.hidden_team_ids]
    wrote = await _wrote_to(session, contact_id)
    found = []
    for point in points:
        fit = [inbox for inbox in inboxes if inbox.channel == point.channel]
        fit.sort(key=lambda inbox: inbox.id != wrote.get(point.id))
        found += [Way(point, inbox) for inbox in fit[:1]]
    return found


async def _wrote_to(session: AsyncSession, contact_id: int) -> dict[int, int]:
    """Contact point → the inbox of its newest case: a bot of Telegram, say, knows those only who wrote to it."""
    newest = (
        select(Case.contact_point_id, Case.inbox_id)
        .where(Case.contact_id == contact_id)
        .group_by(col(Case.contact_point_id), col(Case.inbox_id))
        .order_by(func.max(Case.id))
    )
    return dict((await session.exec(newest)).all())


async def to(session: AsyncSession, viewer: Viewer, case: Case, point_id: int) -> Way:
    """The way to one address of a case's person. Raises Invalid where there is none."""
    way = next((one for one in await of(session, viewer, case.contact_id) if one.point.id == point_id), None)
    if way is None:
        raise Invalid(
            f"The person can't be reached at the address {point_id}.", code="no_way", fields={"point": "no way"}
        )  # fmt: skip
    return way


async def place(session: AsyncSession, viewer: Viewer, case: Case, point_id: int | None) -> tuple[int, int]:
    """The address and the inbox of a reply that goes to an address, or where the case is answered. Raises Invalid."""
    if point_id in (None, case.contact_point_id):
        return case.contact_point_id, case.inbox_id
    way = await to(session, viewer, case, point_id)
    return way.point.id, way.inbox.id


def follow(case: Case, way: Way) -> None:
    """The case goes on there: what is said next, and what the person answers."""
    case.contact_point_id, case.inbox_id, case.channel = way.point.id, way.inbox.id, way.inbox.channel
