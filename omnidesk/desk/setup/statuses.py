"""Own statuses: names that a desk gives to where its cases stand, each inside a fixed category."""

from collections.abc import Mapping

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.setup import lists, naming
from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction
from omnidesk.store.models import Category, Role, Status

CATEGORIES = (Category.OPEN, Category.WAITING, Category.ON_HOLD, Category.RESOLVED)
"""Those in which a desk may have its own names: new and closed come by themselves."""


async def add(tx: Transaction, viewer: Viewer, name: Mapping[str, str], category: str) -> Status:
    """A new status, offered last. Raises NotAllowed, Invalid."""
    must_be(viewer, Role.ADMIN)
    if category not in CATEGORIES:
        raise Invalid(
            f"category: {category or 'empty'} has no own statuses; choose one of {', '.join(CATEGORIES)}",
            fields={"category": "choose"},
        )
    checked = naming.checked(name)
    taken = {*await tx.session.exec(select(Status.slug)), *Category}
    last = (await tx.session.exec(select(func.max(Status.place)))).one() or 0
    status = tx.new(
        Status, slug=naming.slug_for(checked, taken), name=checked, category=category, place=last + 1, created_at=tx.now
    )
    lists.changed(tx, viewer, status, "added")
    return status


async def rename(tx: Transaction, viewer: Viewer, status_id: int, name: Mapping[str, str]) -> Status:
    """Call it otherwise; its category stays, since cases stand in it. Raises NotAllowed, NotFound, Invalid."""
    status = await lists.lock(tx, viewer, Status, status_id)
    status.name = naming.checked(name)
    lists.changed(tx, viewer, status, "changed")
    return status


async def called(session: AsyncSession, slug: str) -> Status | None:
    """The status with this slug, also an archived one."""
    return (await session.exec(select(Status).where(col(Status.slug) == slug))).first()
