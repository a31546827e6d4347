"""Saved views: one's own, those of one's teams, and those of everybody."""

from collections.abc import Sequence

from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, must_be
from omnidesk.errors import Conflict, Invalid, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import Role, SavedView, Team
from omnidesk.text.cleaning import one_line

_LONGEST = 60
_MOST = 50
"""So many one agent is offered."""


async def saved(session: AsyncSession, viewer: Viewer) -> Sequence[SavedView]:
    """The saved views that a viewer is offered: their own first, by name."""
    shared = and_(col(SavedView.agent_id).is_(None), col(SavedView.team_id).is_(None))
    theirs = or_(
        col(SavedView.agent_id) == viewer.agent_id, col(SavedView.team_id).in_(viewer.team_ids), shared
    )  # fmt: skip
    own_first = col(SavedView.agent_id).is_(None)
    statement = select(SavedView).where(theirs, col(SavedView.deleted_at).is_(None))
    return list(await session.exec(statement.order_by(own_first, col(SavedView.name), col(SavedView.id)).limit(_MOST)))


async def save(
    tx: Transaction, viewer: Viewer, name: str, view: str, query: str, *, team_id: int | None = None, mine: bool = True
) -> SavedView:  # fmt: skip
    """Give a list a name: one's own, a team's, or (neither) everybody's. Raises Invalid, NotAllowed, Conflict."""
    name = one_line(name)
    if not 0 < len(name) <= _LONGEST:
        raise Invalid(f"name: a view's name has 1 to {_LONGEST} characters.", fields={"name": "too long"})
    if not mine or team_id is not None:
        must_be(viewer, Role.SUPERVISOR)
    if team_id is not None and (team_id in viewer.hidden_team_ids or await tx.session.get(Team, team_id) is None):
        raise Invalid("team: this team is not here.", fields={"team": "unknown"})
    if len(await saved(tx.session, viewer)) >= _MOST:
        raise Conflict(f"You have {_MOST} views already; delete one first.", code="too_many_views")
    owner = viewer.agent_id if mine and team_id is None else None
    return tx.new(
        SavedView, name=name, view=view, query=query, agent_id=owner, team_id=team_id, created_at=tx.now
    )  # fmt: skip


async def delete(tx: Transaction, viewer: Viewer, view_id: int, *, deleted: bool = True) -> SavedView:
    """Take a view away, or (not `deleted`) bring it back. Raises NotFound; NotAllowed for a shared one."""
    view = await tx.session.get(SavedView, view_id)
    foreign = view is not None and view.agent_id not in (None, viewer.agent_id)
    if view is None or foreign or (view.team_id is not None and view.team_id in viewer.hidden_team_ids):
        raise NotFound(f"There is no view {view_id} here.")
    if view.agent_id is None:
        must_be(viewer, Role.SUPERVISOR)
    row = await tx.get(SavedView, view_id)
    row.deleted_at = tx.now if deleted else None
    return row
