"""What files said of the desk."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from omnidesk.store.models._row import Row, moment


class Applied(Row, table=True):
    """An entry as files said it when they were last applied: so a change made here since is known as one."""

    __tablename__ = "applied_entries"

    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    values: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    applied_at: datetime = moment()
