"""Bulk: one action on many cases, done by a worker and undone by it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, maybe_moment, moment, partial


class BulkState(StrEnum):
    """Where a job stands. stopped: what was not done yet stays undone."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    UNDOING = "undoing"
    UNDONE = "undone"


class BulkJob(Row, table=True):
    """What an agent asked for, and how far it is. `action`: a verb's name and its value."""

    __tablename__ = "bulk_jobs"
    __table_args__ = (
        partial("ix_bulk_jobs_at_work", "id", where="ended_at IS NULL"),
    )  # fmt: skip

    id: int = key()
    agent_id: int = link("agents.id")
    action: dict[str, Any] = Field(sa_type=JSON)
    state: str = BulkState.RUNNING
    total: int
    done: int = 0
    failed: int = 0
    created_at: datetime = moment()
    ended_at: datetime | None = maybe_moment()


class ItemState(StrEnum):
    """What became of one case of a job."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"
    KEPT = "kept"
    """Not undone: it was changed since, or can't be."""


class BulkItem(Row, table=True):
    """A case of a job. `before` and `after`: what the action changed, as `desk.changes` says it."""

    __tablename__ = "bulk_items"
    __table_args__ = (UniqueConstraint("job_id", "case_id"), Index("ix_bulk_items_job", "job_id", "state", "id"))

    id: int = key()
    job_id: int = link("bulk_jobs.id")
    case_id: int = link("cases.id")
    state: str = ItemState.WAITING
    error: str = ""
    refusal: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """The error in words of no language: its `code`, its `status`, and the `values` that its words name."""
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
