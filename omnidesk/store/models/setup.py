"""What a desk sets up for its cases: own statuses, fields, labels, dispositions. Texts are {language: text}."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from omnidesk.store.models._row import BIG, Row, big, key, link, moment


class Status(Row, table=True):
    """An own name for a status, inside one of the fixed categories (see `Category`)."""

    __tablename__ = "statuses"

    id: int = key()
    version: int = 1
    slug: str = Field(unique=True)
    name: dict[str, str] = Field(sa_type=JSON)
    category: str
    place: int = 0
    """The order in which statuses are offered, the smallest first."""
    archived: bool = False
    """No longer offered; cases that have it keep it."""
    created_at: datetime = moment()


class FieldSubject(StrEnum):
    """Whom a field is about."""

    CASE = "case"
    CONTACT = "contact"
    ORGANIZATION = "organization"


class FieldKind(StrEnum):
    """What a field holds. regex: a text of a given form."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHECKBOX = "checkbox"
    REGEX = "regex"


class FieldDefinition(Row, table=True):
    """An own field. Its value stands under its slug in the `fields` of a case, a contact or an organization."""

    __tablename__ = "field_definitions"
    __table_args__ = (UniqueConstraint("subject", "slug"),)

    id: int = key()
    version: int = 1
    subject: str
    slug: str
    name: dict[str, str] = Field(sa_type=JSON)
    kind: str
    choices: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """For kind choice: {slug, name: {language: text}} each, in their order."""
    pattern: str = ""
    """For kind regex: what the whole text must match."""
    required_to_resolve: bool = False
    filled_to: int | None = big(0)
    """Up to which case or contact the values that were there before it have been made findable; None = all."""
    place: int = 0
    archived: bool = False
    created_at: datetime = moment()


class CaseFieldValue(Row, table=True):
    """The value of a field of a case, folded, by which cases are found; written along with `Case.fields`."""

    __tablename__ = "case_field_values"
    __table_args__ = (Index("ix_case_field_values_case", "case_id"),)

    field_id: int = link("field_definitions.id", primary_key=True)
    value: str = Field(primary_key=True)
    case_id: int = Field(
        primary_key=True, sa_type=BIG, foreign_key="cases.id", sa_column_kwargs={"autoincrement": False}
    )


class ContactFieldValue(Row, table=True):
    """The same of a contact: by it the cases of such people are found."""

    __tablename__ = "contact_field_values"
    __table_args__ = (Index("ix_contact_field_values_contact", "contact_id"),)

    field_id: int = link("field_definitions.id", primary_key=True)
    value: str = Field(primary_key=True)
    contact_id: int = Field(
        primary_key=True, sa_type=BIG, foreign_key="contacts.id", sa_column_kwargs={"autoincrement": False}
    )


class Label(Row, table=True):
    """A label that is offered; one that stands on cases only is a label too."""

    __tablename__ = "labels"

    id: int = key()
    version: int = 1
    name: str = Field(unique=True)
    colour: str = ""
    """One of the names in `static/css/labels.css`; empty = none."""
    archived: bool = False
    created_at: datetime = moment()


class Disposition(Row, table=True):
    """Why a case ended, chosen on resolving. `spam` and `merged` are ours and stand in no row."""

    __tablename__ = "dispositions"

    id: int = key()
    version: int = 1
    slug: str = Field(unique=True)
    name: dict[str, str] = Field(sa_type=JSON)
    place: int = 0
    archived: bool = False
    created_at: datetime = moment()
