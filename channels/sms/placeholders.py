"""Placeholders such as `{to}`, filled in so that nothing that is filled in can change the form around it."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

Values = Mapping[str, str]

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_QUOTES = {'"': "&quot;", "'": "&apos;"}


def names_in(text: str) -> frozenset[str]:
    """The placeholders of a text."""
    return frozenset(_PLACEHOLDER.findall(text))


def plain(text: str, values: Values) -> str:
    """For fields that are encoded as a whole afterwards."""
    return _filled(text, values, str)


def header(text: str, values: Values) -> str:
    """For a header: one line of it."""
    return _filled(text, values, lambda value: " ".join(value.split()))


def url(text: str, values: Values) -> str:
    """For an address: everything but the base is one piece of a path."""
    base = values.get("api_base", "")
    return _filled(text.replace("{api_base}", base), values, lambda value: quote(value, safe=""))


def xml(text: str, values: Values) -> str:
    """For XML, in elements and in attributes."""
    return _filled(text, values, lambda value: escape(_NOT_XML.sub("", value), _QUOTES))


def tree(template: Any, values: Values) -> Any:
    """For JSON: texts at any depth. Entries that come out empty are left out."""
    if isinstance(template, str):
        return plain(template, values)
    if isinstance(template, Mapping):
        filled = {name: tree(below, values) for name, below in template.items()}
        return {name: value for name, value in filled.items() if value != ""}
    if isinstance(template, list):
        return [tree(below, values) for below in template]
    return template


def fields(templates: Mapping[str, str], values: Values) -> dict[str, str]:
    """For a form or a query. Fields that come out empty are left out."""
    filled = {name: plain(text, values) for name, text in templates.items()}
    return {name: value for name, value in filled.items() if value}


def _filled(text: str, values: Values, write: Callable[[str], str]) -> str:
    return _PLACEHOLDER.sub(lambda found: write(values.get(found[1], "")), text)
