"""Updates as Telegram would bring them, made up for the simulator."""

import hashlib
from typing import Any

from omnidesk.contract.channel import ChannelError, Play

_ID_BITS = 40
"""People's ids are below 2**52, and those of updates and messages are made as small here."""


def update_of(play: Play) -> dict[str, Any]:
    """The update for what a simulated person does. Raises `ChannelError` for several files at once."""
    if len(play.files) > 1:
        raise ChannelError("Telegram takes one file a message; send them one by one", permanent=True)
    id = _number(play.key)
    person: dict[str, Any] = {
        "id": int(play.address) if play.address.isdecimal() else _number(play.address),
        "is_bot": False,
    }
    first, _, last = play.name.partition(" ")
    person |= {"first_name": first or "Somebody", **({"last_name": last} if last else {})}
    chat = {"id": person["id"], "type": "private", "first_name": person["first_name"]}
    message = {"message_id": id, "chat": chat, "date": int(play.at.timestamp())}
    if play.button is not None:
        keyboard = {"inline_keyboard": [[{"text": play.text or play.button, "callback_data": play.button}]]}
        query = {"id": str(id), "from": person, "chat_instance": "1", "data": play.button}
        return {"update_id": id, "callback_query": query | {"message": message | {"reply_markup": keyboard}}}
    return {"update_id": id, "message": message | {"from": person} | _said(play)}


def _said(play: Play) -> dict[str, Any]:
    if not play.files:
        return {"text": play.text}
    (file,) = play.files
    document = {
        "file_id": file.reference, "file_unique_id": file.reference, "file_name": file.filename,
        "mime_type": file.content_type,
    }  # fmt: skip
    return {"document": document, **({"caption": play.text} if play.text else {})}


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()) >> (256 - _ID_BITS)
