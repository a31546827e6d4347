"""What agents have ready: canned replies and macros."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, maybe_link, maybe_moment, moment


class MacroKind(StrEnum):
    """A canned reply is a text alone; a macro acts as well."""

    CANNED_REPLY = "canned_reply"
    MACRO = "macro"


class Macro(Row, table=True):
    """A text by language, and what is done with the case when it is chosen.

    It belongs to an agent, to a team, or (neither is named) to everybody.
    """

    __tablename__ = "macros"
    __table_args__ = (
        UniqueConstraint("kind", "slug"),
        Index("ix_macros_kind", "kind", "folded_name", "id"),
    )

    id: int = key()
    version: int = 1
    kind: str = MacroKind.CANNED_REPLY
    slug: str
    name: str
    folded_name: str = ""
    shortcut: str = ""
    """What is typed after "/", folded."""
    texts: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    actions: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """In their order; each names its verb and value: `{"priority": "high"}`."""
    files: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """What goes along with the text: `filename`, `content_type`, `size` and `blob` of each."""
    folded: str = ""
    """All that it is found by."""
    team_id: int | None = maybe_link("teams.id", index=True)
    agent_id: int | None = maybe_link("agents.id", index=True)
    created_at: datetime = moment()
    updated_at: datetime = moment()
    deleted_at: datetime | None = maybe_moment()
