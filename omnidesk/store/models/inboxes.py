"""Configured accounts of channels."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, moment


class Inbox(Row, table=True):
    """One account of a channel: who answers there, how messages join, and the channel's own settings."""

    __tablename__ = "inboxes"

    id: int = key()
    version: int = 1
    slug: str = Field(unique=True)
    channel: str
    name: str
    enabled: bool = True
    simulated: bool = False
    """Whether it has no provider: what it sends is shown on the simulator's page, where people are made up too."""
    team_id: int = link("teams.id")
    bot: str | None = None
    language: str = "en"
    join: str | None = None
    """How messages join cases; None = as the channel proposes."""
    reopen_days: int = 7
    close_days: int = 14
    stop_words: list[str] | None = Field(default=None, sa_type=JSON)
    """What ends automatic messages to who writes it; None = as the channel proposes."""
    start_words: list[str] | None = Field(default=None, sa_type=JSON)
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    secrets: str = ""
    """The secret settings as one encrypted JSON object."""
    secret_sources: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Where the secrets were found: {env: NAME} or {file: PATH} in place of each."""
    health: str = ""
    """What the last attempt to listen or check said; empty = well."""
    failed_sends: int = 0
    """Tries to send in a row that reached nobody."""
    sending_health: str = ""
    """What the last of too many such tries said; empty = it sends."""
    created_at: datetime = moment()
    updated_at: datetime = moment()
