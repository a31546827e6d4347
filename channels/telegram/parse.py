"""From a stored update to an `Inbound`; pure."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from channels.telegram.library import library
from omnidesk.contract.channel import Attachment, Inbound, RawMessage, Sender, Unparsable
from omnidesk.text.catalogues import LANGUAGES, language_of, load

if TYPE_CHECKING:
    from telegram import CallbackQuery, Message, User

_KINDS = ("message", "callback_query")
_LOCALE = Path(__file__).with_name("locale")
_START = re.compile(r"/start(?:@\w+)?(?: ([A-Za-z0-9_-]{1,64}))?")
"""What the Start button sends, with what stood behind the link that led here
(https://core.telegram.org/bots/features#deep-linking)."""


def sender_of(update: dict[str, Any]) -> str:
    """Who an update is from, looked up cheaply: it only orders."""
    for kind in _KINDS:
        said = update.get(kind)
        if isinstance(said, dict) and isinstance(writer := said.get("from"), dict):
            return str(writer.get("id", ""))
    return ""


def external_id(bot: str, update: dict[str, Any]) -> str:
    """What is the same for the same update, and for no other.

    Each bot's updates have numbers of their own, and even those may come anew after a quiet week: then the message
    in the chat, or the query of the button, is another.
    """
    message, query = update.get("message"), update.get("callback_query")
    within = message.get("message_id") if isinstance(message, dict) else None
    within = query.get("id") if isinstance(query, dict) else within
    return " ".join(str(part) for part in (bot, update["update_id"], within) if part is not None)


def parse(raw: RawMessage) -> Inbound:
    """Understand an update. Raises `Unparsable`."""
    telegram = library()
    try:
        update = json.loads(raw.body)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            raise Unparsable("not an update of Telegram's")
        if not any(kind in update for kind in _KINDS):
            raise Unparsable(
                f"an update of a kind that we have no use for: {', '.join(sorted(map(str, update)))[:200]}"
            )
        read = telegram.Update.de_json(update, None)
        if read.callback_query is not None:
            return _pressed(read.callback_query)
        if read.message is None:
            raise Unparsable("not a message of Telegram's")
        return _written(read.message)
    except (TypeError, KeyError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        raise Unparsable(f"not an update of Telegram's: {type(error).__name__}") from error


def _sender(user: "User") -> Sender:
    """A person is known by the id of the user, which is that of the private chat too."""
    language = (user.language_code or "").split("-")[0].lower() or None
    return Sender(str(int(user.id)), _text(user.full_name), proven=True, language=language)


def _pressed(query: "CallbackQuery") -> Inbound:
    keyboard = getattr(getattr(query.message, "reply_markup", None), "inline_keyboard", ())
    labels = {button.callback_data: button.text for row in keyboard for button in row}
    if not isinstance(query.data, str) or not query.data:
        raise Unparsable("a pressed button without its id")
    return Inbound(_sender(query.from_user), _text(labels.get(query.data) or query.data), button=_text(query.data))


def _written(message: "Message") -> Inbound:
    if message.chat.type != "private" or message.from_user is None:
        raise Unparsable("not from a private chat")
    sender, files = _sender(message.from_user), tuple(_files(message))
    text = _text(message.text or message.caption or _told(message))
    if not text and not files:
        raise Unparsable("a message that says nothing, such as a changed title")
    if start := _START.fullmatch(text):
        return Inbound(sender, _greeting(sender), sent_at=message.date, token=start[1])
    return Inbound(sender, text, sent_at=message.date, attachments=files)


def _greeting(sender: Sender) -> str:
    """What pressing Start means: nobody types it, and the app lets nobody begin without it.

    Of a person whose language the app doesn't tell, one language's word would be taken for theirs: so it is said in
    all of ours.
    """
    spoken = [language_of(sender.language)] if sender.language else LANGUAGES
    return " / ".join(load(_LOCALE)[language].gettext("Hello") for language in spoken)


def _told(message: "Message") -> str:
    """What is no text, in words."""
    if message.location is not None:
        return f"{message.location.latitude}, {message.location.longitude}"
    if message.contact is not None:
        return f"{message.contact.first_name} {message.contact.last_name or ''} {message.contact.phone_number}"
    return ""


def _files(message: "Message") -> list[Attachment]:
    """The files of a message; of a photo, which comes in several sizes, the largest."""
    found = [
        (message.document, "file", "application/octet-stream"),
        (message.photo[-1] if message.photo else None, "photo.jpg", "image/jpeg"),
        (message.voice, "voice.ogg", "audio/ogg"),
        (message.audio, "audio.mp3", "audio/mpeg"),
        (message.video, "video.mp4", "video/mp4"),
        (message.video_note, "video.mp4", "video/mp4"),
        (message.sticker, "sticker.webp", "image/webp"),
    ]
    return [
        Attachment(
            _text(str(getattr(file, "file_name", None) or name)),
            _text(str(getattr(file, "mime_type", None) or content_type)),
            reference=str(file.file_id),
        )
        for file, name, content_type in found
        if file is not None
    ]


def _text(text: str) -> str:
    """PostgreSQL stores no NUL."""
    return " ".join(text.split("\0")) if "\0" in text else text.strip()
