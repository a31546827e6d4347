"""Writing on a case: a reply, at once or when its time has come, or a note; and what stops one."""

import re
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import actions, cases, drafts, files, filling, moments, views
from omnidesk.desk import windows as windowing
from omnidesk.desk.access import Viewer
from omnidesk.desk.drafts import Writing
from omnidesk.desk.outgoing import planned, ways
from omnidesk.desk.outgoing.copies import Copies
from omnidesk.errors import Conflict
from omnidesk.keys import DATABASE, INBOXES, KEYS, SETTINGS
from omnidesk.store.models import Author, Case, Category, Interaction, Kind
from omnidesk.text import variables
from omnidesk.web import windows
from omnidesk.web.cases import rows_from
from omnidesk.web.requests import Id, Number, done, page, read, viewer_of, zone_of

_LONGEST = 50_000
_ADDRESSES = 100
"""Fields of addresses that are read; how many addresses a message takes is for the desk to say."""
_CHANGED = "case-changed"


class Message(BaseModel):
    """What the composer sends."""

    kind: str = Field(pattern="^(reply|note)$")
    text: str = Field(default="", max_length=_LONGEST)
    upload: list[str] = []
    last_seen: Number | None = None
    log_version: Number | None = None
    cc: list[str] = Field(default=[], max_length=_ADDRESSES)
    bcc: list[str] = Field(default=[], max_length=_ADDRESSES)
    then: str = Field(default="", pattern="^(waiting|on_hold|resolved)?$")
    later: str = Field(default="", max_length=40)
    at: Id | None = None
    template: str = Field(default="", max_length=600)
    value: list[str] = Field(default=[], max_length=windows.MOST_WORDS)
    anyway: bool = False
    unfilled: bool = False


async def write(request: web.Request) -> web.StreamResponse:
    """Reply or note. When somebody wrote since, say so and keep the text."""
    form, number, viewer = await read(request, Message), int(request.match_info["number"]), viewer_of(request)
    try:
        if form.kind == "note":
            attached = [files.from_handle(request.app[KEYS], handle) for handle in form.upload]
            async with request.app[DATABASE].transaction() as tx:
                case = await actions.note(tx, viewer, number, form.text, attached)
                await drafts.drop(tx, viewer, case)
        else:
            if not form.unfilled and not form.template:
                filling.must_be_filled(form.text)
            await _reply(request, form)
    except Conflict as conflict:
        if conflict.code == "unfilled":
            return _unfilled(request, form)
        if conflict.code != "somebody_wrote":
            raise
        return await _somebody_wrote(request, form)
    return done(request, f"/cases/{number}", event="message-sent, case-changed")


async def _reply(request: web.Request, form: Message) -> None:
    """Reply at once, or plan it: so that it can be undone, or for later."""
    database, viewer, number = request.app[DATABASE], viewer_of(request), int(request.match_info["number"])
    then = Category(form.then) if form.then else None
    template = await windows.chosen(request, form.template, form.value, form.at)
    how: dict[str, Any] = {
        "attachments": [files.from_handle(request.app[KEYS], handle) for handle in form.upload],
        "last_seen": None if form.anyway else form.last_seen, "log_version": form.log_version, "then": then,
        "at": form.at, "template": template,
        "capabilities": request.app[INBOXES].capabilities_of, "copies": _copies(request, form),
    }  # fmt: skip
    send_at = await _send_at(request, form)
    if send_at is None:
        async with database.transaction() as tx:
            case = await actions.reply(tx, viewer, number, form.text, **how)
            await drafts.drop(tx, viewer, case)
        return
    await actions.rehearse(database, viewer, number, form.text, **how)
    cc, bcc = _addresses(form.cc), _addresses(form.bcc)
    async with database.transaction() as tx:
        case = await actions.for_work(tx, viewer, number)
        if form.later and template is None:
            await _must_be_in_time(request, tx.session, case, form.at, send_at)
        text, kept = (template.text, template.as_row()) if template else (form.text.strip(), None)
        writing = Writing(text, "reply", form.upload, cc, bcc, form.at, kept)
        await planned.plan(tx, viewer, case, writing, send_at=send_at, later=bool(form.later), then=then)
        await drafts.drop(tx, viewer, case)


async def _must_be_in_time(
    request: web.Request, session: AsyncSession, case: Case, at: int | None, send_at: datetime
) -> None:  # fmt: skip
    """Whether a text may go at this time; the customer who writes before that ends it anyway. Raises Invalid."""
    point_id, inbox_id = await ways.place(session, viewer_of(request), case, at)
    can = request.app[INBOXES].capabilities_of(inbox_id)
    if (window := await windowing.of(session, can, point_id, inbox_id)) is not None:
        window.must_be_open_later(send_at)


async def _send_at(request: web.Request, form: Message) -> datetime | None:
    """When a reply is to go; None = in this very request."""
    database, viewer = request.app[DATABASE], viewer_of(request)
    if form.later:
        return moments.later(form.later, database.now(), zone_of(request))
    seconds = viewer.undo_send_seconds
    seconds = request.app[SETTINGS].desk.undo_send_seconds if seconds is None else seconds
    if seconds:
        return database.now() + timedelta(seconds=seconds)
    async with database.session() as session:
        case = await views.find(session, viewer, int(request.match_info["number"]))
        return database.now() if await planned.waits(session, viewer, case) else None


def _unfilled(request: web.Request, form: Message) -> web.Response:
    headers = {"HX-Retarget": "#conflict", "HX-Reswap": "innerHTML"}
    return page(request, "cases/unfilled.html", status=409, headers=headers, left=variables.left(form.text))


def _copies(request: web.Request, form: Message) -> Copies | None:
    """Whom a reply is copied to; a field may hold several addresses, as people write them."""
    cc, bcc = _addresses(form.cc), _addresses(form.bcc)
    return Copies(request.app[INBOXES], cc, bcc) if cc or bcc else None


def _addresses(fields: list[str]) -> list[str]:
    return [address for address in re.split(r"[,;\s]+", " ".join(fields)) if address]


async def _somebody_wrote(request: web.Request, form: Message) -> web.Response:
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer_of(request), int(request.match_info["number"]))
        known = form.last_seen if form.log_version in (None, case.log_version) else None
        rows = await rows_from(request, session, case, (known or 0) + 1)
    said = [line.row for line in rows if line.row.kind != Kind.EVENT and line.row.author_kind != Author.SYSTEM]
    headers = {"HX-Retarget": "#conflict", "HX-Reswap": "innerHTML", "HX-Trigger": _CHANGED}
    return page(
        request, "cases/conflict.html", status=409, headers=headers, case=case, said=said,
        **_done_since(viewer_of(request), case, [line.row for line in rows]),
    )  # fmt: skip


def _done_since(viewer: Viewer, case: Case, rows: list[Interaction]) -> dict[str, Any]:
    """To whom a case was given and who resolved it, in these rows of its log; empty where it is not so any more."""
    happened = {row.payload.get("event"): row for row in rows}
    given, ended = happened.get("assigned"), happened.get("resolved")
    if ended and case.category in cases.DONE:
        return {"taken": "", "resolved": True, "resolver": ended.author_name}
    taken = given.payload.get("agent", "") if given and case.assignee_id != viewer.agent_id else ""
    return {"taken": taken, "resolved": False}
