"""The shape of a desk's cases: own statuses and fields, labels, outcomes."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from omnidesk.desk.configuration.entries.entry import Entry, OwnName, Slug
from omnidesk.desk.setup import dispositions, patterns, statuses
from omnidesk.errors import Invalid
from omnidesk.store.models import Category, FieldKind, FieldSubject


class StatusEntry(Entry):
    """An own status; its category stays as it was made."""

    slug: str = Slug
    name: OwnName
    category: Category
    archived: bool = False

    @field_validator("slug")
    @classmethod
    def _is_no_category(cls, value: str) -> str:
        if value in list(Category):
            raise ValueError("is a category; choose another slug")
        return value

    @field_validator("category")
    @classmethod
    def _may_have_own_ones(cls, value: Category) -> Category:
        if value not in statuses.CATEGORIES:
            raise ValueError(f"has no own statuses; choose one of {', '.join(statuses.CATEGORIES)}")
        return value


class ChoiceEntry(Entry):
    """One of what a field of kind choice offers."""

    slug: str = Slug
    name: OwnName


class FieldEntry(Entry):
    """An own field; subject and kind stay as they were made."""

    subject: FieldSubject = FieldSubject.CASE
    slug: str = Slug
    name: OwnName
    kind: FieldKind
    choices: tuple[ChoiceEntry, ...] = Field(default=(), max_length=200)
    pattern: str = ""
    required_to_resolve: bool = False
    archived: bool = False

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind == FieldKind.CHOICE) != bool(self.choices):
            raise ValueError("choices: a field of kind choice has some, no other has")
        if (self.kind == FieldKind.REGEX) != bool(self.pattern):
            raise ValueError("pattern: a field of kind regex has one, no other has")
        if self.pattern:
            try:
                patterns.check(self.pattern)
            except Invalid as error:
                raise ValueError(error.message) from error
        if len({choice.slug for choice in self.choices}) < len(self.choices):
            raise ValueError("choices: two have the same slug")
        if self.required_to_resolve and self.subject != FieldSubject.CASE:
            raise ValueError("required_to_resolve: is for fields of cases")
        return self


class LabelEntry(Entry):
    """A label that is offered."""

    name: str = Field(min_length=1, max_length=50)
    colour: Literal["", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"] = ""
    archived: bool = False


class DispositionEntry(Entry):
    """Why a case ended."""

    slug: str = Slug
    name: OwnName
    archived: bool = False

    @field_validator("slug")
    @classmethod
    def _is_not_ours(cls, value: str) -> str:
        if value in dispositions.OURS:
            raise ValueError("is what the desk itself writes down; choose another slug")
        return value
