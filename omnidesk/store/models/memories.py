"""What channels keep between two starts."""

from datetime import datetime

from sqlmodel import Field

from omnidesk.store.models._row import Row, link, moment


class Memory(Row, table=True):
    """A small text of one inbox's channel (a cursor, a refreshed token), encrypted."""

    __tablename__ = "memories"

    inbox_id: int = link("inboxes.id", primary_key=True)
    name: str = Field(primary_key=True)
    value: str = ""
    updated_at: datetime = moment()
