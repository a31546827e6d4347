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
from channels.telegram.imitation import update_of
from channels.telegram.parse import CHOSEN, external_id, link_for, parse, sender_of
from channels.telegram.settings import TelegramSettings
from omnidesk.contract.channel import (
    Capabilities,
    Channel,
    ChannelError,
    Desk,
    Inbound,
    Outbound,
    Play,
    RawMessage,
    Receipt,
    Route,
    while_open,
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
        html=True,
        buttons=8,
        survey="buttons",
        attachments=50_000_000,
        files_apart=True,
        max_length=4096,
        automatic_per_hour=60,
        automatic_per_day=200,
    )
    settings: TelegramSettings

    def __init__(self, settings: TelegramSettings, http: ClientSession | None = None) -> None:
        super().__init__(settings, http)
        self._api = Api(settings, http)
        self._leaving: set[int] = set()

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
        async with while_open(self._poll(desk)):
            yield

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
        if (group := _group(update)) is not None:
            await self._leave(*group)
            return
        if _is_moving(update):
            return
        query = update.get("callback_query")
        if isinstance(query, dict) and query.get("data") == CHOSEN:
            await self._settle(query)
            return
        raw = RawMessage(external_id(self._api.bot, update), sender_of(update), json.dumps(update).encode())
        if await desk.receive(raw) and isinstance(query, dict):
            await self._settle(query)

    async def _settle(self, query: dict[str, Any]) -> None:
        """End the waiting sign on a pressed button, and show what was chosen; nothing depends on it."""
        with suppress(ChannelError):
            await self._api.answer(str(query.get("id", "")))
        with suppress(ChannelError, KeyError, TypeError, AttributeError, StopIteration):
            if query["data"] != CHOSEN:
                await self._api.show_choice(query["message"], str(query["data"]))

    async def _leave(self, chat: int, language: str | None) -> None:
        if chat in self._leaving:  # a group says much at once
            return
        self._leaving.add(chat)
        with suppress(ChannelError):
            await self._api.leave(chat, language)
        self._leaving.discard(chat)

    def parse(self, raw: RawMessage) -> Sequence[Inbound | Receipt]:
        """Understand one update."""
        return (parse(raw, self._api.bot),)

    def imitate(self, play: Play) -> RawMessage:
        """The update that Telegram would bring."""
        update = update_of(play)
        return RawMessage(external_id(self._api.bot, update), sender_of(update), json.dumps(update).encode())

    async def deep_link(self, token: str) -> str | None:
        """Starts the bot with the token."""
        return link_for(await self._api.name(), token)

    async def fetch(self, reference: str) -> bytes:
        """A file of a message, by its file id."""
        return await self._api.file(reference)

    async def send(self, outbound: Outbound) -> str:
        """Send a message: a text with its buttons, or a file.

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


def _group(update: dict[str, Any]) -> tuple[int, str | None] | None:
    """The group that an update is from, and the language of who wrote; None = it is from no group."""
    message = update.get("message") or update.get("edited_message")
    chat = message.get("chat") if isinstance(message, dict) else None
    if not isinstance(chat, dict) or chat.get("type") not in ("group", "supergroup", "channel"):
        return None
    writer = message.get("from") if isinstance(message, dict) else None
    language = writer.get("language_code") if isinstance(writer, dict) else None
    return (int(chat["id"]), language) if isinstance(chat.get("id"), int) else None


def _is_moving(update: dict[str, Any]) -> bool:
    """Whether an update tells that a place which is shared live has moved: every few seconds, for hours."""
    message = update.get("edited_message")
    place = message.get("location") if isinstance(message, dict) else None
    return isinstance(place, dict) and "live_period" in place
