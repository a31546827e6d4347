"""What simulated accounts said and were told: there is no provider that keeps it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, maybe_moment, moment


class SimulatedMessage(Row, table=True):
    """A message between a made-up person and a simulated inbox, as it would have gone over the wire."""

    __tablename__ = "simulated_messages"
    __table_args__ = (
        Index("ix_simulated_messages_person", "inbox_id", "address", "id"),
        Index("uq_simulated_messages_key", "inbox_id", "key", unique=True),
    )

    id: int = key()
    inbox_id: int = link("inboxes.id")
    address: str
    outgoing: bool
    """Whether the desk said it."""
    key: str
    """The same for the same message, however often it is sent."""
    text: str
    more: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Buttons, links, files, the template and what else goes with the text."""
    seen_at: datetime | None = maybe_moment()
    created_at: datetime = moment()
