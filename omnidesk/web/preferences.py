"""How pages look to an agent."""

from typing import Literal

from aiohttp import web
from pydantic import BaseModel

from omnidesk.desk import agents
from omnidesk.keys import DATABASE
from omnidesk.web.requests import local, read, viewer_of


class Preferences(BaseModel):
    """Any of them; what is absent stays."""

    language: Literal["en", "tr"] | None = None
    theme: Literal["system", "light", "dark"] | None = None
    undo: Literal["0", "5", "10", "15", "30"] | None = None
    next: str = "/"


async def change(request: web.Request) -> web.StreamResponse:
    """Keep what was chosen and show the same page again."""
    form, agent_id = await read(request, Preferences), viewer_of(request).agent_id
    async with request.app[DATABASE].transaction() as tx:
        undo = int(form.undo) if form.undo else None
        await agents.set_preferences(tx, agent_id, language=form.language, theme=form.theme, undo=undo)
    raise web.HTTPSeeOther(local(form.next))
