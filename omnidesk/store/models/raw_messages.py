"""What came in, before parsing, and who is working on it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from omnidesk.store.models._row import Row, big, key, link, maybe_link, maybe_moment, moment, partial


class RawState(StrEnum):
    """Where a raw message stands."""

    WAITING = "waiting"
    DONE = "done"
    QUARANTINED = "quarantined"


class RawMessage(Row, table=True):
    """A message as the provider gave it. `lane` = hash of inbox and sender: a lane is processed in order."""

    __tablename__ = "raw_messages"
    __table_args__ = (
        partial("ix_raw_messages_waiting", "id", where="state = 'waiting'"),
        partial("ix_raw_messages_lane", "lane", "id", where="state = 'waiting'"),
        partial("ix_raw_messages_quarantined", "id", where="state = 'quarantined'"),
    )  # fmt: skip

    id: int = key()
    inbox_id: int = link("inboxes.id")
    external_id: str
    sender: str = ""
    lane: int = big()
    envelope: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    body: bytes = b""
    """The compressed bytes; empty when they stand in a blob."""
    blob: str | None = None
    size: int = 0
    state: str = RawState.WAITING
    attempts: int = 0
    not_before: datetime = moment()
    reason: str = ""
    """Why it is in quarantine."""
    received_at: datetime = moment()
    processed_at: datetime | None = maybe_moment()
    case_id: int | None = maybe_link("cases.id")


class ExternalId(Row, table=True):
    """Every external id ever seen in an inbox, so that a message is stored once, whatever happens to its raw row."""

    __tablename__ = "external_ids"

    inbox_id: int = link("inboxes.id", primary_key=True)
    external_id: str = Field(primary_key=True)
    raw_id: int = big()


class LaneClaim(Row, table=True):
    """A lane being processed. The primary key lets one holder have it; a dead holder's claims are taken over."""

    __tablename__ = "lane_claims"

    lane: int = key()
    holder: str = Field(index=True)
