"""A desk in memory and a shop's web page, for the tests of the web chat."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from channels.webchat.adapter import WebChat
from channels.webchat.settings import WebChatSettings
from omnidesk.contract.channel import (
    Acquaintance,
    Attachment,
    Button,
    ChannelError,
    Desk,
    Entry,
    File,
    Inbound,
    Nudge,
    Opening,
    Question,
    RawMessage,
    Sender,
    Transcript,
)
from omnidesk.contract.testing import FakeMemory

EIGHT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


async def until(fact: Callable[[], object]) -> None:
    """Wait until something is true of what other tasks do."""
    async with asyncio.timeout(5):
        while not fact():  # noqa: ASYNC110 - there is no event for "any of these"
            await asyncio.sleep(0.01)


class MemoryDesk:
    """The desk of one inbox. A changed entry comes again: the cursor counts changes, not entries."""

    slug = "shop"

    def __init__(self, public_url: str = "https://desk.example") -> None:
        self.public_url = public_url
        self.received: list[RawMessage] = []
        self.inbound: list[Inbound] = []
        self.signals: list[tuple[str, str]] = []
        self.uploads: dict[str, bytes] = {}
        self.open = asyncio.Event()
        self.open.set()
        self.broken = False
        self.memory = FakeMemory()
        self.followers: dict[str, list[asyncio.Queue[Nudge]]] = {}
        self._log: dict[str, list[tuple[int, Entry]]] = {}
        self._changes = 0
        self.is_open = Opening(open=True)
        self.mails = True
        self.key = b"key"
        self.settings = WebChatSettings()
        self.introduced: dict[str, str] = {}
        self.mailed: list[tuple[str, str]] = []

    async def receive(self, raw: RawMessage) -> bool:
        await self.open.wait()
        if self.broken:
            raise ChannelError("the disk is full")
        if any(known.external_id == raw.external_id for known in self.received):
            return False
        self.received.append(raw)
        (inbound,) = WebChat(self.settings).parse(raw)
        self.inbound.append(inbound)
        self._take(raw, inbound)
        return True

    async def transcript(self, address: str, after: str = "") -> Transcript:
        seen = int(after) if after.isdecimal() else 0
        entries = tuple(entry for change, entry in self._log.get(address, []) if change > seen)
        return Transcript(entries, str(self._changes))

    @asynccontextmanager
    async def follow(self, address: str) -> AsyncIterator[AsyncIterator[Nudge]]:
        queue: asyncio.Queue[Nudge] = asyncio.Queue()
        self.followers.setdefault(address, []).append(queue)
        try:
            yield _all(queue)
        finally:
            self.followers[address].remove(queue)

    async def signal(self, address: str, kind: str, upto: str = "") -> None:
        self.signals.append((address, kind))
        if kind == "seen":
            self._mark(address, "outbound")

    async def note_health(self, health: str) -> None:
        raise NotImplementedError

    async def upload(self, chunks: AsyncIterable[bytes], *, limit: int) -> str:
        content = b""
        async for chunk in chunks:
            content += chunk
            if len(content) > limit:
                raise ChannelError("too large", permanent=True)
        handle = hashlib.sha256(content).hexdigest()
        self.uploads[handle] = content
        return handle

    async def opening(self) -> Opening:
        """As the test says."""
        return self.is_open

    async def acquaintance(self, address: str) -> Acquaintance | None:
        said = self._log.get(address)
        if said is None and address not in self.introduced:
            return None
        unread = [entry for _, entry in said or () if entry.direction == "outbound" and not entry.seen]
        return Acquaintance("", self.introduced.get(address, ""), len(unread))

    async def introduce(self, sender: Sender, claims: Mapping[str, str]) -> None:
        self.introduced[sender.address] = claims.get("email", "")

    async def take_over(self, address: str, by: str) -> bool:
        if address not in self._log:
            return False
        moved = [(self._next_change(), entry) for _, entry in self._log.pop(address)]
        self._log.setdefault(by, []).extend(moved)
        return True

    async def mail_transcript(self, address: str, email: str) -> None:
        if len(self.mailed) >= 3:
            raise ChannelError("too often")
        self.mailed.append((address, email))

    async def case_of(self, external_id: str) -> int | None:
        raise NotImplementedError

    def sign(self, text: str) -> str:
        return f"{text}.{hmac.new(self.key, text.encode(), 'sha256').hexdigest()}"

    def verify(self, signed: str) -> str | None:
        text = signed.rpartition(".")[0]
        return text if hmac.compare_digest(self.sign(text).encode(), signed.encode()) else None

    def say(self, address: str, text: str, **more: Any) -> None:
        """Somebody of ours says something: the bot, unless told otherwise."""
        more = {"author": "bot", "name": "Omnidesk", **more}
        self._append(address, Entry(self._next_id(), self._next_at(), "outbound", text=text, **more))

    def ask(self, address: str, text: str, scale: tuple[int, ...] = (1, 2, 3, 4, 5)) -> None:
        """Send a survey."""
        self.say(address, text, author="system", name="", question=Question("survey-1", scale))

    def type(self, address: str, name: str, *, on: bool = True) -> None:
        """Somebody of ours is typing, or has stopped."""
        self._nudge(address, Nudge("typing" if on else "stopped", name))

    def read(self, address: str) -> None:
        """An agent reads everything."""
        self._mark(address, "inbound")

    def texts(self) -> list[str]:
        """What visitors wrote, in the order it was stored."""
        return [inbound.text for inbound in self.inbound]

    def _take(self, raw: RawMessage, inbound: Inbound) -> None:
        address = raw.sender
        if inbound.button and inbound.button.startswith("survey-1:"):
            score = int(inbound.button.removeprefix("survey-1:"))
            for index, (_, entry) in enumerate(self._log[address]):
                if entry.question:
                    answered = replace(entry, question=replace(entry.question, answered=score))
                    self._log[address][index] = (self._next_change(), answered)
            self._nudge(address)
            return
        if inbound.form:
            for index, (_, entry) in enumerate(self._log[address]):
                if entry.form and entry.form.id == inbound.form:
                    self._log[address][index] = (self._next_change(), replace(entry, answered=True))
        files = tuple(self._file(attachment) for attachment in inbound.attachments)
        entry = Entry(
            self._next_id(), self._next_at(), "inbound", "contact", "", inbound.text, echo=raw.external_id, files=files
        )
        self._append(address, entry)

    def _file(self, attachment: Attachment) -> File:
        handle = attachment.upload or ""
        size = len(self.uploads[handle])
        return File(attachment.filename, attachment.content_type, size, f"/blobs/{handle}", _no_bytes)

    def _append(self, address: str, entry: Entry) -> None:
        self._log.setdefault(address, []).append((self._next_change(), entry))
        self._nudge(address)

    def _mark(self, address: str, direction: str) -> None:
        for index, (_, entry) in enumerate(self._log.get(address, [])):
            if entry.direction == direction and not entry.seen:
                self._log[address][index] = (self._next_change(), replace(entry, seen=True))
        self._nudge(address)

    def _nudge(self, address: str, nudge: Nudge = Nudge("changed")) -> None:  # noqa: B008 - frozen
        for queue in self.followers.get(address, []):
            queue.put_nowait(nudge)

    def _next_change(self) -> int:
        self._changes += 1
        return self._changes

    def _next_id(self) -> str:
        return f"entry-{self._changes + 1}"

    def _next_at(self) -> datetime:
        return EIGHT + timedelta(seconds=self._changes)


async def _all(queue: asyncio.Queue[Nudge]) -> AsyncIterator[Nudge]:
    while True:
        yield await queue.get()


async def _no_bytes() -> bytes:
    return b""


class Shop:
    """A server with the chat's routes and a page that shows the chat; it can stop and come back on the same port."""

    def __init__(self, desk: MemoryDesk, channel: WebChat) -> None:
        self.desk = desk
        desk.settings = channel.settings
        self.channel = channel
        self.port = 0
        self.page = PAGE
        self.tag = ""
        self.policy = "default-src 'self'; style-src 'self'; script-src 'self'"
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._runner = web.AppRunner(self._app(), shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def _app(self) -> web.Application:
        app = web.Application()
        for route in self.channel.routes():
            app.router.add_route(route.method, route.path, _bound(route.handler, self.channel, self.desk))
        app.router.add_get("/", self._page)
        app.router.add_get("/favicon.ico", self._empty)
        app.router.add_get("/blobs/{handle}", self._blob)
        app.on_shutdown.append(self._close)
        return app

    async def _close(self, app: web.Application) -> None:
        await self.channel.close()

    async def _page(self, request: web.Request) -> web.Response:
        """A shop with a page's usual troubles: a strict policy, a small root font, ugly styles of its own."""
        text = self.page.replace("{lang}", request.query.get("lang", "en")).replace("{tag}", self.tag)
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": self.policy})

    async def _empty(self, request: web.Request) -> web.Response:
        return web.Response(status=204)

    async def _blob(self, request: web.Request) -> web.Response:
        return web.Response(body=self.desk.uploads[request.match_info["handle"]], content_type="image/png")


def _bound(handler: Any, channel: WebChat, desk: Desk) -> Any:
    async def handle(request: web.Request) -> web.StreamResponse:
        response: web.StreamResponse = await handler(channel, desk, request)
        return response

    return handle


PAGE = """<!doctype html>
<html lang="{lang}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Example shop</title>
<script src="/chat/shop/widget.js" async {tag}></script>
<h1>Example shop</h1>
<p>The shop's own page.</p>
</html>
"""

YES_NO = (Button("yes", "The link never came"), Button("person", "Talk to a person"))
