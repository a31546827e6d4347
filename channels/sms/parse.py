"""From what a gateway brought to a message or a receipt; pure."""

import base64
import binascii
import json
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from channels.sms import numbers, refusals
from channels.sms.description import Gateway, Media, Messages, Receipts
from channels.sms.reading import Fields, fields, first, form
from omnidesk.contract.channel import Attachment, Inbound, RawMessage, Receipt, Sender, Unparsable

_MOST_FILES = 50
_MOST_PARTS = 255
GAP = "[…]"
"""Stands for parts of a message that did not arrive."""


def parse(raw: RawMessage, gateway: Gateway, country: str) -> Sequence[Inbound | Receipt]:
    """Understand what was brought. Raises `Unparsable`."""
    if raw.envelope.get("route") == "parts":
        return (_joined(raw, gateway, country),)
    found = read(raw, gateway)
    if _is_receipt(raw, found, gateway):
        return (_receipt(found, raw, gateway),)
    return (_message(found, gateway, country),)


def read(raw: RawMessage, gateway: Gateway) -> Fields:
    """The fields of what was brought."""
    envelope = raw.envelope
    webhook = gateway.receipts if envelope.get("route") == "status" else gateway.messages
    charset = webhook.charset if webhook else "utf-8"
    if envelope.get("method") == "GET":
        return dict(form(str(envelope.get("query", "")).encode(errors="replace"), charset))
    return fields(raw.body, str(envelope.get("type", "")), charset)


def is_on_its_way(found: Fields, receipts: Receipts) -> bool:
    """Whether a receipt says only that: it is no news."""
    return _state(found, receipts) == "on_its_way"


def _state(found: Fields, receipts: Receipts) -> str | None:
    return receipts.states.get((first(found, receipts.status) or "").lower())


def _is_receipt(raw: RawMessage, found: Fields, gateway: Gateway) -> bool:
    """Which route it came by; what was kept before that was noted says it by its fields."""
    if "route" in raw.envelope:
        return bool(raw.envelope["route"] == "status")
    return gateway.receipts is not None and first(found, gateway.receipts.status) is not None


def _receipt(found: Fields, raw: RawMessage, gateway: Gateway) -> Receipt:
    """What became of a message of ours, known by the key that came back, or by the gateway's id."""
    how = gateway.receipts
    if how is None:
        raise Unparsable(f"nothing says how receipts of {gateway.name} are read; describe them")
    state = _state(found, how)
    if state not in ("delayed", "delivered", "read", "failed"):
        said = (first(found, how.status) or "")[:40]
        raise Unparsable(f"{how.status[0]}: {said!r} is no state that {gateway.name} is known for")
    key = first(found, how.key) or str(raw.envelope.get("key", ""))
    known_as = key if gateway.gives_back_the_key() and key else first(found, how.id) or key
    if not known_as:
        raise Unparsable(f"{' or '.join(how.id) or 'key'}: the receipt does not say which message it is for")
    if state in ("delivered", "read"):
        return Receipt(known_as, "delivered" if state == "delivered" else "read", key=key)
    code = first(found, how.code) or ""
    error, failure = refusals.reason(gateway, code, how.errors), refusals.failure(gateway, code, how.errors)
    return Receipt(known_as, "failed" if state == "failed" else "delayed", error, failure=failure, key=key)


def _message(found: Fields, gateway: Gateway, country: str) -> Inbound:
    """An SMS. Its sender is proven: the network says who it is, and the gateway that the network said so."""
    how = gateway.messages
    if how is None:
        raise Unparsable(f"nothing says how messages of {gateway.name} are read; describe them")
    for name, value in how.only.items():
        if (said := first(found, (name,))) != value:
            raise Unparsable(f"this came by {str(said)[:20]}, not by SMS; take this inbox's URL out of that sender")
    sender, text = first(found, how.sender), first(found, how.text)
    if how.id and not first(found, how.id):
        raise Unparsable(f"not a message of {gateway.name}: {' or '.join(how.id)} is missing")
    if not sender or not sender.strip():
        raise Unparsable(f"not a message of {gateway.name}: {' or '.join(how.sender)} is missing")
    if ":" in sender:
        kind = sender.partition(":")[0]
        raise Unparsable(f"this came by {kind[:20]}, not by SMS; take this inbox's URL out of that sender there")
    if text is None:
        raise Unparsable(f"not a message of {gateway.name}: {' or '.join(how.text)} is missing")
    address = numbers.read(sender, gateway.send.numbers, country)
    nobody = not address.removeprefix("+").isdecimal()  # a name, as banks and shops use: nobody reads an answer
    files = tuple(_files(found, how.media)) if how.media else ()
    who = Sender(address, proven=True, answerable=numbers.answerable(address))
    return Inbound(who, text.replace("\r\n", "\n"), automatic=nobody, attachments=files)


def _files(found: Fields, media: Media) -> list[Attachment]:
    given = first(found, media.count) or "0"
    if not given.isdecimal() or len(given) > 2 or int(given) > _MOST_FILES:
        raise Unparsable(f"{media.count[0]}: {given[:20]!r} is no number of files")
    files = []
    for number in range(int(given)):
        url = first(found, (media.url.replace("{n}", str(number)),))
        if url:
            kind = first(found, (media.type.replace("{n}", str(number)),)) or "application/octet-stream"
            name = f"media-{number + 1}{mimetypes.guess_extension(kind) or ''}"
            files.append(Attachment(name, kind[:100], reference=url))
    return files


def part_of(found: Fields, how: Messages) -> tuple[str, int, int] | None:
    """To which long message this belongs, and which part of how many it is."""
    if how.parts is None:
        return None
    ref, part, total = (first(found, names) or "" for names in (how.parts.ref, how.parts.part, how.parts.total))
    if not (ref and part.isdecimal() and total.isdecimal() and len(part) < 4 and len(total) < 4):
        return None
    number, of = int(part), int(total)
    return (ref[:40], number, of) if 1 <= number <= of <= _MOST_PARTS and of > 1 else None


def join(parts: Mapping[int, RawMessage], total: int, external_id: str) -> RawMessage:
    """Several parts as one raw message, which keeps each of them as it came."""
    ordered = sorted(parts.items())
    body = [
        {"number": number, "envelope": dict(part.envelope), "body": base64.b64encode(part.body).decode()}
        for number, part in ordered
    ]
    envelope = {"route": "parts", "total": total}
    return RawMessage(external_id, ordered[0][1].sender, json.dumps(body).encode(), envelope)


def _joined(raw: RawMessage, gateway: Gateway, country: str) -> Inbound:
    """The parts in their order, and an honest mark where one is missing."""
    try:
        parts = {int(part["number"]): _part(raw, part) for part in json.loads(raw.body)}
        total = int(raw.envelope["total"])
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError, binascii.Error) as error:
        raise Unparsable("not the parts of a message") from error
    if not parts or total > _MOST_PARTS:
        raise Unparsable("not the parts of a message")
    inbounds = {number: _message(read(part, gateway), gateway, country) for number, part in parts.items()}
    text, gap = "", False
    for number in range(1, total + 1):
        if number in inbounds:
            text, gap = text + inbounds[number].text, False
        elif not gap:
            text, gap = f"{text} {GAP} ", True
    return replace(next(iter(inbounds.values())), text=text.strip() if GAP in text else text)


def _part(raw: RawMessage, part: Mapping[str, Any]) -> RawMessage:
    return RawMessage("", raw.sender, base64.b64decode(part["body"]), {"route": "messages", **part["envelope"]})
