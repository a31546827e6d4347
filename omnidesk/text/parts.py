"""Parts: a text too long for one message as several, cut where a reader would pause."""

import re
import unicodedata

_PAUSES = (re.compile(r"\n[ \t]*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?…:;])[\"'”’)\]]*\s"), re.compile(r"\s"))
"""After a paragraph, a line, a sentence, a word: what is nearer to the top is the better place."""
_ZWJ = "\u200d"
"""Makes one sign of several: a family, say."""
_CHANGES = (("\U0001f3fb", "\U0001f3ff"), ("\U000e0020", "\U000e007f"))
"""Colours of skin, and the letters of regions in flags: they change the sign before them."""


def split(text: str, longest: int) -> list[str]:
    """The text in parts of at most so many characters; nothing but white space at the cuts is lost."""
    rest, found = text.strip(), []
    while len(rest) > longest:
        end = _cut(rest, longest)
        found.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*found, rest]


def _cut(text: str, longest: int) -> int:
    """Where the first part ends: at the last pause that leaves it more than half full, or at a word anywhere."""
    window = text[: longest + 1]
    for pause in _PAUSES:
        ends = [at.end() - 1 for at in pause.finditer(window, longest // 2) if at.end() > 1]
        if ends:
            return ends[-1]
    words = [at.start() for at in _PAUSES[-1].finditer(window) if at.start()]
    return words[-1] if words else _between_letters(text, longest)


def _between_letters(text: str, longest: int) -> int:
    """Not inside of what is seen as one letter, unless it is longer than a part itself."""
    return next((at for at in range(longest, 0, -1) if not _belongs(text, at)), longest)


def _belongs(text: str, at: int) -> bool:
    """Whether the character at this place is seen as one with the one before it."""
    before, letter = text[at - 1], text[at]
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Mc"):
        return True  # accents, signs over and under, the choice of a glyph
    if _ZWJ in (letter, before) or any(first <= letter <= last for first, last in _CHANGES):
        return True
    if _is_flag(letter) and _is_flag(before):
        return _flags_before(text, at) % 2 == 1
    return (before, letter) == ("\r", "\n")


def _is_flag(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    """How many letters of flags stand right before a place: two of them are one flag."""
    first = at
    while first and _is_flag(text[first - 1]):
        first -= 1
    return at - first
