"""SMS gateways on loopback, each in the forms of its manual: they take messages, and bring messages and receipts."""

import hashlib
import hmac
import itertools
import json
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree

import jwt
import yaml
from aiohttp import ClientSession, encode_basic_auth, web
from aiohttp.test_utils import TestServer
from yarl import URL

SECRET = "a secret that signs what comes, and is long enough for every digest that there is"
ACCOUNT, TOKEN = "account1", 'a token & <its> "marks"'
DESK_NUMBER, MIA = "+908501234567", "+905321234567"


@dataclass(frozen=True)
class Request:
    """What a gateway brings."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """A message that a gateway took from us."""

    id: str
    to: str
    text: str
    key: str = ""
    status_url: str = ""
    encoding: str = ""


class StandIn(ABC):
    """A gateway. `refuse` holds the codes with which the next messages are answered."""

    gateway: Any
    """What the inbox's `gateway` says."""
    limit: int
    """The `max_length` of its description."""

    def __init__(self, public_url: str = "https://desk.example") -> None:
        self.public_url = public_url
        self.desk_url = ""
        self.url = ""
        self.taken: list[Taken] = []
        self.refuse: list[str] = []
        self._numbers = itertools.count(1)

    def settings(self) -> dict[str, Any]:
        """Of the inbox."""
        return {
            "gateway": self.gateway, "account": ACCOUNT, "token": TOKEN, "signing_secret": SECRET,
            "from_number": DESK_NUMBER, "api_base": self.url,
        }  # fmt: skip

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["StandIn"]:
        """Answer requests."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        async with TestServer(app) as server:
            self.url = str(server.make_url("")).rstrip("/")
            yield self

    async def _take(self, request: web.Request) -> web.Response:
        if self.refuse:
            return self.refusal(self.refuse.pop(0))
        taken = await self.read(request, f"{self.prefix}{next(self._numbers):06d}")
        if taken is None:
            return self.refusal(self.stranger)
        self.taken.append(taken)
        return self.yes(taken)

    prefix = "id-"
    stranger = ""
    """Its code for who is not known."""
    dead: str
    """Its code for a dead number, where it tells at once."""
    later: str
    """Its code for too much at once."""

    @abstractmethod
    async def read(self, request: web.Request, id: str) -> Taken | None:
        """What we handed over; None for who is not known."""

    @abstractmethod
    def yes(self, taken: Taken) -> web.Response:
        """Its answer."""

    @abstractmethod
    def refusal(self, code: str) -> web.Response:
        """Its answer to what it does not take."""

    @abstractmethod
    def message(self, id: str, text: str, sender: str) -> Request:
        """A message for us, not signed yet."""

    @abstractmethod
    def receipt(self, taken: Taken, delivered: bool) -> Request:
        """What became of ours: it arrived, or the number is dead."""

    @abstractmethod
    def sign(self, request: Request, secret: str) -> Request:
        """The same with its proof."""

    async def say(self, text: str, sender: str = MIA) -> Request:
        """A message came in at our number; gives what was brought. It must be taken."""
        request = self.sign(self.message(f"in-{next(self._numbers)}", text, sender), SECRET)
        assert await self.bring(request) == 200
        return request

    async def report(self, taken: Taken, delivered: bool = True) -> Request:
        """Tell what became of a message. It must be taken."""
        request = self.sign(self.receipt(taken, delivered), SECRET)
        assert await self.bring(request) == 200
        return request

    async def bring(self, request: Request) -> int:
        """Ask the desk; gives the status of its answer."""
        headers = dict(request.headers)
        async with (
            ClientSession() as http,
            http.request(
                request.method,
                URL(self.desk_url + request.path, encoded=True),
                data=request.body or None,
                headers=headers,
            ) as answer,
        ):
            return answer.status


def status_path(taken: Taken) -> str:
    """Where it was told to report."""
    return taken.status_url.removeprefix("https://desk.example")


class Vonage(StandIn):
    """The SMS API, with webhooks in JSON that a token signs."""

    gateway, limit, dead, later, stranger = "vonage", 1530, "33", "1", "4"

    async def read(self, request: web.Request, id: str) -> Taken | None:
        assert (request.method, request.path) == ("POST", "/sms/json")
        form = await request.post()
        given = {name: str(value) for name, value in form.items()}
        if (given["api_key"], given["api_secret"]) != (ACCOUNT, TOKEN):
            return None
        assert given["from"] == DESK_NUMBER[1:]
        return Taken(id, f"+{given['to']}", given["text"], given["client-ref"], given["callback"], given["type"])

    def yes(self, taken: Taken) -> web.Response:
        message = {"to": taken.to[1:], "message-id": taken.id, "status": "0", "client-ref": taken.key}
        return web.json_response({"message-count": "1", "messages": [message]})

    def refusal(self, code: str) -> web.Response:
        return web.json_response({"message-count": "1", "messages": [{"status": code, "error-text": "no"}]})

    def fields(self, id: str, text: str, sender: str) -> dict[str, str]:
        return {
            "msisdn": sender.removeprefix("+"), "to": DESK_NUMBER[1:], "messageId": id, "text": text, "type": "text",
            "keyword": text.split(" ")[0].upper(), "api-key": ACCOUNT, "message-timestamp": "2026-11-25 10:00:00",
        }  # fmt: skip

    def result(self, taken: Taken, delivered: bool) -> dict[str, str]:
        return {
            "msisdn": taken.to[1:], "to": DESK_NUMBER[1:], "network-code": "28601", "messageId": taken.id,
            "price": "0.05", "status": "delivered" if delivered else "failed", "scts": "2611251000",
            "err-code": "0" if delivered else "3", "client-ref": taken.key, "api-key": ACCOUNT,
        }  # fmt: skip

    def message(self, id: str, text: str, sender: str) -> Request:
        return self.posted("/sms/line/messages", self.fields(id, text, sender))

    def receipt(self, taken: Taken, delivered: bool) -> Request:
        return self.posted(status_path(taken), self.result(taken, delivered))

    def posted(self, path: str, fields: Mapping[str, Any]) -> Request:
        return Request("POST", path, json.dumps(fields).encode(), {"Content-Type": "application/json"})

    def sign(self, request: Request, secret: str) -> Request:
        claims = {
            "iat": int(time.time()), "jti": "0a1b", "iss": "Vonage", "api_key": ACCOUNT,
            "payload_hash": hashlib.sha256(request.body).hexdigest(),
        }  # fmt: skip
        token = jwt.encode(claims, secret, "HS256")
        return replace(request, headers={**request.headers, "Authorization": f"Bearer {token}"})


class VonageForms(Vonage):
    """The SMS API with the older signature, in a form; receipts are asked for by GET."""

    def posted(self, path: str, fields: Mapping[str, Any]) -> Request:
        if "/status" in path:
            return Request("GET", f"{path}{'&' if '?' in path else '?'}{urlencode(fields)}")
        return Request(
            "POST",
            path,
            urlencode(fields).encode(),
            {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
        )

    def sign(self, request: Request, secret: str) -> Request:
        path, _, query = request.path.partition("?")
        fields = dict(parse_qsl(query if request.method == "GET" else request.body.decode()))
        fields |= {"timestamp": "1764064800", "nonce": "ec11dd3e"}
        said = "".join(f"&{name}={value.replace('&', '_').replace('=', '_')}" for name, value in sorted(fields.items()))
        fields["sig"] = hashlib.md5((said + secret).encode()).hexdigest()
        if request.method == "GET":
            return replace(request, path=f"{path}?{urlencode(fields)}")
        return replace(request, body=urlencode(fields).encode())


class VonageMessages(Vonage):
    """The Messages API."""

    gateway, limit, dead, later, stranger = "vonage-messages", 1000, "1170", "1000", "401"

    async def read(self, request: web.Request, id: str) -> Taken | None:
        assert (request.method, request.path) == ("POST", "/v1/messages")
        if request.headers.get("Authorization") != encode_basic_auth(ACCOUNT, TOKEN):
            return None
        given = await request.json()
        assert (given["channel"], given["message_type"], given["from"]) == ("sms", "text", DESK_NUMBER[1:])
        encoding = given["sms"]["encoding_type"]
        return Taken(id, f"+{given['to']}", given["text"], given["client_ref"], given["webhook_url"], encoding)

    def yes(self, taken: Taken) -> web.Response:
        return web.json_response({"message_uuid": taken.id}, status=202)

    def refusal(self, code: str) -> web.Response:
        status = {"401": 401, "1000": 429}.get(code, 422)
        return web.json_response({"title": code, "detail": "no", "instance": "x"}, status=status)

    def fields(self, id: str, text: str, sender: str) -> dict[str, Any]:
        return {
            "channel": "sms", "message_uuid": id, "to": DESK_NUMBER[1:], "from": sender.removeprefix("+"),
            "timestamp": "2026-11-25T10:00:00Z", "text": text, "message_type": "text", "sms": {"num_messages": "1"},
        }  # fmt: skip

    def result(self, taken: Taken, delivered: bool) -> dict[str, Any]:
        said: dict[str, Any] = {
            "message_uuid": taken.id, "to": taken.to[1:], "from": DESK_NUMBER[1:], "channel": "sms",
            "timestamp": "2026-11-25T10:00:00Z", "status": "delivered" if delivered else "undeliverable",
            "client_ref": taken.key,
        }  # fmt: skip
        return said if delivered else said | {"error": {"title": 1170, "detail": "Invalid number", "type": "x"}}


class MessageBird(StandIn):
    """Its SMS API; receipts are asked for by GET."""

    gateway, limit, dead, later, stranger = "messagebird", 1377, "10", "99", "2"

    async def read(self, request: web.Request, id: str) -> Taken | None:
        assert (request.method, request.path) == ("POST", "/messages")
        if request.headers.get("Authorization") != f"AccessKey {TOKEN}":
            return None
        given = await request.json()
        (to,) = given["recipients"]
        return Taken(id, f"+{to}", given["body"], given["reference"], given["reportUrl"], given["datacoding"])

    def yes(self, taken: Taken) -> web.Response:
        return web.json_response({"id": taken.id, "recipients": {"totalCount": 1}}, status=201)

    def refusal(self, code: str) -> web.Response:
        status = {"2": 401, "99": 500}.get(code, 422)
        said = {"code": int(code), "description": "no", "parameter": None}
        return web.json_response({"errors": [said]}, status=status)

    def message(self, id: str, text: str, sender: str) -> Request:
        fields = {
            "id": id, "recipient": DESK_NUMBER[1:], "originator": sender.removeprefix("+"), "body": text,
            "createdDatetime": "2026-11-25T10:00:00+00:00",
        }  # fmt: skip
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return Request("POST", "/sms/line/messages", urlencode(fields).encode(), kind)

    def receipt(self, taken: Taken, delivered: bool) -> Request:
        fields = {
            "id": taken.id, "reference": taken.key, "recipient": taken.to[1:], "statusDatetime": "2026-11-25T10:00:00",
            "status": "delivered" if delivered else "delivery_failed",
            "statusReason": "successfully delivered" if delivered else "unknown subscriber",
        }  # fmt: skip
        more = {} if delivered else {"statusErrorCode": "1"}
        return Request("GET", f"{status_path(taken)}&{urlencode(fields | more)}")

    def sign(self, request: Request, secret: str) -> Request:
        now = int(time.time())
        claims = {
            "iss": "MessageBird", "nbf": now, "exp": now + 60, "jti": "0a1b",
            "url_hash": hashlib.sha256((self.public_url + request.path).encode()).hexdigest(),
        }  # fmt: skip
        if request.body:
            claims["payload_hash"] = hashlib.sha256(request.body).hexdigest()
        token = jwt.encode(claims, secret, "HS256")
        return replace(request, headers={**request.headers, "MessageBird-Signature-JWT": token})


class Netgsm(StandIn):
    """REST v2, whose webhooks carry a secret in their URL."""

    gateway, limit, dead, later, stranger = "netgsm", 917, "20", "80", "30"

    async def read(self, request: web.Request, id: str) -> Taken | None:
        assert (request.method, request.path) == ("POST", "/sms/rest/v2/send")
        if request.headers.get("Authorization") != encode_basic_auth(ACCOUNT, TOKEN):
            return None
        given = await request.json()
        assert "iysfilter" not in given
        (message,) = given["messages"]
        return Taken(id, f"+90{message['no']}", message["msg"], encoding=given.get("encoding", ""))

    def yes(self, taken: Taken) -> web.Response:
        return web.json_response({"code": "00", "jobid": taken.id, "description": "queued"})

    def refusal(self, code: str) -> web.Response:
        return web.json_response({"code": code, "jobid": None, "description": "no"}, status=406)

    def message(self, id: str, text: str, sender: str) -> Request:
        fields = {"ceptel": sender.removeprefix("+"), "mesaj": text, "aboneno": "8501234567", "gorevid": id}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return Request("POST", "/sms/line/messages", urlencode(fields).encode(), kind)

    def receipt(self, taken: Taken, delivered: bool) -> Request:
        fields = {"jobid": taken.id, "no": taken.to, "durum": "1" if delivered else "3"}
        return Request("POST", "/sms/line/status", urlencode(fields).encode(), {
            "Content-Type": "application/x-www-form-urlencoded"
        })  # fmt: skip

    def sign(self, request: Request, secret: str) -> Request:
        return replace(request, path=f"{request.path}?{urlencode({'secret': secret})}")


def described() -> dict[str, Any]:
    """The settings of the gateway that the documentation describes."""
    text = (Path(__file__).parents[2] / "docs" / "sms.md").read_text("utf-8")
    example = text.split("## Any gateway in ten minutes")[1].split("```yaml\n")[1].split("```")[0]
    (inbox,) = yaml.safe_load(example)["inboxes"]
    settings: dict[str, Any] = inbox["settings"]
    return settings


class Local(StandIn):
    """The gateway of the documentation: XML in Turkish letters, messages by GET, signed receipts in JSON."""

    gateway, limit, dead, later, stranger = described()["gateway"], 1071, "ERR 4", "ERR 9", "ERR 1"
    prefix = "77"

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "values": described()["values"]}

    async def read(self, request: web.Request, id: str) -> Taken | None:
        assert (request.method, request.path) == ("POST", "/xml/send")
        assert request.charset == "iso-8859-9"
        sms = ElementTree.fromstring(await request.read())
        login, message = sms.find("login"), sms.find("message")
        assert login is not None
        assert message is not None
        if (login.get("user"), login.get("password")) != (ACCOUNT, TOKEN):
            return None
        given = {name: str(message.get(name)) for name in ("to", "id", "encoding")}
        return Taken(id, f"+90{given['to']}", message.text or "", given["id"], encoding=given["encoding"])

    def yes(self, taken: Taken) -> web.Response:
        return web.Response(text=f"OK {taken.id}\n")

    def refusal(self, code: str) -> web.Response:
        return web.Response(text=f"{code} no\n")

    def message(self, id: str, text: str, sender: str) -> Request:
        fields = {"gsm": sender.removeprefix("+90"), "hat": "8501234567", "mesaj": text, "id": id}
        return Request("GET", f"/sms/line/messages?{urlencode(fields, encoding='iso-8859-9')}")

    def part(self, id: str, text: str, ref: str, part: int, total: int) -> Request:
        """A part of a long message."""
        request = self.message(id, text, MIA)
        return self.sign(replace(request, path=f"{request.path}&ref={ref}&parca={part}&toplam={total}"), SECRET)

    def receipt(self, taken: Taken, delivered: bool) -> Request:
        said = {"id": int(taken.id), "reference": taken.key, "state": "DELIVERED" if delivered else "FAILED"}
        body = json.dumps({"report": said if delivered else said | {"code": 4}}).encode()
        return Request("POST", "/sms/line/status", body, {"Content-Type": "application/json"})

    def sign(self, request: Request, secret: str) -> Request:
        if request.method == "GET":
            return replace(request, path=f"{request.path}&{urlencode({'pass': secret})}")
        digest = hmac.new(secret.encode(), request.body, "sha256").hexdigest()
        return replace(request, headers={**request.headers, "X-Signature": f"sha256={digest}"})


STAND_INS: tuple[type[StandIn], ...] = (Vonage, VonageForms, VonageMessages, MessageBird, Netgsm, Local)
