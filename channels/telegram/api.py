"""The Bot API (https://core.telegram.org/bots/api), as far as an inbox needs it.

What goes wrong is a `ChannelError` without the token, which stands in every address, and without a word of the message.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import cached_property
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import BaseModel, ConfigDict, ValidationError

from channels.telegram.formatting import as_html
from channels.telegram.library import library
from channels.telegram.pace import Pace
from channels.telegram.parse import CHOSEN, KINDS
from channels.telegram.settings import TelegramSettings
from channels.telegram.words import say
from omnidesk.contract.channel import ChannelError, Failure, File, Outbound
from omnidesk.text.markup import plain

_POLL_SECONDS = 50
_LONGEST_BUTTON = 64
_LARGEST_FILE = 20 * 1024 * 1024
"""Bots can't get larger ones."""
_LARGEST_PHOTO = 10 * 1024 * 1024
"""A larger picture goes as a file."""


class _Refused(ChannelError):
    """Telegram does not take this; something else to the same chat it may."""


class _Unreadable(ChannelError):
    """Telegram can't read the form of a text."""


class Numbered(BaseModel):
    """An update, of which only the number is looked at here."""

    model_config = ConfigDict(extra="allow", strict=True)

    update_id: int


class Updates(BaseModel):
    """What `getUpdates` answers."""

    ok: bool = False
    error_code: int = 0
    result: list[Numbered] = []


