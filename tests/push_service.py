"""A push service on loopback: it decrypts what it gets, as a browser would, and checks who sent it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

import http_ece
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def text_of(content: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(content).decode().rstrip("=")


@dataclass
class PushService:
    """`got`: what was pushed, decrypted; `answers`: with what status, if not 201."""

    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    senders: set[str] = field(default_factory=set)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: token_bytes(16))

    @property
    def keys(self) -> dict[str, str]:
        """What a browser gives away of its keys."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": text_of(point), "auth": text_of(self.auth)}

    async def take(self, request: web.Request) -> web.Response:
        """Take a push."""
        body = await request.read()
        assert request.headers["Content-Encoding"] == "aes128gcm"
        assert int(request.headers["TTL"]) > 0
        assert len(body) <= 4096
        self.senders.add(sender_of(request.headers["Authorization"]))
        if self.answers:
            return web.Response(status=self.answers.pop(0))
        decrypted = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        self.got.append(json.loads(decrypted))
        return web.Response(status=201)


def sender_of(authorization: str) -> str:
    """Whom a signature names (RFC 8292), once it is proven."""
    kind, _, rest = authorization.partition(" ")
    assert kind == "vapid"
    given = dict(part.strip().split("=", 1) for part in rest.split(","))
    point = urlsafe_b64decode(given["k"] + "=" * (-len(given["k"]) % 4))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    said = jwt.decode(given["t"], key, algorithms=["ES256"], audience="http://127.0.0.1")
    assert said["sub"].startswith("mailto:")
    return given["k"]


@asynccontextmanager
async def running() -> AsyncIterator[PushService]:
    """A push service that runs."""
    service = PushService()
    app = web.Application()
    app.router.add_post("/push/{browser}", service.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield service
    await runner.cleanup()
