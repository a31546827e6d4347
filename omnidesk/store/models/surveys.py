"""Satisfaction surveys and what people answered."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from omnidesk.store.models._row import Row, big, key, link, maybe_moment, moment, partial


class InvitationState(StrEnum):
    """Where an invitation stands."""

    ARMED = "armed"
    SENT = "sent"
    ANSWERED = "answered"
    CANCELLED = "cancelled"


class Survey(Row, table=True):
    """A question asked after resolving. `texts`: {question, labels} → language → text(s)."""

    __tablename__ = "surveys"

    id: int = key()
    version: int = 1
    slug: str = Field(unique=True)
    name: str = ""
    kind: str = "csat"
    enabled: bool = True
    delay: int = 0
    """Seconds from resolving to asking."""
    expires: int = 14 * 86400
    """Seconds from asking to when no answer is taken any more."""
    ask_after_bot: bool = False
    """Also ask when the bot resolved the case."""
    texts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = moment()


class Invitation(Row, table=True):
    """One asking: a row per resolution. Armed until `send_at`; dies when the case is reopened before."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("case_id", "cycle", "survey_id"),
        partial("ix_invitations_due", "send_at", where="state = 'armed'"),
        Index("ix_invitations_point", "contact_point_id", "state"),
    )  # fmt: skip

    id: int = key()
    survey_id: int = link("surveys.id")
    case_id: int = link("cases.id")
    cycle: int = 1
    contact_id: int = link("contacts.id")
    contact_point_id: int = link("contact_points.id")
    interaction_id: int | None = big(None)
    state: str = InvitationState.ARMED
    send_at: datetime = moment()
    sent_at: datetime | None = maybe_moment()
    expires_at: datetime | None = maybe_moment()
    score: int | None = None
    comment: str = ""
    answered_at: datetime | None = maybe_moment()
