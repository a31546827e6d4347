"""Loops: addresses with which automatic messages would go in circles."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, maybe_link, maybe_moment, moment

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


class LoopReason(StrEnum):
    """What went too far."""

    ADDRESS = "address"
    """Automatic messages to one address in an hour."""
    CASE = "case"
    """Automatic messages on one case in a day."""
    REPEATS = "repeats"
    """The other side says the same again and again."""
    OWN = "own"
    """The address is one of our own inboxes."""


class Loop(Row, table=True):
    """What is known of one address; nothing automatic goes there until `ends_at`."""

    __tablename__ = "loops"
    __table_args__ = (UniqueConstraint("contact_point_id"), Index("ix_loops_end", "ends_at"))

    id: int = key()
    contact_point_id: int = link("contact_points.id")
    case_id: int | None = maybe_link("cases.id")
    """Where it was noticed last."""
    reason: str
    ceiling: int = 0
    held: int = 0
    """Messages that did not go."""
    began_at: datetime = moment()
    last_at: datetime = moment()
    ends_at: datetime = moment()
    """By itself, or `FOREVER` where somebody stopped it for good."""
    allowed_at: datetime | None = maybe_moment()
    """When somebody let it go on: what went before counts no more."""
    decided_by_id: int | None = maybe_link("agents.id")
    decided: bool = Field(default=False)
    """Whether somebody has looked at it and said what to do."""
