"""The simulator's page: a chat, a phone, a mail window, and the time that can be let run."""

from datetime import timedelta

from aiohttp import web

from omnidesk.events import TimeRan
from omnidesk.keys import BUS, INBOXES, LEASES
from omnidesk.simulator import mail, phone
from omnidesk.simulator.mailbox import MAILBOX
from omnidesk.simulator.time import RunningTime
from omnidesk.web.guard import Permission
from omnidesk.web.requests import keep_language, language_for, page
from omnidesk.web.routes import Route, register

RUNNING_TIME = web.AppKey("running_time", RunningTime)
_LONGEST = timedelta(days=31)


def setup(app: web.Application, time: RunningTime, permission: Permission) -> None:
    """Add the page for those who may use it, and the time that it lets run."""
    app[RUNNING_TIME] = time
    register(
        app,
        [
            Route("GET", "/simulator", show, permission),
            Route("GET", r"/simulator/phone/{slug:[a-z0-9_-]{1,100}}", phone.show, permission),
            Route("POST", r"/simulator/phone/{slug:[a-z0-9_-]{1,100}}", phone.say, permission),
            Route("POST", "/simulator/time", let_run, permission),
            Route("GET", "/simulator/mails", mail.show, permission),
            Route("POST", "/simulator/mails", mail.send, permission),
        ],
    )


async def show(request: web.Request) -> web.StreamResponse:
    """The page; `on` says which inbox the phone shows, `as` whose phone it is."""
    phones, asked = phone.inboxes(request), request.query.get("on", "")
    shown = next((inbox for inbox in phones if inbox.row.slug == asked), phones[0] if phones else None)
    response = page(
        request,
        "simulator/page.html",
        mails=await mail.mails(request),
        has_mail=MAILBOX in request.app,
        chat=_chat(request),
        tongue=language_for(request),
        phones=phones,
        people=phone.PEOPLE,
        who=phone.who(request),
        screen=await phone.screen(request, shown) if shown else None,
        passed=request.app[RUNNING_TIME].ahead,
        start=f"/start {start}" if (start := request.query.get("start", "")) else "",
    )
    keep_language(request, response)
    return response


def _chat(request: web.Request) -> str:
    """The slug of a web chat, if there is one."""
    chats = (inbox.row for inbox in request.app[INBOXES].all() if inbox.row.channel == "webchat")
    return next((row.slug for row in chats if row.enabled), "")


async def let_run(request: web.Request) -> web.StreamResponse:
    """Let time pass, as many minutes as the form says."""
    said = str((await request.post()).get("minutes", ""))
    passed = timedelta(minutes=int(said)) if said.isdecimal() and len(said) < 6 else timedelta()
    if not timedelta() < passed <= _LONGEST:
        raise web.HTTPBadRequest(reason="minutes: say how many, up to a month")
    time = request.app[RUNNING_TIME]
    time.run(passed)
    await request.app[LEASES].renew()  # what this process holds would have ended meanwhile
    request.app[BUS].publish(TimeRan(int(time.ahead.total_seconds())))
    raise web.HTTPSeeOther("/simulator")
