"""The quarantine: messages that could not be understood, with the reason, and a way to try again."""

from aiohttp import web
from sqlmodel import select

from omnidesk.desk.quarantine import list_quarantined, process_again
from omnidesk.keys import DATABASE
from omnidesk.store.models import Inbox
from omnidesk.web.requests import page, viewer_of


async def show(request: web.Request) -> web.StreamResponse:
    """All of them, the latest first."""
    async with request.app[DATABASE].session() as session:
        held = await list_quarantined(session)
        inboxes = dict((await session.exec(select(Inbox.id, Inbox.name))).all())
    return page(request, "quarantine/list.html", held=held, inboxes=inboxes, quarantined=len(held), place="quarantine")


async def process(request: web.Request) -> web.StreamResponse:
    """Try one again."""
    async with request.app[DATABASE].transaction() as tx:
        await process_again(tx, int(request.match_info["raw"]), viewer_of(request).agent_id)
    raise web.HTTPSeeOther("/quarantine?again=1")
