"""The calendars of a desk, and whose they are."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.calendars.working_time import WorkingTime
from omnidesk.desk.calendars.written import working_time
from omnidesk.store.models import Calendar, Team


async def of_team(session: AsyncSession, team_id: int | None) -> WorkingTime | None:
    """When a team is there; None = always."""
    found = select(Calendar.schedule).join(Team, col(Team.calendar_id) == col(Calendar.id)).where(Team.id == team_id)
    schedule = (await session.exec(found)).first()
    return None if schedule is None else working_time(schedule)
