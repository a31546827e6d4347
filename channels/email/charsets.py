"""Bytes of a mail as text: by the charset they name, or the one they must have meant."""

import codecs
from functools import lru_cache

_FALLBACK = "cp1254"
"""For bytes that are no UTF-8 and name nothing readable: Turkish Windows, which differs from Western in six letters."""

_MEANT = {
    "ascii": _FALLBACK,
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
"""What mail programs send under these names (WHATWG Encoding): supersets of them."""

_LONGEST = 100
"""The most characters of a charset's name."""
_SINGLE_BYTE = ("cp125", "iso8859", "koi8", "mac", "cp8")
_NEVER = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}
"""Codecs of Python's that are no charsets of mails; some take quadratic time."""


def decode(content: bytes, declared: str | None = None) -> str:
    """The text, whatever is wrong with the charset; without NUL and lone surrogates. Raises nothing."""
    charset = _known((declared or "")[:_LONGEST])
    if charset is None or charset.startswith(_SINGLE_BYTE):
        # Letters of a single-byte charset practically never form UTF-8, so what is UTF-8 was declared wrongly.
        charset = "utf-8" if _is(content, "utf-8") else charset or _FALLBACK
    if charset == "utf-8" and not _is(content, "utf-8"):
        charset = _nearest(content)
    return storable(content.decode(charset, "replace")).removeprefix("\ufeff")


def storable(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and lone surrogates, which no encoding takes."""
    return text.replace("\0", "").encode(errors="replace").decode()


@lru_cache(maxsize=256)
def _known(declared: str) -> str | None:
    try:
        name = codecs.lookup(declared.strip().strip("\"'")).name
        b"".decode(name)  # Python's codecs that give no text (hex, zip …) are refused here
    except (LookupError, ValueError):
        return None
    return None if name in _NEVER else _MEANT.get(name, name)


def _is(content: bytes, charset: str) -> bool:
    try:
        content.decode(charset)
    except ValueError:
        return False
    return True


def _nearest(content: bytes) -> str:
    """Tell UTF-8 with a few broken letters from something else under its name."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = sum(letter > "\x7f" for letter in text) - broken
    return "utf-8" if sound > broken else _FALLBACK
