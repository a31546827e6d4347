"""How an agent wants to hear of things: each kind by each way, quiet hours, and the browsers that are told."""

from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web
from pydantic import BaseModel, Field, field_validator

from omnidesk.desk import agents
from omnidesk.desk.notices import choices, pushing, subscriptions
from omnidesk.errors import Conflict
from omnidesk.keys import DATABASE, KEYS, MAILER, PUSHER
from omnidesk.store.models import NoticeChoice, NoticeKind
from omnidesk.web import csrf, notice_letters
from omnidesk.web.pages import PAGES
from omnidesk.web.requests import ZONE_COOKIE, done, is_fragment, language_for, page, read, viewer_of
from omnidesk.web.settings.sections import shown

_TIME = r"^([01]\d|2[0-3]):[0-5]\d$"


class Choice(BaseModel):
    """What the form sends. `push`: kinds; `mail`: `kind:way`, absent while there is no mail server."""

    push: list[str] = []
    mail: list[str] = []
    rhythm: Literal["quarter", "hourly", "daily"] = "hourly"
    quiet_from: str = Field(default="", pattern=f"{_TIME}|^$")
    quiet_to: str = Field(default="", pattern=f"{_TIME}|^$")
    quiet_days: list[str] = []
    zone: str = "UTC"
    with_text: bool = False

    @field_validator("push", "mail")
    @classmethod
    def _known(cls, given: list[str]) -> list[str]:
        for one in given:
            kind, _, way = one.partition(":")
            NoticeKind(kind)
            choices.Mail(way or "off")
        return given

    @field_validator("zone")
    @classmethod
    def _there(cls, given: str) -> str:
        try:
            return ZoneInfo(given).key
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {given}; give one like Europe/Istanbul") from error

    @field_validator("quiet_days")
    @classmethod
    def _days(cls, given: list[str]) -> list[str]:
        if not set(given) <= set("0123456"):
            raise ValueError("days are numbers from 0 (Monday) to 6")
        return sorted(set(given))


class Browser(BaseModel):
    """A browser's push subscription."""

    endpoint: str
    p256dh: str = ""
    auth: str = ""


async def show(request: web.Request) -> web.StreamResponse:
    """The form."""
    key = await pushing.public_key(request.app[DATABASE], request.app[KEYS])
    async with request.app[DATABASE].session() as session:
        choice = await choices.of(session, viewer_of(request).agent_id)
        zone = choice.zone if choice in session else request.cookies.get(ZONE_COOKIE, "UTC")
        return await shown(
            request, session, "notices", "settings/notices.html", choice=choice, kinds=list(NoticeKind), key=key,
            ways={kind: choices.way(choice, kind) for kind in NoticeKind}, mails=request.app[MAILER].is_set_up,
            chosen_zone=zone, saved="saved" in request.query,
        )  # fmt: skip


async def change(request: web.Request) -> web.StreamResponse:
    """Keep what was chosen."""
    form, agent_id = await read(request, Choice), viewer_of(request).agent_id
    async with request.app[DATABASE].transaction() as tx:
        before = await choices.of(tx.session, agent_id)
        await choices.keep(tx, NoticeChoice.model_validate({**before.model_dump(), **_chosen(form, before)}))
    raise web.HTTPSeeOther("/settings/notices?saved")


def _chosen(form: Choice, before: NoticeChoice) -> dict[str, Any]:
    mails = dict(one.split(":") for one in form.mail if ":" in one)
    ways = {
        kind.value: {"push": kind in form.push, "mail": mails.get(kind) or choices.way(before, kind).mail}
        for kind in NoticeKind
    }
    return {**form.model_dump(exclude={"push", "mail"}), "quiet_days": "".join(form.quiet_days), "ways": ways}


async def test(request: web.Request) -> web.StreamResponse:
    """Push a test to the agent's browsers. Raises Conflict when there is none, or none took it."""
    database, viewer = request.app[DATABASE], viewer_of(request)
    async with database.session() as session:
        to = await subscriptions.of(session, viewer.agent_id, database.now())
    if not to:
        raise Conflict("No browser of yours is told yet; turn notices on in this browser first.", code="no_browser")
    if not await request.app[PUSHER].send(notice_letters.test_push(request.app[PAGES], language_for(request)), to):
        raise Conflict("The push service did not take it; try again in a minute.", code="not_pushed")
    if is_fragment(request):
        return page(request, "notices/sent.html")
    raise web.HTTPSeeOther("/settings/notices")


async def subscribe(request: web.Request) -> web.StreamResponse:
    """Tell this browser."""
    form = await read(request, Browser)
    session = agents.digest_of(request.cookies.get(csrf.SESSION_COOKIE, ""))
    async with request.app[DATABASE].transaction() as tx:
        await subscriptions.subscribe(tx, viewer_of(request).agent_id, session=session, **form.model_dump())
    return done(request, "/settings/notices")


async def unsubscribe(request: web.Request) -> web.StreamResponse:
    """Tell this browser no more."""
    form = await read(request, Browser)
    async with request.app[DATABASE].transaction() as tx:
        await subscriptions.unsubscribe(tx, viewer_of(request).agent_id, form.endpoint)
    return done(request, "/settings/notices")
