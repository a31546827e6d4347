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
    "empty_closed": _("Leave us your question; the answer appears here."),
    "we_are_here": _("We are here"),
    "new_messages": _("New messages"),
    "fresh": _("New messages: {count}"),
    "earlier": _("Earlier messages"),
    "more": _("More"),
    "sound": _("Sound for new messages"),
    "transcript": _("Send this chat by email"),
    "transcript_to": _("To which address?"),
    "transcript_sent": _("This chat is on its way to {email}."),
    "leave_closed": _("We answer by email too. Where can we reach you?"),
    "leave_waiting": _("If you have to go: we answer by email too. Where can we reach you?"),
    "mail_goes": _("When you are gone, answers go to {email} as well."),
    "no_thanks": _("No, thank you"),
    "save": _("Save"),
    "submit": _("Submit"),
    "form_sent": _("Thank you, we have your answers."),
    "optional": _("(optional)"),
    "choose": _("Choose…"),
    "field_email": _("Email address"),
    "field_missing": _("Please fill this in."),
    "field_bad_email": _("An email address looks like mia@example.com."),
    "field_bad_phone": _("A phone number looks like +90 532 123 45 67."),
    "field_bad_number": _("A number looks like 12 or 12.5."),
    "enlarge": _("Enlarge picture {name}"),
    "close_picture": _("Close picture"),
    "original": _("Open {name} in a new tab"),
    "sign_in": _("Please sign in to write to us here."),
    "privacy": _("How we treat your data"),
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
    "worst": _("Not at all"),
    "best": _("Very well"),
    "thanks": _("Thank you, we have noted your answer."),
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "offline": _("No connection. What you write is kept and sent as soon as it is back."),
    "uploading": _("Uploading…"),
    "uploading_file": _("Uploading {name}"),
    "waiting": _("Waiting for the connection"),
    "file_too_large": _("{name} is too large. Files up to {size} MB can be sent."),
    "file_refused": _("{name} could not be uploaded. Please attach it again."),
    "too_many_files": _("{count} files fit in one message. Send these first, then the rest."),
    "drop": _("Drop files to attach them"),
    "too_fast": _("That was a lot at once. Your messages are kept and follow in a moment."),
    "too_long": _("This message is too long: {max_length} characters fit. Please split it in two."),
    "too_much": _("This is too much to send at once. Please shorten it."),
    "malformed": _("This message could not be read. Please write it again."),
    "ask_name": _("Name"),
    "ask_email": _("Email"),
    "ask_phone": _("Phone"),
    "prechat": _("Before we start"),
    "closed": _("We are away right now. Leave a message; you will get an answer."),
    "opens_today": _("We answer at {time}."),
    "opens_tomorrow": _("We answer tomorrow at {time}."),
    "opens_weekday": _("We answer on {weekday} at {time}."),
    "opens_later": _("We answer on {day} at {time}."),
    "form": _("Please look at what is marked."),
    "wrong_required": _("Please fill this in."),
    "wrong_too_long": _("This is too long."),
    "wrong_email": _("This is no email address. Write one such as name@example.com."),
    "wrong_phone": _("This is no phone number. Write one such as +90 532 123 45 67."),
    "wrong_number": _("This is no number."),
    "wrong_date": _("This is no date."),
    "wrong_choice": _("Please choose one of these."),
    "wrong_checkbox": _("Please tick this, or leave it."),
    "wrong_address": _("This is no email address. Write one such as name@example.com."),
    "not_offered": _("This can't be mailed right now."),
    "too_often": _("This was mailed several times today. Please try again tomorrow."),
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
