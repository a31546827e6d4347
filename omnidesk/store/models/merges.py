"""Cases that went into another one, and what tells how to take them out again."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, maybe_link, maybe_moment, moment


class CaseMerge(Row, table=True):
    """That what was said on one case went into another. `before`: what both were like, as far as that changed."""

    __tablename__ = "case_merges"

    id: int = key()
    case_id: int = link("cases.id", index=True)
    into_id: int = link("cases.id", index=True)
    agent_id: int | None = maybe_link("agents.id")
    """None: a program did, which acts for no agent."""
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = moment()
    undone_at: datetime | None = maybe_moment()
    undone_by_id: int | None = maybe_link("agents.id")


class CaseMergeRow(Row, table=True):
    """A row of the log that moved, and where it stood."""

    __tablename__ = "case_merge_rows"

    merge_id: int = link("case_merges.id", primary_key=True)
    interaction_id: int = link("interactions.id", primary_key=True, index=True)
    position: int
