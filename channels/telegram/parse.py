"""From a stored update to an `Inbound`; pure."""

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from channels.telegram import contents
from channels.telegram.library import library
from channels.telegram.words import say
from omnidesk.contract.channel import Inbound, RawMessage, Sender, Unparsable
from omnidesk.text.catalogues import LANGUAGES

if TYPE_CHECKING:
    from telegram import CallbackQuery, Message, User

KINDS = ("message", "edited_message", "callback_query")
"""The updates that we ask for."""
CHOSEN = "-"
"""The id of a button that only shows what was chosen."""
_START = re.compile(r"/start(?:@\w+)?(?: ([A-Za-z0-9_-]{1,64}))?")
"""What the Start button sends, with what stood behind the link that led here
(https://core.telegram.org/bots/features#deep-linking)."""
_QUOTED = 300


def sender_of(update: dict[str, Any]) -> str:
    """Who an update is from, looked up cheaply: it only orders."""
    for kind in KINDS:
        said = update.get(kind)
        if isinstance(said, dict) and isinstance(writer := said.get("from"), dict):
            return str(writer.get("id", ""))
    return ""


def external_id(bot: str, update: dict[str, Any]) -> str:
    """What is the same for the same update, and for no other.

    Each bot's updates have numbers of their own, and even those may come anew after a quiet week: then the message
    in the chat, or the query of the button, is another.
    """
    message, query = update.get("message") or update.get("edited_message"), update.get("callback_query")
    within = message.get("message_id") if isinstance(message, dict) else None
    within = query.get("id") if isinstance(query, dict) else within
    return " ".join(str(part) for part in (bot, update["update_id"], within) if part is not None)


def token_in(start: str | None) -> str | None:
    """The token behind a link that led here: such links take no full stop, which `link_for` has replaced."""
    return start.replace("_", ".") if start else None


def link_for(name: str, token: str) -> str:
    """The link that opens the bot of this name and brings the token."""
    return f"https://t.me/{name}?start={token.replace('.', '_')}"


def parse(raw: RawMessage, bot: str = "") -> Inbound:
    """Understand an update to a bot, which is named by its id. Raises `Unparsable`."""
    telegram = library()
    try:
        update = json.loads(raw.body)
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            raise Unparsable("not an update of Telegram's")
        if not any(kind in update for kind in KINDS):
            raise Unparsable(
                f"an update of a kind that we have no use for: {', '.join(sorted(map(str, update)))[:200]}"
            )
        read = telegram.Update.de_json(update, None)
        if read.callback_query is not None:
            return _pressed(read.callback_query)
        if read.edited_message is not None:
            return _edited(read.edited_message, bot)
        if read.message is None:
            raise Unparsable("not a message of Telegram's")
        return _written(read.message, bot)
    except (TypeError, KeyError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        raise Unparsable(f"not an update of Telegram's: {type(error).__name__}") from error


def _sender(user: "User") -> Sender:
    """A person is known by the id of the user, which is that of the private chat too."""
    language = (user.language_code or "").split("-")[0].lower() or None
    return Sender(str(int(user.id)), user.full_name, proven=True, language=language)


def _pressed(query: "CallbackQuery") -> Inbound:
    keyboard = getattr(getattr(query.message, "reply_markup", None), "inline_keyboard", ())
    labels = {button.callback_data: button.text for row in keyboard for button in row}
    if not isinstance(query.data, str) or not query.data:
        raise Unparsable("a pressed button without its id")
    if query.data == CHOSEN:
        raise Unparsable("a button that only shows what was chosen")
    return Inbound(_sender(query.from_user), labels.get(query.data) or query.data, button=query.data)


def _edited(message: "Message", bot: str) -> Inbound:
    """A place that moves is edited every few seconds; it is the first one that was sent to us."""
    if message.location is not None and message.location.live_period:
        raise Unparsable("a live location that has moved on")
    written = _written(message, bot)
    return replace(written, edits=written.message_id, message_id=None, sent_at=message.edit_date)


def _written(message: "Message", bot: str) -> Inbound:
    if message.chat.type != "private" or message.from_user is None:
        raise Unparsable("not from a private chat")
    sender, files = _sender(message.from_user), tuple(contents.files(message))
    text = (message.text or message.caption or contents.told(message, sender.language)).strip()
    if not text and not files:
        raise Unparsable("a message that says nothing, such as a changed title")
    if start := _START.fullmatch(text):
        return Inbound(sender, _greeting(sender), sent_at=message.date, token=token_in(start[1]))
    place = f"telegram {bot} {int(message.chat.id)}"
    return Inbound(
        sender, text, sent_at=message.date, attachments=files, message_id=f"{place} {int(message.message_id)}",
        album=f"{place} album {message.media_group_id}" if message.media_group_id else None,
        proofs=contents.proofs(message), quoted=_quoted(message),
    )  # fmt: skip


def _quoted(message: "Message") -> str:
    """What the person answers: the words that they have marked, or the beginning of all."""
    answered = message.reply_to_message
    marked = message.quote.text if message.quote else ""
    whole = (answered.text or answered.caption or "") if answered else ""
    said = (marked or whole).strip()
    return said if len(said) <= _QUOTED else f"{said[:_QUOTED].rstrip()} …"


def _greeting(sender: Sender) -> str:
    """What pressing Start means: nobody types it, and the app lets nobody begin without it.

    Of a person whose language the app doesn't tell, one language's word would be taken for theirs: so it is said in
    all of ours.
    """
    spoken = [sender.language] if sender.language else LANGUAGES
    return " / ".join(say("Hello", language) for language in spoken)
