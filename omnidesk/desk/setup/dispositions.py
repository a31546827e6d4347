"""Dispositions: why cases end, chosen on resolving."""

from collections.abc import Mapping

from sqlalchemy import func
from sqlmodel import select

from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.setup import lists, naming
from omnidesk.store.db import Transaction
from omnidesk.store.models import Disposition, Role

OURS = ("spam", "merged")
"""What the desk itself writes down; no row has these slugs."""


async def add(tx: Transaction, viewer: Viewer, name: Mapping[str, str]) -> Disposition:
    """A new one, offered last. Raises NotAllowed, Invalid."""
    must_be(viewer, Role.SUPERVISOR)
    checked = naming.checked(name)
    taken = {*await tx.session.exec(select(Disposition.slug)), *OURS}
    last = (await tx.session.exec(select(func.max(Disposition.place)))).one() or 0
    slug = naming.slug_for(checked, taken)
    disposition = tx.new(Disposition, slug=slug, name=checked, place=last + 1, created_at=tx.now)
    lists.changed(tx, viewer, disposition, "added")
    return disposition


async def rename(tx: Transaction, viewer: Viewer, disposition_id: int, name: Mapping[str, str]) -> Disposition:
    """Call it otherwise. Raises NotAllowed, NotFound, Invalid."""
    disposition = await lists.lock(tx, viewer, Disposition, disposition_id)
    disposition.name = naming.checked(name)
    lists.changed(tx, viewer, disposition, "changed")
    return disposition
