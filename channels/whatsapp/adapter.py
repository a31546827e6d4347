"""The WhatsApp channel: Meta's webhook in, its Graph API out."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from hmac import compare_digest
from typing import Any

from aiohttp import ClientSession, web

from channels.whatsapp import messages, templates
from channels.whatsapp.api import Api
from channels.whatsapp.imitating import post_of
from channels.whatsapp.messages import is_user_id
from channels.whatsapp.parse import parse
from channels.whatsapp.settings import WhatsAppSettings
from channels.whatsapp.signature import is_signed
from channels.whatsapp.split import split
from omnidesk.contract.channel import (
    Capabilities,
    Channel,
    ChannelError,
    Desk,
    Inbound,
    Memory,
    Outbound,
    Play,
    RawMessage,
    Receipt,
    Route,
    Template,
    while_open,
)
from omnidesk.text.addresses import normal_phone

_LARGEST_POST = 3 * 1024 * 1024
"""So much Meta posts at once, at most."""
_PATH = "/whatsapp/{slug}/webhook"
_LOOK_AGAIN_SECONDS = 3600.0
_WINDOW = timedelta(hours=24)


class WhatsAppChannel(Channel):
    """One number at the Cloud API."""

    name = "whatsapp"
    Settings = WhatsAppSettings
    capabilities = Capabilities(
        join="person",
        kind="phone",
        buttons=messages.BUTTONS,
        button_length=messages.BUTTON_LENGTH,
        survey="buttons",
        attachments=messages.LARGEST_FILE,
        file_types=messages.TYPES,
        files_apart=True,
        caption=messages.CAPTION,
        max_length=messages.TEXT,
        window=_WINDOW,
        receipts=True,
        automatic_per_hour=60,
        automatic_per_day=200,
        stop_words=("stop", "unsubscribe", "ret", "iptal", "dur"),
        start_words=("start", "basla", "katil"),
    )
    settings: WhatsAppSettings

    def __init__(self, settings: WhatsAppSettings, http: ClientSession | None = None) -> None:
        super().__init__(settings, http)
        self._api = Api(settings, http)

    @property
    def address(self) -> str:
        """The number people write to."""
        return self.settings.number or ""

    @classmethod
    def routes(cls) -> Sequence[Route]:
        """Where Meta asks whether we are the ones who set the webhook up, and where it posts."""
        return (
            Route("whatsapp_handshake", "GET", _PATH, cls.shake_hands),
            Route("whatsapp_messages", "POST", _PATH, cls.take),
        )

    @classmethod
    def normal_address(cls, text: str) -> str | None:
        """E.164, or Meta's id of who shows no number."""
        return normal_phone(text, "TR") or (text.strip() if is_user_id(text.strip()) else None)

    @asynccontextmanager
    async def listen(self, desk: Desk) -> AsyncIterator[None]:
        """Look after the account now and then: Meta posts by itself."""
        async with while_open(self._look_after(desk)):
            yield

    async def _look_after(self, desk: Desk) -> None:
        """Keep the templates new, and tell where the token or the number has gone bad."""
        while True:
            try:
                await self._api.number()
                await desk.note_health(await self._fetch_templates(desk) if self.settings.business_account_id else "")
            except ChannelError as error:
                await desk.note_health(str(error))
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _fetch_templates(self, desk: Desk) -> str:
        """Keep those of the account; gives what is to be told of them."""
        found = await self._api.templates()
        kept = await templates.keep(desk.memory, found)
        if kept == len(found):
            return ""
        return (
            f"the account has {len(found)} approved templates, of which the first {kept} are offered: delete some at "
            "Meta, or write down under templates which others are to be offered"
        )

    async def shake_hands(self, desk: Desk, request: web.Request) -> web.Response:
        """Say back what Meta asks with, if it knows our word."""
        asked = request.query
        given = asked.get("hub.verify_token", "").encode(errors="surrogateescape")
        known = compare_digest(given, self.settings.verify_token.get_secret_value().encode())
        if not known or asked.get("hub.mode") != "subscribe":
            raise web.HTTPForbidden
        return web.Response(text=asked.get("hub.challenge", "")[:500], content_type="text/plain")

    async def take(self, desk: Desk, request: web.Request) -> web.Response:
        """What Meta posts, each message and each receipt by itself."""
        signature = request.headers.get("X-Hub-Signature-256")
        if not signature:
            raise web.HTTPForbidden
        body = await request.clone(client_max_size=_LARGEST_POST).read()
        if not is_signed(signature, self.settings.app_secret.get_secret_value(), body):
            raise web.HTTPForbidden
        try:
            post = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise web.HTTPBadRequest from error
        if not isinstance(post, dict):
            raise web.HTTPBadRequest
        raws = split(body, post, self.settings.phone_number_id)
        await asyncio.gather(*(desk.receive(raw) for raw in raws))
        return web.Response()

    def parse(self, raw: RawMessage) -> Sequence[Inbound | Receipt]:
        """Understand one message or receipt."""
        return parse(raw)

    async def fetch(self, reference: str) -> bytes:
        """A file of a message, by Meta's id."""
        return await self._api.medium(reference)

    def imitate(self, play: Play) -> RawMessage:
        """What Meta would have posted."""
        return post_of(play, self.settings)

    async def templates(self, memory: Memory) -> Sequence[Template]:
        """What the operator wrote down, and what the account has beside it."""
        described = [templates.of_settings(one) for one in self.settings.templates]
        known = {(one.name, one.language) for one in described}
        return [*described, *(one for one in await templates.kept(memory) if (one.name, one.language) not in known)]

    async def send(self, outbound: Outbound) -> str:
        """Send a message; it is known by our key, which comes back with receipts.

        The Cloud API has no idempotency key, and its own id is another at each try: what is sent again after a crash
        can arrive twice, but what is told of either is known to be of this message.
        """
        above = messages.answered(outbound) if outbound.template is None else {}
        said = {**messages.to(outbound.to), **above, **await self._said(outbound)}
        await self._api.send({**said, "biz_opaque_callback_data": outbound.key})
        return outbound.key

    async def _said(self, outbound: Outbound) -> dict[str, Any]:
        """What is said: a template, a file with its caption, or words, with choices under them."""
        words = outbound.text.strip()
        if outbound.template is not None:
            return {"type": "template", "template": templates.sent(outbound.template)}
        if outbound.files:
            file = outbound.files[0]
            return messages.medium(file, await self._api.upload(file, file.content_type), words)
        if outbound.buttons:
            return messages.choices(words, outbound.buttons, outbound.language)
        return messages.text(words)

    async def check(self) -> None:
        """Ask for the number."""
        await self._api.number()
