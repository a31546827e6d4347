"""The Telegram channel: updates in by polling or webhook, messages out through python-telegram-bot."""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from hmac import compare_digest
from typing import Any

from aiohttp import ClientSession, web

from channels.telegram.api import Api
from channels.telegram.parse import external_id, parse, sender_of
from channels.telegram.settings import TelegramSettings
from omnidesk.contract.channel import (
    Capabilities,
    Channel,
    ChannelError,
    Desk,
    Inbound,
    Outbound,
    RawMessage,
    Receipt,
    Route,
)

_LARGEST_POST = 256 * 1024
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
_OFFSET_LASTS = 5 * 86400
"""After a week without updates Telegram numbers them anew, from anywhere: an older offset could lie above them and
lose them. The week began before we noted it, by the day that an update may wait for us; another day is to spare. To
ask without an offset costs nothing: what we have stored is known by its external id."""


class TelegramChannel(Channel):
    """One bot, for private chats."""

    name = "telegram"
    Settings = TelegramSettings
    capabilities = Capabilities(
        join="person",
        buttons=8,
        survey="buttons",
        attachments=50_000_000,
        max_length=4096,
        automatic_per_hour=60,
        automatic_per_day=200,
    )
    settings: TelegramSettings

    def __init__(self, settings: TelegramSettings, http: ClientSession | None = None) -> None:
        super().__init__(settings, http)
        self._api = Api(settings, http)

    @classmethod
    def routes(cls) -> Sequence[Route]:
        """Where Telegram posts updates in webhook mode."""
        return (Route("telegram_updates", "POST", "/telegram/{slug}/updates", cls.take_update),)

    @asynccontextmanager
    async def listen(self, desk: Desk) -> AsyncIterator[None]:
        """Poll, or let Telegram post. Raises `ChannelError` as soon as polling fails."""
        if self.settings.mode == "webhook":
            await self._api.set_webhook(
                self.webhooks(desk.public_url, desk.slug)["telegram_updates"], self._secret(desk)
            )
            yield
            return
        await self._api.delete_webhook()  # while there is one, nobody may poll
        try:
            async with asyncio.TaskGroup() as group:
                polling = group.create_task(self._poll(desk))
                yield
                polling.cancel()
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _poll(self, desk: Desk) -> None:
        """Ask for updates for ever. The next offset tells Telegram to forget the ones before: only what is durable."""
        name = f"offset {self._api.bot}"  # each bot's updates have numbers of their own
        kept = await desk.memory.get(name)
        while True:
            updates = await self._api.updates(_offset(kept))
            await asyncio.gather(*(self._receive(desk, update) for update in updates))
            if updates:
                kept = f"{max(update['update_id'] for update in updates) + 1} {int(time.time())}"
                await desk.memory.put(name, kept)

    async def take_update(self, desk: Desk, request: web.Request) -> web.Response:
        """An update that Telegram posts; what is no update at all is told so."""
        given = request.headers.get(_SECRET_HEADER, "")
        if self.settings.mode != "webhook" or not compare_digest(given.encode(), self._secret(desk).encode()):
            raise web.HTTPForbidden
        body = await request.clone(client_max_size=_LARGEST_POST).read()
        try:
            update = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise web.HTTPBadRequest from error
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            raise web.HTTPBadRequest
        await self._receive(desk, update)
        return web.Response()

    def _secret(self, desk: Desk) -> str:
        """What Telegram sends with every post: letters and digits only, and not to be guessed.

        It names the bot: one that was here before may still post, and what it heard can't be answered by this one.
        """
        return hashlib.sha256(desk.sign(f"telegram webhook {self._api.bot}").encode()).hexdigest()

    async def _receive(self, desk: Desk, update: dict[str, Any]) -> None:
        raw = RawMessage(external_id(self._api.bot, update), sender_of(update), json.dumps(update).encode())
        if await desk.receive(raw) and isinstance(query := update.get("callback_query"), dict):
            with suppress(ChannelError):  # only ends the waiting sign on the button
                await self._api.answer(str(query.get("id", "")))

    def parse(self, raw: RawMessage) -> Sequence[Inbound | Receipt]:
        """Understand one update."""
        return (parse(raw),)

    async def fetch(self, reference: str) -> bytes:
        """A file of a message, by its file id."""
        return await self._api.file(reference)

    async def send(self, outbound: Outbound) -> str:
        """Send a message: its text with the buttons, then its files.

        The Bot API knows no idempotency key: what is sent again after a crash can arrive twice. It is known by our key.
        """
        await self._api.send(outbound)
        return outbound.key

    async def close(self) -> None:
        """Close the client's connections."""
        await self._api.close()

    async def check(self) -> None:
        """Ask who the bot is."""
        await self._api.me()


def _offset(kept: str | None) -> int | None:
    """The offset that was kept, while it may be used."""
    offset, _, at = (kept or "").partition(" ")
    return int(offset) if at and int(at) > time.time() - _OFFSET_LASTS else None
