"""Letters: a delivery's interaction written as what its channel can send."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Button, Capabilities, Channel, File, Link, Outbound
from omnidesk.desk import deliveries, files, joining, surveys
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.models import (
    Attachment,
    Author,
    Case,
    ContactPoint,
    Delivery,
    Direction,
    Inbox,
    Interaction,
    MessageReference,
)
from omnidesk.text import catalogues

_LOCALE = Path(__file__).parent.parent / "locale"
_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class Letters:
    """Writes outgoing messages."""

    db: Database
    blobs: Blobs
    keys: Keys
    public_url: str

    async def write(self, session: AsyncSession, delivery: Delivery, channel: Channel) -> Outbound:
        """The message of a delivery, degraded to what the channel can do. Raises Invalid where that can't be done."""
        interaction = await session.get_one(Interaction, delivery.interaction_id)
        case = await session.get_one(Case, delivery.case_id)
        point = await session.get_one(ContactPoint, delivery.contact_point_id)
        inbox = await session.get_one(Inbox, delivery.inbox_id)
        can = channel.capabilities
        buttons = tuple(Button(**button) for button in interaction.payload.get("buttons", ()))
        return Outbound(
            key=key_of(self.keys, delivery.id),
            to=delivery.address,
            to_name=case.contact_name or point.name,
            from_name=_from_name(interaction, inbox),
            subject=_subject(case, inbox),
            language=catalogues.language_of(case.language, inbox.language),
            text=_text(interaction.text, buttons, can),
            buttons=buttons if len(buttons) <= can.buttons else (),
            links=self._links(interaction, case, can),
            files=await self._files(session, interaction.id, can),
            token=joining.case_token(self.keys, case.id),
            references=await _references(session, case.id, interaction.position),
            automatic=delivery.automatic,
        )

    def _links(self, interaction: Interaction, case: Case, can: Capabilities) -> tuple[Link, ...]:
        """The scale of a survey as links, where a score is asked for by a page."""
        invitation = interaction.payload.get("invitation")
        if invitation is None or can.survey != "link":
            return ()
        page = f"{self.public_url}/survey/{surveys.token_of(self.keys, invitation)}"
        labels = zip(interaction.payload["scale"], interaction.payload["labels"], strict=True)
        return tuple(Link(f"{score} – {label}", f"{page}?score={score}") for score, label in labels)

    async def _files(self, session: AsyncSession, interaction_id: int, can: Capabilities) -> tuple[File, ...]:
        rows = await session.exec(select(Attachment).where(Attachment.interaction_id == interaction_id))
        found = tuple(self.file(row) for row in rows)
        deliveries.must_take_files(can, found)
        return found

    def file(self, row: Attachment) -> File:
        """An attachment as it is handed out."""
        url = self.public_url + files.signed_path(self.keys, row.id, self.db.now())
        return File(row.filename, row.content_type, row.size, url, partial(self.blobs.get, row.blob))


def key_of(keys: Keys, delivery_id: int) -> str:
    """What a delivery is known by at its provider: the same on every try.

    It is signed, because whoever knows the id of a message can answer it and so join its case; ids alone could be
    guessed. Lower case, fit for a Message-ID.
    """
    return keys.sign("delivery", f"{delivery_id}")


def _from_name(interaction: Interaction, inbox: Inbox) -> str:
    return interaction.author_name if interaction.author_kind == Author.AGENT else inbox.name


def _subject(case: Case, inbox: Inbox) -> str:
    language = catalogues.language_of(case.language, inbox.language)
    subject = case.subject or catalogues.load(_LOCALE)[language].gettext("Your message")
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _text(text: str, buttons: Sequence[Button], can: Capabilities) -> str:
    """The text, with the buttons that the channel can't show as numbered lines."""
    if len(buttons) <= can.buttons:
        return text
    choices = "\n".join(f"{number}. {button.text}" for number, button in enumerate(buttons, 1))
    return f"{text}\n\n{choices}"


async def _references(session: AsyncSession, case_id: int, position: int) -> tuple[str, ...]:
    """The ids of the messages of the case before this one, oldest first."""
    statement = (
        select(MessageReference.message_id)
        .join(Interaction, col(Interaction.id) == col(MessageReference.interaction_id))
        .where(Interaction.case_id == case_id, col(Interaction.position) < position,
               col(Interaction.direction) != Direction.INTERNAL)
        .order_by(col(Interaction.position).desc())
        .limit(_REFERENCES)
    )  # fmt: skip
    return tuple(reversed(list(await session.exec(statement))))
