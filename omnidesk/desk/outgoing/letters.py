"""Letters: a delivery's interaction written as what its channel can send."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Button, Capabilities, Channel, File, Link, Logged, Outbound
from omnidesk.desk import files, forms, surveys, windows
from omnidesk.desk.inboxes import LiveInbox
from omnidesk.desk.incoming import joining
from omnidesk.desk.outgoing import away, copies, deliveries
from omnidesk.desk.outgoing.templates import Chosen
from omnidesk.errors import Invalid
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.models import (
    Attachment,
    AttachmentState,
    Author,
    Case,
    ContactPoint,
    Delivery,
    DeliveryRole,
    Direction,
    Inbox,
    Interaction,
    MessageReference,
)
from omnidesk.text import catalogues
from omnidesk.text.markup import plain
from omnidesk.text.subjects import answering, without_marks

_LOCALE = Path(__file__).parents[2] / "locale"
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
        case = await session.get_one(Case, delivery.case_id) if delivery.case_id else None
        point = await session.get_one(ContactPoint, delivery.contact_point_id)
        inbox = await session.get_one(Inbox, delivery.inbox_id)
        if case is not None and delivery.role == DeliveryRole.TO and point.contact_id != case.contact_id:
            raise Invalid("this address belongs to somebody else by now; reach the person at another one")
        can = channel.capabilities
        template = interaction.payload.get("template")
        if template is None and (window := await windows.of(session, can, point.id, inbox.id)) is not None:
            window.must_be_open(self.db.now())
        language = catalogues.language_of(case.language if case else inbox.language, inbox.language)
        buttons = _buttons(interaction, can)
        shown = _fit(buttons, can)
        carried, linked = await self._files(session, delivery, can)
        outbound = Outbound(
            key=deliveries.key_of(self.keys, delivery.id),
            to=delivery.address,
            to_name=_to_name(case, point) if delivery.role == DeliveryRole.TO else point.name,
            addressees=await copies.addressees(session, interaction.id) if can.copies else (),
            message_key=deliveries.message_key_of(self.keys, interaction.id),
            from_name=_from_name(interaction, inbox),
            subject=_subject(case, language),
            language=language,
            text=_text(interaction, linked, () if shown else buttons, can, language),
            formatted=can.html and _is_formatted(interaction),
            buttons=buttons if shown else (),
            links=self._links(interaction, can),
            files=carried,
            token=joining.case_token(self.keys, case.id) if case else "",
            references=await _references(session, case.id, interaction.position) if case else (),
            automatic=delivery.automatic or interaction.automatic,
            stop_word=next(iter(LiveInbox(inbox, channel).stop_words), ""),
            webhooks=channel.webhooks(self.public_url, inbox.slug),
            logged=_logged(interaction, case, inbox),
            template=Chosen.of_row(template, interaction.text).filled if template else None,
            form=forms.of(interaction) if can.forms else None,
        )
        return away.as_mail(outbound, interaction) if delivery.away else outbound

    def _links(self, interaction: Interaction, can: Capabilities) -> tuple[Link, ...]:
        """The scale of a survey as links, where a score is asked for by a page."""
        invitation = interaction.payload.get("invitation")
        if invitation is None or can.survey != "link":
            return ()
        page = f"{self.public_url}/survey/{surveys.token_of(self.keys, invitation)}"
        return tuple(Link(f"{score} – {label}", f"{page}?score={score}") for score, label in _scale(interaction))

    async def _files(
        self, session: AsyncSession, delivery: Delivery, can: Capabilities
    ) -> tuple[tuple[File, ...], list[File]]:  # fmt: skip
        """What the channel can carry, together where they are one message; and the others, which go as links."""
        stored = (Attachment.interaction_id == delivery.interaction_id, Attachment.state == AttachmentState.STORED)
        carried, linked, room = [], [], can.attachments
        for row in await session.exec(select(Attachment).where(*stored).order_by(col(Attachment.id))):
            if row.size <= room and _takes(can, row.content_type):
                room -= 0 if can.files_apart else row.size
                carried.append(self.file(row))
            else:
                path = files.signed_path(self.keys, row.id, delivery.created_at, files.LONG_LIFE)
                linked.append(replace(self.file(row), url=self.public_url + path))
        return tuple(carried), linked

    def file(self, row: Attachment) -> File:
        """An attachment as it is handed out."""
        url = self.public_url + files.signed_path(self.keys, row.id, self.db.now())
        return File(
            row.filename, row.content_type, row.size, url, partial(self.blobs.get, row.blob), str(row.id),
            content_id=row.content_id if row.inline else None,
        )  # fmt: skip


def _takes(can: Capabilities, content_type: str) -> bool:
    """Whether a channel takes files of this type; what stands behind a semicolon does not matter."""
    return can.file_types is None or content_type.partition(";")[0].strip().lower() in can.file_types


def _logged(interaction: Interaction, case: Case | None, inbox: Inbox) -> Logged:
    by = interaction.author_id
    return Logged(
        id=str(interaction.id), position=interaction.position, case=case.number if case else None,
        contact=str(interaction.contact_id), inbox=inbox.slug, kind=interaction.kind, author=interaction.author_kind,
        author_id=str(by) if by is not None else None, author_name=interaction.author_name, at=interaction.created_at,
    )  # fmt: skip


def _to_name(case: Case | None, point: ContactPoint) -> str:
    """What the person is called; who has no name is called by the address, which stands there already."""
    name = (case.contact_name if case else "") or point.name
    return name if name != point.address else ""


def _from_name(interaction: Interaction, inbox: Inbox) -> str:
    return interaction.author_name if interaction.author_kind == Author.AGENT else inbox.name


def _subject(case: Case | None, language: str) -> str:
    subject = case.subject if case else ""
    return answering(without_marks(subject) or catalogues.load(_LOCALE)[language].gettext("Your message"))


def _buttons(interaction: Interaction, can: Capabilities) -> tuple[Button, ...]:
    """The choices under a message; those of a survey where a score is asked for by pressing one."""
    invitation = interaction.payload.get("invitation")
    if invitation is None:
        return tuple(Button(**button) for button in interaction.payload.get("buttons", ()))
    if can.survey != "buttons":
        return ()
    button = surveys.button_of(invitation)
    return tuple(Button(f"{button}:{score}", f"{score} – {label}") for score, label in _scale(interaction))


def _scale(interaction: Interaction) -> list[tuple[int, str]]:
    return list(zip(interaction.payload["scale"], interaction.payload["labels"], strict=True))


def _is_formatted(interaction: Interaction) -> bool:
    return bool(interaction.payload.get("formatted"))


def _fit(buttons: Sequence[Button], can: Capabilities) -> bool:
    """Whether the channel can show these as buttons, all of them and with their whole labels."""
    longest = can.button_length
    return len(buttons) <= can.buttons and (longest is None or all(len(one.text) <= longest for one in buttons))


def _text(
    interaction: Interaction, linked: Sequence[File], numbered: Sequence[Button], can: Capabilities, language: str
) -> str:
    """The text, and what the channel can't carry as lines: files, buttons, the scale of a survey, a form."""
    said = plain(interaction.text) if _is_formatted(interaction) and not can.html else interaction.text
    if not can.forms and (questions := forms.lines(interaction)):
        said = f"{said}\n\n{questions}"
    if "invitation" in interaction.payload and can.survey != "link" and (numbered or can.survey == "number"):
        ask = catalogues.load(_LOCALE)[language].gettext("Answer with a number:")
        return "\n".join([said, ask, *(f"{score} – {label}" for score, label in _scale(interaction))])
    files = "\n".join(f"{file.filename} ({_size(file.size)}): {file.url}" for file in linked)
    choices = "\n".join(f"{number}. {button.text}" for number, button in enumerate(numbered, 1))
    return "\n\n".join(block for block in (said, files, choices) if block)


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{max(1, size // 1000)} KB"


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