class Api:
    """The bot of one inbox."""

    def __init__(self, settings: TelegramSettings, http: ClientSession | None) -> None:
        self._base = settings.api_base
        self._token = settings.token.get_secret_value()
        self._http = http
        self._pace = Pace()
        self._name = ""

    @property
    def bot(self) -> str:
        """The bot's id, which is no secret: its token is `id:secret`."""
        id, colon, _ = self._token.partition(":")
        return id if colon else ""

    @cached_property
    def _request(self) -> Any:
        library()
        from telegram.request import HTTPXRequest

        return HTTPXRequest(connection_pool_size=8, read_timeout=20, media_write_timeout=60)

    @cached_property
    def _bot(self) -> Any:
        # Its own start would ask who the bot is, and it does nothing else that we need.
        bases = {"base_url": f"{self._base}/bot", "base_file_url": f"{self._base}/file/bot"}
        return library().Bot(self._token, request=self._request, get_updates_request=self._request, **bases)

    async def updates(self, offset: int | None) -> list[dict[str, Any]]:
        """Wait for updates from an offset on; those before it are forgotten.

        By hand, since the library's own polling forgets them before we have stored them.
        """
        if self._http is None:
            raise ChannelError("there is no connection to Telegram", permanent=True)
        asked = {"timeout": _POLL_SECONDS, "allowed_updates": KINDS, **({"offset": offset} if offset else {})}
        patience = ClientTimeout(total=_POLL_SECONDS + 20)
        url = f"{self._base}/bot{self._token}/getUpdates"
        try:
            async with self._http.post(url, json=asked, timeout=patience) as response:
                answer = Updates.model_validate_json(await response.read())
        except (ClientError, TimeoutError, ValidationError) as error:
            raise ChannelError(f"Telegram can't be reached: {type(error).__name__}") from None
        if not answer.ok:
            raise ChannelError(_REFUSALS.get(answer.error_code, f"Telegram answered {answer.error_code}"))
        return [update.model_dump() for update in answer.result]

    async def set_webhook(self, url: str, secret: str) -> None:
        """Let updates be posted to an address of ours."""
        async with self._asking():
            await self._bot.set_webhook(url, secret_token=secret, allowed_updates=KINDS)

    async def delete_webhook(self) -> None:
        """Let updates wait until somebody asks."""
        async with self._asking():
            await self._bot.delete_webhook()

    async def answer(self, query_id: str) -> None:
        """Say that a pressed button was seen."""
        async with self._asking():
            await self._bot.answer_callback_query(query_id, connect_timeout=2, read_timeout=2)

    async def show_choice(self, message: dict[str, Any], button: str) -> None:
        """Leave of the buttons under a message the one that was pressed, with a tick, so that nobody presses again."""
        rows = message["reply_markup"]["inline_keyboard"]
        label = next(str(one["text"]) for row in rows for one in row if one.get("callback_data") == button)
        telegram = library()
        chosen = telegram.InlineKeyboardButton(f"✓ {label}", callback_data=CHOSEN)
        where = {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
        async with self._asking():
            await self._bot.edit_message_reply_markup(
                **where, reply_markup=telegram.InlineKeyboardMarkup([[chosen]]), connect_timeout=2, read_timeout=2
            )

    async def leave(self, chat: int, language: str | None) -> None:
        """Say where the bot answers, and leave a group."""
        link = f"https://t.me/{await self.name()}"
        async with self._asking():
            await self._bot.send_message(
                chat, say("I answer in private chats only. Write to me there: {link}", language).format(link=link)
            )
        async with self._asking():
            await self._bot.leave_chat(chat)

    async def name(self) -> str:
        """The bot's name, as links hold it; also sees that the token is one."""
        if not self._name:
            await self.me()
        return self._name

    async def me(self) -> None:
        """See that the token is one."""
        async with self._asking():
            self._name = str((await self._bot.get_me()).username)

    async def file(self, file_id: str) -> bytes:
        """The bytes of a file."""
        async with self._asking():
            found = await self._bot.get_file(file_id)
            if (found.file_size or 0) > _LARGEST_FILE:
                raise ChannelError(f"this file is larger than {_LARGEST_FILE} bytes", permanent=True)
            if not str(found.file_path).startswith(f"{self._base}/"):
                raise ChannelError("this file is not at Telegram", permanent=True)
            return bytes(await found.download_as_bytearray())

    async def send(self, outbound: Outbound) -> None:
        """Send the text with its buttons, or the file: the desk divides what is several messages."""
        if outbound.files:
            await self._hand_over(outbound.to, outbound.files[0])
        else:
            await self._say(outbound, outbound.text.strip())

    async def _hand_over(self, chat: str, file: File) -> None:
        """Send a file; a picture that Telegram takes for none, or finds too long or too wide, as a document."""
        content = await file.read()
        if file.content_type in ("image/jpeg", "image/png") and file.size <= _LARGEST_PHOTO:
            with suppress(_Refused):
                async with self._turn(chat):
                    await self._bot.send_photo(chat, content, filename=file.filename)
                return
        async with self._turn(chat):
            await self._bot.send_document(chat, content, filename=file.filename)

    async def _say(self, outbound: Outbound, text: str) -> None:
        """Send a text; without its form where Telegram can't read that."""
        keyboard = _keyboard(outbound)
        if outbound.formatted:
            try:
                async with self._turn(outbound.to):
                    await self._bot.send_message(outbound.to, as_html(text), parse_mode="HTML", reply_markup=keyboard)
            except _Unreadable:
                text = plain(text)
            else:
                return
        async with self._turn(outbound.to):
            await self._bot.send_message(outbound.to, text, reply_markup=keyboard)

    @asynccontextmanager
    async def _turn(self, chat: str) -> AsyncIterator[None]:
        """Ask when it is this chat's turn; what Telegram tells to wait holds for the whole bot."""
        await self._pace.turn(chat)
        library()
        from telegram.error import RetryAfter

        async with self._asking():
            try:
                yield
            except RetryAfter as error:
                self._pace.wait(_seconds(error.retry_after))
                raise

    async def close(self) -> None:
        """Close the library's connections."""
        if "_request" in self.__dict__:
            await self._request.shutdown()

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        library()
        from telegram.error import TelegramError

        try:
            yield
        except TelegramError as error:
            raise _refusal(error) from None


_REFUSALS = {
    401: "Telegram does not know this token: ask @BotFather for it and set it anew",
    404: "Telegram does not know this token: ask @BotFather for it and set it anew",
    409: "somebody else polls this bot, or it has a webhook: end that, or make another bot",
}


def _keyboard(outbound: Outbound) -> Any:
    if not outbound.buttons:
        return None
    if long := next((button.id for button in outbound.buttons if len(button.id.encode()) > _LONGEST_BUTTON), None):
        raise ChannelError(f"Telegram takes ids of buttons up to {_LONGEST_BUTTON} bytes: {long[:80]}", permanent=True)
    telegram = library()
    rows = [[telegram.InlineKeyboardButton(button.text, callback_data=button.id)] for button in outbound.buttons]
    return telegram.InlineKeyboardMarkup(rows)


def _refusal(error: Exception) -> ChannelError:
    """What an error of the library means; narrower kinds first, since a bad request is a network error to it."""
    from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter

    match error:
        case InvalidToken():
            return ChannelError(_REFUSALS[401])
        case Forbidden():
            return ChannelError("the person has blocked the bot", failure=Failure.HARD)
        case BadRequest() if "can't parse entities" in str(error).lower():
            return _Unreadable("Telegram can't read the form of this text", permanent=True)
        case BadRequest() if "chat not found" in str(error).lower():
            return ChannelError(f"Telegram refused this: {error}", failure=Failure.HARD)
        case BadRequest():
            return _Refused(f"Telegram refused this: {error}", permanent=True)
        case ChatMigrated():
            return ChannelError("this chat has become a group", failure=Failure.HARD)
        case RetryAfter():
            return ChannelError(f"Telegram asks us to wait: {error}")
        case _:
            return ChannelError(f"Telegram can't be reached: {type(error).__name__}")


def _seconds(after: timedelta | float) -> float:
    """Once a number, now a span of time."""
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
