"""What the lists that a desk sets up have in common: who may change them, their order, archiving."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import audit
from omnidesk.desk.access import Viewer, must_be
from omnidesk.errors import Conflict, NotFound
from omnidesk.store.db import Transaction, rows_of
from omnidesk.store.models import Calendar, Disposition, FieldDefinition, Label, Role, Row, Status, noun_of

Entry = TypeVar("Entry", Status, FieldDefinition, Label, Disposition, Calendar)
ROLES: dict[type[Row], Role] = {
    Status: Role.ADMIN, FieldDefinition: Role.ADMIN, Label: Role.SUPERVISOR, Disposition: Role.SUPERVISOR,
    Calendar: Role.SUPERVISOR,
}  # fmt: skip
"""Who may change them."""


def _in_order(model: Any) -> list[Any]:
    """How they are offered."""
    return [col(model.place), col(model.id)] if "place" in model.model_fields else [col(model.name)]


async def offered(session: AsyncSession, model: type[Entry]) -> Sequence[Entry]:
    """Those that are not archived, in their order."""
    return (await session.exec(select(model).where(~col(model.archived)).order_by(*_in_order(model)))).all()


async def everything(session: AsyncSession, model: type[Entry]) -> Sequence[Entry]:
    """All, the archived ones last."""
    return (await session.exec(select(model).order_by(col(model.archived), *_in_order(model)))).all()


async def lock(tx: Transaction, viewer: Viewer, model: type[Entry], entry_id: int) -> Entry:
    """One of them, to be changed. Raises NotAllowed, NotFound."""
    must_be(viewer, ROLES[model])
    return await tx.get(model, entry_id)


async def must_be_as(tx: Transaction, viewer: Viewer, model: type[Entry], entry_id: int, version: int) -> None:
    """Raise Conflict (`stale`) where somebody changed it since; NotAllowed, NotFound."""
    entry = await lock(tx, viewer, model, entry_id)
    if entry.version != version:
        raise Conflict("Somebody changed this since you opened it; look at it again.", code="stale")


async def archive(tx: Transaction, viewer: Viewer, entry: Entry, *, archived: bool) -> None:
    """Offer it no longer, or again; what has it keeps it."""
    if entry.archived != archived:
        entry.archived = archived
        changed(tx, viewer, entry, "archived" if archived else "brought_back")


def changed(tx: Transaction, viewer: Viewer, entry: Any, what: str) -> None:
    """Count the version up, and note who did it."""
    entry.version += 1
    name = entry.slug if hasattr(entry, "slug") else entry.name
    audit.note(tx, f"{noun_of(type(entry))}.{what}", str(name), viewer.as_agent)


async def move(tx: Transaction, viewer: Viewer, model: type[Entry], entry_id: int, by: int) -> None:
    """Put it one place further up (by -1) or down (by 1). Raises NotAllowed, NotFound."""
    must_be(viewer, ROLES[model])
    locked = rows_of(model).where(~col(model.archived)).order_by(*_in_order(model)).with_for_update(key_share=True)
    rows: list[Any] = list(await tx.load(model, locked))
    this = next((row for row in rows if row.id == entry_id), None)
    if this is None:
        raise NotFound("This is not here any more.")
    rows = [row for row in rows if getattr(row, "subject", None) == getattr(this, "subject", None)]
    at = rows.index(this)
    rows.insert(max(0, at + by), rows.pop(at))
    for place, row in enumerate(rows, 1):
        row.place = place
