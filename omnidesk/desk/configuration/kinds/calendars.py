"""When teams are there."""

from typing import Any

from pydantic import Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.calendars import WrittenSchedule
from omnidesk.desk.configuration.entry import Entry, Slug
from omnidesk.desk.configuration.present import Present
from omnidesk.desk.configuration.writing import Writing
from omnidesk.store.models import Calendar


class _Named(Entry):
    slug: str = Slug
    name: str = Field(min_length=1, max_length=60)
    archived: bool = False


class CalendarEntry(WrittenSchedule, _Named):
    """A schedule with a name."""


async def read_calendars(session: AsyncSession, present: Present) -> None:
    """All calendars."""
    for row in await session.exec(select(Calendar).order_by(col(Calendar.slug))):
        said = CalendarEntry(slug=row.slug, name=row.name, archived=row.archived, **row.schedule)
        present.put("calendars", row.slug, row, said)


def write_calendar(writing: Writing, key: str, values: dict[str, Any]) -> None:
    """One calendar; what is written after it may name it."""
    named = {name: values.pop(name) for name in ("slug", "name", "archived")}
    writing.calendars[key] = writing.put("calendars", key, Calendar, {**named, "schedule": values})
