"""What an organization's people wrote about: its cases, as far as one may see them, page by page."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, visible
from omnidesk.desk.views import ListedCase
from omnidesk.desk.views.rows import LISTED, read
from omnidesk.store.models import Case, Team

MOST_HIDDEN = 1_000
"""Hidden cases are counted up to here."""


@dataclass(frozen=True, slots=True)
class OrganizationCases:
    """Some cases, the newest first, and the cursor of what follows."""

    cases: list[ListedCase]
    next: int | None


async def list_cases(
    session: AsyncSession, viewer: Viewer, organization_id: int, *, cursor: int | None = None, limit: int = 50
) -> OrganizationCases:
    """The cases of an organization's people that the viewer may see."""
    theirs = LISTED.where(col(Case.organization_id) == organization_id, visible(viewer))
    if cursor is not None:
        theirs = theirs.where(col(Case.id) < cursor)
    found = await read(session, theirs.order_by(col(Case.id).desc()).limit(limit + 1))
    return OrganizationCases(found[:limit], found[limit - 1].id if len(found) > limit else None)


async def hidden_cases(session: AsyncSession, viewer: Viewer, organization_id: int) -> dict[str, int]:
    """How many the viewer may not see, per closed team; at most MOST_HIDDEN in all."""
    if not viewer.hidden_team_ids:
        return {}
    theirs = select(col(Case.team_id)).where(
        col(Case.organization_id) == organization_id,
        col(Case.team_id).in_(viewer.hidden_team_ids),
        col(Case.assignee_id).is_distinct_from(viewer.agent_id),
    )
    some = theirs.limit(MOST_HIDDEN).subquery()
    counted = select(col(Team.name), func.count()).join(some, some.c.team_id == col(Team.id)).group_by(col(Team.name))
    rows = await (await session.connection()).execute(counted.order_by(col(Team.name)))
    return {str(name): int(count) for name, count in rows}
