"""The Graph API on loopback: takes messages and files as the Cloud API does, and posts what Meta posts, signed."""

import hashlib
import hmac
import io
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

ACCOUNT, NUMBER_ID, OTHER_NUMBER_ID = "102290129340398", "106540352242922", "106540352249999"
TOKEN, SECRET, WORD = "a token of Meta's", "a secret of the app", "a word of ours"
DESK_NUMBER, MIA, MIA_ID = "908501234567", "905321234567", "TR.13491208655302741918"
_LARGEST_IMAGE = 5 * 1024 * 1024


class Graph:
    """The stand-in. `refuse` holds what the next requests for sending are answered: HTTP status and Meta's code."""

    def __init__(self) -> None:
        self.desk_url = ""
        self.url = ""
        self.taken: list[dict[str, Any]] = []
        """The messages that it took from us, with the ids that it gave them."""
        self.refuse: list[tuple[int, int]] = []
        self.media: dict[str, tuple[str, bytes]] = {}
        self.media_host = ""
        """Where it says that files are; empty = here."""
        self.templates: list[dict[str, Any]] = []
        self.page = 2
        """So many templates are on a page."""
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Graph"]:
        """Answer requests."""
        app = web.Application(client_max_size=200 * 1024 * 1024)
        app.router.add_post("/v25.0/{number}/messages", self._take)
        app.router.add_post("/v25.0/{number}/media", self._keep)
        app.router.add_get("/v25.0/{account}/message_templates", self._list)
        app.router.add_get("/v25.0/{id}", self._show)
        app.router.add_get("/kept/{id}", self._give)
        async with TestServer(app) as server:
            self.url = str(server.make_url("/v25.0"))
            yield self

    def _no(self, status: int, code: int, said: str = "") -> web.Response:
        error = {"message": f"(#{code}) refused", "type": "OAuthException", "code": code, "fbtrace_id": "A1"}
        details = {"messaging_product": "whatsapp", "details": f"not this: {said}"}
        return web.json_response({"error": {**error, "error_data": details}}, status=status)

    def _stranger(self, request: web.Request) -> web.Response | None:
        return None if request.headers.get("Authorization") == f"Bearer {TOKEN}" else self._no(401, 190)

    async def _take(self, request: web.Request) -> web.Response:
        if refusal := self._stranger(request):
            return refusal
        if request.match_info["number"] != NUMBER_ID:
            return self._no(400, 33)
        message = await request.json()
        if self.refuse:
            status, code = self.refuse.pop(0)
            return self._no(status, code, json.dumps(message)) if code else web.Response(status=status, text="<html>")
        if wrong := _wrong(message, self.media):
            return self._no(400, 131009, wrong)
        wamid = self.wamid()
        self.taken.append({**message, "id": wamid})
        to = message.get("to") or message["recipient"]
        who = {"input": to, "wa_id": to.removeprefix("+")}
        return web.json_response({"messaging_product": "whatsapp", "contacts": [who], "messages": [{"id": wamid}]})

    def wamid(self) -> str:
        """A new id of a message."""
        return f"wamid.{next(self._numbers):024d}="

    async def _keep(self, request: web.Request) -> web.Response:
        if refusal := self._stranger(request):
            return refusal
        form = await request.post()
        file, content_type = form["file"], str(form["type"])
        assert isinstance(file, web.FileField)
        assert form["messaging_product"] == "whatsapp"
        content = file.file.read()
        if content_type.startswith("image/") and len(content) > _LARGEST_IMAGE:
            return self._no(400, 131053)
        return web.json_response({"id": self.put(content, content_type)})

    def put(self, content: bytes, content_type: str = "image/jpeg") -> str:
        """Keep a file; gives its id."""
        id = str(1_000_000 + next(self._numbers))
        self.media[id] = (content_type, content)
        return id

    async def _show(self, request: web.Request) -> web.Response:
        if refusal := self._stranger(request):
            return refusal
        id = request.match_info["id"]
        if id == NUMBER_ID:
            return web.json_response({"verified_name": "Omnidesk", "display_phone_number": DESK_NUMBER, "id": id})
        if id not in self.media:
            return self._no(400, 100)
        content_type, content = self.media[id]
        here = self.media_host or self.url.removesuffix("/v25.0")
        return web.json_response({
            "messaging_product": "whatsapp", "url": f"{here}/kept/{id}", "mime_type": content_type,
            "sha256": hashlib.sha256(content).hexdigest(), "file_size": len(content), "id": id,
        })  # fmt: skip

    async def _give(self, request: web.Request) -> web.Response:
        if refusal := self._stranger(request):
            return refusal
        return web.Response(body=self.media[request.match_info["id"]][1])

    async def _list(self, request: web.Request) -> web.Response:
        if refusal := self._stranger(request):
            return refusal
        assert (request.match_info["account"], request.query["status"]) == (ACCOUNT, "APPROVED")
        begin = int(request.query.get("after", "0"))
        rest = self.templates[begin:]
        paging = {"cursors": {"before": str(begin), "after": str(begin + self.page)}}
        more = {"next": "https://somewhere.example/"} if len(rest) > self.page else {}
        return web.json_response({"data": rest[: self.page], "paging": {**paging, **more}})

    # --- what Meta posts

    async def say(self, text: str, *, sender: str = MIA, **more: Any) -> dict[str, Any]:
        """Mia writes; gives what was posted, to be posted again. It must be taken."""
        post = posting({"messages": [self.message(sender, type="text", text={"body": text}, **more)]})
        assert await self.post(post) == 200
        return post

    async def press(self, taken: Mapping[str, Any], label: str) -> None:
        """Mia presses a button, or picks a row, of a message that she got."""
        action = taken["interactive"]["action"]
        replies = [one["reply"] for one in action.get("buttons", ())]
        rows = [row for section in action.get("sections", ()) for row in section["rows"]]
        (chosen,) = (one for one in (*replies, *rows) if label in one["title"])
        kind = "list_reply" if rows else "button_reply"
        said = {"type": kind, kind: {"id": chosen["id"], "title": chosen["title"]}}
        context = {"from": DESK_NUMBER, "id": taken["id"]}
        post = posting({"messages": [self.message(MIA, type="interactive", interactive=said, context=context)]})
        assert await self.post(post) == 200

    async def report(self, taken: Mapping[str, Any], status: str, code: int | None = None) -> None:
        """Tell what became of a message. It must be taken."""
        assert await self.post(posting({"statuses": [status_of(taken, status, code)]})) == 200

    def message(self, sender: str = MIA, **said: Any) -> dict[str, Any]:
        """A message of somebody's."""
        return {"from": sender, "id": self.wamid(), "timestamp": str(int(self.clock().timestamp())), **said}

    async def post(
        self, body: Mapping[str, Any] | bytes, *, secret: str | None = SECRET, inbox: str = "wa", **headers: str
    ) -> int:  # fmt: skip
        """Post to the desk; gives the status of the answer."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        if secret is not None:
            headers["X-Hub-Signature-256"] = signature(raw, secret)
        url = f"{self.desk_url}/whatsapp/{inbox}/webhook"
        async with ClientSession() as http, http.post(url, data=io.BytesIO(raw), headers=headers) as answer:
            return answer.status


def signature(raw: bytes, secret: str = SECRET) -> str:
    """What Meta's header says of these bytes."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def posting(value: dict[str, Any], number_id: str = NUMBER_ID) -> dict[str, Any]:
    """A post about one number."""
    metadata = {"display_phone_number": DESK_NUMBER, "phone_number_id": number_id}
    people = [{"profile": {"name": "Mia Yılmaz"}, "wa_id": MIA}]
    told = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": people, **value}
    changes = [{"value": told, "field": "messages"}]
    return {"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "changes": changes}]}


def status_of(taken: Mapping[str, Any], status: str, code: int | None = None) -> dict[str, Any]:
    """What became of a message that was taken."""
    told = {
        "id": taken["id"], "status": status, "timestamp": str(int(time.time())), "recipient_id": MIA,
        "biz_opaque_callback_data": taken["biz_opaque_callback_data"],
        "pricing": {"billable": True, "pricing_model": "PMP", "category": "service", "type": "free_customer_service"},
    }  # fmt: skip
    if code is None:
        return told
    details = {"details": f"about {MIA}"}
    error = {"code": code, "title": "Failed", "message": "Failed", "error_data": details}
    return {**told, "errors": [error]}


def _wrong(message: dict[str, Any], media: Mapping[str, Any]) -> str:
    """What the Cloud API would not take of a message (its documented limits)."""
    kind = message["type"]
    if message.get("messaging_product") != "whatsapp" or not (message.get("to") or message.get("recipient")):
        return "messaging_product"
    if len(message.get("biz_opaque_callback_data", "")) > 512:
        return "biz_opaque_callback_data"
    if kind == "text":
        return "" if 0 < len(message["text"]["body"]) <= 4096 else "text"
    if kind == "interactive":
        return _wrong_choice(message["interactive"])
    if kind in ("image", "video", "audio", "document"):
        about = message[kind]
        fits = kind == "document" or media[about["id"]][0].startswith(f"{kind}/")
        return "" if fits and len(about.get("caption", "")) <= 1024 and (kind != "audio" or len(about) == 1) else kind
    return "" if kind == "template" and message["template"]["language"]["code"] else "type"


def _wrong_choice(given: dict[str, Any]) -> str:
    action, body = given["action"], given["body"]["text"]
    if given["type"] == "button":
        replies = [one["reply"] for one in action["buttons"]]
        titles = [one["title"] for one in replies]
        fits = 1 <= len(replies) <= 3 and len(set(titles)) == len(titles) and 0 < len(body) <= 1024
        return "" if fits and all(0 < len(one) <= 20 for one in titles) else "buttons"
    rows = [row for section in action["sections"] for row in section["rows"]]
    fits = 1 <= len(rows) <= 10 and 0 < len(action["button"]) <= 20 and 0 < len(body) <= 4096
    fits = fits and all(0 < len(row["title"]) <= 24 and len(row.get("description", "")) <= 72 for row in rows)
    return "" if fits and all(0 < len(row["id"]) <= 200 for row in rows) else "rows"
