"""Saved views: one's own, those of one's teams, and those of everybody."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, must_be
from omnidesk.errors import Conflict, Invalid, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import Role, SavedView, Team
from omnidesk.text.cleaning import one_line
from omnidesk.text.folding import fold

_LONGEST = 60
_MOST = 50
"""So many of their own an agent has, and so many are shared."""


async def saved(session: AsyncSession, viewer: Viewer) -> Sequence[SavedView]:
    """The saved views that a viewer is offered: their own first, by name."""
    shared = and_(col(SavedView.agent_id).is_(None), col(SavedView.team_id).is_(None))
    theirs = or_(
        col(SavedView.agent_id) == viewer.agent_id, col(SavedView.team_id).in_(viewer.team_ids), shared
    )  # fmt: skip
    own_first = col(SavedView.agent_id).is_(None)
    statement = select(SavedView).where(theirs, col(SavedView.deleted_at).is_(None))
    return list(
        await session.exec(statement.order_by(own_first, col(SavedView.name), col(SavedView.id)).limit(2 * _MOST))
    )


async def save(
    tx: Transaction, viewer: Viewer, name: str, view: str, query: str, *, team_id: int | None = None, mine: bool = True
) -> SavedView:  # fmt: skip
    """Give a list a name: one's own, a team's, or (neither) everybody's. Raises Invalid, NotAllowed, Conflict."""
    name = _checked(name)
    if not mine or team_id is not None:
        must_be(viewer, Role.SUPERVISOR)
    if team_id is not None and (team_id in viewer.hidden_team_ids or await tx.session.get(Team, team_id) is None):
        raise Invalid("team: this team is not here.", fields={"team": "unknown"})
    owner = viewer.agent_id if mine and team_id is None else None
    _must_ask(query)
    await _must_be_free(tx, name, owner, team_id)
    await _must_fit(tx, owner)
    return tx.new(
        SavedView, name=name, view=view, query=query, agent_id=owner, team_id=team_id, created_at=tx.now
    )  # fmt: skip


def _checked(name: str) -> str:
    name = one_line(name)
    if not 0 < len(name) <= _LONGEST:
        raise Invalid(f"name: a view's name has 1 to {_LONGEST} characters.", fields={"name": "too long"})
    return name


def _must_ask(query: str) -> None:
    if not query:
        raise Invalid("query: this list is there already; choose a filter or an order first.", code="nothing_asked",
                      fields={"query": "empty"})  # fmt: skip


async def _must_be_free(
    tx: Transaction, name: str, owner: int | None, team_id: int | None, *, but: int = 0
) -> None:  # fmt: skip
    """Two views of one owner would be told apart by nothing."""
    theirs = select(SavedView.name).where(
        SavedView.agent_id == owner, SavedView.team_id == team_id, col(SavedView.deleted_at).is_(None),
        col(SavedView.id) != but,
    )  # fmt: skip
    if fold(name) in {fold(one) for one in await tx.session.exec(theirs)}:
        raise Conflict(f"name: there is a view {name} already; choose another name.", code="view_name_taken")


async def _must_fit(tx: Transaction, owner: int | None) -> None:
    theirs = select(func.count()).where(col(SavedView.agent_id) == owner, col(SavedView.deleted_at).is_(None))
    if (await tx.session.exec(theirs)).one() >= _MOST:
        code = "too_many_views" if owner else "too_many_shared_views"
        raise Conflict(f"There are {_MOST} such views already; delete one first.", code=code)


def may_change(viewer: Viewer, view: SavedView) -> bool:
    """One's own, or as a supervisor a shared one."""
    return view.agent_id == viewer.agent_id or (view.agent_id is None and viewer.at_least(Role.SUPERVISOR))


async def change(
    tx: Transaction, viewer: Viewer, view_id: int, *, name: str | None = None, query: str | None = None
) -> SavedView:  # fmt: skip
    """Call a view otherwise, or let it show another list. Raises NotFound, NotAllowed, Invalid, Conflict."""
    row = await _lock(tx, viewer, view_id)
    if row.deleted_at is not None:
        raise NotFound(f"There is no view {view_id} here.")
    if name is not None:
        row.name = _checked(name)
        await _must_be_free(tx, row.name, row.agent_id, row.team_id, but=row.id)
    if query is not None:
        _must_ask(query)
        row.query = query
    return row


async def delete(tx: Transaction, viewer: Viewer, view_id: int, *, deleted: bool = True) -> SavedView:
    """Take a view away, or (not `deleted`) bring it back. Raises NotFound; NotAllowed for a shared one."""
    row = await _lock(tx, viewer, view_id)
    if not deleted and row.deleted_at is not None:
        await _must_be_free(tx, row.name, row.agent_id, row.team_id)
        await _must_fit(tx, row.agent_id)
    row.deleted_at = tx.now if deleted else None
    return row


async def _lock(tx: Transaction, viewer: Viewer, view_id: int) -> SavedView:
    view = await tx.session.get(SavedView, view_id)
    foreign = view is not None and view.agent_id not in (None, viewer.agent_id)
    if view is None or foreign or (view.team_id is not None and view.team_id in viewer.hidden_team_ids):
        raise NotFound(f"There is no view {view_id} here.")
    if view.agent_id is None:
        must_be(viewer, Role.SUPERVISOR)
    return await tx.get(SavedView, view_id)
