"""Open pages: what each shows and has yet to be told, and what changed since all were last told."""

import asyncio
import json
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, web
from pydantic import BaseModel, Field
from sqlmodel import col, select

from omnidesk.desk import views
from omnidesk.desk.access import Viewer
from omnidesk.desk.presence import At
from omnidesk.events import AgentChanged, Bus, CaseChanged, DraftChanged, Gap, Looking, NoticesChanged, TimeRan, Typing
from omnidesk.store.db import Database
from omnidesk.store.models import Case
from omnidesk.web.requests import Number
from omnidesk.web.risks import Risks

log = logging.getLogger(__name__)

_QUEUE = 100
_ELSEWHERE_SECONDS = 0.5
"""What a page's list does not hold is told so late: at two hundred pages each message costs two hundred."""
_MOST_ELSEWHERE = 1000
_COUNTING = 15
"""So many pages a second are told to count their views again for what their lists do not hold."""
_LOOKING_SECONDS = 40
"""So long somebody counts as looking at a case after it was last told."""

_NOTICES = json.dumps({"notices": True})
_REFRESH = json.dumps({"refresh": True})
_COUNT = json.dumps({"counts": True})


@dataclass(frozen=True, slots=True)
class Left:
    """Whose a case was before it moved."""

    team_id: int
    assignee_id: int | None


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
    elsewhere: set[int] = field(default_factory=set)
    """Numbers of cases that changed and that its list does not hold: told together, a moment later."""
    queue: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(_QUEUE))

    def tell(self, text: str) -> None:
        """Queue a message; a page that can't keep up is told to fetch everything instead."""
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(_REFRESH)

    def refresh(self) -> None:
        """Tell it to fetch all it shows."""
        self.tell(_REFRESH)

    def shows(self, shown: Shown, view: views.View | None) -> None:
        """The page shows something else; what changed before that was known, its list may hold."""
        if self.view is None and self.elsewhere and view is not None:
            self.elsewhere = set()
            self.tell(_REFRESH)
        self.shown, self.view = shown, view

    def tell_elsewhere(self) -> None:
        """Tell what changed outside its list."""
        numbers, self.elsewhere = self.elsewhere, set()
        self.tell(json.dumps({"elsewhere": sorted(numbers)}) if len(numbers) <= _MOST_ELSEWHERE else _REFRESH)


class Live:
    """All open pages of this process, and what changed since they were last told."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self.sockets: set[Socket] = set()
        self.bus = bus
        self._database = database
        self._changed: dict[int, set[Left]] = {}
        self._typing: dict[int, Typing] = {}
        self._woken = asyncio.Event()
        self._passed = asyncio.Event()
        self._counts: dict[Socket, None] = {}  # whose counts are old, who waited longest first
        self._old = asyncio.Event()
        self.risks = Risks(database, self.at_risk)
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
        left = self._changed.setdefault(event.case_id, set())
        if event.left_team is not None:
            left.add(Left(event.left_team, event.left_agent))
        self._woken.set()

    def at_risk(self, case_ids: Iterable[int] | None) -> None:
        """Cases became at risk by the clock: lists and counts look at them again, as if they had changed."""
        if case_ids is None:
            self.refresh()
            return
        for case_id in case_ids:
            self._changed.setdefault(case_id, set())
        self._woken.set()

    def typing(self, event: Typing) -> None:
        """Remember that somebody is writing."""
        self._typing[event.case_id] = event
        self._woken.set()

    def draft_changed(self, event: DraftChanged) -> None:
        """Tell the windows of the one who writes: the list marks it. A version is a text, larger than scripts count."""
        text = json.dumps({"draft": event.number, "version": str(event.version)})
        for socket in tuple(self.sockets):
            shows = socket.shown.case == event.number or socket.shown.view is not None
            if socket.viewer.agent_id == event.agent_id and shows:
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

    def time_ran(self, event: TimeRan) -> None:
        """Tell every page what time it is now, and to fetch what it shows."""
        self.risks.sooner()
        for socket in tuple(self.sockets):
            socket.tell(json.dumps({"ahead": event.ahead}))
        self.refresh()

    async def run(self) -> None:
        """Tell pages what changed, until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            changed, self._changed = self._changed, {}
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
            socket.refresh()

    async def _tell(self, changed: dict[int, set[Left]], typing: dict[int, Typing]) -> None:
        async with self._database.session() as session:
            cases = list(await session.exec(select(Case).where(col(Case.id).in_(changed.keys() | typing.keys()))))
        for case in cases:
            if case.id in changed:
                self.risks.changed(case)
                self._tell_change(case, changed[case.id])
            if event := typing.get(case.id):
                self._tell_typing(case, event)

    def _tell_change(self, case: Case, left: set[Left]) -> None:
        told = {"case": case.number, "version": case.version}
        texts = {in_view: json.dumps({**told, "in_view": in_view}) for in_view in (True, False)}
        gone = json.dumps({"gone": case.number})
        for socket in tuple(self.sockets):
            is_opened = socket.shown.case == case.number
            if not socket.viewer.may_see(case):
                saw = any(socket.viewer.may_see(before) for before in left)
                if is_opened and (saw or socket.sees_case):
                    socket.sees_case = False
                    socket.tell(gone)
                elif saw:
                    socket.elsewhere.add(case.number)
                continue
            holds = socket.view is not None and socket.view.may_hold(case)
            if holds or is_opened:
                socket.elsewhere.discard(case.number)
                socket.tell(texts[holds])
            elif len(socket.elsewhere) <= _MOST_ELSEWHERE:
                socket.elsewhere.add(case.number)
        self._passed.set()

    async def run_elsewhere(self) -> None:
        """Tell pages what changed outside their lists: rows leave them; until cancelled."""
        while True:
            await self._passed.wait()
            await asyncio.sleep(_ELSEWHERE_SECONDS)
            self._passed.clear()
            for socket in tuple(self.sockets):
                if socket.elsewhere and socket.view is not None:
                    socket.tell_elsewhere()
                    self._counts.setdefault(socket)
                    self._old.set()

    async def run_counts(self) -> None:
        """Tell pages to count their views again, one after the other; until cancelled."""
        while True:
            await self._old.wait()
            self._counts.pop(socket := next(iter(self._counts)))
            if not self._counts:
                self._old.clear()
            if socket in self.sockets:
                socket.tell(_COUNT)
                await asyncio.sleep(1 / _COUNTING)

    def _tell_typing(self, case: Case, event: Typing) -> None:
        stopped = {} if event.on else {"on": False}
        text = json.dumps({"typing": case.number, "author": event.author, "name": event.name, **stopped})
        for socket in tuple(self.sockets):
            oneself = event.agent_id == socket.viewer.agent_id
            if socket.shown.case == case.number and socket.viewer.may_see(case) and not oneself:
                socket.tell(text)

    async def close(self) -> None:
        """Close all pages' sockets: the server is going away."""
        closing = (socket.stream.close(code=WSCloseCode.GOING_AWAY) for socket in tuple(self.sockets))
        await asyncio.gather(*closing, return_exceptions=True)
