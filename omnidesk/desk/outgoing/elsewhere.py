"""Elsewhere: what did not arrive at one address is said at another one of the same person."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import actions, interactions
from omnidesk.desk.access import Viewer
from omnidesk.desk.actions import CapabilitiesOf
from omnidesk.desk.files import Stored
from omnidesk.desk.interactions import By
from omnidesk.errors import Conflict, Invalid, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import (
    Attachment,
    AttachmentState,
    Case,
    ContactPoint,
    Delivery,
    DeliveryState,
    Inbox,
    Interaction,
)


@dataclass(frozen=True, slots=True)
class Way:
    """An address of a person that works and takes messages, and the inbox that reaches it."""

    point: ContactPoint
    inbox: Inbox


async def ways(session: AsyncSession, viewer: Viewer, contact_id: int) -> Sequence[Way]:
    """How a person can be reached, the newest address first: by the inbox they wrote to from there, else by any."""
    theirs = select(ContactPoint).where(
        ContactPoint.contact_id == contact_id, col(ContactPoint.working), col(ContactPoint.consent)
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


async def say(
    tx: Transaction, viewer: Viewer, delivery_id: int, point_id: int, capabilities: CapabilitiesOf | None = None
) -> Case:  # fmt: skip
    """Say once more what failed for good, at another address of the person; the case goes on there.

    It is a message of its own, since chats show what was said at their addresses. Raises NotFound, NotAllowed,
    Conflict when it was said elsewhere already, and Invalid for an address that is no way and for what its channel
    can't carry.
    """
    known = await tx.session.get(Delivery, delivery_id)
    case = await tx.session.get(Case, known.case_id) if known and known.case_id else None
    if known is None or case is None:
        raise NotFound("This message is not here.")
    case = await actions.for_work(tx, viewer, case.number)
    delivery = await tx.get(Delivery, delivery_id)
    if delivery.state != DeliveryState.FAILED or delivery.elsewhere_at is not None:
        raise Conflict("This message is on its way already.")
    way = next((one for one in await ways(tx.session, viewer, case.contact_id) if one.point.id == point_id), None)
    if way is None:
        raise Invalid(f"The person can't be reached at the address {point_id}.", fields={"point": "no way"})
    said = await tx.session.get_one(Interaction, delivery.interaction_id)
    delivery.elsewhere_at = tx.now
    case.contact_point_id, case.inbox_id, case.channel = way.point.id, way.inbox.id, way.inbox.channel
    interactions.event(tx, case, "went_on", By.viewer(viewer), channel=way.inbox.channel, before=delivery.address)
    return await actions.reply(
        tx, viewer, case.number, said.text, attachments=await _files(tx.session, said.id), capabilities=capabilities
    )  # fmt: skip


async def _files(session: AsyncSession, interaction_id: int) -> list[Stored]:
    here = (Attachment.interaction_id == interaction_id, Attachment.state == AttachmentState.STORED)
    return [
        Stored(file.filename, file.content_type, file.size, file.blob, file.content_id, file.inline, "")
        for file in await session.exec(select(Attachment).where(*here).order_by(col(Attachment.id)))
    ]
