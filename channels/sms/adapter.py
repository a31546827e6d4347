"""The SMS channel: a gateway's webhooks in, its API out, as its description says."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote_plus

from aiohttp import ClientSession, web

from channels.sms import imitating, parts
from channels.sms.api import TURKISH, Api
from channels.sms.description import Webhook
from channels.sms.parse import is_on_its_way, parse, part_of, read
from channels.sms.reading import Fields, fields, first, form
from channels.sms.settings import SmsSettings
from channels.sms.signatures import Posted, Shared, is_from
from omnidesk.contract.channel import (
    Capabilities,
    Channel,
    Desk,
    Inbound,
    Outbound,
    Play,
    Price,
    RawMessage,
    Receipt,
    Route,
    Unparsable,
    while_open,
)
from omnidesk.text.addresses import normal_phone

_LARGEST_POST = 64 * 1024
"""1600 characters of four bytes each, escaped, and ten media are half of that."""
_LARGEST_PART = 16 * 1024
"""Far more than a segment takes in any form; what is larger is none."""
_AT_HOME: str = SmsSettings.model_fields["country"].default
_LOOK_AFTER_SECONDS = 30.0


class SmsChannel(Channel):
    """A number at a gateway."""

    name = "sms"
    Settings = SmsSettings
    capabilities = Capabilities(
        kind="phone",
        join="person",
        survey="number",
        max_length=1600,
        segments=True,
        receipts=True,
        automatic_per_hour=30,
        automatic_per_day=60,
        stop_words=("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "ret", "iptal", "dur"),
        start_words=("start", "unstop", "basla", "katil"),
    )
    settings: SmsSettings

    def __init__(self, settings: SmsSettings, http: ClientSession | None = None) -> None:
        super().__init__(settings, http)
        self._gateway = settings.description
        self._values = settings.filled()
        self._api = Api(settings, http)
        self.capabilities = replace(
            self.capabilities, max_length=self._gateway.max_length, receipts=self._gateway.receipts is not None,
            turkish_shift=TURKISH[self._gateway.turkish_shift],
        )  # fmt: skip

    @property
    def address(self) -> str:
        """The number people write to."""
        return self.settings.from_number or self.settings.messaging_service_sid or ""

    @classmethod
    def routes(cls) -> Sequence[Route]:
        """Where the gateway brings messages, and what became of ours: some post, some ask for a URL."""
        return (
            Route("sms_messages", "POST", "/sms/{slug}/messages", cls.take_message),
            Route("sms_status", "POST", "/sms/{slug}/status", cls.take_status),
            Route("sms_messages_asked", "GET", "/sms/{slug}/messages", cls.take_message),
            Route("sms_status_asked", "GET", "/sms/{slug}/status", cls.take_status),
        )

    @classmethod
    def webhooks(cls, public_url: str, slug: str) -> dict[str, str]:
        """One URL of each kind."""
        urls = super().webhooks(public_url, slug)
        return {name: url for name, url in urls.items() if not name.endswith("_asked")}

    @classmethod
    def normal_address(cls, text: str) -> str | None:
        """E.164."""
        return normal_phone(text, _AT_HOME)

    def segment_price(self, address: str) -> Price | None:
        """By the longest beginning of the number that has a price."""
        fit = [prefix for prefix in self.settings.prices if address.startswith(prefix)]
        return Price(self.settings.prices[max(fit, key=len)], self.settings.currency) if fit else None

    @asynccontextmanager
    async def listen(self, desk: Desk) -> AsyncIterator[None]:
        """Look after the parts of long messages that don't come."""
        if self._gateway.messages is None or self._gateway.messages.parts is None:
            yield
            return
        async with while_open(_look_after_parts(desk)):
            yield

    async def take_message(self, desk: Desk, request: web.Request) -> web.Response:
        """A message for us; what is signed and of no known kind is kept as well, for `parse` to refuse."""
        if (how := self._gateway.messages) is None:
            raise web.HTTPNotFound
        raw, found = await self._proven(desk, request, "messages", how)
        sender, external_id = first(found, how.sender) or "", first(found, how.id) or raw.external_id
        raw = replace(raw, external_id=external_id[:500], sender=sender[:200])
        part = part_of(found, how) if len(raw.body) <= _LARGEST_PART else None
        if part is None:
            await desk.receive(raw)
        else:
            ref, number, total = part
            of = parts.group(sender, first(found, how.to) or "", ref, total)
            await parts.take(desk, parts.Part(of, number, total, raw), datetime.now(UTC))
        return _answered(how)

    async def take_status(self, desk: Desk, request: web.Request) -> web.Response:
        """What became of a message of ours; that it is still on its way is no news."""
        if (how := self._gateway.receipts) is None:
            raise web.HTTPNotFound
        raw, found = await self._proven(desk, request, "status", how)
        if not is_on_its_way(found, how):
            external_id = f"{first(found, how.id) or raw.external_id} {first(found, how.status) or ''}"
            await desk.receive(replace(raw, external_id=external_id[:500]))
        return _answered(how)

    async def _proven(self, desk: Desk, request: web.Request, route: str, how: Webhook) -> tuple[RawMessage, Fields]:
        """What came, if it is the gateway that brought it."""
        body = await request.clone(client_max_size=_LARGEST_POST).read()
        if request.method == "GET":
            body = b""  # what is asked for stands in the URL: a signed body beside it would prove nothing
        if not self._is_theirs(_posted(desk, request, body, how), how):
            raise web.HTTPForbidden
        envelope = {"route": route, "type": request.content_type, "key": request.query.get("key", "")[:200]}
        if request.method == "GET":
            envelope |= {"method": "GET", "query": _without_secrets(request.rel_url.raw_query_string, how)}
        digest = hashlib.sha256(request.rel_url.raw_query_string.encode() + b"\n" + body).hexdigest()
        raw = RawMessage(digest, "", body, envelope)
        try:
            found = read(raw, self._gateway)
        except Unparsable as error:
            raise web.HTTPBadRequest from error
        if not found:
            raise web.HTTPBadRequest
        return raw, found

    def _is_theirs(self, posted: Posted, how: Webhook) -> bool:
        signed = not how.signed or any(scheme.fits(posted, self._values) for scheme in how.signed)
        return signed and is_from(posted.remote, how.addresses)

    def parse(self, raw: RawMessage) -> Sequence[Inbound | Receipt]:
        """Understand what was brought."""
        return parse(raw, self._gateway, self.settings.country)

    def imitate(self, play: Play) -> RawMessage:
        """What the gateway would have brought."""
        return imitating.raw(play, self._gateway, self.settings)

    async def fetch(self, reference: str) -> bytes:
        """A file of a message."""
        return await self._api.medium(reference)

    async def send(self, outbound: Outbound) -> str:
        """Send a message; it is known by our key where that comes back with receipts, else by the gateway's id.

        Gateways have no idempotency key, and their own id is another at each try: what is sent again after a crash
        can arrive twice, but what is reported of either is known to be of this message where our key comes back.
        """
        given = await self._api.send(outbound)
        return outbound.key if self._gateway.gives_back_the_key() or not given else given

    async def check(self) -> None:
        """Ask for the account."""
        await self._api.check()


