"""People we serve and the addresses they write from."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from omnidesk.store.models._row import Row, key, link, moment


class Contact(Row, table=True):
    """A person; `name` is empty until one is known."""

    __tablename__ = "contacts"

    id: int = key()
    version: int = 1
    name: str = ""
    folded_name: str = Field(default="", index=True)
    language: str | None = None
    time_zone: str | None = None
    created_at: datetime = moment()
    updated_at: datetime = moment()


class ContactPoint(Row, table=True):
    """One address of a contact on one kind of channel: a claim unless `proven`."""

    __tablename__ = "contact_points"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: int = key()
    contact_id: int = link("contacts.id", index=True)
    channel: str
    address: str
    name: str = ""
    """The name that came with the address; it may differ from the contact's."""
    proven: bool = False
    working: bool = True
    """False after a permanent failure to deliver."""
    failure: str = ""
    created_at: datetime = moment()
