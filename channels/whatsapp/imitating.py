"""What Meta would have posted, had a person written: for the simulator."""

import json
import mimetypes
from typing import Any

from channels.whatsapp.posted import alone
from channels.whatsapp.settings import WhatsAppSettings
from omnidesk.contract.channel import Attachment, ChannelError, Play, RawMessage
from omnidesk.text.addresses import normal_phone


def post_of(play: Play, settings: WhatsAppSettings) -> RawMessage:
    """The post, in Meta's form. Raises `ChannelError` for an address that is no phone number."""
    number = (normal_phone(play.address, "TR") or "").removeprefix("+")
    if not number:
        raise ChannelError(f"{play.address} is no phone number", permanent=True)
    said = [_file(file, play.text if at == 0 else "") for at, file in enumerate(play.files)] or [_said(play)]
    written = [
        {"from": number, "id": _id(play, at), "timestamp": str(int(play.at.timestamp())), **one}
        for at, one in enumerate(said)
    ]
    who = [{"profile": {"name": play.name}, "wa_id": number}]
    metadata = {
        "display_phone_number": (settings.number or "").removeprefix("+"), "phone_number_id": settings.phone_number_id,
    }  # fmt: skip
    post = alone(settings.business_account_id or "0", metadata, {"contacts": who, "messages": written})
    return RawMessage(_id(play, 0), number, json.dumps(post).encode())


def _id(play: Play, at: int) -> str:
    return f"wamid.{play.key}" + (f".{at}" if at else "")


def _said(play: Play) -> dict[str, Any]:
    if play.button is None:
        return {"type": "text", "text": {"body": play.text}}
    reply = {"type": "button_reply", "button_reply": {"id": play.button, "title": play.text}}
    return {"type": "interactive", "interactive": reply}


def _file(file: Attachment, caption: str) -> dict[str, Any]:
    content_type = file.content_type or mimetypes.guess_type(file.filename)[0] or "application/octet-stream"
    kind = content_type.partition("/")[0]
    kind = kind if kind in ("image", "video", "audio") else "document"
    told = {"id": file.reference, "mime_type": content_type}
    told |= {"filename": file.filename} if kind == "document" else {}
    return {"type": kind, kind: told | ({"caption": caption} if caption and kind != "audio" else {})}
