"""Values of own fields: checked against their definitions, and kept where cases are found by them."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.setup import lists, patterns
from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction
from omnidesk.store.models import (
    Case,
    CaseFieldValue,
    Contact,
    ContactFieldValue,
    FieldDefinition,
    FieldKind,
    FieldSubject,
)
from omnidesk.text.folding import fold

_LONGEST = 2000
_LARGEST = 10**16
"""Numbers stay below it, so that adding it makes texts of them whose order is theirs."""
_TYPED = re.compile(r"[+-]?[0-9.,]{1,40}")
_WRITTEN = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FOUND_BY = 200
"""So many letters of a text a case is found by."""


async def definitions(session: AsyncSession, subject: FieldSubject) -> Sequence[FieldDefinition]:
    """The fields that are asked for, in their order."""
    return [one for one in await lists.offered(session, FieldDefinition) if one.subject == subject]


async def checked(session: AsyncSession, subject: FieldSubject, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields with the values of those that are defined in their proper form; a field that is not stays as it is.

    Raises Invalid, which names the field.
    """
    known = select(FieldDefinition).where(
        col(FieldDefinition.subject) == subject, col(FieldDefinition.slug).in_(fields.keys())
    )
    defined = {one.slug: one for one in await session.exec(known)}
    return {slug: value_of(defined[slug], value) if slug in defined else value for slug, value in fields.items()}


def value_of(field: FieldDefinition, said: Any) -> Any:
    """What was said, as the field keeps it; None where nothing was. Raises Invalid."""
    if isinstance(said, str):
        said = said.strip()
    if said is None or said == "":
        return None
    try:
        return _VALUES[FieldKind(field.kind)](field, said)
    except _Wrong as wrong:
        raise Invalid(
            f"fields.{field.slug}: {str(said)[:60]} {wrong.why}", code="wrong_field",
            fields={f"fields.{field.slug}": wrong.code},
        ) from wrong  # fmt: skip


