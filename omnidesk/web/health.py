"""Whether the process lives, and whether it can work."""

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from omnidesk.keys import DATABASE
from omnidesk.store import migrating


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
