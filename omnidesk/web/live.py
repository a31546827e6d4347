"""The live socket of a page: it is told which cases changed, and refetches what it shows from the normal URLs.

    page → server   {"show": {"view": "mine", "query": "priority=high", "case": 17}}
                                                             what the page shows; null where nothing
                    {"typing": 17}                           the agent is writing on this case
                    {"at": "desk"}                           where the agent is (see `presence.At`)
    server → page   {"case": 17, "version": 9, "in_view": true}
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
import json
import logging
import time
from collections.abc import AsyncIterator, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from omnidesk.desk import presence, views
from omnidesk.desk.access import Viewer
from omnidesk.desk.presence import At
from omnidesk.errors import Invalid, NotAllowed, NotFound
from omnidesk.events import AgentChanged, Bus, CaseChanged, DraftChanged, Gap, Looking, NoticesChanged, Typing
from omnidesk.keys import BUS, DATABASE
from omnidesk.store.db import Database
from omnidesk.store.models import Case
from omnidesk.web import csrf, lists
from omnidesk.web.guard import recognise
from omnidesk.web.requests import Number, reader_of, viewer_of

log = logging.getLogger(__name__)

_QUEUE = 100
_PRESENCE_SECONDS = 15
_LOOKING_SECONDS = 40
"""So long somebody counts as looking at a case after it was last told."""
_NOTICES = json.dumps({"notices": True})
_REFRESH = json.dumps({"refresh": True})


class Shown(BaseModel):
    """What a page shows."""

    view: str | None = Field(None, max_length=100)
    query: str = Field("", max_length=2000)
    case: Number | None = None


class Said(BaseModel):
    """What a page says."""

    show: Shown | None = None
    typing: Number | None = None
    at: At | None = None


@dataclass(eq=False, slots=True)
class Socket:
    """An open page: its viewer, what it shows, and what it has yet to be told."""

    viewer: Viewer
    stream: web.WebSocketResponse
    shown: Shown = field(default_factory=lambda: Shown.model_validate({}))
    view: views.View | None = None
    """What the list that is shown holds."""
    sees_case: bool = False
    """Whether the viewer may see the case that is shown, as it was when last looked at."""
    at: At = At.ELSEWHERE
    queue: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(_QUEUE))

    def tell(self, text: str) -> None:
        """Queue a message; a page that can't keep up is told to fetch everything instead."""
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(_REFRESH)


class Live:
    """All open pages of this process, and what changed since they were last told."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self.sockets: set[Socket] = set()
        self.bus = bus
        self._database = database
        self._changed: set[int] = set()
        self._typing: dict[int, Typing] = {}
        self._woken = asyncio.Event()
        self._looking: dict[int, dict[int, tuple[str, float]]] = {}  # number → agent → name, and until when

    def looking(self, event: Looking) -> None:
        """Tell who else has the same case open; soft state, which ends by itself where nobody says so again."""
        now = time.monotonic()
        known = self._looking.get(event.number, {})
        people = {agent_id: one for agent_id, one in known.items() if one[1] > now and agent_id != event.agent_id}
        if event.here:
            people[event.agent_id] = (event.name, now + _LOOKING_SECONDS)
        self._looking[event.number] = people
        if not people:
            del self._looking[event.number]
        for socket in tuple(self.sockets):
            if socket.shown.case == event.number and socket.sees_case:
                others = sorted(name for agent_id, (name, _) in people.items() if agent_id != socket.viewer.agent_id)
                socket.tell(json.dumps({"here": event.number, "people": others}))

    def case_changed(self, event: CaseChanged) -> None:
        """Remember that a case changed; many changes of one case are told as one."""
        self._changed.add(event.case_id)
        self._woken.set()

    def typing(self, event: Typing) -> None:
        """Remember that somebody is writing."""
        self._typing[event.case_id] = event
        self._woken.set()

    def draft_changed(self, event: DraftChanged) -> None:
        """Tell the windows of the one who writes; a version is a text, since it is larger than scripts count."""
        text = json.dumps({"draft": event.number, "version": str(event.version)})
        for socket in tuple(self.sockets):
            if socket.viewer.agent_id == event.agent_id and socket.shown.case == event.number:
                socket.tell(text)

    def agent_changed(self, event: AgentChanged) -> None:
        """Tell every page that presence changed."""
        text = json.dumps({"agents": True})
        for socket in tuple(self.sockets):
            socket.tell(text)

    def notices_changed(self, event: NoticesChanged) -> None:
        """Tell an agent's pages that there is something new to hear of."""
        for socket in tuple(self.sockets):
            if socket.viewer.agent_id == event.agent_id:
                socket.tell(_NOTICES)

    async def run(self) -> None:
        """Tell pages what changed, until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            changed, self._changed = self._changed, set()
            typing, self._typing = self._typing, {}
            if self.sockets:
                try:
                    await self._tell(changed, typing)
                except Exception:
                    log.exception("telling pages of changes failed")
                    self.refresh()

    def refresh(self, _: Gap | None = None) -> None:
        """Tell every page to fetch what it shows."""
        for socket in tuple(self.sockets):
            socket.tell(_REFRESH)

    async def _tell(self, changed: set[int], typing: dict[int, Typing]) -> None:
        async with self._database.session() as session:
            cases = list(await session.exec(select(Case).where(col(Case.id).in_(changed | typing.keys()))))
        for case in cases:
            if case.id in changed:
                self._tell_change(case)
            if event := typing.get(case.id):
                self._tell_typing(case, event)

    def _tell_change(self, case: Case) -> None:
        told = {"case": case.number, "version": case.version}
        texts = {in_view: json.dumps({**told, "in_view": in_view}) for in_view in (True, False)}
        gone = json.dumps({"gone": case.number})
        for socket in tuple(self.sockets):
            if socket.viewer.may_see(case):
                socket.tell(texts[socket.view is not None and socket.view.may_hold(case)])
            elif socket.shown.case == case.number:
                socket.tell(gone)

    def _tell_typing(self, case: Case, event: Typing) -> None:
        text = json.dumps({"typing": case.number, "author": event.author, "name": event.name})
        for socket in tuple(self.sockets):
            oneself = event.agent_id == socket.viewer.agent_id
            if socket.shown.case == case.number and socket.viewer.may_see(case) and not oneself:
                socket.tell(text)

    async def close(self) -> None:
        """Close all pages' sockets: the server is going away."""
        closing = (socket.stream.close(code=WSCloseCode.GOING_AWAY) for socket in tuple(self.sockets))
        await asyncio.gather(*closing, return_exceptions=True)


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
        live.bus.on(Gap, live.refresh),
    )
    task = asyncio.create_task(live.run())
    yield
    for end in ends:
        end()
    await _cancel([task])


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
    socket.shown = shown
    socket.view = await _view(request, shown)
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
        socket.viewer = viewer
        await presence.touch(request.app[DATABASE], viewer.agent_id, socket.at)
        await _look(request, socket)
        await asyncio.sleep(_PRESENCE_SECONDS)
        viewer = await recognise(request)


def _typing(case: Case, viewer: Viewer) -> Typing:
    return Typing(case.id, case.contact_point_id, "agent", viewer.name, viewer.agent_id)
