"""Who is there: one's own presence is set, and everybody's is told to the pages that show it."""

from aiohttp import web
from pydantic import BaseModel

from omnidesk.desk import presence
from omnidesk.keys import DATABASE
from omnidesk.store.models import Presence
from omnidesk.web.requests import done, local, read, viewer_of


class Choice(BaseModel):
    """The presence that was chosen."""

    presence: Presence
    next: str = "/"


async def tell(request: web.Request) -> web.StreamResponse:
    """The presence of every agent, by id."""
    database = request.app[DATABASE]
    async with database.session() as session:
        everybody = await presence.everybody(session, database.now())
    told = {str(agent_id): where for agent_id, where in everybody.items()}
    return web.json_response(told, headers={"Cache-Control": "no-store"})


async def choose(request: web.Request) -> web.StreamResponse:
    """Set one's own presence."""
    form = await read(request, Choice)
    async with request.app[DATABASE].transaction() as tx:
        await presence.choose(tx, viewer_of(request).agent_id, form.presence)
    return done(request, local(form.next), event="presence-changed")
