"""When teams are there."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, moment


class Calendar(Row, table=True):
    """Working hours. Teams without one are always there."""

    __tablename__ = "calendars"

    id: int = key()
    version: int = 1
    slug: str = Field(unique=True)
    name: str
    schedule: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """As `desk.calendars.WrittenSchedule` writes it."""
    archived: bool = False
    """No longer offered; teams that have it keep it."""
    created_at: datetime = moment()
