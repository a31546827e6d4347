"""Own fields of cases, contacts and organizations: what they hold, and which must be filled in before resolving."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.setup import lists, naming, patterns
from omnidesk.errors import Invalid
from omnidesk.events import WorkWaiting
from omnidesk.store.db import Transaction
from omnidesk.store.models import FieldDefinition, FieldKind, FieldSubject, Role

_MOST_CHOICES = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One of what a field of kind choice offers; a new one has no slug yet."""

    name: Mapping[str, str]
    slug: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What can be changed of a field."""

    name: Mapping[str, str]
    choices: Sequence[Choice] = field(default=())
    pattern: str = ""
    required_to_resolve: bool = False


async def add(tx: Transaction, viewer: Viewer, subject: FieldSubject, kind: str, shape: Shape) -> FieldDefinition:
    """A new field, offered last. Raises NotAllowed, Invalid."""
    must_be(viewer, Role.ADMIN)
    if kind not in list(FieldKind):
        raise Invalid(
            f"kind: {kind or 'empty'} is none; choose one of {', '.join(FieldKind)}", fields={"kind": "choose"}
        )
    taken = set(await tx.session.exec(select(FieldDefinition.slug).where(col(FieldDefinition.subject) == subject)))
    last = (await tx.session.exec(select(func.max(FieldDefinition.place)))).one() or 0
    values = _checked(kind, subject, shape, set())
    definition = tx.new(
        FieldDefinition, subject=subject, kind=kind, slug=naming.slug_for(values["name"], taken), place=last + 1,
        created_at=tx.now, **values,
    )  # fmt: skip
    tx.publish(WorkWaiting("fields"))
    lists.changed(tx, viewer, definition, "added")
    return definition


async def change(tx: Transaction, viewer: Viewer, field_id: int, shape: Shape) -> FieldDefinition:
    """Change it; its kind stays, since values of it are there. Raises NotAllowed, NotFound, Invalid."""
    definition = await lists.lock(tx, viewer, FieldDefinition, field_id)
    known = {choice["slug"] for choice in definition.choices}
    for name, value in _checked(definition.kind, definition.subject, shape, known).items():
        setattr(definition, name, value)
    lists.changed(tx, viewer, definition, "changed")
    return definition


def _checked(kind: str, subject: str, shape: Shape, known: Collection[str]) -> dict[str, Any]:
    return {
        "name": naming.checked(shape.name),
        "choices": _choices(shape.choices, known) if kind == FieldKind.CHOICE else [],
        "pattern": patterns.check(shape.pattern) if kind == FieldKind.REGEX else "",
        "required_to_resolve": shape.required_to_resolve and subject == FieldSubject.CASE,
    }


def _choices(choices: Sequence[Choice], known: Collection[str]) -> list[dict[str, Any]]:
    """Choices as they are kept; one that the field does not know yet gets a slug."""
    found: dict[str, dict[str, Any]] = {}
    for choice in choices:
        if not any(text.strip() for text in choice.name.values()):
            continue
        name = naming.checked(choice.name)
        is_known = choice.slug in known and choice.slug not in found
        slug = choice.slug if is_known else naming.slug_for(name, {*found, *known})
        found[slug] = {"slug": slug, "name": name}
    if not 0 < len(found) <= _MOST_CHOICES:
        raise Invalid(f"choices: there are {len(found)}; write 1 to {_MOST_CHOICES}", fields={"choices": "no_choices"})
    return list(found.values())
