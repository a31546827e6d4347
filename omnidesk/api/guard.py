"""The guard at every operation: a token that we know, with the scope it needs, not too often."""

import math
from collections.abc import Awaitable, Callable

from aiohttp import web

from omnidesk.api.operations import Operation
from omnidesk.desk import tokens
from omnidesk.desk.tokens import Bearer
from omnidesk.errors import NotAllowed
from omnidesk.keys import DATABASE, SETTINGS
from omnidesk.web.limits import Limit

LIMIT = web.AppKey("api_limit", Limit)
_SCHEME = "bearer"


def setup(app: web.Application) -> None:
    """Let each token ask as often as the settings say."""
    a_minute = app[SETTINGS].api.requests_per_minute
    app[LIMIT] = Limit(a_minute, 60 / a_minute)


def guarded(operation: Operation) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The operation behind its permission."""

    async def guard(request: web.Request) -> web.StreamResponse:
        bearer = await _recognise(request)
        if not request.app[LIMIT].take(str(bearer.token_id), request.app[DATABASE].now()):
            seconds = math.ceil(60 / request.app[SETTINGS].api.requests_per_minute)
            raise web.HTTPTooManyRequests(
                text=f"This token asks too often; wait {seconds} s.", headers={"Retry-After": str(seconds)}
            )
        if operation.scope not in bearer.scopes:
            raise NotAllowed(
                f"This token lacks the scope {operation.scope}; make one that has it: omnidesk token create",
                code="scope_missing",
            )
        return await operation.perform(request, bearer)

    return guard


async def _recognise(request: web.Request) -> Bearer:
    """Who asks, by the token. Raises HTTPUnauthorized."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = None
    if scheme.lower() == _SCHEME:
        async with request.app[DATABASE].session() as session:
            bearer = await tokens.bearer_of(session, token.strip())
    if bearer is None:
        text = "Send a token that is still good: Authorization: Bearer omnidesk_… (omnidesk token create makes one)."
        raise web.HTTPUnauthorized(text=text, headers={"WWW-Authenticate": "Bearer"})
    await tokens.note_use(request.app[DATABASE], bearer)
    return bearer
