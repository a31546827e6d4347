"""The unified log: one row for everything said and done."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from omnidesk.store.models._row import Row, big, key, link, maybe_link, maybe_moment, moment, partial


class Direction(StrEnum):
    """Which way it went."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class Kind(StrEnum):
    """What it is."""

    MESSAGE = "message"
    NOTE = "note"
    CALL = "call"
    SURVEY = "survey"
    EVENT = "event"


class Author(StrEnum):
    """Who spoke."""

    CONTACT = "contact"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


class Interaction(Row, table=True):
    """One row of the log. `contact_id` = whose log it is; the author is who spoke.

    A few rows belong to no case (a STOP word from a stranger, say): their `position` is 0. In a case it is gapless:
    the measure for "seen up to". `payload` holds what its kind needs beside the
    text: an event's name and values, buttons offered, the bot's reasons, a survey's score.
    """

    __tablename__ = "interactions"
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        Index("ix_interactions_point", "contact_point_id", "case_id"),
        Index("ix_interactions_contact", "contact_id", "id"),
    )

    id: int = key()
    case_id: int | None = maybe_link("cases.id")
    position: int = 0
    contact_id: int = link("contacts.id")
    contact_point_id: int | None = maybe_link("contact_points.id")
    inbox_id: int = link("inboxes.id")
    channel: str
    direction: str
    kind: str
    author_kind: str
    author_id: int | None = big(None)
    author_name: str = ""
    text: str = ""
    html: str | None = None
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    automatic: bool = False
    external_id: str | None = None
    raw_id: int | None = big(None)
    sent_at: datetime | None = maybe_moment()
    """When the sender says it was written; `created_at` is when we had it."""
    created_at: datetime = moment()


class AttachmentState(StrEnum):
    """Whether we have a file's bytes."""

    STORED = "stored"
    PENDING = "pending"
    """The provider keeps them; we are about to fetch them."""
    FAILED = "failed"


class Attachment(Row, table=True):
    """A file of an interaction; its bytes stand in a blob named by their digest, once they are here.

    `reference`: what the channel of the inbox fetches them by.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        partial("ix_attachments_pending", "not_before", "id", where="state = 'pending'"),
    )  # fmt: skip

    id: int = key()
    interaction_id: int = link("interactions.id", index=True)
    filename: str
    content_type: str
    size: int
    blob: str
    content_id: str | None = None
    inline: bool = False
    state: str = AttachmentState.STORED
    reference: str = ""
    attempts: int = 0
    not_before: datetime | None = maybe_moment()
    """When it is fetched, or fetched again; whoever begins puts this ahead, so that nobody else does."""
    created_at: datetime = moment()


class MessageReference(Row, table=True):
    """A message id that others may refer to, and the interaction it belongs to. Ids are reused by bad senders."""

    __tablename__ = "message_references"

    message_id: str = Field(primary_key=True)
    interaction_id: int = link("interactions.id", primary_key=True, index=True)
    case_id: int = link("cases.id", index=True)
