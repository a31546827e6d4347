"""The web chat channel: three routes for the visitor's page; the desk's log is its outbox."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar
from weakref import WeakSet

from aiohttp import ClientSession, WSCloseCode, web
from aiohttp.helpers import ETag

from channels.webchat.conversation import Conversation
from channels.webchat.pace import Paces, now
from channels.webchat.parse import parse
from channels.webchat.settings import MAX_FILE_BYTES, Limits, WebChatSettings
from channels.webchat.uploads import refusal, take
from channels.webchat.widget import packed
from omnidesk.contract.channel import Away, Capabilities, Channel, Desk, Inbound, Outbound, RawMessage, Route


class WebChat(Channel):
    """A chat bubble on web pages."""

    name = "webchat"
    Settings = WebChatSettings
    capabilities = Capabilities(
        join="person",
        buttons=10,
        forms=True,
        survey="buttons",
        attachments=MAX_FILE_BYTES,
        receipts=True,
        typing=True,
    )
    limits: ClassVar[Limits] = Limits()
    settings: WebChatSettings

    def __init__(self, settings: WebChatSettings, http: ClientSession | None = None) -> None:
        super().__init__(settings, http)
        self._sockets: WeakSet[web.WebSocketResponse] = WeakSet()
        self._paces = Paces(self.limits)
        self._open: Counter[str] = Counter()

    @classmethod
    def routes(cls) -> Sequence[Route]:
        """The widget's script, its socket, and its uploads."""
        return (
            Route("webchat_widget", "GET", "/chat/{slug}/widget.js", cls.widget),
            Route("webchat_socket", "GET", "/chat/{slug}/socket", cls.socket),
            Route("webchat_files", "POST", "/chat/{slug}/files", cls.files),
        )

    @property
    def away(self) -> Away:
        """Who has closed the page gets answers by mail."""
        return Away(timedelta(seconds=self.settings.leave_seconds), self.settings.email_inbox)

    def parse(self, raw: RawMessage) -> Sequence[Inbound]:
        """Understand one message of the socket."""
        return (parse(raw, self.settings),)

    async def send(self, outbound: Outbound) -> str:
        """Nothing to hand over: open sockets read the log, whichever process holds them."""
        return outbound.key

    async def widget(self, desk: Desk, request: web.Request) -> web.Response:
        """The script, for any page; its ETag changes with its content."""
        script = packed(self.settings.title)
        headers = {
            "Access-Control-Allow-Origin": "*",
            "Cache-Control": "public, max-age=300",
            "Vary": "Accept-Encoding",
        }
        if ETag(script.etag) in (request.if_none_match or ()):
            response = web.Response(status=304, headers=headers)
        else:
            zips = "gzip" in request.headers.get("Accept-Encoding", "").lower()
            headers |= {"Content-Encoding": "gzip"} if zips else {}
            body = script.zipped if zips else script.text
            response = web.Response(body=body, content_type="text/javascript", charset="utf-8", headers=headers)
        response.etag = script.etag
        return response

    async def socket(self, desk: Desk, request: web.Request) -> web.StreamResponse:
        """One visitor's conversation, as long as the page is open."""
        self._refuse_foreign(desk, request)
        socket = web.WebSocketResponse(
            heartbeat=self.limits.heartbeat_seconds, max_msg_size=self.limits.frame_bytes, compress=False
        )
        await socket.prepare(request)
        remote = request.remote or ""
        if self._open[remote] >= self.settings.max_sockets:
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"too many chats from this address")
            return socket
        self._sockets.add(socket)
        self._open[remote] += 1
        try:
            await Conversation(desk, socket, self.settings, self._paces, remote).run()
        finally:
            self._open[remote] -= 1
            self._open += Counter()  # addresses without any are forgotten
        return socket

    async def files(self, desk: Desk, request: web.Request) -> web.Response:
        """Take a file before the message that it belongs to."""
        self._refuse_foreign(desk, request)
        too_fast = self._paces.uploads.wait(request.remote or "", now())
        response = refusal(429, "too_fast") if too_fast else await take(desk, request)
        response.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
        response.headers["Vary"] = "Origin"
        return response

    async def close(self) -> None:
        """Send everyone away to another process (1001); their clients come back by themselves."""
        leaving = (socket.close(code=WSCloseCode.GOING_AWAY, message=b"restarting") for socket in tuple(self._sockets))
        await asyncio.gather(*leaving, return_exceptions=True)

    def _refuse_foreign(self, desk: Desk, request: web.Request) -> None:
        if not self.settings.admits(request.headers.get("Origin"), desk.public_url):
            raise web.HTTPForbidden(text="This page may not show this chat: its origin is not in allowed_origins.\n")
