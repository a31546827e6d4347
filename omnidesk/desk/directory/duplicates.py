"""Who may be the same person as somebody: a hint with its reason; an agent decides, and links their addresses."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.directory.names import called
from omnidesk.store.models import Contact, ContactPoint, Inbox

_MOST = 3


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another contact, what they are called, and why they may be the same: `address` or `name`."""

    contact: Contact
    name: str
    reason: str


async def of(session: AsyncSession, contact: Contact, points: Sequence[ContactPoint]) -> list[Duplicate]:
    """The likeliest few: an address of theirs on another channel, then a full name that is the same."""
    found = {other.id: Duplicate(other, called(other, [point]), "address")
             for other, point in await _at_the_same_address(session, contact, points)}  # fmt: skip
    for other in await _of_the_same_name(session, contact):
        found.setdefault(other.id, Duplicate(other, other.name, "name"))
    return list(found.values())[:_MOST]


async def _at_the_same_address(
    session: AsyncSession, contact: Contact, points: Sequence[ContactPoint]
) -> Sequence[tuple[Contact, ContactPoint]]:
    addresses = {point.address for point in points}
    channels = select(Inbox.channel).distinct()  # addresses are found by channel
    same = (
        select(Contact, ContactPoint)
        .join(ContactPoint, col(ContactPoint.contact_id) == col(Contact.id))
        .where(col(ContactPoint.channel).in_(channels), col(ContactPoint.address).in_(addresses))
        .where(col(Contact.id) != contact.id, col(Contact.merged_into_id).is_(None))
    )
    return (await session.exec(same.order_by(col(Contact.id)).limit(_MOST))).all()


async def _of_the_same_name(session: AsyncSession, contact: Contact) -> Sequence[Contact]:
    if " " not in contact.folded_name:
        return []  # a first name alone says nothing
    same = select(Contact).where(Contact.folded_name == contact.folded_name, col(Contact.id) != contact.id)
    return (
        await session.exec(same.where(col(Contact.merged_into_id).is_(None)).order_by(col(Contact.id)).limit(_MOST))
    ).all()
