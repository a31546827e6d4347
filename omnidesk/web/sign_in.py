"""Signing in and out."""

from aiohttp import web
from pydantic import BaseModel, Field

from omnidesk.desk import agents, audit
from omnidesk.errors import NotAllowed
from omnidesk.keys import DATABASE, SETTINGS
from omnidesk.web import csrf
from omnidesk.web.guard import address_of
from omnidesk.web.limits import Limit
from omnidesk.web.requests import VIEWER, keep_language, local, page, read

PASSWORDS = web.AppKey("passwords", agents.Passwords)
LIMIT = web.AppKey("sign_in_limit", Limit)
WIDE_LIMIT = web.AppKey("wide_sign_in_limit", Limit)
_TRIES, _SECONDS_A_TRY = 10, 30.0
_WIDE_TRIES, _WIDE_SECONDS_A_TRY = 100, 3.0


class Credentials(BaseModel):
    """What the sign-in form sends."""

    email: str = Field(min_length=1, max_length=254)
    password: str = Field(min_length=1, max_length=1000)
    next: str = "/"


def setup(app: web.Application) -> None:
    """Make what signing in needs."""
    app[PASSWORDS] = agents.Passwords()
    app[LIMIT] = Limit(_TRIES, _SECONDS_A_TRY)
    app[WIDE_LIMIT] = Limit(_WIDE_TRIES, _WIDE_SECONDS_A_TRY)


async def show(request: web.Request) -> web.StreamResponse:
    """The form; who is signed in already goes on."""
    onward = local(request.query.get("next", "/"))
    if VIEWER in request:
        raise web.HTTPSeeOther(onward)
    response = page(request, "sign_in/form.html", next=onward, email="", problem="")
    keep_language(request, response)
    return response


async def sign_in(request: web.Request) -> web.StreamResponse:
    """Check e-mail and password, within the limits of trying."""
    form = await read(request, Credentials)
    onward = local(form.next)
    database = request.app[DATABASE]
    if not _may_try(request, form.email):
        return page(request, "sign_in/form.html", status=429, next=onward, email=form.email, problem="often")
    try:
        async with database.session() as session:
            agent = await agents.verify(session, request.app[PASSWORDS], form.email, form.password)
    except NotAllowed:
        async with database.transaction() as tx:
            audit.note(tx, "sign_in.failed", form.email)
        return page(request, "sign_in/form.html", status=403, next=onward, email=form.email, problem="wrong")
    request.app[LIMIT].forget(_key(request, form.email))
    async with database.transaction() as tx:
        token = await agents.open_session(tx, agent.id, request.headers.get("User-Agent", ""))
    return _signed_in(request, token, onward)


async def show_link(request: web.Request) -> web.StreamResponse:
    """A page with one button: mail programs open links to preview them, and must not use this one up."""
    response = page(request, "sign_in/link.html", token=request.match_info["token"], used=False)
    keep_language(request, response)
    return response


async def use_link(request: web.Request) -> web.StreamResponse:
    """Sign in by a link, once."""
    token = request.match_info["token"]
    try:
        async with request.app[DATABASE].transaction() as tx:
            agent_id = await agents.use_sign_in_link(tx, token)
            session = await agents.open_session(tx, agent_id, request.headers.get("User-Agent", ""))
    except NotAllowed:
        return page(request, "sign_in/link.html", status=403, token=token, used=True)
    return _signed_in(request, session, "/")


async def sign_out(request: web.Request) -> web.StreamResponse:
    """End the session."""
    async with request.app[DATABASE].transaction() as tx:
        await agents.close_session(tx, request.cookies[csrf.SESSION_COOKIE])
    response = web.HTTPSeeOther("/sign-in")
    response.del_cookie(csrf.SESSION_COOKIE)
    raise response


def _may_try(request: web.Request, email: str) -> bool:
    """Few tries for an e-mail from one address, so that nobody elsewhere can spend its owner's; many for either alone.

    A try that the tight limit stops counts no further: else one address could spend the e-mail's wide limit.
    """
    now, wide = request.app[DATABASE].now(), request.app[WIDE_LIMIT]
    return (
        request.app[LIMIT].take(_key(request, email), now)
        and wide.take(f"address:{address_of(request)}", now)
        and wide.take(f"email:{_plain(email)}", now)
    )


def _key(request: web.Request, email: str) -> str:
    return f"{address_of(request)} {_plain(email)}"


def _plain(email: str) -> str:
    return email.strip().lower()


def _signed_in(request: web.Request, token: str, onward: str) -> web.Response:
    settings = request.app[SETTINGS]
    secure = settings.http.secure_cookies
    response = web.Response(status=303, headers={"Location": onward})
    response.set_cookie(
        csrf.SESSION_COOKIE,
        token,
        max_age=int(agents.SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=settings.public_url.startswith("https:") if secure is None else secure,
    )
    return response
