"""Folding: the one form in which two spellings of the same text are equal.

Turkish needs care: İ I ı i are one letter to a searcher, and Python's `lower()` turns İ into two code points, so
marks are taken off before lower-casing.
"""

import unicodedata

# What no decomposition takes apart; I and ı because Turkish and English disagree about them.
_LETTERS = {
    "I": "i", "ı": "i", "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe",
    "ø": "o", "Ø": "o", "ł": "l", "Ł": "l",
}  # fmt: skip


class _Folded(dict[int, str | None]):
    """What becomes of each letter of a decomposed text; learned as letters come, since `translate` is quick then."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        folded = None if unicodedata.combining(letter) else _LETTERS.get(letter, letter)
        self[code] = folded
        return folded


class _Spaced(dict[int, str]):
    """Each letter and digit as it is, anything else as a space."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = letter if letter.isalnum() else " "
        return self[code]


_FOLDED = _Folded()
_SPACED = _Spaced()


def fold(text: str) -> str:
    """Lower case, no diacritics, Turkish i's made one; length may change, white space stays."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text).translate(_FOLDED).lower()


def words(text: str) -> list[str]:
    """The folded words of a text: runs of letters and digits."""
    return fold(text).translate(_SPACED).split()
