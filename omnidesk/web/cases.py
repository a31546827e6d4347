"""A case: what was said and done, and what agents do with it."""

import json
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Capabilities, Price
from omnidesk.desk import actions, agents, applying_macros, drafts, pictures, presence, timeline, views
from omnidesk.desk.directory import redirecting
from omnidesk.desk.outgoing import copies, elsewhere, leading, planned, ways
from omnidesk.desk.outgoing.ways import Way
from omnidesk.desk.timeline import TimelineRow
from omnidesk.errors import NotFound
from omnidesk.keys import DATABASE, INBOXES, KEYS
from omnidesk.store.models import Attachment, Case, ContactPoint, DeliveryState
from omnidesk.web import windows
from omnidesk.web.drafts import as_written
from omnidesk.web.lines import Line, lines, place_of
from omnidesk.web.requests import Id, Number, done, file_url, id_in, page, read, reader_of, viewer_of, zone_of

_HOLDS = ("mine", "unassigned", "all", "snoozed", "bot", "resolved")
"""Views of which one holds any case, those that say most first."""
_AT_FIRST = 60
_REFRESHED = 200
"""The most rows that one refresh draws again."""
_CHANGED = "case-changed"
_EDITED = ("message_edited", "call_corrected")
_ORIGINAL_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"  # links open in a window of their own
)


class Assignment(BaseModel):
    """Whom the case is given to; empty = nobody."""

    agent: Id | None = None


class Address(BaseModel):
    """At which address of the person."""

    point: Id


class Place(BaseModel):
    """A place in the log: how far the agent has read, or which message is meant."""

    position: Number


async def values(request: web.Request, session: AsyncSession, number: int) -> dict[str, Any]:
    """What the page of a case shows. Raises NotFound."""
    viewer = viewer_of(request)
    case = await views.find(session, viewer, number)
    rows = await timeline.timeline(session, case, limit=_AT_FIRST)
    panel = await timeline.side_panel(session, viewer, case, request.app[DATABASE].now())
    said = await _lines(request, session, case, rows)
    ways = await _ways(request, session, case, said)
    draft = as_written(request, await drafts.of(session, viewer, case))
    copied = await _copied(request, session, case)
    reply_ways = await _reply_ways(request, session, case, panel.points) if len(panel.points) > 1 else []
    return {"reply_ways": reply_ways, "can": request.app[INBOXES].capabilities_of(case.inbox_id),
            "price": _price(request, case, panel.points),
            "case": case, "lines": said, "panel": panel, "ways": ways, "draft": draft, **copied,
            "planned": await planned.shown(session, case), "windows": await windows.of_case(request, session, case),
            "merged_into": await views.merged_into(session, viewer, case)}  # fmt: skip


def _price(request: web.Request, case: Case, points: Sequence[ContactPoint]) -> Price | None:
    """What a segment of a reply costs, where the channel is paid by those."""
    address = next((point.address for point in points if point.id == case.contact_point_id), "")
    return request.app[INBOXES].segment_price(case.inbox_id, address)


async def _copied(request: web.Request, session: AsyncSession, case: Case) -> dict[str, Any]:
    """Whom the composer may copy a reply to, if the channel sends copies."""
    inboxes = request.app[INBOXES]
    can = inboxes.capabilities_of(case.inbox_id)
    return {"copies": can is not None and can.copies, "offers": await copies.offered(session, inboxes, case)}


async def _reply_ways(
    request: web.Request, session: AsyncSession, case: Case, points: Sequence[ContactPoint]
) -> list[tuple[Way, Capabilities | None, Price | None]]:  # fmt: skip
    """Where a reply may go, each with what its channel can do and costs; nothing where there is no choice."""
    inboxes = request.app[INBOXES]
    price, can = inboxes.segment_price, inboxes.capabilities_of
    known = await ways.of(session, viewer_of(request), case.contact_id)
    found = [way for way in known if (able := can(way.inbox.id)) is None or able.sends]
    usual = [way for way in found if way.point.id == case.contact_point_id]
    if len(found) == len(usual):
        return []
    here = inboxes.live(case.inbox_id)
    if not usual and here and here.channel.capabilities.sends:  # it is named as well when it takes nothing any more
        found = [Way(point, here.row) for point in points if point.id == case.contact_point_id] + found
    return [(way, can(way.inbox.id), price(way.inbox.id, way.point.address)) for way in found]


async def _ways(request: web.Request, session: AsyncSession, case: Case, said: list[Line]) -> Sequence[Way]:
    """How else the person can be reached, where lines tell of a message that did not arrive."""
    if any(delivery.state == DeliveryState.FAILED for line in said for delivery in line.deliveries):
        return await ways.of(session, viewer_of(request), case.contact_id)
    return ()


