"""Saved views: lists with a filter and an order that somebody gave a name."""

from datetime import datetime

from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, maybe_link, maybe_moment, moment


class SavedView(Row, table=True):
    """A list under a name: of one agent, of a team, or (neither) of everybody."""

    __tablename__ = "saved_views"

    id: int = key()
    version: int = 1
    agent_id: int | None = maybe_link("agents.id", index=True)
    team_id: int | None = maybe_link("teams.id", index=True)
    name: str
    view: str
    """The view that it filters, as addresses name it."""
    query: str = Field(default="")
    """Filter and sort, as a link's query."""
    created_at: datetime = moment()
    deleted_at: datetime | None = maybe_moment()
    """Taken away; kept, since that can be undone."""


class ListSort(Row, table=True):
    """How an agent sorts a view, where that is not the view's own way."""

    __tablename__ = "list_sorts"

    agent_id: int = link("agents.id", primary_key=True)
    view: str = Field(primary_key=True)
    sort: str
