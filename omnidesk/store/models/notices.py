"""Notices: what an agent should hear of, how each wants to hear it, and the browsers that are told."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, maybe_link, maybe_moment, moment, partial


class NoticeKind(StrEnum):
    """What a notice is about."""

    ASSIGNED = "assigned"
    MENTION = "mention"
    HANDOFF = "handoff"
    WROTE = "wrote"
    NOT_SENT = "not_sent"
    SLA = "sla"
    SENDING = "sending"


class Notice(Row, table=True):
    """An agent should hear of this. `push_at` and `mail_at`: when it is to be pushed or mailed, if at all."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_agent", "agent_id", "id"),
        partial("ix_notices_unseen", "agent_id", "id", where="seen_at IS NULL"),
        partial("ix_notices_unseen_case", "case_id", "agent_id", where="seen_at IS NULL"),
        partial("ix_notices_push", "push_at", where="push_at IS NOT NULL"),
        partial("ix_notices_mail", "mail_at", where="mail_at IS NOT NULL"),
    )

    id: int = key()
    agent_id: int = link("agents.id")
    kind: str
    case_id: int = link("cases.id")
    interaction_id: int | None = maybe_link("interactions.id")
    created_at: datetime = moment()
    seen_at: datetime | None = maybe_moment()
    push_at: datetime | None = maybe_moment()
    pushed_at: datetime | None = maybe_moment()
    mail_at: datetime | None = maybe_moment()
    mailed_at: datetime | None = maybe_moment()


class NoticeChoice(Row, table=True):
    """How an agent wants to hear of things; without a row, as `desk.notices.ways` says."""

    __tablename__ = "notice_choices"

    agent_id: int = link("agents.id", primary_key=True)
    ways: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Kind → {"push": bool, "mail": "off" | "once" | "digest"}."""
    rhythm: str = "hourly"
    """When digests go: `quarter`, `hourly` or `daily`."""
    quiet_from: str = ""
    """`HH:MM`; empty = there are no quiet hours."""
    quiet_to: str = ""
    quiet_days: str = "0123456"
    """The weekdays (0 = Monday) on which quiet hours begin."""
    zone: str = "UTC"
    with_text: bool = False
    """Whether notices outside the desk show the beginning of what was said."""
    mailed_at: datetime | None = maybe_moment()


class PushSubscription(Row, table=True):
    """A browser that wants to be told; its keys encrypt what only it can read (RFC 8291)."""

    __tablename__ = "push_subscriptions"
    __table_args__ = (UniqueConstraint("digest", name="uq_push_subscriptions_digest"),)

    id: int = key()
    agent_id: int = link("agents.id", index=True)
    digest: str
    """Of the endpoint, which has no length one could index."""
    endpoint: str
    p256dh: str
    auth: str
    session: str
    """The digest of the session that subscribed: who has signed out is told nothing."""
    created_at: datetime = moment()


class Secret(Row, table=True):
    """A secret that the desk made for itself once, encrypted."""

    __tablename__ = "secrets"

    name: str = Field(primary_key=True)
    value: str
