"""Elsewhere: what did not arrive at one address is said at another one of the same person."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import actions, interactions
from omnidesk.desk.access import Viewer
from omnidesk.desk.actions import CapabilitiesOf
from omnidesk.desk.files import Stored
from omnidesk.desk.interactions import By
from omnidesk.desk.outgoing import ways
from omnidesk.errors import Conflict, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import (
    Attachment,
    AttachmentState,
    Case,
    Delivery,
    DeliveryState,
    Interaction,
)


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
    way = await ways.to(tx.session, viewer, case, point_id)
    said = await tx.session.get_one(Interaction, delivery.interaction_id)
    delivery.elsewhere_at = tx.now
    ways.follow(case, way)
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
