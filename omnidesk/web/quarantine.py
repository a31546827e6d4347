"""The quarantine: messages that could not be understood, with the reason, as they came, and a way to try again."""

from aiohttp import web
from sqlmodel import select

from omnidesk.desk.incoming import quarantine
from omnidesk.errors import Invalid
from omnidesk.keys import BLOBS, DATABASE
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Inbox
from omnidesk.web import rail
from omnidesk.web.requests import id_in, page, viewer_of

_AT_ONCE = 50


async def show(request: web.Request) -> web.StreamResponse:
    """Some of them, the latest first; `before` leads to older ones."""
    before = _before(request)
    async with request.app[DATABASE].session() as session:
        held = await quarantine.list_quarantined(session, before=before, limit=_AT_ONCE + 1)
        waiting = await rail.counts(request, session)
        inboxes = dict((await session.exec(select(Inbox.id, Inbox.name))).all())
    older = held[_AT_ONCE - 1].id if len(held) > _AT_ONCE else None
    return page(
        request, "quarantine/list.html", held=held[:_AT_ONCE], older=older, inboxes=inboxes,
        place="quarantine", **waiting,
    )  # fmt: skip


async def raw(request: web.Request) -> web.StreamResponse:
    """One as it came. It comes from strangers: a browser shows it as text, whatever it is."""
    async with request.app[DATABASE].session() as session:
        row = await quarantine.find(session, id_in(request, "raw"))
    return web.Response(
        body=await quarantine.body(request.app[BLOBS], row),
        content_type="text/plain",
        charset="utf-8",
        headers={
            "Content-Disposition": f'inline; filename="message-{row.id}.txt"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


async def process(request: web.Request) -> web.StreamResponse:
    """Try one again."""
    async with request.app[DATABASE].transaction() as tx:
        await quarantine.process_again(tx, id_in(request, "raw"), viewer_of(request).agent_id)
    raise web.HTTPSeeOther("/quarantine")


def _before(request: web.Request) -> int | None:
    text = request.query.get("before", "")
    if not text:
        return None
    if not (text.isdecimal() and len(text) <= 19 and 0 < int(text) <= MAX_ID):
        raise Invalid("This cursor is not one of ours; start again without it.", fields={"before": "invalid"})
    return int(text)
