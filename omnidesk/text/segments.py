"""SMS segments: how many a text needs, and in which alphabet (3GPP TS 23.038 and TS 23.040); pure.

A message carries 140 bytes: 160 letters of seven bits in GSM's own alphabet, or 70 of sixteen bits. Longer texts go out
in parts, which a header of each puts together again. The Turkish tables bring ş, ğ and ı into seven bits: the *single*
one after an escape, so that they count twice; the *locking* one in place of letters that Turkish does without. Each
table that is used costs a few letters of every segment for its name. The tables stand in
`web/static/js/composer/segments.js` once more; a test compares them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"
TURKISH_LOCKING = (
    "@£$¥€éùıòÇ\nĞğ\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bŞşßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "İABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§çabcdefghijklmnopqrstuvwxyzäöñüà"
)
TURKISH_SINGLE = EXTENSION + "ĞİŞçğış"
REPLACEMENTS = {
    "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "″": '"', "‘": "'", "’": "'", "‚": "'", "‛": "'",
    "`": "'", "´": "'", "′": "'", "–": "-", "—": "-", "‒": "-", "―": "-", "−": "-", "‑": "-", "…": "...", "•": "-",
    "·": "-", "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202f": " ", "\t": " ", "\u200b": "",
    "\u200d": "", "\ufeff": "", "\u00ad": "",
}  # fmt: skip
"""What can be written plainly without anybody missing anything."""

Encoding = Literal["gsm", "turkish", "ucs2"]
Turkish = bool | Literal["single"]
"""Which Turkish tables a gateway sends with: none, the one of single letters, or both."""

_BYTES = 140
_CONCATENATION = 5
_TABLE = 3


@dataclass(frozen=True, slots=True)
class Count:
    """What a text needs. `units`: letters of seven bits, or of sixteen in UCS-2, as they are counted."""

    encoding: Encoding
    characters: int
    units: int
    segments: int
    left_in_segment: int
    per_segment: int


@dataclass(frozen=True, slots=True)
class _Alphabet:
    encoding: Encoding
    letters: frozenset[str] = frozenset()
    escaped: frozenset[str] = frozenset()
    tables: int = 0
    """How many tables each segment has to name."""

    def cost(self, letter: str) -> int | None:
        """The units of a letter; None where it can't be written."""
        if self.encoding == "ucs2":
            return 2 if ord(letter) > 0xFFFF else 1
        if letter in self.letters:
            return 1
        return 2 if letter in self.escaped else None

    def room(self, *, several: bool) -> int:
        """The units of a segment: what its header leaves of 140 bytes."""
        header = (_CONCATENATION if several else 0) + _TABLE * self.tables
        free = _BYTES - (header + 1 if header else 0)
        return free // 2 if self.encoding == "ucs2" else free * 8 // 7


_BASIC, _LOCKING = frozenset(BASIC) - {"\x1b"}, frozenset(TURKISH_LOCKING) - {"\x1b"}
_EXTENSION, _SINGLE = frozenset(EXTENSION), frozenset(TURKISH_SINGLE)
_GSM = _Alphabet("gsm", _BASIC, _EXTENSION)
_TURKISH = (
    _Alphabet("turkish", _BASIC, _SINGLE, 1),
    _Alphabet("turkish", _LOCKING, _EXTENSION, 1),
    _Alphabet("turkish", _LOCKING, _SINGLE, 2),
)
_UCS2 = _Alphabet("ucs2")


def count(text: str, *, turkish: Turkish = False) -> Count:
    """What a text needs in the cheapest alphabet that the gateway has."""
    counts = [found for alphabet in _alphabets(turkish) if (found := _counted(text, alphabet))]
    return min(counts, key=lambda one: one.segments)


def forcing(text: str, *, turkish: Turkish = False) -> str:
    """The letters, each once, that make the text UCS-2; none where it is not."""
    if count(text, turkish=turkish).encoding != "ucs2":
        return ""
    known = [alphabet for alphabet in _alphabets(turkish) if alphabet is not _UCS2]
    best = min(known, key=lambda alphabet: sum(alphabet.cost(letter) is None for letter in text))
    return "".join(dict.fromkeys(letter for letter in text if best.cost(letter) is None))


def simplified(text: str) -> str:
    """The text with typographic quotes, dashes and spaces written plainly."""
    return "".join(REPLACEMENTS.get(letter, letter) for letter in text)


def split(text: str, *, turkish: Turkish = False) -> list[str]:
    """The text as it lies in its segments; no letter is torn apart."""
    needed = count(text, turkish=turkish)
    for alphabet in _alphabets(turkish):
        if alphabet.encoding == needed.encoding and _counted(text, alphabet) == needed:
            return list(_packed(text, alphabet))
    return [text]


def _alphabets(turkish: Turkish) -> tuple[_Alphabet, ...]:
    """The simplest first: it wins among equals."""
    shifted = _TURKISH[:1] if turkish == "single" else _TURKISH if turkish else ()
    return (_GSM, *shifted, _UCS2)


def _counted(text: str, alphabet: _Alphabet) -> Count | None:
    costs = [alphabet.cost(letter) for letter in text]
    units = sum(cost or 0 for cost in costs)
    if None in costs:
        return None
    if not text:
        return Count(alphabet.encoding, 0, 0, 0, alphabet.room(several=False), alphabet.room(several=False))
    used = [sum(alphabet.cost(letter) or 0 for letter in part) for part in _packed(text, alphabet)]
    room = alphabet.room(several=len(used) > 1)
    return Count(alphabet.encoding, len(text), units, len(used), room - used[-1], room)


def _packed(text: str, alphabet: _Alphabet) -> Iterator[str]:
    """Pieces that fit into a segment each, with every letter whole."""
    costs = [alphabet.cost(letter) or 0 for letter in text]
    whole = sum(costs) <= alphabet.room(several=False)
    room = math.inf if whole else alphabet.room(several=True)
    start, filled = 0, 0
    for position, cost in enumerate(costs):
        if filled + cost > room:
            yield text[start:position]
            start, filled = position, 0
        filled += cost
    if text:
        yield text[start:]
