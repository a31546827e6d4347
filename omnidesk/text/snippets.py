"""A piece of a text around the words that were searched for, and which parts of it are those words."""

import re
from collections.abc import Iterator

from omnidesk.text.folding import words
from omnidesk.text.questions import Term

Piece = tuple[str, bool]
"""A part of the text as it is written, and whether it is one of the words."""

_WORD = re.compile(r"[^\W_]+")
_BEFORE, _LENGTH = 24, 220
_LOOKED_AT = 20_000


def snippet(text: str, terms: tuple[Term, ...]) -> list[Piece]:
    """About two lines of a text, white space made single; its beginning when none of the words is in it."""
    plain = " ".join(text[:_LOOKED_AT].split())
    marks = list(_marks(plain, terms))
    start = max(0, marks[0][0] - _BEFORE) if marks else 0
    if start:
        start = plain.find(" ", start) + 1 or start
    end = min(len(plain), start + _LENGTH)
    pieces: list[Piece] = [("… ", False)] if start else []
    at = start
    for first, last in marks:
        if first < at or last > end:
            continue
        pieces += [(plain[at:first], False), (plain[first:last], True)]
        at = last
    pieces.append((plain[at:end] + (" …" if end < len(plain) else ""), False))
    return [piece for piece in pieces if piece[0]]


def _marks(text: str, terms: tuple[Term, ...]) -> Iterator[tuple[int, int]]:
    """Where words stand that a term has; phrases are marked word by word."""
    whole = {word for term in terms for word in term.words}
    beginnings = tuple(term.words[-1] for term in terms if term.begins)
    for found in _WORD.finditer(text):
        if any(word in whole or word.startswith(beginnings) for word in words(found[0])):
            yield found.span()
