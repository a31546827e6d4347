"""From what Twilio posted to a message or a receipt; pure.

What is posted: https://www.twilio.com/docs/messaging/guides/webhook-request for messages,
https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks for what became of ours.
"""

import mimetypes
from typing import Annotated, Literal
from urllib.parse import parse_qsl

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal

from channels.sms.refusals import failure, reason
from omnidesk.contract.channel import (
    Attachment,
    Inbound,
    RawMessage,
    Receipt,
    ReceiptState,
    Sender,
    Unparsable,
)
from omnidesk.text.addresses import normal_phone

_MOST_FIELDS = 200
_STATES: dict[str, ReceiptState] = {
    "delivered": "delivered", "read": "read", "undelivered": "failed", "failed": "failed"
}  # fmt: skip


class _Posted(BaseModel):
    model_config = ConfigDict(alias_generator=to_pascal)

    message_sid: str = Field(min_length=1)


class _Message(_Posted):
    sender: str = Field(alias="From", pattern=r"\S")
    body: str
    num_media: int = Field(default=0, ge=0, le=50)


class _Status(_Posted):
    message_status: Literal["delivered", "read", "undelivered", "failed"]
    error_code: Annotated[int, BeforeValidator(lambda given: given or 0)] = 0


def form(body: bytes) -> list[tuple[str, str]]:
    """The fields of what was posted, in order. Raises `Unparsable`."""
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Unparsable("not a form in UTF-8") from error


def parse(raw: RawMessage, country: str) -> Inbound | Receipt:
    """Understand what was posted. Raises `Unparsable`."""
    fields = dict(form(raw.body))
    try:
        if "MessageStatus" in fields:
            return _receipt(_Status.model_validate(fields), raw)
        return _message(_Message.model_validate(fields), fields, country)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise Unparsable(f"not a message of Twilio: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _receipt(status: _Status, raw: RawMessage) -> Receipt:
    """What became of a message of ours, known by the key that came back with the URL (see `SmsChannel.send`)."""
    key = str(raw.envelope.get("key", ""))
    state = _STATES[status.message_status]
    if state != "failed":
        return Receipt(key or status.message_sid, state, key=key)
    code = status.error_code
    return Receipt(key or status.message_sid, state, reason(code), failure=failure(code), key=key)


def _message(message: _Message, fields: dict[str, str], country: str) -> Inbound:
    """An SMS. Its sender is proven: the network says who it is, and Twilio that the network said so."""
    if ":" in message.sender:
        kind = message.sender.partition(":")[0]
        raise Unparsable(f"this came by {kind[:20]}, not by SMS; take this inbox's URL out of that sender at Twilio")
    address = _address(message.sender, country)
    nobody = not address.removeprefix("+").isdecimal()  # a name, as banks and shops use: nobody reads an answer
    media = (number for number in range(message.num_media) if fields.get(f"MediaUrl{number}"))
    attachments = tuple(_medium(number, fields) for number in media)
    return Inbound(Sender(address, proven=True), message.body, automatic=nobody, attachments=attachments)


def _address(sender: str, country: str) -> str:
    """E.164 for numbers; short codes and names (`2828`, `A101`) as they are."""
    return (sender.startswith("+") and normal_phone(sender, country)) or sender.strip()


def _medium(number: int, fields: dict[str, str]) -> Attachment:
    """A file that Twilio keeps for us; it tells its type, not its name."""
    content_type = fields.get(f"MediaContentType{number}") or "application/octet-stream"
    name = f"media-{number + 1}{mimetypes.guess_extension(content_type) or ''}"
    return Attachment(name, content_type[:100], reference=fields[f"MediaUrl{number}"])
