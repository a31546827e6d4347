"""What a message holds beside its text: files, places, telephone numbers, and what can't be shown."""

from typing import TYPE_CHECKING

from channels.telegram.words import say
from omnidesk.contract.channel import Attachment, Proof
from omnidesk.text.addresses import normal_phone

if TYPE_CHECKING:
    from telegram import Contact, Location, Message, Sticker

_MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"
_UNSHOWN = (
    "poll", "dice", "game", "invoice", "story", "giveaway", "giveaway_winners", "checklist", "paid_media", "gift",
    "unique_gift", "successful_payment", "passport_data", "users_shared", "chat_shared", "web_app_data",
)  # fmt: skip
"""What people send, and we have no form for."""
_AT_HOME = "TR"
"""Telegram gives whole numbers, now and then without their plus."""


def told(message: "Message", language: str | None) -> str:
    """What is no text, in words."""
    if message.venue is not None:
        place = message.venue
        return "\n".join(filter(None, [place.title, place.address, _map(place.location)]))
    if message.location is not None:
        where = _map(message.location)
        moves = say("Shares the place where they are, as it changes: {link}", language)
        return moves.format(link=where) if message.location.live_period else where
    if message.contact is not None:
        return _card(message.contact)
    if message.sticker is not None:
        return _sticker(message.sticker, language)
    kind = next((kind for kind in _UNSHOWN if getattr(message, kind, None) is not None), None)
    unshown = say("Sent something that can't be shown here: {kind}", language)
    return unshown.format(kind=_named(message, kind)) if kind else ""


def _map(where: "Location") -> str:
    return _MAP.format(f"{float(where.latitude):.6f}", f"{float(where.longitude):.6f}")


def _card(contact: "Contact") -> str:
    name = " ".join(filter(None, [contact.first_name, contact.last_name]))
    return "\n".join(filter(None, [name, _number(contact)]))


def _number(contact: "Contact") -> str:
    said = str(contact.phone_number)
    return normal_phone(said if said.startswith("+") else f"+{said}", _AT_HOME) or said


def _sticker(sticker: "Sticker", language: str | None) -> str:
    return " ".join(filter(None, [sticker.emoji, f"({say('Sticker', language)})"]))


def _named(message: "Message", kind: str) -> str:
    """A kind and, where it has words, those."""
    what = kind.replace("_", " ")
    return f"{what} “{message.poll.question}”" if kind == "poll" and message.poll else what


def proofs(message: "Message") -> tuple[Proof, ...]:
    """The sender's own number, which Telegram has checked; somebody else's card proves nothing."""
    contact, writer = message.contact, message.from_user
    if contact is None or writer is None or contact.user_id != writer.id or message.forward_origin is not None:
        return ()
    number = _number(contact)
    return (Proof("phone", number),) if number.startswith("+") else ()


def files(message: "Message") -> list[Attachment]:
    """The files of a message; of a photo, which comes in several sizes, the largest."""
    sticker = message.sticker
    found = [
        (message.animation, "animation.mp4", "video/mp4"),
        (None if message.animation else message.document, "file", "application/octet-stream"),
        (message.photo[-1] if message.photo else None, "photo.jpg", "image/jpeg"),
        (message.voice, "voice.ogg", "audio/ogg"),
        (message.audio, "audio.mp3", "audio/mpeg"),
        (message.video, "video.mp4", "video/mp4"),
        (message.video_note, "video.mp4", "video/mp4"),
        (sticker if sticker and not sticker.is_animated and not sticker.is_video else None,
         "sticker.webp", "image/webp"),
    ]  # fmt: skip
    return [
        Attachment(
            str(getattr(file, "file_name", None) or "").strip() or name,
            str(getattr(file, "mime_type", None) or content_type).strip(),
            reference=str(file.file_id),
        )
        for file, name, content_type in found
        if file is not None
    ]
