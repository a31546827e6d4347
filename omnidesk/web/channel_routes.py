"""The routes that channels bring: one route serves every inbox of its kind."""

from collections.abc import Iterable

from aiohttp import web

from omnidesk.contract.channel import Channel, Route
from omnidesk.desk.incoming.reception import Reception
from omnidesk.errors import NotFound
from omnidesk.keys import DATABASE, INBOXES, LETTERS, RECEIVER
from omnidesk.web.guard import Handler, address_of


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
        desk = Reception(request.app[DATABASE], request.app[LETTERS], request.app[RECEIVER], inbox)
        return await route.handler(inbox.channel, desk, request.clone(remote=address_of(request)))

    return handle
