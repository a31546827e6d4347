"""Channels: webhooks from the wire to durable, each signature checked, and many open chats on one process."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

from channels.telegram.adapter import TelegramChannel
from channels.webchat.adapter import WebChat
from channels.webchat.settings import Limits
from omnidesk.desk.configuration import InboxEntry
from omnidesk.keys import LETTERS
from omnidesk.store.models import RawMessage
from tests.bench.audience import worst
from tests.bench.figures import Figure
from tests.bench.ground import Stores, address, office
from tests.bench.intake import TEXT
from tests.bench.posting import Post
from tests.channels.twilio_stand_in import ACCOUNT, DESK_NUMBER, TOKEN, message
from tests.office import Office

RATE, SECONDS = 200, 10
_LINE = InboxEntry(
    slug="line", channel="sms", name="Line", team="support",
    settings={"account_sid": ACCOUNT, "auth_token": TOKEN, "from_number": DESK_NUMBER},
)  # fmt: skip
_BOT = InboxEntry(
    slug="tg", channel="telegram", name="Telegram", team="support", settings={"token": "17:abc", "mode": "webhook"}
)
_SHOP = InboxEntry(slug="shop", channel="webchat", name="Shop", team="support")
_MANY = Limits(visitors_per_minute=1_000_000)


async def measure(stores: Stores, posts: int, sockets: int) -> list[Figure]:
    """Webhooks on both databases beside a plain server that only reads, then the chats."""
    figures = []
    plain = await _plain_posts(_twilio("https://desk.example", posts))
    for kind in ("sqlite", "postgresql"):
        async with office(await stores.make(kind), _LINE, _BOT, work=False) as desk:
            of_twilio = _twilio(desk.app[LETTERS].public_url, posts)
            for name, made in (("Twilio", of_twilio), ("Telegram", _telegram(desk, posts))):
                before = len(await desk.all(RawMessage))
                rate = posts / await _post(address(desk), made)
                if len(await desk.all(RawMessage)) - before != posts:
                    raise RuntimeError(f"{posts} posts were taken, and not as many are kept")
                figures.append(Figure(f"{kind}: {name} webhooks, signature checked, durable", f"{rate:,.0f}/s",
                                      f"{plain:,.0f}/s plain aiohttp, body read"))  # fmt: skip
    echo = await _plain_chats(sockets)
    for kind in ("sqlite", "postgresql"):
        figures += await _chats(await stores.make(kind), kind, sockets, echo)
    return figures


def _twilio(public_url: str, count: int) -> list[Post]:
    sign = RequestValidator(TOKEN).compute_signature
    path, made = "/sms/line/messages", []
    for number in range(count):
        form = message(f"SM{number:032x}", TEXT[:300], f"+9053212{number % 1000:05d}")
        headers = {"X-Twilio-Signature": sign(public_url + path, form)}
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        made.append((path, headers, urlencode(form)))
    return made


def _telegram(desk: Office, count: int) -> list[Post]:
    channel = desk.inboxes.by_slug("tg").channel
    if not isinstance(channel, TelegramChannel):
        raise TypeError("tg is not Telegram")
    headers = {"X-Telegram-Bot-Api-Secret-Token": channel._secret(desk.reception("tg"))}
    return [("/telegram/tg/updates", headers, json.dumps(_update(number))) for number in range(count)]


def _update(number: int) -> dict[str, Any]:
    person = {"id": 1000 + number % 1000, "is_bot": False, "first_name": "Mia", "language_code": "tr"}
    chat = {"id": person["id"], "type": "private", "first_name": "Mia"}
    said = {"message_id": number, "from": person, "chat": chat, "date": 1_764_000_000, "text": TEXT[:300]}
    return {"update_id": number, "message": said}


async def _post(url: str, posts: Sequence[Post]) -> float:
    """The seconds that a client in a process of its own takes."""
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.posting", url, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )  # fmt: skip
    told, _ = await client.communicate(json.dumps(posts).encode())
    return float(json.loads(told))


async def _plain_posts(posts: Sequence[Post]) -> float:
    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    async with TestServer(app) as server:
        return len(posts) / await _post(str(server.make_url("")).rstrip("/"), posts)


@asynccontextmanager
async def _visiting(url: str, sockets: int) -> AsyncIterator[list[dict[str, list[float]]]]:
    """Chats of a process of its own, all open; what they saw stands in the list when the context has ended."""
    saw: list[dict[str, list[float]]] = []
    visitors = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.visitors", url, str(sockets), str(RATE), str(SECONDS),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 24,
    )  # fmt: skip
    if visitors.stdin is None or visitors.stdout is None:
        raise RuntimeError("the visitors have no pipes")
    await visitors.stdout.readline()
    yield saw
    visitors.stdin.close()
    saw.append(json.loads(await visitors.stdout.read()))
    await visitors.wait()


async def _chats(url: str, kind: str, sockets: int, echo: list[float]) -> list[Figure]:
    WebChat.limits = _MANY
    async with office(url, _SHOP) as desk:
        before = _resident()
        async with _visiting(f"{address(desk)}/chat/shop/socket", sockets) as saw:
            each = (_resident() - before) / sockets
    stored, shown = saw[0]["stored"], saw[0]["shown"]
    if min(len(stored), len(shown)) < RATE * SECONDS:
        raise RuntimeError(f"of {RATE * SECONDS} messages {len(stored)} were stored and {len(shown)} shown")
    where = f"{kind}: {sockets:,} chats, {RATE} messages/s"
    return [
        Figure(f"{where}, written → durable", worst(stored), f"{worst(echo)} plain aiohttp, echoed"),
        Figure(f"{where}, written → on its case and in the chat", worst(shown)),
        Figure(f"{kind}: memory of an open chat", f"{each / 1024:.0f} KB"),
    ]


async def _plain_chats(sockets: int) -> list[float]:
    async def echo(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for frame in socket:
            said = json.loads(frame.data)
            if said["type"] == "hello":
                await socket.send_json({"type": "welcome"})
            else:
                await socket.send_json({"type": "stored", "id": said["id"], "entries": [{"echo": said["id"]}]})
        return socket

    app = web.Application()
    app.router.add_get("/socket", echo)
    async with TestServer(app) as server, _visiting(str(server.make_url("/socket")), sockets) as saw:
        pass
    return saw[0]["stored"]


def _resident() -> int:
    """Bytes that this process holds."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024
