"""The guard at every route: who asks, may they, and did our own page ask."""

from collections.abc import Awaitable, Callable
from functools import wraps
from ipaddress import ip_address, ip_network
from typing import Final, Literal
from urllib.parse import quote

from aiohttp import web

from omnidesk.desk import access, agents
from omnidesk.keys import DATABASE, SETTINGS
from omnidesk.store.models import Role
from omnidesk.web import csrf
from omnidesk.web.requests import VIEWER, is_fragment

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ANYONE: Final = "anyone"
PUBLIC: Final = "public"
"""The same answer for all: nobody is looked up, which a page's fifty files would each pay for."""
Permission = Role | Literal["anyone", "public"]

_SAFE = ("GET", "HEAD", "OPTIONS")


def guarded(handler: Handler, permission: Permission) -> Handler:
    """The handler behind its permission."""
    if permission == PUBLIC:
        return handler

    @wraps(handler)
    async def guard(request: web.Request) -> web.StreamResponse:
        viewer = await recognise(request)
        if viewer is not None:
            request[VIEWER] = viewer
        if request.method not in _SAFE:
            csrf.must_be_ours(request)
        if permission != ANYONE:
            if viewer is None:
                return _to_sign_in(request)
            access.must_be(viewer, Role(permission))
            if request.method not in _SAFE:
                await csrf.must_carry_token(request)
        return await handler(request)

    return guard


async def recognise(request: web.Request) -> access.Viewer | None:
    """The viewer whose session the cookie names, if it still lives."""
    token = request.cookies.get(csrf.SESSION_COOKIE)
    if not token:
        return None
    database = request.app[DATABASE]
    async with database.session() as session:
        return await agents.session_viewer(session, token, database.now())


def _to_sign_in(request: web.Request) -> web.Response:
    if is_fragment(request):
        return web.Response(status=204, headers={"HX-Redirect": "/sign-in"})
    if request.method in _SAFE and "json" not in request.headers.get("Accept", ""):
        raise web.HTTPSeeOther(f"/sign-in?next={quote(request.path_qs)}")
    raise web.HTTPUnauthorized


def address_of(request: web.Request) -> str:
    """The address of the browser: the last forwarded one that is not a proxy we trust."""
    trusted = [ip_network(network, strict=False) for network in request.app[SETTINGS].http.trusted_proxies]
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    address = request.remote or ""
    for hop in reversed(forwarded):
        try:
            if not any(ip_address(address) in network for network in trusted):
                break
        except ValueError:
            break
        address = hop
    return address
