"""A stand-in for Telegram's Bot API, on loopback: it holds updates until they are confirmed, and takes messages."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

TOKEN = "123456:a-token-of-the-tests"
MIA = {"id": 4711, "is_bot": False, "first_name": "Mia", "last_name": "Demir", "language_code": "tr"}
BOT = {"id": 123456, "is_bot": True, "first_name": "Desk", "username": "desk_bot"}
_DATE = 1795000000


@dataclass
class Telegram:
    """What Telegram knows of one bot."""

    token: str = TOKEN
    updates: list[dict[str, Any]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    """What was sent, each with its `method`."""
    answered: list[str] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    """The groups that the bot has left."""
    refuse: list[tuple[int, str]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    methods: list[str] = field(default_factory=list)
    """What was asked of the API."""
    polling: int = 0
    pollers_at_once: int = 0
    url: str = ""
    count: int = 100
    """The last number of an update or a message."""
    _said: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Telegram"]:
        """Serve until the context ends."""
        app = web.Application(client_max_size=60_000_000)
        app.router.add_route("*", f"/bot{self.token}/{{method}}", self._method)
        app.router.add_get(f"/file/bot{self.token}/{{name}}", self._file)
        app.router.add_route("*", "/bot{token}/{method}", _unknown)
        server = TestServer(app)
        await server.start_server()
        self.url = str(server.make_url("")).rstrip("/")
        try:
            yield self
        finally:
            await server.close()

    # --- what people do

    async def say(self, text: str = "", writer: dict[str, Any] = MIA, **more: Any) -> dict[str, Any]:
        """Somebody writes to the bot."""
        self.count += 1
        chat = {"id": writer["id"], "type": "private", "first_name": writer["first_name"]}
        message = {"message_id": self.count, "from": writer, "chat": chat, "date": _DATE, **more}
        return await self._bring({"message": {**message, **({"text": text} if text else {})}})

    async def edit(self, update: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """Somebody changes what they wrote."""
        return await self._bring({"edited_message": {**update["message"], "edit_date": _DATE + 60, **changed}})

    async def press(self, button: str, writer: dict[str, Any] = MIA) -> dict[str, Any]:
        """Somebody presses a button of the last message that has it."""
        under = next(sent for sent in reversed(self.taken) if button in json.dumps(sent.get("reply_markup", {})))
        message = {
            "message_id": under["message_id"], "from": BOT, "chat": {"id": writer["id"], "type": "private"},
            "date": _DATE, "text": under["text"], "reply_markup": under["reply_markup"],
        }  # fmt: skip
        self.count += 1
        query = {"id": f"q{self.count}", "from": writer, "chat_instance": "1", "data": button, "message": message}
        return await self._bring({"callback_query": query})

    async def _bring(self, said: dict[str, Any]) -> dict[str, Any]:
        self.count += 1
        update = {"update_id": self.count, **said}
        if self.webhook:
            await self.post(update)
            return update
        async with self._said:
            self.updates.append(update)
            self._said.notify_all()
        return update

    async def post(self, update: Any, secret: str | None = None) -> int:
        """Post an update to the webhook; gives the status of the answer."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret or self.webhook.get("secret_token", "")}
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        async with ClientSession() as client, client.post(self.webhook["url"], data=body, headers=headers) as answer:
            return answer.status

    # --- what the bot asks

    async def _method(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        given = await _given(request)
        self.methods.append(method)
        if self.refuse and method.startswith(("send", "getMe")):
            code, text = self.refuse.pop(0)
            more = {"parameters": {"retry_after": 3}} if code == 429 else {}
            return web.json_response({"ok": False, "error_code": code, "description": text, **more}, status=code)
        return await getattr(self, f"_{method}", self._sent)(given, method)

    async def _getUpdates(self, given: dict[str, Any], _: str) -> web.Response:  # noqa: N802
        if self.webhook or self.polling:
            return web.json_response({"ok": False, "error_code": 409, "description": "Conflict"}, status=409)
        offset = int(given.get("offset", 0))
        self.updates = self._from(offset)
        self.polling += 1
        self.pollers_at_once = max(self.pollers_at_once, self.polling)
        try:
            async with self._said, asyncio.timeout(float(given.get("timeout", 0))):
                await self._said.wait_for(lambda: self._from(offset))
        except TimeoutError:
            pass
        finally:
            self.polling -= 1
        return _yes(self._from(offset))

    def _from(self, offset: int) -> list[dict[str, Any]]:
        return [update for update in self.updates if update["update_id"] >= offset]

    async def _setWebhook(self, given: dict[str, Any], _: str) -> web.Response:  # noqa: N802
        self.webhook = given
        return _yes(True)

    async def _deleteWebhook(self, given: dict[str, Any], _: str) -> web.Response:  # noqa: N802
        self.webhook = {}
        return _yes(True)

    async def _getMe(self, given: dict[str, Any], _: str) -> web.Response:  # noqa: N802
        return _yes(BOT)

    async def _answerCallbackQuery(self, given: dict[str, Any], _: str) -> web.Response:  # noqa: N802
        self.answered.append(given["callback_query_id"])
        return _yes(True)

    async def _editMessageReplyMarkup(self, given: dict[str, Any], _: str) -> web.Response:  # noqa: N802
        under = next(sent for sent in self.taken if sent["message_id"] == int(given["message_id"]))
        under["reply_markup"] = given["reply_markup"]
        return _yes(True)

    async def _leaveChat(self, given: dict[str, Any], _: str) -> web.Response:  # noqa: N802
        self.left.append(int(given["chat_id"]))
        return _yes(True)

    async def _getFile(self, given: dict[str, Any], _: str) -> web.Response:  # noqa: N802
        name = given["file_id"]
        if name not in self.files:
            refused = {"ok": False, "error_code": 400, "description": "Bad Request: invalid file_id"}
            return web.json_response(refused, status=400)
        return _yes({"file_id": name, "file_unique_id": name, "file_size": len(self.files[name]), "file_path": name})

    async def _sent(self, given: dict[str, Any], method: str) -> web.Response:
        self.count += 1
        self.taken.append({**given, "method": method, "message_id": self.count})
        chat = {"id": int(given["chat_id"]), "type": "private"}
        return _yes({"message_id": self.count, "date": _DATE, "chat": chat, "from": BOT, "text": given.get("text", "")})

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["name"]])

    @property
    def shown(self) -> list[str]:
        """The texts that Mia's telephone shows."""
        return [sent["text"] for sent in self.taken if "text" in sent]

    def buttons(self) -> list[str]:
        """The ids under the last message with a text."""
        keyboard = self.taken[-1].get("reply_markup", {}).get("inline_keyboard", [])
        return [button["callback_data"] for row in keyboard for button in row]


async def _given(request: web.Request) -> dict[str, Any]:
    """The library posts forms, whose objects are JSON; we post JSON."""
    if request.content_type == "application/json":
        return dict(await request.json())
    found: dict[str, Any] = {}
    for name, value in (await request.post()).items():
        text = value if isinstance(value, str) else ""
        try:
            decoded = json.loads(text)
        except ValueError:
            decoded = None
        found[name] = decoded if isinstance(decoded, dict | list) else text or value
    return found


async def _unknown(_: web.Request) -> web.Response:
    return web.json_response({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401)


def _yes(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})
