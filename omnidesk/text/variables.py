"""Variables in prepared texts: `{{contact.first_name|default:"there"}}`. Names are looked up, nothing is executed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST_VALUE = 1000
_LONGEST = 50_000
"""Characters of a text that is filled in: as many as a message has; a few variables could make it endless."""

_VARIABLE = re.compile(
    r"""\{\{ \s* (?P<name>\w[\w.\-]{0,99}) \s*
        (?:\| \s* default: \s* ["“”'](?P<otherwise>[^"“”'{}]*)["“”'] \s* )? \}\}""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its variables filled in. `missing`: those for which nothing is known; they still stand in it."""

    text: str
    missing: tuple[str, ...] = ()


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Fill a text in, once: what a value itself looks like is of no matter."""
    missing: dict[str, None] = {}

    def value(found: re.Match[str]) -> str:
        known = values.get(found["name"], "").strip()[:_LONGEST_VALUE] or found["otherwise"]
        if known is None:
            missing[found["name"]] = None
            return found[0]
        return known

    return Filled(_VARIABLE.sub(value, text)[:_LONGEST], tuple(missing))


def left(text: str) -> list[str]:
    """The variables that stand in a text, each once."""
    return list(dict.fromkeys(found[0] for found in _VARIABLE.finditer(text)))


def names(text: str) -> list[str]:
    """The names of the variables in a text, each once."""
    return list(dict.fromkeys(found["name"] for found in _VARIABLE.finditer(text)))
