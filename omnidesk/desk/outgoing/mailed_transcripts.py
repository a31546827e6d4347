"""Mailed transcripts: what was said in a chat, sent to an address that the visitor gives, a few times a day."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import col, select

from omnidesk.contract.channel import ChannelError, Entry
from omnidesk.desk import interactions
from omnidesk.desk.inboxes import LiveInbox
from omnidesk.events import WorkWaiting
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, ContactPoint, Delivery

_A_DAY = 3
"""So many a visitor may have in a day, and so many an address may get, whoever asks for them."""
_LONGEST = 50_000


async def send(tx: Transaction, mail: LiveInbox, point_id: int | None, email: str, said: Sequence[Entry]) -> None:
    """Queue the mail, and say so on the newest case. Raises `ChannelError`, permanent where nothing was said."""
    newest = select(Case.id).where(Case.contact_point_id == point_id).order_by(col(Case.last_at).desc()).limit(1)
    case_id = (await tx.session.exec(newest)).first() if point_id is not None else None
    if case_id is None or point_id is None or not said:
        raise ChannelError("nothing was said yet", permanent=True)
    await tx.get(ContactPoint, point_id)  # two at once count each other
    today = (col(Delivery.away), col(Delivery.automatic), col(Delivery.created_at) > tx.now - timedelta(days=1))
    for whose in (Delivery.contact_point_id == point_id, Delivery.address == email):
        if (await tx.session.exec(select(func.count()).where(whose, *today))).one() >= _A_DAY:
            raise ChannelError("it was mailed often enough today")
    case = await tx.get(Case, case_id)
    values = {"address": email, "transcript": _text(said)}
    event_id = interactions.event(tx, case, "transcript_mailed", **values)
    tx.new(
        Delivery, interaction_id=event_id, case_id=case.id, contact_point_id=point_id, inbox_id=mail.row.id,
        channel=mail.row.channel, address=email, automatic=True, away=True, not_before=tx.now, created_at=tx.now,
    )  # fmt: skip
    tx.publish(WorkWaiting("outbox"))


def _text(said: Sequence[Entry]) -> str:
    """The newest lines that fit: when, who, what."""
    lines = [f"{one.at:%Y-%m-%d %H:%M} UTC · {one.name or '–'}\n{_words(one)}" for one in said]
    while len(lines) > 1 and sum(map(len, lines)) > _LONGEST:
        del lines[0]
    return "\n\n".join(lines)[-_LONGEST:]


def _words(one: Entry) -> str:
    return "\n".join([one.text, *(f"[{file.filename}]" for file in one.files)]).strip()
