"""What a gateway would bring for a message that a simulated person writes; pure."""

import json
from typing import Any
from urllib.parse import urlencode

from channels.sms import numbers
from channels.sms.description import Gateway, Messages
from channels.sms.settings import SmsSettings
from omnidesk.contract.channel import ChannelError, Play, RawMessage
from omnidesk.text.addresses import normal_phone


def raw(play: Play, gateway: Gateway, settings: SmsSettings) -> RawMessage:
    """The message in the gateway's form: JSON where its names are paths, else a form."""
    how = gateway.messages
    if how is None:
        raise ChannelError(f"{gateway.name} brings no messages", permanent=True)
    sender = numbers.written(
        normal_phone(play.address, settings.country) or play.address, gateway.send.numbers, settings.country
    )
    said = {name: value for name, value in _said(play, how, sender, settings).items() if name}
    if any("." in name for name in said) or how.only:
        body, kind = json.dumps(_nested(said), ensure_ascii=False).encode(errors="replace"), "application/json"
    else:
        body, kind = urlencode(said, encoding=how.charset, errors="replace").encode(), _FORM
    return RawMessage(play.key, sender, body, {"route": "messages", "type": kind})


_FORM = "application/x-www-form-urlencoded"


def _said(play: Play, how: Messages, sender: str, settings: SmsSettings) -> dict[str, str]:
    said = {
        _name(how.id): play.key, _name(how.sender): sender, _name(how.to): settings.from_number or "",
        _name(how.text): play.text or play.button or "", **how.only,
    }  # fmt: skip
    if play.files and how.media is None:
        raise ChannelError("this gateway brings no files", permanent=True)
    if how.media is not None:
        said[_name(how.media.count)] = str(len(play.files))
        for number, file in enumerate(play.files):
            said[how.media.url.replace("{n}", str(number))] = file.reference or ""
            said[how.media.type.replace("{n}", str(number))] = file.content_type
    return said


def _name(names: tuple[str, ...]) -> str:
    return names[0] if names else ""


def _nested(said: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in said.items():
        *above, last = name.split(".")
        place = found
        for part in above:
            place = place.setdefault(part, {})
        place[last] = value
    return found
