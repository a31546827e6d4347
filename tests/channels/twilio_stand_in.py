"""Twilio on loopback: takes messages as its REST API does, and posts what Twilio posts, signed by its own library."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, encode_basic_auth, web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

ACCOUNT, TOKEN = "AC0123456789abcdef0123456789abcdef", "a token of Twilio's"
DESK_NUMBER, MIA = "+908501234567", "+905321234567"


@dataclass(frozen=True)
class Taken:
    """A message that Twilio took from us."""

    sid: str
    form: Mapping[str, str]

    @property
    def body(self) -> str:
        """What it says."""
        return self.form["Body"]


class Twilio:
    """The stand-in. `refuse` holds what the next requests are answered: HTTP status, and Twilio's error code."""

    def __init__(self, public_url: str = "https://desk.example") -> None:
        self.public_url = public_url
        self.desk_url = ""
        """Where the desk really listens: `public_url` is only what is signed, as behind a proxy."""
        self.url = ""
        self.taken: list[Taken] = []
        self.refuse: list[tuple[int, int]] = []
        self.slow: asyncio.Event | None = None
        self.media: dict[str, bytes] = {}
        self.moved_to = ""
        """Another host that the media lie on, as they do at Twilio."""
        self.media_tokens: list[str | None] = []
        """The Authorization header of every request for a medium."""
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Twilio"]:
        """Answer requests."""
        app = web.Application()
        account = "/2010-04-01/Accounts/{account}"
        app.router.add_post(f"{account}/Messages.json", self._take)
        app.router.add_get(f"{account}.json", self._account)
        app.router.add_get("/media/{name}", self._medium)
        async with TestServer(app) as server:
            self.url = str(server.make_url("")).rstrip("/")
            yield self

    async def _refusal(self, request: web.Request) -> web.Response | None:
        if self.slow is not None:
            await self.slow.wait()
        status, code = self.refuse.pop(0) if self.refuse else (0, 0)
        if request.headers.get("Authorization") != encode_basic_auth(ACCOUNT, TOKEN):
            status, code = 401, 20003
        if not status:
            return None
        said = {"code": code, "message": f"refused: {await request.text()}", "status": status}
        return web.json_response(said, status=status) if code else web.Response(status=status, text="<html>")

    async def _take(self, request: web.Request) -> web.Response:
        if refusal := await self._refusal(request):
            return refusal
        sid = f"SM{next(self._numbers):032x}"
        self.taken.append(Taken(sid, {name: str(value) for name, value in (await request.post()).items()}))
        return web.json_response({"sid": sid, "status": "queued", "error_code": None}, status=201)

    async def _account(self, request: web.Request) -> web.Response:
        return await self._refusal(request) or web.json_response({"sid": ACCOUNT, "status": "active"})

    async def _medium(self, request: web.Request) -> web.Response:
        self.media_tokens.append(request.headers.get("Authorization"))
        if self.moved_to:
            raise web.HTTPTemporaryRedirect(f"{self.moved_to}{request.path}")
        if refusal := await self._refusal(request):
            return refusal
        name = request.match_info["name"]
        return web.Response(body=self.media[name]) if name in self.media else web.Response(status=404)

    async def say(self, text: str, *, sender: str = MIA, inbox: str = "line", **more: str) -> Mapping[str, str]:
        """A message came in at our number; gives what was posted, to be posted again. It must be taken."""
        form = message(f"SM{next(self._numbers):032x}", text, sender) | more
        assert await self.post(f"/sms/{inbox}/messages", form) == (200, "text/xml", "<Response/>")
        return form

    async def report(self, taken: Taken, status: str, code: int | None = None) -> None:
        """Tell what became of a message, where its sender asked to be told. It must be taken."""
        path = taken.form["StatusCallback"].removeprefix(self.public_url)
        assert (await self.post(path, status_of(taken.sid, status, code)))[0] == 200

    async def post(
        self, path: str, form: Mapping[str, str] | bytes, *, token: str | None = TOKEN, **headers: str
    ) -> tuple[int, str, str]:
        """Post to the desk, signed for its public URL; gives status, content type and text of the answer."""
        fields: Any = {} if isinstance(form, bytes) else form
        if token is not None:
            headers["X-Twilio-Signature"] = RequestValidator(token).compute_signature(self.public_url + path, fields)
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
        async with ClientSession() as http, http.post(self.desk_url + path, data=form, headers=headers) as answer:
            return answer.status, answer.content_type, await answer.text()


def message(sid: str, text: str, sender: str = MIA) -> dict[str, str]:
    """What Twilio posts for a message."""
    return {
        "ToCountry": "TR", "ToState": "", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "",
        "SmsSid": sid, "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": text, "FromCountry": "TR",
        "To": DESK_NUMBER, "MessagingServiceSid": "", "ToZip": "", "NumSegments": "1", "MessageSid": sid,
        "AccountSid": ACCOUNT, "From": sender, "ApiVersion": "2010-04-01",
    }  # fmt: skip


def status_of(sid: str, status: str, code: int | None = None) -> dict[str, str]:
    """What Twilio posts when a message has gone a step further."""
    form = {
        "SmsSid": sid, "SmsStatus": status, "MessageStatus": status, "To": MIA, "MessageSid": sid,
        "AccountSid": ACCOUNT, "From": DESK_NUMBER, "ApiVersion": "2010-04-01",
    }  # fmt: skip
    return form if code is None else form | {"ErrorCode": str(code)}
