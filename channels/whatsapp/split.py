"""From one post of Meta's, which tells of many things, to raw messages: each of them by itself."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from channels.whatsapp.posted import alone
from omnidesk.contract.channel import RawMessage

_ID = re.compile(r"[!-~]{1,400}")
_ON_ITS_WAY = frozenset({"accepted", "sent", "deleted", "warning"})
"""What became of a message of ours that is no news."""


def split(body: bytes, post: dict[str, Any], phone_number_id: str) -> list[RawMessage]:
    """The messages and receipts of one number; what is of an unknown kind stays whole, for `parse` to refuse.

    What other numbers of the same app got is not ours, and left out.
    """
    try:
        return list(_all(post, phone_number_id))
    except _Strange:
        return [RawMessage(hashlib.sha256(body).hexdigest(), "", body)]


class _Strange(Exception):
    """The post has another shape."""


def _all(post: dict[str, Any], phone_number_id: str) -> Iterator[RawMessage]:
    if post.get("object") != "whatsapp_business_account":
        raise _Strange
    for entry in _dicts(post.get("entry")):
        for change in _dicts(entry.get("changes")):
            value = change.get("value")
            if change.get("field") != "messages" or not isinstance(value, dict):
                raise _Strange
            metadata = value.get("metadata")
            if not isinstance(metadata, dict):
                raise _Strange
            if metadata.get("phone_number_id") == phone_number_id:
                yield from _of(str(entry.get("id", "")), metadata, value)


def _of(entry_id: str, metadata: dict[str, Any], value: dict[str, Any]) -> Iterator[RawMessage]:
    if not value.keys() & {"messages", "statuses"}:
        raise _Strange
    for message in _dicts(value.get("messages", [])):
        told = {"contacts": _about(message, value.get("contacts")), "messages": [message]}
        yield _raw(_id(message), message, alone(entry_id, metadata, told))
    for status in _dicts(value.get("statuses", [])):
        if not _is_news(status):
            continue
        external_id = f"{_id(status)} {_word(status.get('status'))}"
        yield _raw(external_id, status, alone(entry_id, metadata, {"statuses": [status]}))


def _raw(external_id: str, item: dict[str, Any], post: dict[str, Any]) -> RawMessage:
    who = item.get("from") or item.get("recipient_id") or item.get("from_user_id")
    return RawMessage(external_id, _word(who), json.dumps(post).encode())


def _dicts(found: Any) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _Strange
    return found


def _is_news(status: dict[str, Any]) -> bool:
    return status.get("status") not in _ON_ITS_WAY


def _id(item: dict[str, Any]) -> str:
    """Meta's id; where it is none that can be kept, that of its words."""
    given = item.get("id")
    whole = json.dumps(item, sort_keys=True).encode()
    return given if isinstance(given, str) and _ID.fullmatch(given) else hashlib.sha256(whole).hexdigest()


def _word(found: Any) -> str:
    return found if isinstance(found, str) and _ID.fullmatch(found) else ""


def _about(message: dict[str, Any], contacts: Any) -> list[Any]:
    """Of the people of whom a post tells, the one who wrote."""
    ids = {message.get(name) for name in ("from", "from_user_id") if isinstance(message.get(name), str)}
    known = contacts if isinstance(contacts, list) else []
    return [one for one in known if isinstance(one, dict) and ids & {*_strings(one)}]


def _strings(contact: dict[str, Any]) -> Iterator[str]:
    return (contact[name] for name in ("wa_id", "user_id") if isinstance(contact.get(name), str))
