"""Who changed what that is not on a case's own log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, maybe_link, moment


class AuditEntry(Row, table=True):
    """One administrative act: signing in or failing to, making an agent, releasing from quarantine."""

    __tablename__ = "audit_entries"

    id: int = key()
    at: datetime = moment()
    agent_id: int | None = maybe_link("agents.id", index=True)
    action: str
    subject: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
