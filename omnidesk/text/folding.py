"""Folding: the one form in which two spellings of the same text are equal.

Turkish needs care: İ I ı i are one letter to a searcher, and Python's `lower()` turns İ into two code points, so
marks are taken off before lower-casing.
"""

import unicodedata

# What no decomposition takes apart; I and ı because Turkish and English disagree about them.
_LETTERS = str.maketrans(
    {
        "I": "i", "ı": "i", "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe",
        "ø": "o", "Ø": "o", "ł": "l", "Ł": "l",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """Lower case, no diacritics, Turkish i's made one; length may change, white space stays."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return plain.translate(_LETTERS).lower()


def words(text: str) -> list[str]:
    """The folded words of a text: runs of letters and digits."""
    return "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()
