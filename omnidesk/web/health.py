"""Whether the process lives, whether it can work, and what it has counted."""

from collections.abc import Iterator
from ipaddress import ip_address

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from omnidesk.errors import NotFound
from omnidesk.keys import DATABASE, INBOXES
from omnidesk.store import migrating
from omnidesk.web.guard import address_of

_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


async def live(_: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """The database answers and has the newest tables; 503 otherwise."""
    try:
        found = await migrating.revision(request.app[DATABASE].reader)
    except (SQLAlchemyError, OSError):
        return web.json_response({"status": "no database"}, status=503)
    if found != migrating.head():
        return web.json_response({"status": "tables are not up to date; run omnidesk db upgrade"}, status=503)
    return web.json_response({"status": "ok"})


async def metrics(request: web.Request) -> web.Response:
    """What this process counted since its start, for Prometheus; only inside the own network."""
    address = address_of(request)
    passed_on = "X-Forwarded-For" in request.headers and address == request.remote  # by a proxy that nobody told us of
    if passed_on or not _is_near(address):
        raise NotFound("There is no such page.")
    return web.Response(text="\n".join(_lines(request)) + "\n", headers={"Content-Type": _PROMETHEUS})


def _is_near(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False


def _lines(request: web.Request) -> Iterator[str]:
    counts = request.app[INBOXES].counts
    yield "# HELP omnidesk_webhooks_refused_total Requests to an inbox whose sender proved nothing."
    yield "# TYPE omnidesk_webhooks_refused_total counter"
    for (slug, status), count in sorted(counts.refused_webhooks.items()):
        yield f'omnidesk_webhooks_refused_total{{inbox="{slug}",status="{status}"}} {count}'
    yield "# HELP omnidesk_receipts_unknown_total Receipts that fit no message of this desk."
    yield "# TYPE omnidesk_receipts_unknown_total counter"
    for slug, count in sorted(counts.unknown_receipts.items()):
        yield f'omnidesk_receipts_unknown_total{{inbox="{slug}"}} {count}'