class _Wrong(Exception):
    """A value can't be taken."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code, self.why = code, why


def _text(_: FieldDefinition, said: Any) -> str:
    if not isinstance(said, str) or len(said) > _LONGEST:
        raise _Wrong("long_text", f"is no text of at most {_LONGEST} characters")
    return said


def typed(field: FieldDefinition, said: str, language: str) -> str:
    """What somebody typed on a page as programs write it: in Turkish 1.234,5 is 1234.5.

    What is no number in the language stays as it is: 12.5 leaves no doubt there either.
    """
    text = "".join(said.split())
    if field.kind != FieldKind.NUMBER or not _TYPED.fullmatch(text):
        return said
    try:
        return str(parse_decimal(text, locale=language, strict=True))
    except NumberFormatError:
        return said


def _number(_: FieldDefinition | None, said: Any) -> int | float:
    text = "".join(str(said).split())
    try:
        if isinstance(said, str) and not _WRITTEN.fullmatch(text):
            raise InvalidOperation
        number = Decimal(text.replace(",", ".") if "." not in text else text)
        if isinstance(said, bool) or not number.is_finite() or abs(number) >= _LARGEST:
            raise InvalidOperation
    except InvalidOperation as error:
        raise _Wrong("not_number", "is no number; write one such as 12 or 12.5") from error
    return int(number) if number == number.to_integral_value() else float(number)


def _date(_: FieldDefinition, said: Any) -> str:
    try:
        if not _DAY.fullmatch(said):
            raise ValueError
        return date.fromisoformat(said).isoformat()
    except (ValueError, TypeError) as error:
        raise _Wrong("not_date", "is no day; write one such as 2026-03-31") from error


def _choice(field: FieldDefinition, said: Any) -> str:
    slugs = [choice["slug"] for choice in field.choices]
    if said not in slugs:
        raise _Wrong("not_choice", f"is none of its choices; choose one of {', '.join(slugs)}")
    return str(said)


def _checkbox(_: FieldDefinition, said: Any) -> bool:
    if said in (True, "true"):
        return True
    if said in (False, "false"):
        return False
    raise _Wrong("not_choice", "is neither true nor false")


def _regex(field: FieldDefinition, said: Any) -> str:
    if not isinstance(said, str) or len(said) > _LONGEST or not patterns.fits(field.pattern, said):
        raise _Wrong("not_form", f"does not match {field.pattern}")
    return said


_VALUES = {
    FieldKind.TEXT: _text, FieldKind.NUMBER: _number, FieldKind.DATE: _date, FieldKind.CHOICE: _choice,
    FieldKind.CHECKBOX: _checkbox, FieldKind.REGEX: _regex,
}  # fmt: skip


def sortable(field: FieldDefinition, value: Any) -> str:
    """A value as a text that is equal and in order where the values are."""
    if field.kind == FieldKind.NUMBER:
        return _sortable_number(value)
    if field.kind == FieldKind.CHECKBOX:
        return "true" if value else "false"
    return fold(str(value))[:_FOUND_BY]


def findable(said: str) -> list[str]:
    """The texts by which a value that a person asks for may be kept, whatever kind its field is of."""
    found = [fold(said)[:_FOUND_BY]]
    with suppress(InvalidOperation, _Wrong):
        found.append(_sortable_number(_number(None, said)))
    return found


def _sortable_number(number: float) -> str:
    return f"{Decimal(str(number)) + _LARGEST:024.6f}"


def shown(field: FieldDefinition, value: Any) -> Any:
    """A value as people read it: a choice by its name."""
    names = {choice["slug"]: choice["name"] for choice in field.choices}
    return names.get(value, value) if field.kind == FieldKind.CHOICE else value


def missing(fields: Sequence[FieldDefinition], values: Mapping[str, Any]) -> list[FieldDefinition]:
    """The fields that must be filled in before resolving and are not; a box that must be ticked is filled in so."""
    return [one for one in fields if one.required_to_resolve and values.get(one.slug) in (None, "", False)]


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the values of a subject's fields stand by which it is found, and the column that names whose they are."""

    subject: FieldSubject
    owner: type[Case | Contact]
    values: type[CaseFieldValue | ContactFieldValue]
    owned_by: str


KEPT = (
    Kept(FieldSubject.CASE, Case, CaseFieldValue, "case_id"),
    Kept(FieldSubject.CONTACT, Contact, ContactFieldValue, "contact_id"),
)


def kept_of(owner: Case | Contact) -> Kept:
    """Where a row's values stand; a transaction's rows are named like their model."""
    return next(kept for kept in KEPT if kept.owner.__name__ == type(owner).__name__)


def row_of(kept: Kept, field: FieldDefinition, owner_id: int, value: Any) -> dict[str, Any]:
    """What a value is found by."""
    return {"field_id": field.id, "value": sortable(field, value), kept.owned_by: owner_id}


async def keep(tx: Transaction, owner: Case | Contact, slugs: Sequence[str]) -> list[dict[str, Any]]:
    """Find a case, or a contact, by the values it has in these fields now; gives each as the log shows it."""
    kept = kept_of(owner)
    known = select(FieldDefinition).where(
        col(FieldDefinition.subject) == kept.subject, col(FieldDefinition.slug).in_(slugs)
    )
    fields = {one.slug: one for one in await tx.session.exec(known)}
    ids = [one.id for one in fields.values()]
    values: Any = kept.values
    theirs = (col(getattr(values, kept.owned_by)) == owner.id, col(values.field_id).in_(ids))
    await tx.session.exec(delete(values).where(*theirs))
    for slug, field in fields.items():
        if slug in owner.fields:
            tx.add_row(values, row_of(kept, field, owner.id, owner.fields[slug]))
    return [_said(slug, fields.get(slug), owner.fields.get(slug)) for slug in slugs]


def _said(slug: str, field: FieldDefinition | None, value: Any) -> dict[str, Any]:
    name = field.name if field else {"en": slug}
    return {"name": name, "value": shown(field, value) if field else value}
