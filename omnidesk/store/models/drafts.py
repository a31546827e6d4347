"""What an agent means to say: drafts, and replies that are not sent yet."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from omnidesk.store.models._row import Row, big, key, link, maybe_link, moment, partial


class Draft(Row, table=True):
    """What an agent is writing on a case; seen by that agent alone."""

    __tablename__ = "drafts"

    agent_id: int = link("agents.id", primary_key=True)
    case_id: int = link("cases.id", primary_key=True, index=True)
    version: int = big()
    """A new id with each change: one that comes back is never mistaken for an earlier one."""
    kind: str = "reply"
    text: str = ""
    uploads: list[str] = Field(default_factory=list, sa_type=JSON)
    """Handles of uploaded files."""
    cc: list[str] = Field(default_factory=list, sa_type=JSON)
    """Addresses as they were written so far."""
    bcc: list[str] = Field(default_factory=list, sa_type=JSON)
    contact_point_id: int | None = maybe_link("contact_points.id")
    """Where it goes; None = where the case is answered."""
    template: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    """The template that was chosen in place of a text, with its words so far."""
    updated_at: datetime = moment()


class PlannedState(StrEnum):
    """How a planned reply stands."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    REFUSED = "refused"


class PlannedReply(Row, table=True):
    """A reply that becomes one when its time has come, and is no row here any more; until then it can be taken back."""

    __tablename__ = "planned_replies"
    __table_args__ = (
        partial("ix_planned_replies_due", "send_at", "id", where="state = 'planned'"),
        Index("ix_planned_replies_case_id", "case_id", "id"),
    )

    id: int = key()
    case_id: int = link("cases.id")
    agent_id: int = link("agents.id")
    text: str = ""
    uploads: list[str] = Field(default_factory=list, sa_type=JSON)
    cc: list[str] = Field(default_factory=list, sa_type=JSON)
    bcc: list[str] = Field(default_factory=list, sa_type=JSON)
    contact_point_id: int | None = maybe_link("contact_points.id")
    """Where it goes; None = where the case is answered."""
    template: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    """The template that it is, with its words; `text` says the same."""
    then: str = ""
    """The category that the case gets with it; empty = as a reply by itself makes it."""
    later: bool = False
    """It was put off on purpose: what happens meanwhile ends it. Otherwise it only waits so that it can be undone."""
    send_at: datetime = moment()
    state: str = PlannedState.PLANNED
    why: str = ""
    """The code of what ended it."""
    said: str = ""
    """The same in the words of the desk."""
    created_at: datetime = moment()
