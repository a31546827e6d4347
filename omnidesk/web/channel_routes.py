"""The routes that channels bring: one route serves every inbox of its kind."""

from collections.abc import Iterable

from aiohttp import web

from omnidesk.contract.channel import Channel, Route
from omnidesk.desk.incoming.reception import Reception
from omnidesk.errors import NotFound
from omnidesk.keys import DATABASE, INBOXES, LETTERS, RECEIVER
from omnidesk.web.guard import Handler, address_of

_REFUSED = (401, 403)


def register(app: web.Application, channels: Iterable[type[Channel]]) -> None:
    """Add the routes of these channels."""
    for channel in channels:
        for route in channel.routes():
            app.router.add_route(route.method, route.path, _dispatch(channel, route))


def _dispatch(kind: type[Channel], route: Route) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        inbox = request.app[INBOXES].by_slug(request.match_info["slug"])
        if not isinstance(inbox.channel, kind) or inbox.row.simulated:
            raise NotFound(f"There is no {kind.name} inbox {inbox.row.slug} here.")
        app = request.app
        desk = Reception(app[DATABASE], app[LETTERS], app[RECEIVER], inbox, inboxes=app[INBOXES])
        try:
            _must_be_text(request)
            answer = await route.handler(inbox.channel, desk, request.clone(remote=address_of(request)))
        except web.HTTPException as error:
            _count(request, inbox.row.slug, error.status)
            raise
        _count(request, inbox.row.slug, answer.status)
        return answer

    return handle


def _must_be_text(request: web.Request) -> None:
    """Headers of any bytes come as text that can't be written again: no channel has to think of them."""
    try:
        "".join(request.headers.values()).encode()
    except UnicodeEncodeError as error:
        raise web.HTTPBadRequest(text="The headers are not text.") from error


def _count(request: web.Request, slug: str, status: int) -> None:
    """Who could not prove to be the provider leaves a number behind, and nothing else."""
    if status in _REFUSED:
        request.app[INBOXES].counts.refused_webhooks[slug, status] += 1
