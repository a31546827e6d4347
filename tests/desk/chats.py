"""A chat for tests of the desk: an inbox whose people are there only while a page is open."""

from sqlmodel import select

from omnidesk.contract.channel import Outbound
from omnidesk.store.models import Contact, ContactPoint, Delivery, Inbox, Interaction
from tests.office import Office


async def open_chat(office: Office, slug: str = "chat", bot: str | None = None) -> None:
    """The desk gets an inbox for a chat."""
    async with office.database.transaction() as tx:
        team = (await tx.session.exec(select(Inbox.team_id).where(Inbox.slug == "desk"))).one()
        tx.new(
            Inbox, slug=slug, channel="fakechat", name="Chat", team_id=team, bot=bot, created_at=tx.now,
            updated_at=tx.now,
        )  # fmt: skip
    await office.inboxes.refresh()


async def point_of(office: Office, address: str) -> ContactPoint:
    """The contact point of an address."""
    async with office.database.session() as session:
        return (await session.exec(select(ContactPoint).where(ContactPoint.address == address))).one()


async def contact_of(office: Office, address: str) -> Contact:
    """Whose an address is."""
    point = await point_of(office, address)
    async with office.database.session() as session:
        return await session.get_one(Contact, point.contact_id)


def mails(office: Office, inbox: str = "mail") -> list[Outbound]:
    """What went out by mail."""
    return office.channel(inbox).sent


async def away_mails(office: Office) -> list[Delivery]:
    """The mails to who has left, sent or not."""
    return [one for one in await office.all(Delivery) if one.away]


async def events_of(office: Office, name: str) -> list[Interaction]:
    """What happened under this name."""
    return [one for one in await office.all(Interaction) if one.payload.get("event") == name]
