"""Finding the names that stand behind an @ in a text."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar

from omnidesk.text.folding import words

Target = TypeVar("Target")

_CALL = re.compile(r"(?<![\w@])@(?=(\w+(?:[ .'’\-]\w+){0,5}))")
_WORD = re.compile(r"\w+")


class Named(NamedTuple):
    """A name as it was written behind its @, and the key it was found by."""

    written: str
    key: str


def key_of(name: str) -> str:
    """A name as it is compared."""
    return " ".join(words(name))


def called(text: str, known: Mapping[str, object]) -> Iterator[Named]:
    """Who is called in a text; of several names that fit, the longest. Turkish endings may follow: @Bo'ya."""
    for call in _CALL.finditer(text):
        ends = [word.end() for word in _WORD.finditer(call[1])]
        for end in reversed(ends):
            key = key_of(call[1][:end])
            if key in known:
                yield Named(call[1][:end], key)
                break
