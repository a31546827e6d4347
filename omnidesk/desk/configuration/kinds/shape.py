"""The shape of a desk's cases: own statuses and fields, labels, outcomes."""

from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.configuration.entry import Entry, OwnName, Slug
from omnidesk.desk.configuration.present import Present
from omnidesk.desk.configuration.writing import Writing
from omnidesk.desk.setup import dispositions, lists, patterns, statuses
from omnidesk.errors import Invalid
from omnidesk.store.models import Category, Disposition, FieldDefinition, FieldKind, FieldSubject, Label, Status


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

    _named_by = ("subject", "slug")

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

    _named_by = ("name",)

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


SHAPE: dict[str, tuple[type[Any], type[Entry]]] = {
    "statuses": (Status, StatusEntry),
    "fields": (FieldDefinition, FieldEntry),
    "labels": (Label, LabelEntry),
    "dispositions": (Disposition, DispositionEntry),
}


async def read_shape(session: AsyncSession, present: Present, kind: str) -> None:
    """All of one kind, archived ones too."""
    model, entry = SHAPE[kind]
    for row in await lists.everything(session, model):
        said = entry.model_validate(row.model_dump(include=set(entry.model_fields)))
        present.put(kind, said.key, row, said)


def write_shape(writing: Writing, key: str, values: dict[str, Any], kind: str) -> None:
    """One of a kind. What is new comes last in its list; the order is changed in the pages."""
    model, _ = SHAPE[kind]
    present = writing.present.rows[kind]
    if key not in present and "place" in model.model_fields:
        last = max((row.place for row in present.values()), default=0)
        writing.placed[kind] += 1
        values["place"] = last + writing.placed[kind]
    writing.put(kind, key, model, values)
