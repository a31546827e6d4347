"""From a stored post to messages and receipts; pure."""

import mimetypes
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from channels.whatsapp.posted import Card, Interactive, Message, Order, Post, Status, Value
from channels.whatsapp.refusals import reason_of
from omnidesk.contract.channel import (
    Attachment,
    Inbound,
    Proof,
    RawMessage,
    Receipt,
    ReceiptState,
    Sender,
    Unparsable,
)
from omnidesk.text.addresses import normal_phone
from omnidesk.text.catalogues import load

_LOCALE = Path(__file__).with_name("locale")
_STATES: dict[str, ReceiptState] = {"delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
_FILES = {
    "image": "image.jpg", "video": "video.mp4", "audio": "audio.ogg", "sticker": "sticker.webp", "document": "document",
}  # fmt: skip


def parse(raw: RawMessage) -> list[Inbound | Receipt]:
    """Understand what was posted. Raises `Unparsable`."""
    try:
        post = Post.model_validate_json(raw.body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise Unparsable(f"not a message of WhatsApp: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    found: list[Inbound | Receipt] = []
    for value in post.values():
        found += [_message(message, value) for message in value.messages]
        found += [_receipt(status) for status in value.statuses]
    if not found:
        raise Unparsable("something of Meta's that is neither a message nor a receipt")
    return found


def _receipt(status: Status) -> Receipt:
    """What became of a message, known by the key that came back (see `WhatsAppChannel.send`)."""
    state = _STATES.get(status.status)
    if state is None:
        raise Unparsable(f"a receipt of an unknown kind: {status.status[:40]}")
    key = status.biz_opaque_callback_data
    if state != "failed":
        return Receipt(key or status.id, state, key=key)
    reason, failure = reason_of(status.errors[0].code if status.errors else 0)
    return Receipt(key or status.id, state, reason, failure=failure, key=key)


def _message(message: Message, value: Value) -> Inbound:
    """A message. Its sender is proven: WhatsApp has verified the number."""
    address = address_of(message)
    said = _said(message, "tr" if address.startswith(("+90", "TR.")) else "en")
    chosen = _chosen(message)
    return Inbound(
        Sender(address, value.name_of(message), proven=True),
        said.strip(),
        subject=message.referral.headline,
        sent_at=datetime.fromtimestamp(message.timestamp, UTC) if message.timestamp else None,
        automatic=message.type in ("reaction", "system", "request_welcome", "revoke"),
        message_id=message.id,
        references=(message.context.id,) if message.context.id else (),
        button=chosen,
        attachments=tuple(_file(message, kind) for kind in message.media),
        proofs=_proofs(message),
        edits=message.edit.original_message_id if message.edit else None,
    )


def address_of(message: Message) -> str:
    """E.164, or the id of who shows no number. Raises `Unparsable`."""
    if message.sender:
        number = f"+{message.sender}"
        return normal_phone(number, "TR") or number
    if not message.from_user_id:
        raise Unparsable("a message without a sender")
    return message.from_user_id


def _said(message: Message, language: str) -> str:
    """What a message says; what is no text in words of the person's country, since WhatsApp tells no language."""
    if message.text is not None:
        return message.text.body
    if message.edit is not None:
        return message.edit.message.words
    if message.media:
        return "\n".join(medium.caption for medium in message.media.values() if medium.caption)
    if message.interactive is not None:
        return _shown(message.interactive)
    if message.button is not None:
        return message.button.text or message.button.payload
    if message.contacts:
        return "\n\n".join(map(_card, message.contacts))
    if message.order is not None:
        return _order(message.order)
    if message.location is not None:
        place = message.location
        map_url = f"https://www.google.com/maps?q={place.latitude},{place.longitude}"
        return "\n".join(filter(None, (place.name, place.address, map_url)))
    return _told(message, language)


def _told(message: Message, language: str) -> str:
    _ = load(_LOCALE)[language].gettext
    if message.reaction is not None:
        emoji = message.reaction.emoji
        return _("reacted with {emoji}").format(emoji=emoji) if emoji else _("took a reaction back")
    if message.system is not None:
        number = message.system.wa_id
        changed = _("has changed the number to {number}").format(number=f"+{number}")
        return changed if number else _("has changed the number")
    if message.type == "revoke":
        return _("deleted a message")
    if message.type == "request_welcome":
        return _("opened the chat for the first time")
    return _("sent something that WhatsApp does not pass on to us ({kind})").format(
        kind=message.unsupported.type or message.type
    )


def _chosen(message: Message) -> str | None:
    if message.button is not None:
        return message.button.payload or None
    choice = message.interactive
    reply = (choice.button_reply or choice.list_reply) if choice else None
    return reply.id if reply else None


def _shown(choice: Interactive) -> str:
    reply = choice.button_reply or choice.list_reply
    if reply is not None:
        return reply.title or reply.id
    return choice.nfm_reply.body if choice.nfm_reply else ""


def _card(card: Card) -> str:
    told = (card.name.formatted_name, *(one.phone for one in card.phones), *(one.email for one in card.emails))
    return "\n".join(filter(None, told))


def _order(order: Order) -> str:
    lines = (f"{one.quantity} × {one.product_retailer_id}" for one in order.product_items)
    return "\n".join(filter(None, (order.text, *lines)))


def _file(message: Message, kind: str) -> Attachment:
    """A file that Meta keeps for us; only documents have names."""
    medium = message.media[kind]
    content_type = medium.mime_type.partition(";")[0].strip()[:100] or "application/octet-stream"
    name = medium.filename.strip() or _FILES[kind]
    stem, dot, _ = name.rpartition(".")
    if not medium.filename and dot and (suffix := mimetypes.guess_extension(content_type)):
        name = stem + suffix
    return Attachment(name[:200], content_type, reference=medium.id)


def _proofs(message: Message) -> tuple[Proof, ...]:
    """Who moves to another number says so to WhatsApp, which has verified both."""
    number = message.system.wa_id if message.system else ""
    proven = normal_phone(f"+{number}", "TR") if number.isdecimal() else None
    return (Proof("phone", proven),) if proven else ()
