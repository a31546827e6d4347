"""Deliveries: the sending of one interaction to one address."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, maybe_link, maybe_moment, moment, partial


class DeliveryState(StrEnum):
    """The one truthful state of a delivery."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DeliveryRole(StrEnum):
    """How a message names who gets it: a bcc it does not."""

    TO = "to"
    CC = "cc"
    BCC = "bcc"


class Delivery(Row, table=True):
    """An outgoing message on its way to one contact point."""

    __tablename__ = "deliveries"
    __table_args__ = (
        partial("ix_deliveries_due", "not_before", "id", where="state = 'queued'"),
        partial("ix_deliveries_sending", "id", where="state = 'sending'"),
        Index("ix_deliveries_point", "contact_point_id", "id"),
        Index("ix_deliveries_case", "case_id", "id"),
        Index("ix_deliveries_provider", "inbox_id", "provider_id"),
        partial("ix_deliveries_away", "address", "created_at", where="away"),
        partial("ix_deliveries_passed_point", "contact_point_id", "passed_at", where="passed_at IS NOT NULL"),
        partial("ix_deliveries_passed_case", "case_id", "passed_at", where="passed_at IS NOT NULL"),
    )  # fmt: skip

    id: int = key()
    interaction_id: int = link("interactions.id", index=True)
    case_id: int | None = maybe_link("cases.id")
    contact_point_id: int = link("contact_points.id")
    inbox_id: int = link("inboxes.id")
    channel: str
    address: str
    role: str = DeliveryRole.TO
    automatic: bool = False
    away: bool = False
    """Whether it is the mail to somebody who has left a chat (see `desk.outgoing.away`): `address` is theirs too."""
    state: str = DeliveryState.QUEUED
    not_before: datetime = moment()
    attempts: int = 0
    error: str = ""
    """What the other side said last, in its own words."""
    failure: str = ""
    """Its kind (see `contract.channel.Failure`), where there is something to say; with state sent: it is delayed."""
    provider_id: str | None = Field(default=None)
    holder: str = ""
    created_at: datetime = moment()
    sent_at: datetime | None = maybe_moment()
    passed_at: datetime | None = maybe_moment()
    """When an automatic one had passed the ceilings (see `desk.loops`)."""
    elsewhere_at: datetime | None = maybe_moment()
    """When the same was said at another address, after it had failed at this one."""


class DeliveryPart(Row, table=True):
    """One of the messages that a long one goes out as; it stands here before it is handed over."""

    __tablename__ = "delivery_parts"
    __table_args__ = (
        UniqueConstraint("delivery_id", "number"),
        Index("ix_delivery_parts_provider", "inbox_id", "provider_id"),
    )

    id: int = key()
    delivery_id: int = link("deliveries.id")
    inbox_id: int = link("inboxes.id")
    number: int = 1
    state: str = DeliveryState.QUEUED
    provider_id: str | None = Field(default=None)


class EarlyReceipt(Row, table=True):
    """What a provider said of a message before it had told us its id of it."""

    __tablename__ = "early_receipts"
    __table_args__ = (Index("ix_early_receipts_message", "inbox_id", "message_id"),)

    id: int = key()
    inbox_id: int = link("inboxes.id")
    message_id: str
    state: str
    error: str = ""
    failure: str = ""
    received_at: datetime = moment()
