"""Bots: their versions, what they know, and where each conversation stands."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, moment


class BotVersion(Row, table=True):
    """One version of a bot: its YAML texts. The newest version answers."""

    __tablename__ = "bot_versions"
    __table_args__ = (UniqueConstraint("slug", "version"),)

    id: int = key()
    slug: str
    version: int = 1
    name: str
    source: dict[str, str] = Field(sa_type=JSON)
    created_at: datetime = moment()


class BotState(Row, table=True):
    """Where the bot stands in one case, stored together with its reply."""

    __tablename__ = "bot_states"

    case_id: int = link("cases.id", primary_key=True)
    bot: str
    position: int = 0
    """The last position the bot has read."""
    state: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    updated_at: datetime = moment()


class FaqEntry(Row, table=True):
    """A question people ask and its answer, in several languages."""

    __tablename__ = "faq_entries"

    id: int = key()
    version: int = 1
    slug: str = Field(unique=True)
    bot: str = Field(index=True)
    title: dict[str, str] = Field(sa_type=JSON)
    questions: dict[str, Any] = Field(sa_type=JSON)
    answer: dict[str, str] = Field(sa_type=JSON)
    published: bool = True
    updated_at: datetime = moment()
