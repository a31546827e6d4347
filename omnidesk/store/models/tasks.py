"""Tasks on cases, and how cases belong together."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, maybe_link, maybe_moment, moment, partial


class Task(Row, table=True):
    """Something to do on a case."""

    __tablename__ = "tasks"
    __table_args__ = (
        partial("ix_tasks_open", "assignee_id", "due_at", "id", where="done_at IS NULL"),
    )  # fmt: skip

    id: int = key()
    version: int = 1
    case_id: int = link("cases.id", index=True)
    text: str
    assignee_id: int | None = maybe_link("agents.id")
    due_at: datetime | None = maybe_moment()
    must_be_done: bool = False
    """The case can't be resolved before."""
    created_by_id: int | None = maybe_link("agents.id")
    created_at: datetime = moment()
    done_at: datetime | None = maybe_moment()
    done_by_id: int | None = maybe_link("agents.id")
    deleted_at: datetime | None = maybe_moment()
    """Taken away; kept, since that can be undone."""


class LinkKind(StrEnum):
    """What `other` is to the case."""

    PARENT = "parent"
    DUPLICATE = "duplicate"
    RELATED = "related"


class CaseLink(Row, table=True):
    """That two cases belong together; of a related pair the case with the smaller id stands first."""

    __tablename__ = "case_links"

    case_id: int = link("cases.id", primary_key=True)
    other_id: int = link("cases.id", primary_key=True, index=True)
    kind: str = Field(primary_key=True)
    agent_id: int | None = maybe_link("agents.id")
    created_at: datetime = moment()
