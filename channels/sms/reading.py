"""The fields of what was posted, whatever form it has: a form, JSON or a query; pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from omnidesk.contract.channel import Unparsable

Fields = Mapping[str, Any]

_MOST_FIELDS = 200


def form(body: bytes, charset: str = "utf-8") -> list[tuple[str, str]]:
    """The fields of a form or a query, in order. Raises `Unparsable`."""
    try:
        text = body.decode("utf-8" if body.isascii() else charset)
        return parse_qsl(text, keep_blank_values=True, encoding=charset, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Unparsable(f"not a form in {charset.upper()}") from error


def fields(body: bytes, content_type: str, charset: str = "utf-8") -> Fields:
    """What a body says. Raises `Unparsable`."""
    if "json" not in content_type and body.lstrip()[:1] != b"{":
        return dict(form(body, charset))
    try:
        found = json.loads(body.decode(charset if "json" not in content_type else "utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unparsable("not JSON") from error
    if not isinstance(found, dict):
        raise Unparsable("not an object of JSON")
    return found


def first(found: Fields, names: Sequence[str]) -> str | None:
    """The first of these that is there, as a text."""
    for name in names:
        value = at(found, name)
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str | int | float):
            return str(value)
    return None


def at(found: Any, path: str) -> Any:
    """What stands at a path: keys and numbers of lists between dots; a key may have dots itself."""
    if isinstance(found, Mapping) and path in found:
        return found[path]
    for part in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part[:6]) < len(found):
            found = found[int(part)]
        else:
            return None
    return found
