"""Organizations: whom people belong to."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from omnidesk.store.models._row import BIG, BY_CODE_POINT, Row, key, link, moment


class Organization(Row, table=True):
    """A company, an authority, a school: whose people write."""

    __tablename__ = "organizations"

    id: int = key()
    version: int = 1
    name: str
    folded_name: str = Field(index=True)
    notes: str = ""
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """What the desk keeps of an organization beside what it keeps of all."""
    created_at: datetime = moment()
    updated_at: datetime = moment()


class OrganizationDomain(Row, table=True):
    """A domain that an agent said is an organization's: whoever is new and writes from there belongs to it."""

    __tablename__ = "organization_domains"

    domain: str = Field(primary_key=True)
    organization_id: int = link("organizations.id", index=True)


class OrganizationWord(Row, table=True):
    """A word that an organization is found by: one of its name or of a domain."""

    __tablename__ = "organization_words"
    __table_args__ = (
        Index("ix_organization_words_organization", "organization_id", "word"),
        {"sqlite_with_rowid": False},
    )

    word: str = Field(primary_key=True, sa_type=BY_CODE_POINT)
    organization_id: int = Field(
        primary_key=True, sa_type=BIG, foreign_key="organizations.id", sa_column_kwargs={"autoincrement": False}
    )
