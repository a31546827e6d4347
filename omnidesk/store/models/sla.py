"""Service levels: policies, timers and the ledger of their segments."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, maybe_moment, moment, partial


class Metric(StrEnum):
    """What is measured (definitions: docs/definitions.md)."""

    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"


class SlaClock(StrEnum):
    """Which time counts: working hours of the team's calendar, or all."""

    WORKING = "working"
    CALENDAR = "calendar"


class TimerState(StrEnum):
    """Where a timer stands. A running or paused one may be breached already (`breached_at`); missed: ended late."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class SlaPolicy(Row, table=True):
    """Targets in seconds; None = not promised."""

    __tablename__ = "sla_policies"

    id: int = key()
    version: int = 1
    slug: str = Field(unique=True)
    name: str
    first_response: int | None = None
    resolution: int | None = None
    clock: str = SlaClock.CALENDAR
    created_at: datetime = moment()


class SlaTimer(Row, table=True):
    """One promise on one cycle of a case. `due_at` and `at_risk_at`, when little is left, are None while paused."""

    __tablename__ = "sla_timers"
    __table_args__ = (
        partial("ix_sla_timers_due", "due_at", where="state = 'running' AND breached_at IS NULL"),
        partial(
            "ix_sla_timers_at_risk", "at_risk_at",
            where="state = 'running' AND warned_at IS NULL AND breached_at IS NULL",
        ),
        Index("ix_sla_timers_case", "case_id", "cycle"),
    )  # fmt: skip

    id: int = key()
    case_id: int = link("cases.id")
    policy_id: int = link("sla_policies.id")
    metric: str
    cycle: int = 1
    target: int
    """Seconds promised."""
    state: str = TimerState.RUNNING
    started_at: datetime = moment()
    due_at: datetime | None = maybe_moment()
    at_risk_at: datetime | None = maybe_moment()
    warned_at: datetime | None = maybe_moment()
    breached_at: datetime | None = maybe_moment()
    ended_at: datetime | None = maybe_moment()


class SlaSegment(Row, table=True):
    """A stretch of a timer's life, counted or paused, and why."""

    __tablename__ = "sla_segments"

    id: int = key()
    timer_id: int = link("sla_timers.id", index=True)
    counted: bool
    reason: str
    started_at: datetime = moment()
    ended_at: datetime | None = maybe_moment()
