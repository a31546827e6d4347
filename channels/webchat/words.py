"""Everything the widget and the socket say to a visitor, in English; `locale/tr.po` holds the Turkish."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from omnidesk.text.catalogues import LANGUAGES, language_of, load


def _(text: str) -> str:
    """Mark a text for extraction; it is translated when a visitor's language is known."""
    return text


_ENGLISH = {
    "title": _("Chat with us"),
    "subtitle": _("Your conversation stays here."),
    "connecting": _("Connecting…"),
    "open": _("Open chat"),
    "open_unread": _("Open chat, unread messages: {count}"),
    "close": _("Close chat"),
    "log": _("Messages"),
    "empty": _("How can we help? Write your question below; the answer appears here."),
    "placeholder": _("Write a message…"),
    "send": _("Send"),
    "attach": _("Attach a file"),
    "remove": _("Remove {name}"),
    "you": _("You"),
    "bot": _("{name} · bot"),
    "bot_unnamed": _("Bot"),
    "agent_unnamed": _("Support"),
    "sending": _("Sending…"),
    "delivered": _("Delivered"),
    "read": _("Read"),
    "typing": _("{name} is typing"),
    "score": _("{score} of {best}"),
    "thanks": _("Thank you, we have noted your answer."),
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "offline": _("No connection. What you write is kept and sent as soon as it is back."),
    "uploading": _("Uploading…"),
    "waiting": _("Waiting for the connection"),
    "file_too_large": _("{name} is too large. Files up to {size} MB can be sent."),
    "file_refused": _("{name} could not be uploaded. Please attach it again."),
    "too_many_files": _("{count} files fit in one message. Send these first, then the rest."),
    "drop": _("Drop files to attach them"),
    "too_fast": _("That was a lot at once. Your messages are kept and follow in a moment."),
    "too_long": _("This message is too long: {max_length} characters fit. Please split it in two."),
    "malformed": _("This message could not be read. Please write it again."),
}


def words(language: str | None) -> Mapping[str, str]:
    """The texts in the language nearest to a tag such as `tr-TR`."""
    return tables()[language_of(language)]


@cache
def tables() -> dict[str, dict[str, str]]:
    """The texts of every language."""
    catalogues = load(Path(__file__).with_name("locale"))
    return {
        language: {key: catalogues[language].gettext(text) for key, text in _ENGLISH.items()} for language in LANGUAGES
    }
