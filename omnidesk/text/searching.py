"""Words that people are found by: folded, few, and the same whether they are stored or asked for."""

import re

from omnidesk.text.folding import words

LONGEST = 31
"""Longer words are made by machines; nobody types them."""
MOST = 16
"""So many words of one name or address are kept, and so many of a question are asked."""
_NUMBER = re.compile(r"[+(]?[0-9][0-9 ()./-]*")
_FEWEST_DIGITS = 5
_COUNTRY_CODE = 3


def words_of_name(name: str) -> list[str]:
    """What a name is found by."""
    return _few(words(name))


def words_of_address(address: str) -> list[str]:
    """What an address is found by: its words; of a phone number the digits, with and without the country's."""
    digits = _digits(address)
    if digits:
        return _few([digits[start:] for start in range(_COUNTRY_CODE + 1) if len(digits) - start >= _FEWEST_DIGITS])
    return _few(words(address))


def asked_words(question: str) -> list[str]:
    """What to look for: each is the beginning of a word; a number may be written in groups."""
    digits = _digits(question)
    return _few([digits] if digits else words(question))


def _digits(text: str) -> str:
    """The digits of what looks like a phone number; empty for anything else."""
    digits = re.sub(r"[^0-9]", "", text) if _NUMBER.fullmatch(text.strip()) else ""
    return digits if len(digits) >= _FEWEST_DIGITS else ""


def _few(found: list[str]) -> list[str]:
    """Without repetition, what is too long, and the zeros that are dialled but don't belong to the number."""
    plain = [(word.lstrip("0") or word) if word.isdecimal() else word for word in found]
    return [word for word in dict.fromkeys(plain) if len(word) <= LONGEST][:MOST]
