"""Every channel of ours passes the contract test that third parties run."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiosmtplib
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.api.adapter import ApiChannel
from channels.api.settings import ApiSettings
from channels.email.adapter import EmailChannel
from channels.email.settings import EmailSettings
from channels.webchat.adapter import WebChat
from channels.webchat.settings import WebChatSettings
from omnidesk.contract.channel import Channel, ChannelError, ChannelSettings, RawMessage
from omnidesk.contract.testing import ChannelContract, FakeDesk
from tests.channels.app_stand_in import SECRET, App
from tests.fakes import FakeChannel

SAMPLES = Path(__file__).parent.parent / "samples"


def raw(body: object, sender: str = "mia") -> RawMessage:
    return RawMessage("m1", sender, json.dumps(body).encode(), {"language": "tr-TR"})


class TestFakeChannel(ChannelContract):
    """The shortest channel there can be."""

    def make(self) -> FakeChannel:
        return FakeChannel(ChannelSettings())

    def samples(self) -> Sequence[RawMessage]:
        return [
            raw({"from": "mia", "text": "Hello", "files": {"a.txt": "text"}}),
            raw({"id": "fake-17", "state": "delivered"}),
        ]

    @asynccontextmanager
    async def _refusing(self) -> AsyncIterator[Channel]:
        channel = self.make()
        channel.refuse.append(ChannelError("no", permanent=True))
        yield channel

    def refusing(self) -> AbstractAsyncContextManager[Channel]:
        return self._refusing()


class TestWebChat(ChannelContract):
    """Its socket reads the log, so nobody can refuse what it sends."""

    def make(self) -> WebChat:
        return WebChat(WebChatSettings(title="Omnidesk"))

    def samples(self) -> Sequence[RawMessage]:
        file = {"upload": "handle", "name": "C:\\fakepath\\photo.jpg", "content_type": "image/jpeg"}
        return [
            raw({"type": "message", "id": "client-1", "text": "Merhaba"}),
            raw({"type": "message", "id": "client-2", "attachments": [file]}),
            raw({"type": "button", "id": "client-3", "button": "survey:17:5", "text": "5"}),
        ]

    async def deliver(self, channel: Channel, desk: FakeDesk) -> None:
        assert isinstance(channel, WebChat)
        app = web.Application()

        async def socket(request: web.Request) -> web.StreamResponse:
            return await channel.socket(desk, request)

        app.router.add_get("/socket", socket)
        async with (
            TestServer(app) as server,
            ClientSession() as http,
            http.ws_connect(server.make_url("/socket")) as ws,
        ):
            await ws.send_json({"type": "hello"})
            await ws.send_json({"type": "message", "id": "client-1", "text": "Merhaba"})
            while (await ws.receive_json())["type"] != "stored":
                pass


class TestApi(ChannelContract):
    """Its messages come by the JSON API, which acknowledges them."""

    def make(self, url: str | None = None) -> ApiChannel:
        return ApiChannel(ApiSettings.model_validate({"url": url, "secret": SECRET}))

    def samples(self) -> Sequence[RawMessage]:
        files = [
            {"filename": "a.txt", "content_type": "text/plain", "content": "SGVsbG8="},
            {"filename": "b", "content": ""},
        ]
        return [
            raw({"external_id": "m1", "from": {"id": "mia"}, "text": "Merhaba"}),
            raw({
                "external_id": "m2", "from": {"id": "mia", "name": "Mia", "email": "mia@x.example", "phone": "+905"},
                "text": "", "attachments": files, "sent_at": "2026-11-24T10:00:00.5+03:00",
            }),
        ]  # fmt: skip

    @asynccontextmanager
    async def sending(self, *answers: int) -> AsyncIterator[Channel]:
        async with App().serving() as app, ClientSession() as http:
            app.answers += answers
            yield ApiChannel(self.make(app.url).settings, http)

    def refusing(self) -> AbstractAsyncContextManager[Channel]:
        return self.sending(410)


class Sink:
    """A mail server that answers RCPT as told."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return "250 OK"


class TestEmail(ChannelContract):
    """Mail in and out over real SMTP."""

    def make(self, port: int = 25) -> EmailChannel:
        smtp = {"host": "127.0.0.1", "port": port, "timeout": 2}
        given = {"address": "support@desk.example", "listen_port": 0, "smtp": smtp}
        return EmailChannel(EmailSettings.model_validate(given))

    def samples(self) -> Sequence[RawMessage]:
        envelope = {"mail_from": "mia@example.com", "recipients": ["support@desk.example"]}
        return [
            RawMessage(path.name, "mia@example.com", path.read_bytes(), envelope)
            for path in sorted((SAMPLES / "email").glob("*.eml"))
        ]

    @asynccontextmanager
    async def sending(self, answer: str = "250 OK") -> AsyncIterator[Channel]:
        loop = asyncio.get_running_loop()
        sessions: list[SMTP] = []

        def session() -> SMTP:
            sessions.append(SMTP(Sink(answer), hostname="mx.example", enable_SMTPUTF8=True, loop=loop))
            return sessions[-1]

        server = await loop.create_server(session, "127.0.0.1", 0)
        channel = self.make(server.sockets[0].getsockname()[1])
        try:
            yield channel
        finally:
            await channel.close()
            server.close()
            while any(one.transport for one in sessions):  # noqa: ASYNC110 - the sessions have no event
                await asyncio.sleep(0.001)

    def refusing(self) -> AbstractAsyncContextManager[Channel]:
        return self.sending("550 5.1.1 unknown here")

    async def deliver(self, channel: Channel, desk: FakeDesk) -> None:
        assert isinstance(channel, EmailChannel)
        mail = (SAMPLES / "email" / "turkish_utf8_base64.eml").read_bytes()
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=channel.port, start_tls=False) as client:
            await client.sendmail("mia@example.com", ["support@desk.example"], mail)