async def show(request: web.Request) -> web.StreamResponse:
    """A case by its number alone, as links name it: opened in the view that holds it."""
    reader = reader_of(request)
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, reader.viewer, _number(request))
    view = next((view for view in _HOLDS if views.in_view(case, reader, view)), "all")
    raise web.HTTPSeeOther(f"/inbox/{view}/{case.number}")


async def changes(request: web.Request) -> web.StreamResponse:
    """What the page shows of a case, drawn again: rows from `since` on; those after `last` are new to it.

    After a merge or a split the rows stand elsewhere, and all are drawn anew; so they are when too many are new.
    """
    since, last = _position(request, "since"), _position(request, "last")
    viewer = viewer_of(request)
    async with request.app[DATABASE].session() as session:
        try:
            case = await views.find(session, viewer, _number(request))
        except NotFound:
            return _gone(request)
        rows = await rows_from(request, session, case, max(since, last - _REFRESHED // 2))
        if first := _first_edited(rows, last):
            rows = await rows_from(request, session, case, first)
        panel = await timeline.side_panel(session, viewer, case, request.app[DATABASE].now())
        ways = await _ways(request, session, case, rows)
        waiting = await planned.shown(session, case)
        target = await views.merged_into(session, viewer, case)
        left = await windows.of_case(request, session, case)
        missed = bool(rows) and rows[0].row.position > (first or last + 1)
        anew = missed or last > case.last_position or any(_moved_all(line) for line in rows if line.row.position > last)
        if anew:
            rows = await _lines(request, session, case, await timeline.timeline(session, case, limit=_AT_FIRST))
    if anew and target:
        return web.Response(status=204, headers={"HX-Redirect": f"/cases/{target.number}"})
    view = request.query.get("view", "")
    return page(
        request, "cases/changes.html", case=case, lines=rows, last=last, panel=panel, ways=ways, planned=waiting,
        view=view or "all", anew=anew, windows=left,
    )  # fmt: skip


def _first_edited(rows: Sequence[Line], last: int) -> int | None:
    """The first row that the page has and that changed since, where it is not among these already."""
    told = [line.row.payload for line in rows if line.row.position > last]
    edited = [said["position"] for said in told if said.get("event") in _EDITED]
    there = [position for position in edited if position > last - _AT_FIRST]
    return min(there) if there and min(there) < rows[0].row.position else None


def _gone(request: web.Request) -> web.Response:
    """What stands on the page instead of a case that is not its reader's to see any more."""
    view = request.query.get("view") or "all"
    headers = {"HX-Retarget": "#work", "HX-Reswap": "innerHTML"}
    return page(request, "cases/gone.html", status=404, headers=headers, view=view)


def _moved_all(line: Line) -> bool:
    return line.row.payload.get("event") in ("merged_into", "merged_from", "merge_undone")


async def addressees(request: web.Request) -> web.StreamResponse:
    """Whom the next reply may go to, as it is now."""
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer_of(request), _number(request))
        found = await _copied(request, session, case)
    return page(request, "cases/addressees.html", case=case, **found)


async def earlier(request: web.Request) -> web.StreamResponse:
    """The rows before a position."""
    before = _position(request, "before")
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer_of(request), _number(request))
        rows = await timeline.timeline(session, case, before=before, limit=_AT_FIRST)
        said = await _lines(request, session, case, rows)
        ways = await _ways(request, session, case, said)
    return page(request, "cases/earlier.html", case=case, lines=said, ways=ways)


async def original(request: web.Request) -> web.StreamResponse:
    """A message's own HTML, for a frame in which nothing runs and nothing is fetched from elsewhere.

    `?pictures=1`: with the pictures that lie elsewhere, which we fetch.
    """
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer_of(request), _number(request))
        before = int(request.match_info["position"]) + 1
        rows = await timeline.timeline(session, case, before=before, limit=1)
    if not rows or not rows[0].interaction.html:
        raise NotFound("This message has no other form.")
    headers = {"Content-Security-Policy": _ORIGINAL_POLICY}
    html = _with_pictures(request, rows[0].interaction.html, rows[0].attachments)
    if "pictures" in request.query:
        html = pictures.shown(html, request.app[KEYS], rows[0].interaction.id, request.app[DATABASE].now())
    return page(request, "cases/original.html", headers=headers, html=html)


def _with_pictures(request: web.Request, html: str, files: list[Attachment]) -> str:
    """Mail names its own pictures by content id; the page needs their addresses."""
    for picture in files:
        if place := place_of(picture):
            html = place.sub(file_url(request, picture), html)
    return html


