"""Cases: pieces of work."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, maybe_link, maybe_moment, moment, partial


class Category(StrEnum):
    """What a status means. waiting: on the contact; on_hold: on a third party."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Holder(StrEnum):
    """Who has the case in hand."""

    BOT = "bot"
    TEAM = "team"


class Shelf(StrEnum):
    """Where a case stands in the views; follows from holder, category and snoozing."""

    BOT = "bot"
    OPEN = "open"
    SNOOZED = "snoozed"
    DONE = "done"
    GONE = "gone"
    """Spam, or merged into another case: in no list."""


class Priority(StrEnum):
    """How urgent a case is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


_LISTS = {"shelf": ("shelf",), "assignee": ("assignee_id", "shelf"), "team": ("team_id", "shelf")}


class Case(Row, table=True):
    """A piece of work. What a row of the list shows stands here, so that the list reads one table."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_shelf", "shelf", "last_at", "id"),
        Index("ix_cases_assignee", "assignee_id", "shelf", "last_at", "id"),
        Index("ix_cases_team", "team_id", "shelf", "last_at", "id"),
        Index("ix_cases_channel", "channel", "shelf", "last_at", "id"),
        # other sorts; the many cases that are done have no such time
        *(
            partial(f"ix_cases_{column}_{by}", *columns, column, "id", where=f"{column} IS NOT NULL")
            for column in ("waits_since", "due_at")
            for by, columns in _LISTS.items()
        ),
        partial("ix_cases_at_risk", "at_risk_at", "id", where="at_risk_at IS NOT NULL"),
        Index("ix_cases_person", "contact_point_id", "inbox_id", "last_at"),
        Index("ix_cases_contact", "contact_id", "id"),
        # how programs list them
        Index("ix_cases_updated", "updated_at", "id"),
        Index("ix_cases_category", "category", "id"),
        Index("ix_cases_of_team", "team_id", "id"),
        Index("ix_cases_of_assignee", "assignee_id", "id"),
        Index("ix_cases_of_inbox", "inbox_id", "id"),
        partial("ix_cases_status", "status_id", "id", where="status_id IS NOT NULL"),
        partial("ix_cases_organization", "organization_id", "id", where="organization_id IS NOT NULL"),
        partial(
            "ix_cases_organization_shelf", "organization_id", "shelf", "last_at", "id",
            where="organization_id IS NOT NULL",
        ),
        partial("ix_cases_needs_routing", "id", where="needs_routing"),
        partial("ix_cases_needs_agent", "team_id", "id", where="needs_agent"),
        partial("ix_cases_needs_bot", "id", where="needs_bot"),
        partial("ix_cases_next_step", "next_step_at", where="next_step_at IS NOT NULL"),
    )  # fmt: skip

    id: int = key()
    number: int = Field(unique=True)
    version: int = 1
    subject: str = ""
    category: str = Category.NEW
    status_id: int | None = maybe_link("statuses.id")
    """The desk's own status inside the category; None = the category's plain name."""
    holder: str = Holder.TEAM
    shelf: str = Shelf.OPEN
    priority: str = Priority.NORMAL
    disposition: str | None = None
    team_id: int = link("teams.id")
    assignee_id: int | None = maybe_link("agents.id")
    contact_id: int = link("contacts.id")
    contact_name: str = ""
    organization_id: int | None = maybe_link("organizations.id")
    """The contact's, kept here too, so that lists find it."""
    contact_point_id: int = link("contact_points.id")
    """The address that is answered: the one the contact wrote from last."""
    inbox_id: int = link("inboxes.id")
    channel: str
    language: str = "en"
    cycle: int = 1
    """Raised by each reopening."""
    last_position: int = 0
    log_version: int = 0
    """Raised when rows of its log get other positions, as merging and splitting do."""
    last_at: datetime = moment()
    last_author: str = "contact"
    preview: str = ""
    unread: bool = False
    """The contact wrote since an agent last looked or answered."""
    needs_routing: bool = False
    needs_agent: bool = False
    """Waits for an agent of its team to come online."""
    needs_bot: bool = False
    due_at: datetime | None = maybe_moment()
    """The nearest due time of its running timers."""
    at_risk_at: datetime | None = maybe_moment()
    """When most of a running timer's time is gone."""
    breached: bool = False
    next_step_at: datetime | None = maybe_moment()
    """When time alone changes the case: the bot gives up waiting, a resolved case closes."""
    held_at: datetime | None = maybe_moment()
    """When a team took hold in this cycle: the SLA clocks start here."""
    first_reply_at: datetime | None = maybe_moment()
    waits_since: datetime | None = maybe_moment()
    """The contact's first message that no human has answered."""
    snoozed: bool = False
    snoozed_until: datetime | None = maybe_moment()
    """When a snoozed case comes back; None = when the contact writes."""
    merged_into_id: int | None = maybe_link("cases.id")
    """The case that took over what was said here; later messages go there."""
    linked_case_id: int | None = maybe_link("cases.id")
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """What the desk keeps of a case beside what every case has."""
    created_at: datetime = moment()
    updated_at: datetime = moment()
    resolved_at: datetime | None = maybe_moment()
    closed_at: datetime | None = maybe_moment()


class CaseLabel(Row, table=True):
    """A word on a case, by which cases are found again."""

    __tablename__ = "case_labels"
    __table_args__ = (Index("ix_case_labels_label", "label", "case_id"),)

    case_id: int = link("cases.id", primary_key=True)
    label: str = Field(primary_key=True)


class Participant(Row, table=True):
    """Someone else who wrote on a case's thread; sees no history."""

    __tablename__ = "participants"
    __table_args__ = (UniqueConstraint("case_id", "contact_point_id"),)

    id: int = key()
    case_id: int = link("cases.id")
    contact_point_id: int = link("contact_points.id")
    created_at: datetime = moment()


class Read(Row, table=True):
    """How far an agent has read a case."""

    __tablename__ = "reads"

    agent_id: int = link("agents.id", primary_key=True)
    case_id: int = link("cases.id", primary_key=True, index=True)
    position: int = 0
    read_at: datetime = moment()


class Counter(Row, table=True):
    """A number that only grows: the case number."""

    __tablename__ = "counters"

    name: str = Field(primary_key=True)
    value: int = 0
