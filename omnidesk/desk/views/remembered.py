"""How agents like their lists sorted, view by view; what a link says comes before it."""

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer
from omnidesk.desk.views.filters import Reader
from omnidesk.desk.views.listing import sort_of
from omnidesk.desk.views.named import Asked, view_of
from omnidesk.store import dialect
from omnidesk.store.db import Transaction, table_of
from omnidesk.store.models import ListSort


async def remembered_sort(session: AsyncSession, viewer: Viewer, view: str) -> str | None:
    """The sort that an agent chose last for a view; None where it is the view's own."""
    known = await session.get(ListSort, (viewer.agent_id, view))
    return known.sort if known else None


async def remember_sort(tx: Transaction, reader: Reader, view: str, sort: str) -> None:
    """Sort a view so from now on. Raises NotFound, and Invalid for a sort that it doesn't have."""
    held = view_of(Asked(view), reader)
    if sort_of(held, Asked(view, sort=sort)) == held.sorts[0]:
        this = (col(ListSort.agent_id) == reader.viewer.agent_id, col(ListSort.view) == view)
        await tx.session.exec(delete(ListSort).where(*this))
        return
    row = {"agent_id": reader.viewer.agent_id, "view": view, "sort": sort}
    await dialect.put(await tx.session.connection(), table_of(ListSort), row, key=["agent_id", "view"])
