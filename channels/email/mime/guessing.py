"""The charset of bytes that name none: by the letters that its readers would see."""

import re

from channels.email.mime.letters import COMMON

FALLBACK = "cp1254"
"""For bytes that nothing else fits: Turkish Windows, which differs from Western in six letters."""

_MOST = 20_000
"""The bytes that are looked at."""
_FEWEST = 6
"""Fewer letters than these prove nothing."""
_HIGH = re.compile(rb"[\x80-\xff]+")
_CONTROLS = re.compile(rb"[\x80-\x9f]")
_JAPANESE = re.compile(rb"\x1b\$[@B]")
_CANDIDATES = ("cp932", "euc_jp", "gb18030", "cp950", "cp949", "cp1251", "koi8-r", "cp1253", "cp1256", "cp1255")


def guess(content: bytes) -> str:
    """The likeliest charset of bytes that are not UTF-8, or ASCII that may be a disguise (ISO-2022-JP)."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if _JAPANESE.search(content):
        return "iso2022_jp"
    sample = content[:_MOST]
    if _is_latin(sample):
        return FALLBACK
    score, best = max((_score(sample.decode(name, "replace")), name) for name in _CANDIDATES)
    return best if score > 0.3 else FALLBACK


def endian(content: bytes) -> str:
    """Which UTF-16 it is without a mark: the zeros of ASCII letters tell (RFC 2781 §4.3 leaves it to luck)."""
    return "utf-16-be" if content[::2].count(0) > content[1::2].count(0) else "utf-16-le"


def _is_latin(content: bytes) -> bool:
    """Latin scripts have their few accents between ASCII letters; others are made of high bytes."""
    runs = [len(run) for run in _HIGH.findall(content)]
    if sum(runs) < _FEWEST:
        return True
    long = sum(run for run in runs if run > 2)
    return long * 2 < sum(runs) and len(_CONTROLS.findall(content)) * 3 < sum(runs)


def _score(text: str) -> float:
    """From -1 to 1: how much of what is not ASCII are the letters most used somewhere."""
    letters = [letter for letter in text if letter > "\x7f"]
    points = sum(
        1.0 if letter in COMMON else 0.2 if letter.islower() else -1.0 * (not letter.isalpha()) for letter in letters
    )
    return points / max(1, len(letters))
