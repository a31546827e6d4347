"""The SMS channel: Twilio's webhooks in, its REST API out."""

import hashlib
from collections.abc import Mapping, Sequence

from aiohttp import ClientSession, web
from yarl import URL

from channels.sms.api import Api
from channels.sms.parse import form, parse
from channels.sms.settings import SmsSettings
from channels.sms.signature import is_signed
from omnidesk.contract.channel import (
    Capabilities,
    Channel,
    Desk,
    Inbound,
    Outbound,
    RawMessage,
    Receipt,
    Route,
    Unparsable,
)
from omnidesk.text.addresses import normal_phone

_LARGEST_POST = 64 * 1024
"""1600 characters of four bytes each, escaped, and ten media are half of that."""
_AT_HOME: str = SmsSettings.model_fields["country"].default
_ON_ITS_WAY = frozenset({"accepted", "scheduled", "queued", "sending", "sent"})


class SmsChannel(Channel):
    """A number at Twilio, or a messaging service with several."""

    name = "sms"
    Settings = SmsSettings
    capabilities = Capabilities(
        join="person",
        survey="number",
        max_length=1600,
        receipts=True,
        automatic_per_hour=30,
        automatic_per_day=60,
        stop_words=("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "ret", "iptal", "dur"),
        start_words=("start", "unstop", "basla", "katil"),
    )
    settings: SmsSettings

    def __init__(self, settings: SmsSettings, http: ClientSession | None = None) -> None:
        super().__init__(settings, http)
        self._api = Api(settings, http)

    @property
    def address(self) -> str:
        """The number people write to."""
        return self.settings.from_number or self.settings.messaging_service_sid or ""

    @classmethod
    def routes(cls) -> Sequence[Route]:
        """Where Twilio posts messages, and what became of ours."""
        return (
            Route("sms_messages", "POST", "/sms/{slug}/messages", cls.take_message),
            Route("sms_status", "POST", "/sms/{slug}/status", cls.take_status),
        )

    @classmethod
    def normal_address(cls, text: str) -> str | None:
        """E.164."""
        return normal_phone(text, _AT_HOME)

    async def take_message(self, desk: Desk, request: web.Request) -> web.Response:
        """A message for us; what is signed and of no known kind is kept as well, for `parse` to refuse."""
        body, fields = await self._signed(desk, request)
        external_id = fields.get("MessageSid") or hashlib.sha256(body).hexdigest()
        await desk.receive(RawMessage(external_id, fields.get("From", ""), body))
        return _nothing_to_say()

    async def take_status(self, desk: Desk, request: web.Request) -> web.Response:
        """What became of a message of ours; that it is still on its way is no news."""
        body, fields = await self._signed(desk, request)
        status = fields.get("MessageStatus", "")
        if status not in _ON_ITS_WAY:
            external_id = f"{fields.get('MessageSid') or hashlib.sha256(body).hexdigest()} {status}"
            envelope = {"key": request.query.get("key", "")}
            await desk.receive(RawMessage(external_id, fields.get("To", ""), body, envelope))
        return _nothing_to_say()

    async def _signed(self, desk: Desk, request: web.Request) -> tuple[bytes, Mapping[str, str]]:
        """What was posted, if Twilio signed it: over the public URL, since anybody can write a Host header."""
        signature = request.headers.get("X-Twilio-Signature")
        if not signature:
            raise web.HTTPForbidden
        body = await request.clone(client_max_size=_LARGEST_POST).read()
        try:
            fields = form(body)
        except Unparsable as error:
            raise web.HTTPBadRequest from error
        token = self.settings.auth_token.get_secret_value()
        if not is_signed(signature, token, desk.public_url + request.raw_path, fields):
            raise web.HTTPForbidden
        if not fields:
            raise web.HTTPBadRequest
        return body, dict(fields)

    def parse(self, raw: RawMessage) -> Sequence[Inbound | Receipt]:
        """Understand one post."""
        return (parse(raw, self.settings.country),)

    async def fetch(self, reference: str) -> bytes:
        """A file of a message."""
        return await self._api.medium(reference)

    async def send(self, outbound: Outbound) -> str:
        """Send a message; it is known by our key, which comes back with the URL that Twilio reports to.

        Twilio has no idempotency key, and its own id is another at each try: what is sent again after a crash can
        arrive twice, but what is reported of either is known to be of this message.
        """
        settings = self.settings
        given = {
            "To": normal_phone(outbound.to, settings.country) or outbound.to,
            "From": settings.from_number,
            "MessagingServiceSid": settings.messaging_service_sid,
            "Body": outbound.text,
            "StatusCallback": _reports_to(outbound),
        }
        await self._api.send({name: value for name, value in given.items() if value is not None})
        return outbound.key

    async def check(self) -> None:
        """Ask for the account."""
        await self._api.account()


def _reports_to(outbound: Outbound) -> str | None:
    url = outbound.webhooks.get("sms_status")
    return str(URL(url).with_query(key=outbound.key)) if url else None


def _nothing_to_say() -> web.Response:
    """TwiML that does nothing: our answers go out by the API, in their own time."""
    return web.Response(text="<Response/>", content_type="text/xml")
