"""Resolving: what a case needs before it, and why it ended."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import own_fields
from omnidesk.desk.access import Viewer
from omnidesk.desk.setup import naming
from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, Disposition, FieldDefinition, FieldSubject, Task


@dataclass(frozen=True, slots=True)
class Missing:
    """What a case lacks: fields to fill in, tasks to do."""

    fields: list[FieldDefinition]
    tasks: list[Task]

    def __bool__(self) -> bool:
        return bool(self.fields or self.tasks)

    def named(self, language: str) -> str:
        """All of it, in words."""
        fields = (naming.said(field.name, language) for field in self.fields)
        return ", ".join([*fields, *(f"“{task.text}”" for task in self.tasks)])


async def missing(session: AsyncSession, case: Case) -> Missing:
    """What must be done before a case can be resolved."""
    asked = await own_fields.definitions(session, FieldSubject.CASE)
    undone = select(Task).where(
        Task.case_id == case.id, col(Task.must_be_done), col(Task.done_at).is_(None), col(Task.deleted_at).is_(None)
    )
    return Missing(own_fields.missing(asked, case.fields), list(await session.exec(undone.order_by(col(Task.id)))))


async def check(tx: Transaction, viewer: Viewer, case: Case) -> None:
    """Raise Invalid (`not_ready`) with all that a case lacks."""
    await tx.flush()
    lacks = await missing(tx.session, case)
    if lacks:
        wrong: dict[str, str] = {f"fields.{field.slug}": "required to resolve" for field in lacks.fields}
        wrong |= {f"tasks.{task.id}": "not done" for task in lacks.tasks}
        what = lacks.named(viewer.language)
        raise Invalid(
            f"Before this case can be resolved: {what}.", code="not_ready", fields=wrong, values={"what": what}
        )


async def outcome(tx: Transaction, slug: str | None) -> str | None:
    """The disposition with this slug; None where none is chosen. Raises Invalid for one that is not here."""
    chosen = select(Disposition.slug).where(col(Disposition.slug) == slug, ~col(Disposition.archived))
    if slug and (await tx.session.exec(chosen)).first() is None:
        raise Invalid(f"disposition: there is no {slug} here; choose another", fields={"disposition": "unknown"})
    return slug or None


async def said(tx: Transaction, case: Case) -> dict[str, Any]:
    """What the log says of why a case ended."""
    chosen = select(Disposition.name).where(col(Disposition.slug) == case.disposition)
    name = (await tx.session.exec(chosen)).first() if case.disposition else None
    return {"disposition": name} if name else {}
