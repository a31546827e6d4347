"""People we serve and the addresses they write from."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from omnidesk.store.models._row import (
    BIG,
    BY_CODE_POINT,
    Row,
    big,
    key,
    link,
    maybe_link,
    maybe_moment,
    moment,
    partial,
)


class Contact(Row, table=True):
    """A person; `name` is empty until one is known."""

    __tablename__ = "contacts"
    __table_args__ = (
        partial("ix_contacts_organization", "organization_id", "id", where="organization_id IS NOT NULL"),
    )

    id: int = key()
    version: int = 1
    name: str = ""
    folded_name: str = Field(default="", index=True)
    language: str | None = None
    time_zone: str | None = None
    region: str = ""
    """Where they are, in the desk's own words."""
    preferred_channel: str | None = None
    """The kind of channel on which they like to be reached."""
    notes: str = ""
    organization_id: int | None = maybe_link("organizations.id")
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """What the desk keeps of a person beside what it keeps of everybody."""
    merged_into_id: int | None = maybe_link("contacts.id")
    """The contact who took over all addresses of this one; kept, since that can be undone."""
    created_at: datetime = moment()
    updated_at: datetime = moment()


class ContactPoint(Row, table=True):
    """One address of a contact on one kind of channel: a claim unless `proven`."""

    __tablename__ = "contact_points"
    __table_args__ = (
        UniqueConstraint("channel", "address"),
        partial("ix_contact_points_known_as", "known_as_id", where="known_as_id IS NOT NULL"),
    )

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
    blocked: bool = False
    """An agent said so: what comes from there is kept and troubles nobody."""
    consent: bool = True
    """False after a STOP word, until START: nothing automatic is sent there."""
    away_email: str = ""
    """Where the person said that they can be mailed when they have left: a claim."""
    here_at: datetime | None = maybe_moment()
    """When a chat of theirs was open last, to a minute."""
    known_as_id: int | None = big(None)
    """The address at which the person goes on, once it is proven who they are: this one is a stranger's since."""
    created_at: datetime = moment()


class ContactWord(Row, table=True):
    """A word that a contact is found by. `point_id`: the address it comes from, 0 for the contact's own name."""

    __tablename__ = "contact_words"
    __table_args__ = (
        Index("ix_contact_words_contact", "contact_id", "word"),
        {"sqlite_with_rowid": False},
    )

    word: str = Field(primary_key=True, sa_type=BY_CODE_POINT)
    contact_id: int = link("contacts.id", primary_key=True)
    point_id: int = Field(primary_key=True, sa_type=BIG, sa_column_kwargs={"autoincrement": False})


class ContactLink(Row, table=True):
    """That an agent said: this address belongs to another contact. It can be undone."""

    __tablename__ = "contact_links"

    id: int = key()
    point_id: int = link("contact_points.id", index=True)
    from_contact_id: int = link("contacts.id", index=True)
    to_contact_id: int = link("contacts.id", index=True)
    agent_id: int | None = maybe_link("agents.id")
    """None: a program did, which acts for no agent."""
    created_at: datetime = moment()
    gave_organization: bool = False
    """Whether the contact who took over had no organization and has the other's since."""
    undone_at: datetime | None = maybe_moment()
    undone_by_id: int | None = maybe_link("agents.id")


class ContactLinkCase(Row, table=True):
    """A case that went along, and what its contact was called before."""

    __tablename__ = "contact_link_cases"

    link_id: int = link("contact_links.id", primary_key=True)
    case_id: int = link("cases.id", primary_key=True, index=True)
    contact_name: str = ""