def _posted(desk: Desk, request: web.Request, body: bytes, how: Webhook) -> Posted:
    """What came, over the public URL, since anybody can write a Host header."""
    url = desk.public_url + request.raw_path
    try:
        if request.method == "POST":
            said = _pairs(body, request.content_type, how.charset)
        else:
            said = form(request.rel_url.raw_query_string.encode(), how.charset)
    except Unparsable:
        said = []
    return Posted(request.method, url, request.headers, body, said, dict(request.query), request.remote or "")


def _pairs(body: bytes, content_type: str, charset: str) -> list[tuple[str, str]]:
    """Every field with its value, as often as it stands there."""
    if "json" not in content_type:
        return form(body, charset)
    found = fields(body, content_type, charset)
    return [(name, value if isinstance(value, str) else str(value)) for name, value in found.items()]


def _without_secrets(query: str, how: Webhook) -> str:
    """A query to be kept: what proved who asks is not."""
    names = {scheme.name for scheme in how.signed if isinstance(scheme, Shared) and scheme.where == "query"}
    return "&".join(field for field in query.split("&") if unquote_plus(field.partition("=")[0]) not in names)


def _answered(how: Webhook) -> web.Response:
    return web.Response(status=how.answer.status, text=how.answer.body, content_type=how.answer.type)


async def _look_after_parts(desk: Desk) -> None:
    while True:
        await parts.look_after(desk, datetime.now(UTC))
        await asyncio.sleep(_LOOK_AFTER_SECONDS)
