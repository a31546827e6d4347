"""An app on the other side of an API inbox: takes what is posted to it, if it is signed as Standard Webhooks say."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
_TOLERANCE_SECONDS = 300


@dataclass(frozen=True)
class Taken:
    """A message that the app took."""

    id: str
    said: dict[str, Any]

    @property
    def text(self) -> str:
        """What it says."""
        return str(self.said["data"]["text"])


class App:
    """The stand-in. `answers` holds the statuses of the next requests; what it did not take stands in `refused`."""

    def __init__(self) -> None:
        self.url = ""
        self.taken: list[Taken] = []
        self.refused: list[str] = []
        self.forged: list[str] = []
        """The ids of what was not signed with our secret."""
        self.answers: list[int] = []
        self.followed = 0
        """How often it was asked at the address that redirects lead to."""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["App"]:
        """Answer requests."""
        app = web.Application()
        app.router.add_post("/messages", self._take)
        app.router.add_route("*", "/elsewhere", self._elsewhere)
        async with TestServer(app) as server:
            self.url = str(server.make_url("/messages"))
            yield self

    async def _take(self, request: web.Request) -> web.Response:
        body, message_id = await request.read(), request.headers["webhook-id"]
        if not is_signed(KEY, request.headers, body):
            self.forged.append(message_id)
            return web.Response(status=401)
        status = self.answers.pop(0) if self.answers else 204
        if status >= 300:
            self.refused.append(message_id)
            return web.Response(status=status, headers={"Location": "/elsewhere"})
        self.taken.append(Taken(message_id, json.loads(body)))
        return web.Response(status=status)

    async def _elsewhere(self, _: web.Request) -> web.Response:
        self.followed += 1
        return web.Response()


def is_signed(key: bytes, headers: Any, body: bytes) -> bool:
    """Whether one of the signatures is ours and fresh (https://www.standardwebhooks.com)."""
    stamp = headers["webhook-timestamp"]
    signed = b".".join((headers["webhook-id"].encode(), stamp.encode(), body))
    ours = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(stamp)) < _TOLERANCE_SECONDS
    given = [one.split(",", 1) for one in headers["webhook-signature"].split(" ")]
    return fresh and any(version == "v1" and hmac.compare_digest(text, ours) for version, text in given)
