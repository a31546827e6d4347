"""Settings: calendars. A list on the left; on the right a week, holidays, single days, and what deadlines they give."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from babel.dates import format_datetime
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.calendars import WorkingTime, WrittenSchedule, keeping
from omnidesk.desk.setup import lists
from omnidesk.errors import Conflict, Invalid, NotFound
from omnidesk.keys import DATABASE
from omnidesk.store.db import Transaction
from omnidesk.store.models import Calendar, Team
from omnidesk.web.posting import posted
from omnidesk.web.requests import id_in, language_for, page, viewer_of
from omnidesk.web.settings import calendar_form, sections
from omnidesk.web.settings.calendar_choices import countries, holidays_shown, weekdays, zones
from omnidesk.web.settings.calendar_form import Said, Shown

_PATH = "/settings/calendars"

_AT = {"en": "EEEE d MMMM y, HH:mm", "tr": "d MMMM y EEEE HH:mm"}
_FRIDAY, _LATE = 4, timedelta(hours=16, minutes=50)


async def show(request: web.Request) -> web.StreamResponse:
    """The list, and the form of one calendar or of a new one."""
    return await _page(request)


async def save(request: web.Request) -> web.StreamResponse:
    """Make a calendar, or change one. What is wrong stands at its field, and nothing that was written is lost."""
    said = await _said(request)
    shown, version = calendar_form.of_said(said), calendar_form.one(said, "version")
    try:
        async with request.app[DATABASE].transaction() as tx:
            calendar_id = await _save(tx, request, shown, version)
    except Invalid as error:
        return await _page(request, shown, error.fields)
    except Conflict:
        return await _page(request, shown, stale=True)
    raise web.HTTPSeeOther(f"{_PATH}/{calendar_id}?saved")


async def _save(tx: Transaction, request: web.Request, shown: Shown, version: str) -> int:
    viewer = viewer_of(request)
    if "entry" not in request.match_info:
        calendar = await keeping.add(tx, viewer, shown.name, calendar_form.schedule_of(shown))
    else:
        calendar_id = id_in(request, "entry")
        await lists.must_be_as(tx, viewer, Calendar, calendar_id, calendar_form.number(version))
        before = (await tx.get(Calendar, calendar_id)).schedule
        calendar = await keeping.change(
            tx, viewer, calendar_id, shown.name, calendar_form.schedule_of(shown, before)
        )  # fmt: skip
    await keeping.give(tx, viewer, calendar, {calendar_form.number(team) for team in shown.teams})
    return calendar.id


async def archive(request: web.Request) -> web.StreamResponse:
    """Offer a calendar no longer, or again."""
    calendar_id, wanted = id_in(request, "entry"), (await posted(request)).get("archived")
    async with request.app[DATABASE].transaction() as tx:
        calendar = await lists.lock(tx, viewer_of(request), Calendar, calendar_id)
        await lists.archive(tx, viewer_of(request), calendar, archived=wanted == "true")
    raise web.HTTPSeeOther(f"{_PATH}/{calendar_id}")


async def holidays(request: web.Request) -> web.StreamResponse:
    """The holidays of the country that the form says, this year and next."""
    shown = calendar_form.of_said(await _said(request))
    return page(
        request,
        "settings/calendar_holidays.html",
        calendar=shown,
        **_holidays(request, shown),
    )


async def deadline(request: web.Request) -> web.StreamResponse:
    """What deadline the form's hours would give, saved or not, and whether they are open now."""
    said = await _said(request)
    try:
        told = _deadline(request, said, calendar_form.schedule_of(calendar_form.of_said(said)))
    except (Invalid, ValueError, OverflowError):
        told = {"due": None}
    return page(request, "settings/calendar_deadline.html", **told)


def _deadline(request: web.Request, said: Said, written: WrittenSchedule) -> dict[str, Any]:
    """Raises Invalid, ValueError, OverflowError."""
    hours, zone = WorkingTime(written.meant), written.meant.zone
    start = datetime.fromisoformat(calendar_form.one(said, "start")).replace(tzinfo=zone)
    long, short = (calendar_form.number(calendar_form.one(said, f"length_{unit}")) for unit in ("hours", "minutes"))
    length = timedelta(hours=long, minutes=short)
    due, opens = hours.due(start, length), hours.opens_at(now := request.app[DATABASE].now())
    return {
        "due": due and _at(request, due.astimezone(zone)), "is_open": opens == now,
        "opens": opens and _at(request, opens.astimezone(zone)),
    }  # fmt: skip


def _at(request: web.Request, moment: datetime) -> str:
    language = language_for(request)
    return str(format_datetime(moment, _AT[language], locale=language))


async def _said(request: web.Request) -> Said:
    sent = await posted(request)
    return {name: [str(value) for value in sent.getall(name)] for name in sent}


async def _page(
    request: web.Request, shown: Shown | None = None, wrong: Mapping[str, str] | None = None, *, stale: bool = False
) -> web.Response:  # fmt: skip
    """`shown`: what was sent and could not be taken; `wrong`: why, by field; `stale`: another was faster."""
    async with request.app[DATABASE].session() as session:
        calendars = await lists.everything(session, Calendar)
        entry = _chosen(request, calendars)
        teams = await _teams(request, session)
        shown = shown or _shown(entry, teams)
        return await sections.shown(
            request, session, "calendars", "settings/calendars.html", status=409 if stale else 422 if wrong else 200,
            entries=calendars, entry=entry, calendar=shown, wrong=wrong or {}, stale=stale, teams=teams,
            saved="saved" in request.query, names={one.id: one.name for one in calendars}, zones=zones(),
            countries=countries(language_for(request)), weekdays=weekdays(language_for(request)),
            example=_example(request, shown.timezone), **_holidays(request, shown),
        )  # fmt: skip


def _chosen(request: web.Request, calendars: Sequence[Calendar]) -> Calendar | None:
    if "entry" not in request.match_info:
        return None
    wanted = id_in(request, "entry")
    for calendar in calendars:
        if calendar.id == wanted:
            return calendar
    raise NotFound("This is not here any more.")


async def _teams(request: web.Request, session: AsyncSession) -> Sequence[Team]:
    """Those that the viewer knows."""
    hidden = viewer_of(request).hidden_team_ids
    return (await session.exec(select(Team).where(col(Team.id).not_in(hidden)).order_by(col(Team.name)))).all()


def _shown(entry: Calendar | None, teams: Sequence[Team]) -> Shown:
    if entry is None:
        return calendar_form.new()
    return calendar_form.of_calendar(entry, {str(team.id) for team in teams if team.calendar_id == entry.id})


def _holidays(request: web.Request, shown: Shown) -> dict[str, Any]:
    return holidays_shown(shown, language_for(request), request.app[DATABASE].now())


def _example(request: web.Request, timezone: str) -> str:
    """The next Friday at 16:50 there, as the control for it wants it."""
    try:
        zone: Any = ZoneInfo(timezone) if timezone else UTC
    except (ValueError, OSError, LookupError):
        zone = UTC
    today = request.app[DATABASE].now().astimezone(zone).date()
    friday = today + timedelta(days=(_FRIDAY - today.weekday()) % 7)
    return (datetime(friday.year, friday.month, friday.day) + _LATE).isoformat(timespec="minutes")  # noqa: DTZ001
