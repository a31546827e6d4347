"""The live socket of a page: it is told which cases changed, and refetches what it shows from the normal URLs.

    page → server   {"show": {"view": "mine", "query": "priority=high", "case": 17}}
                                                             what the page shows; null where nothing
                    {"typing": 17}                           the agent is writing on this case
                    {"at": "desk"}                           where the agent is (see `presence.At`)
    server → page   {"case": 17, "version": 9, "in_view": true}
                                                             its list holds it, or it is opened
                    {"elsewhere": [17, 18]}                  they changed, and its list does not hold them (any more)
                    {"gone": 17}                             the opened case is no longer for this viewer
                    {"typing": 17, "author": "contact", "name": "Mia"}
                    {"draft": 17, "version": "81…"}          another window of this agent wrote on (0: sent, or emptied)
                    {"here": 17, "people": ["Bo"]}           who else has the opened case before them
                    {"agents": true}                         somebody came, went or changed
                    {"notices": true}                        there is something new to hear of, or it was seen
                    {"refresh": true}                        too much happened: fetch everything shown

A change is looked up once and encoded once, however many sockets hear of it; who may not see the case hears nothing.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from urllib.parse import parse_qsl

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from omnidesk.desk import presence, views
from omnidesk.desk.access import Viewer
from omnidesk.desk.presence import At
from omnidesk.errors import Invalid, NotAllowed, NotFound
from omnidesk.events import AgentChanged, CaseChanged, DraftChanged, Gap, Looking, NoticesChanged, TimeRan, Typing
from omnidesk.keys import BUS, DATABASE
from omnidesk.store.models import Case
from omnidesk.web import csrf, lists
from omnidesk.web.guard import recognise
from omnidesk.web.requests import VIEWER, reader_of, viewer_of
from omnidesk.web.sockets import Live, Said, Shown, Socket

log = logging.getLogger(__name__)

_PRESENCE_SECONDS = 15

LIVE = web.AppKey("live", Live)


def setup(app: web.Application) -> None:
    """Run with the application; sockets are closed when it begins to stop."""
    app.cleanup_ctx.append(running)
    app.on_shutdown.append(_close)


async def running(app: web.Application) -> AsyncIterator[None]:
    """Hear the bus and tell the pages while the application lives."""
    live = app[LIVE] = Live(app[DATABASE], app[BUS])
    ends = (
        live.bus.on(CaseChanged, live.case_changed),
        live.bus.on(Typing, live.typing),
        live.bus.on(Looking, live.looking),
        live.bus.on(DraftChanged, live.draft_changed),
        live.bus.on(AgentChanged, live.agent_changed),
        live.bus.on(NoticesChanged, live.notices_changed),
        live.bus.on(TimeRan, live.time_ran),
        live.bus.on(Gap, live.refresh),
    )
    works = (live.run(), live.run_elsewhere(), live.run_counts(), live.risks.run())
    tasks = [asyncio.create_task(work) for work in works]
    yield
    for end in ends:
        end()
    await _cancel(tasks)


async def _close(app: web.Application) -> None:
    await app[LIVE].close()


async def _cancel(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def connect(request: web.Request) -> web.StreamResponse:
    """A page's socket. Another site's page is refused before anything is said: cookies come along with sockets."""
    if not csrf.is_ours(request.headers.get("Origin"), request):
        raise NotAllowed("This socket was opened by another site.", code="wrong_origin")
    stream = web.WebSocketResponse(heartbeat=30, max_msg_size=4096)
    await stream.prepare(request)
    socket = Socket(viewer_of(request), stream)
    live = request.app[LIVE]
    live.sockets.add(socket)
    tasks = [asyncio.create_task(_write(socket)), asyncio.create_task(_be_present(request, socket))]
    try:
        await _listen(request, socket)
    finally:
        live.sockets.discard(socket)
        _tell_looking(request, socket, here=False)
        await _cancel(tasks)
        if socket.at == At.DESK:
            await _left(request, socket)
    return stream


async def _left(request: web.Request, socket: Socket) -> None:
    """The page is gone: what happens now is pushed."""
    with suppress(SQLAlchemyError, OSError):  # it is forgotten by itself, seconds later
        await presence.look_away(request.app[DATABASE], socket.viewer.agent_id)


async def _listen(request: web.Request, socket: Socket) -> None:
    async for message in socket.stream:
        if message.type is not WSMsgType.TEXT:
            continue
        try:
            said = Said.model_validate_json(message.data)
        except ValidationError:
            continue
        if said.show is not None:
            await _show(request, socket, said.show)
        if said.at is not None:
            await _move(request, socket, said.at)
        if said.typing is not None and said.typing == socket.shown.case:
            await _publish_typing(request, socket, said.typing)


async def _show(request: web.Request, socket: Socket, shown: Shown) -> None:
    """The page shows another case: colleagues there hear of it, and those at the one before."""
    if shown.case != socket.shown.case:
        _tell_looking(request, socket, here=False)
    socket.shows(shown, await _view(request, shown))
    await _look(request, socket)


async def _view(request: web.Request, shown: Shown) -> views.View | None:
    if shown.view is None:
        return None
    with suppress(NotFound, Invalid):
        async with request.app[DATABASE].session() as session:
            asked = await lists.asked(request, session, shown.view, parse_qsl(shown.query))
            return views.view_of(asked, reader_of(request))
    return None


async def _look(request: web.Request, socket: Socket) -> None:
    number, socket.sees_case = socket.shown.case, False
    if number is None:
        return
    async with request.app[DATABASE].session() as session:
        with suppress(NotFound):
            await views.find(session, socket.viewer, number)
            socket.sees_case = True
    _tell_looking(request, socket, here=True)


def _tell_looking(request: web.Request, socket: Socket, *, here: bool) -> None:
    number, viewer = socket.shown.case, socket.viewer
    if number is None or not socket.sees_case:
        return
    if not here:
        socket.sees_case = False
        others = (one for one in request.app[LIVE].sockets if one is not socket and one.sees_case)
        if any(one.shown.case == number and one.viewer.agent_id == viewer.agent_id for one in others):
            return  # another window of the agent's shows it still
    request.app[BUS].publish(Looking(number, viewer.agent_id, viewer.name, here))


async def _move(request: web.Request, socket: Socket, at: At) -> None:
    """The agent came back to the page, or left it: colleagues hear of it at once."""
    left, socket.at = socket.at == At.DESK != at, at
    if left:
        await presence.look_away(request.app[DATABASE], socket.viewer.agent_id)
    await presence.touch(request.app[DATABASE], socket.viewer.agent_id, at)


async def _publish_typing(request: web.Request, socket: Socket, number: int) -> None:
    async with request.app[DATABASE].session() as session:
        with suppress(NotFound):
            case = await views.find(session, socket.viewer, number)
            request.app[BUS].publish(_typing(case, socket.viewer))


async def _write(socket: Socket) -> None:
    with suppress(ConnectionError):
        while True:
            await socket.stream.send_str(await socket.queue.get())


async def _be_present(request: web.Request, socket: Socket) -> None:
    """Stay present; when that fails the socket closes, so that the page comes back and tries anew."""
    try:
        await _stay(request, socket)
        code = WSCloseCode.POLICY_VIOLATION
    except Exception:
        log.exception("keeping %s online failed", socket.viewer.name)
        code = WSCloseCode.TRY_AGAIN_LATER
    await socket.stream.close(code=code)


async def _stay(request: web.Request, socket: Socket) -> None:
    """Keep the agent online while signed in, and the socket's permissions what they are now."""
    viewer: Viewer | None = socket.viewer
    while viewer is not None:
        if _may(viewer) != _may(socket.viewer):
            await _sees_otherwise(request, socket, viewer)
        socket.viewer = viewer
        await presence.touch(request.app[DATABASE], viewer.agent_id, socket.at)
        await _look(request, socket)
        await asyncio.sleep(_PRESENCE_SECONDS)
        viewer = await recognise(request)


async def _sees_otherwise(request: web.Request, socket: Socket, viewer: Viewer) -> None:
    """The agent's teams or role changed: the page fetches all it shows, as far as it may be seen now."""
    request[VIEWER] = socket.viewer = viewer
    socket.shows(socket.shown, await _view(request, socket.shown))
    socket.refresh()


def _may(viewer: Viewer) -> tuple[object, ...]:
    """What decides what an agent may see."""
    return viewer.role, viewer.team_ids, viewer.hidden_team_ids


def _typing(case: Case, viewer: Viewer) -> Typing:
    return Typing(case.id, case.contact_point_id, "agent", viewer.name, viewer.agent_id)
