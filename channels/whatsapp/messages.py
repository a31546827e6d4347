"""From an outgoing message to what the Cloud API takes; pure.

https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from omnidesk.contract.channel import Button, File, Outbound
from omnidesk.text.catalogues import language_of, load

Kind = Literal["image", "video", "audio", "document"]
BUTTONS = 10
BUTTON_LENGTH = 24
TEXT = 4096
CAPTION = 1024
_FEW, _SHORT, _SHORT_TEXT = 3, 20, 1024
"""So many buttons stand right under a message, so long, and so long is its text; else they are rows of a list."""
_DESCRIPTION = 72
_MB = 1024 * 1024
LARGEST_FILE = 100 * _MB
_TYPES: dict[Kind, tuple[frozenset[str], int]] = {
    "image": (frozenset({"image/jpeg", "image/png"}), 5 * _MB),
    "video": (frozenset({"video/mp4", "video/3gpp"}), 16 * _MB),
    "audio": (frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}), 16 * _MB),
    "document": (
        frozenset({
            "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        }),
        LARGEST_FILE,
    ),
}  # fmt: skip
TYPES = frozenset(content_type for types, _ in _TYPES.values() for content_type in types)
"""What WhatsApp takes."""
_LOCALE = Path(__file__).with_name("locale")
_USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,140}")


def is_user_id(address: str) -> bool:
    """Whether an address is Meta's id of a person who shows no number."""
    return bool(_USER_ID.fullmatch(address))


def to(address: str) -> dict[str, str]:
    """Whom a message goes to."""
    return {"recipient": address} if is_user_id(address) else {"to": address}


def kind_of(file: File) -> Kind:
    """How a file travels: as what it is, or where that is too large as a document."""
    content_type = file.content_type.partition(";")[0].strip().lower()
    for kind, (types, largest) in _TYPES.items():
        if content_type in types and file.size <= largest:
            return kind
    return "document"


def text(words: str) -> dict[str, Any]:
    """Words alone."""
    return {"type": "text", "text": {"body": words, "preview_url": False}}


def medium(file: File, id: str, caption: str) -> dict[str, Any]:
    """A file that was uploaded. A voice message has no caption."""
    kind = kind_of(file)
    told = {"id": id, **({"caption": caption} if caption and kind != "audio" else {})}
    return {"type": kind, kind: told | ({"filename": file.filename} if kind == "document" else {})}


def choices(words: str, buttons: Sequence[Button], language: str) -> dict[str, Any]:
    """Words with buttons under them, or with a list that one button opens."""
    few = len(buttons) <= _FEW and all(len(button.text) <= _SHORT for button in buttons)
    if few and len(words) <= _SHORT_TEXT:
        replies = [{"type": "reply", "reply": {"id": button.id, "title": button.text}} for button in buttons]
        return _interactive("button", words, {"buttons": replies})
    _ = load(_LOCALE)[language_of(language)].gettext
    rows = [_row(button) for button in buttons]
    return _interactive("list", words, {"button": _("Choose")[:_SHORT], "sections": [{"rows": rows}]})


def _row(button: Button) -> dict[str, str]:
    row = {"id": button.id, "title": button.text}
    if len(button.text) > BUTTON_LENGTH:
        row |= {"title": button.text[: BUTTON_LENGTH - 1] + "…", "description": button.text[:_DESCRIPTION]}
    return row


def _interactive(kind: str, words: str, action: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": words}, "action": action}}


def answered(outbound: Outbound) -> dict[str, Any]:
    """The message that an agent's answer stands under, where something was said in between."""
    last = outbound.references[-1:] or ("",)
    theirs = [id for id in outbound.references if id.startswith("wamid.")]
    if outbound.automatic or not theirs or last[0] == theirs[-1]:
        return {}
    return {"context": {"message_id": theirs[-1]}}
