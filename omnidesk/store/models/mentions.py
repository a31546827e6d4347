"""Who was named in a note."""

from datetime import datetime

from sqlalchemy import Index

from omnidesk.store.models._row import Row, key, link, maybe_moment, moment, partial


class Mention(Row, table=True):
    """An agent who was named in a note, alone or as one of a team; ids follow the order of naming."""

    __tablename__ = "mentions"
    __table_args__ = (
        Index("ix_mentions_agent", "agent_id", "id"),
        partial("ix_mentions_unseen", "agent_id", "case_id", "id", where="seen_at IS NULL"),
    )

    id: int = key()
    agent_id: int = link("agents.id")
    case_id: int = link("cases.id")
    interaction_id: int = link("interactions.id")
    position: int = 0
    """Where the note stands in its case."""
    created_at: datetime = moment()
    seen_at: datetime | None = maybe_moment()