async def assignees(request: web.Request) -> web.StreamResponse:
    """Whom the case can be given to."""
    database = request.app[DATABASE]
    async with database.session() as session:
        case = await views.find(session, viewer_of(request), _number(request))
        found = await agents.assignable(session, case.team_id)
    there = {agent.id: presence.of(agent, database.now()) for agent in found}
    return page(request, "cases/assignees.html", case=case, agents=found, there=there)


async def more(request: web.Request) -> web.StreamResponse:
    """What else can be done with the case."""
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer_of(request), _number(request))
        leads = await leading.offered(session, request.app[INBOXES], viewer_of(request), case)
    return page(request, "cases/more_options.html", case=case, leads=leads)


async def lead_on(request: web.Request) -> web.StreamResponse:
    """A sentence with a link that leads the person on to another inbox, for the composer."""
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer_of(request), _number(request))
        leads = await leading.offered(session, request.app[INBOXES], viewer_of(request), case)
    inbox = next((one for one in leads if one.row.slug == request.query.get("inbox")), None)
    if inbox is None:
        raise NotFound("No link leads to this inbox.")
    text = await leading.words(request.app[KEYS], inbox, case, request.app[DATABASE].now())
    return web.Response(status=204, headers={"HX-Trigger": json.dumps({"insert-text": {"text": text}})})


async def assign(request: web.Request) -> web.StreamResponse:
    """Give the case to an agent, or to nobody."""
    form = await read(request, Assignment)
    async with request.app[DATABASE].transaction() as tx:
        case = await actions.assign(tx, viewer_of(request), _number(request), form.agent)
    return done(request, f"/cases/{case.number}", event=_CHANGED)


async def take(request: web.Request) -> web.StreamResponse:
    """Take the case over, also from the bot."""
    async with request.app[DATABASE].transaction() as tx:
        case = await actions.take(tx, viewer_of(request), _number(request))
    return done(request, f"/cases/{case.number}", event=_CHANGED)


async def answer_at(request: web.Request) -> web.StreamResponse:
    """Answer where a message asks for it."""
    form = await read(request, Place)
    async with request.app[DATABASE].transaction() as tx:
        case = await redirecting.answer_at(tx, viewer_of(request), _number(request), form.position)
    return done(request, f"/cases/{case.number}", event=_CHANGED)


async def reopen(request: web.Request) -> web.StreamResponse:
    """Take the case up again."""
    async with request.app[DATABASE].transaction() as tx:
        case = await actions.reopen(tx, viewer_of(request), _number(request))
    return done(request, f"/cases/{case.number}", event=_CHANGED)


async def mark_read(request: web.Request) -> web.StreamResponse:
    """The agent has seen everything up to a position."""
    form = await read(request, Place)
    async with request.app[DATABASE].transaction() as tx:
        await actions.mark_read(tx, viewer_of(request), _number(request), form.position)
    return web.Response(status=204)


async def retry(request: web.Request) -> web.StreamResponse:
    """Send a failed message once more. What the viewer may not see is answered like what does not exist."""
    delivery = id_in(request, "delivery")
    try:
        async with request.app[DATABASE].transaction() as tx:
            case = await actions.retry_delivery(tx, viewer_of(request), delivery)
    except NotFound as error:
        raise NotFound(f"There is no delivery {delivery} here.") from error
    return done(request, f"/cases/{case.number}", event=_CHANGED)


async def say_elsewhere(request: web.Request) -> web.StreamResponse:
    """Say what did not arrive at another address of the person."""
    delivery, form = id_in(request, "delivery"), await read(request, Address)
    try:
        async with request.app[DATABASE].transaction() as tx:
            can = request.app[INBOXES].capabilities_of
            case = await elsewhere.say(tx, viewer_of(request), delivery, form.point, can)
    except NotFound as error:
        raise NotFound(f"There is no delivery {delivery} here.") from error
    return done(request, f"/cases/{case.number}", event=_CHANGED)


def _number(request: web.Request) -> int:
    return int(request.match_info["number"])


def _position(request: web.Request, name: str) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


async def rows_from(request: web.Request, session: AsyncSession, case: Case, first: int) -> list[Line]:
    """Rows from a position on, as lines. The row before them is read too: it says whether a new day begins."""
    rows = await timeline.timeline(session, case, after=max(0, first - 2), limit=_REFRESHED)
    return [line for line in await _lines(request, session, case, rows) if line.row.position >= first]


async def _lines(request: web.Request, session: AsyncSession, case: Case, rows: list[TimelineRow]) -> list[Line]:
    found = lines(rows, zone_of(request), await timeline.unseen(session, viewer_of(request), rows))
    position = await applying_macros.undoable(session, case, [line.row for line in found])
    for line in found:
        line.undoable = line.row.position == position
    return found
