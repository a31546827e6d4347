"""Away: what an agent says to somebody who has left a chat goes to their email address too, after a short wait.

The second delivery is a row like every other, so it survives a restart and goes once. While the person is there it
waits; once they have seen the message in the chat it does not go. What they answer by mail is theirs in the chat.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Addressee, Outbound
from omnidesk.desk.inboxes import Inboxes, LiveInbox
from omnidesk.errors import NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import (
    Author,
    Case,
    ContactPoint,
    Delivery,
    DeliveryRole,
    DeliveryState,
    Interaction,
    Kind,
)
from omnidesk.text import catalogues

_LOCALE = Path(__file__).parents[2] / "locale"
SEEN = "the person has seen it in the chat"


def mail_inbox(inboxes: Inboxes, live: LiveInbox) -> LiveInbox | None:
    """The inbox that mails for a chat: the one its settings name, or the only one there is."""
    away = live.channel.away
    if away is None:
        return None
    fit = [
        one
        for one in inboxes.all()
        if one.row.enabled and one.channel.capabilities.kind == "email" and away.inbox in ("", one.row.slug)
    ]
    return fit[0] if len(fit) == 1 else None


async def follow(tx: Transaction, inboxes: Inboxes, sent: Sequence[Delivery]) -> None:
    """Queue a mail for each of these that an agent said in a chat and nobody has seen."""
    for row in sent:
        if row.automatic or row.away or row.state == DeliveryState.READ or row.role != DeliveryRole.TO:
            continue
        live = _live(inboxes, row.inbox_id)
        mail = mail_inbox(inboxes, live) if live else None
        if live is not None and mail is not None:
            await _queue(tx, inboxes, row, live, mail)


def _live(inboxes: Inboxes, inbox_id: int) -> LiveInbox | None:
    try:
        return inboxes.by_id(inbox_id)
    except NotFound:
        return None


async def _queue(tx: Transaction, inboxes: Inboxes, row: Delivery, live: LiveInbox, mail: LiveInbox) -> None:
    said = await tx.session.get_one(Interaction, row.interaction_id)
    away, email = live.channel.away, await email_of(tx.session, row.contact_point_id, mail.row.channel)
    if (
        said.kind != Kind.MESSAGE
        or said.author_kind != Author.AGENT
        or away is None
        or not email
        or inboxes.owns(mail.row.channel, email)
    ):
        return
    again = select(Delivery.id).where(Delivery.interaction_id == said.id, col(Delivery.away))
    if (await tx.session.exec(again)).first() is None:
        tx.new(
            Delivery, interaction_id=said.id, case_id=row.case_id, contact_point_id=row.contact_point_id,
            inbox_id=mail.row.id, channel=mail.row.channel, address=email, away=True,
            not_before=tx.now + away.after, created_at=tx.now,
        )  # fmt: skip


async def email_of(session: AsyncSession, point_id: int, channel: str) -> str:
    """Where the person at an address can be mailed by a channel: at a proven address, else where they said."""
    point = await session.get_one(ContactPoint, point_id)
    theirs = (
        select(ContactPoint.address)
        .where(ContactPoint.contact_id == point.contact_id, ContactPoint.channel == channel)
        .where(col(ContactPoint.proven), col(ContactPoint.working), col(ContactPoint.consent))
        .order_by(col(ContactPoint.id).desc())
    )
    if proven := (await session.exec(theirs.limit(1))).first():
        return proven
    known = select(ContactPoint).where(ContactPoint.channel == channel, ContactPoint.address == point.away_email)
    said = (await session.exec(known)).first() if point.away_email else None
    return "" if said and not (said.working and said.consent) else point.away_email


async def may_go(tx: Transaction, row: Delivery, inboxes: Inboxes) -> bool:
    """Whether a locked mail is still wanted, and its reader is gone; else it waits, or goes never."""
    beside = select(Delivery).where(Delivery.interaction_id == row.interaction_id, ~col(Delivery.away))
    chat = (await tx.session.exec(beside.where(Delivery.contact_point_id == row.contact_point_id))).first()
    if chat is None:  # a transcript, which the person asked for
        return True
    if chat.state == DeliveryState.READ:
        row.state, row.error = DeliveryState.CANCELLED, SEEN
        return False
    point = await tx.session.get_one(ContactPoint, row.contact_point_id)
    live = _live(inboxes, chat.inbox_id)
    away = live.channel.away if live else None
    gone_at = point.here_at + away.after if point.here_at and away else tx.now
    if gone_at <= tx.now:
        return True
    row.state, row.not_before = DeliveryState.QUEUED, gone_at + timedelta(seconds=1)
    row.attempts -= 1
    return False


async def seen(tx: Transaction, point_id: int, upto: int) -> None:
    """What a person has looked at in the chat is not mailed."""
    waiting = (
        col(Delivery.contact_point_id) == point_id,
        col(Delivery.interaction_id) <= upto,
        col(Delivery.away),
        ~col(Delivery.automatic),
        col(Delivery.state) == DeliveryState.QUEUED,
    )
    await tx.session.exec(update(Delivery).where(*waiting).values(state=DeliveryState.CANCELLED, error=SEEN))


async def visitor_of(session: AsyncSession, case: Case, channel: str, address: str) -> int | None:
    """The chat's address to whose owner a message of this case was mailed there."""
    mailed = select(Delivery.contact_point_id).where(
        Delivery.case_id == case.id, col(Delivery.away), Delivery.channel == channel, Delivery.address == address
    )
    return (await session.exec(mailed.order_by(col(Delivery.id).desc()).limit(1))).first()


def as_mail(outbound: Outbound, said: Interaction) -> Outbound:
    """A letter of a chat as mail to the person alone, which says why it comes."""
    _ = catalogues.load(_LOCALE)[outbound.language].gettext
    to = (Addressee(outbound.to, outbound.to_name),)
    if transcript := said.payload.get("transcript"):
        return replace(
            outbound, addressees=to, text=transcript, subject=_("Your conversation with us"), formatted=False
        )  # fmt: skip
    why = _("You have left our chat, so we send you this by email. Answer it, and your words are in the chat again.")
    return replace(outbound, addressees=to, text=f"{outbound.text}\n\n{why}")
