"""The calendars of a desk, and whose they are."""

import logging
from collections.abc import Collection

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import audit
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.calendars.working_time import WorkingTime
from omnidesk.desk.calendars.written import WrittenSchedule, working_time
from omnidesk.desk.setup import lists, naming
from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction, rows_of
from omnidesk.store.models import Calendar, Team
from omnidesk.text.cleaning import one_line

log = logging.getLogger(__name__)

_LONGEST_NAME = 60
_SCHEDULES = (
    sqlalchemy.select(col(Team.id), col(Calendar.slug), col(Calendar.schedule))
    .join(Calendar, col(Team.calendar_id) == col(Calendar.id))
    .where(col(Team.id).in_(bindparam("teams", expanding=True)))
)


async def of_team(session: AsyncSession, team_id: int) -> WorkingTime | None:
    """When a team is there; None = always."""
    return (await of_teams(session, {team_id})).get(team_id)


async def of_teams(session: AsyncSession, team_ids: Collection[int]) -> dict[int, WorkingTime]:
    """When teams are there; those that always are stand not in it.

    A calendar that can't be read any more (a library forgot its holidays, say) counts as none, since no message may
    wait for it.
    """
    hours = {}
    for team_id, slug, schedule in await (await session.connection()).execute(_SCHEDULES, {"teams": team_ids}):
        try:
            hours[team_id] = working_time(schedule)
        except Invalid as error:
            log.warning("the calendar %s can't be used: %s", slug, error)
    return hours


async def add(tx: Transaction, viewer: Viewer, name: str, schedule: WrittenSchedule) -> Calendar:
    """A new calendar, of no team yet. Raises NotAllowed, Invalid."""
    must_be(viewer, lists.ROLES[Calendar])
    called = _checked(name)
    slug = naming.slug_for({"en": called}, {*await tx.session.exec(select(Calendar.slug))})
    said = schedule.model_dump(mode="json")
    calendar = tx.new(Calendar, slug=slug, name=called, schedule=said, created_at=tx.now)
    lists.changed(tx, viewer, calendar, "added")
    return calendar


async def change(
    tx: Transaction, viewer: Viewer, calendar_id: int, name: str, schedule: WrittenSchedule
) -> Calendar:  # fmt: skip
    """Other hours, or another name. Raises NotAllowed, NotFound, Invalid."""
    calendar = await lists.lock(tx, viewer, Calendar, calendar_id)
    calendar.name, calendar.schedule = _checked(name), schedule.model_dump(mode="json")
    lists.changed(tx, viewer, calendar, "changed")
    return calendar


async def give(tx: Transaction, viewer: Viewer, calendar: Calendar, team_ids: Collection[int]) -> None:
    """Let these teams keep the hours of a calendar, and no others; teams that the viewer may not see are left alone."""
    known = rows_of(Team).where(col(Team.id).not_in(viewer.hidden_team_ids)).order_by(col(Team.id))
    for team in await tx.load(Team, known.with_for_update(key_share=True)):
        wanted = calendar.id if team.id in team_ids else None if team.calendar_id == calendar.id else team.calendar_id
        if team.calendar_id != wanted:
            team.calendar_id = wanted
            team.version += 1
            audit.note(tx, "team.calendar", team.slug, viewer.as_agent, calendar=calendar.slug if wanted else "")


def _checked(name: str) -> str:
    called = one_line(name)
    if not 0 < len(called) <= _LONGEST_NAME:
        code = "long_name" if called else "empty"
        text = f"name: {called[:20] or 'is empty'}; write one of at most {_LONGEST_NAME} characters"
        raise Invalid(text, fields={"name": code})
    return called
