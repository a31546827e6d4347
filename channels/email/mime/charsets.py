"""Bytes of a mail as text: by the charset they name, or the one they must have meant."""

import codecs
import re
from functools import lru_cache

from channels.email.mime.guessing import FALLBACK, endian, guess

_MEANT = {
    "ascii": FALLBACK,
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "cp950",
}
"""What mail programs send under these names (WHATWG Encoding): supersets of them."""

_LONGEST = 100
"""The most characters of a charset's name."""
_WINDOWS = re.compile(r"(?:x-)?(?:windows|win|cp|ms)[-_ ]?(\d{3,5})")
_OTHER_NAMES = {"iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "windows-31j": "cp932"}
_SINGLE_BYTE = ("cp125", "iso8859", "koi8", "mac", "cp8")
_WIDE = ("utf-16", "utf-32")
_NEVER = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}
"""Codecs of Python's that are no charsets of mails; some take quadratic time."""
_DISGUISE = re.compile(rb"[\x1b\0]")
"""What ASCII has that may be something else (ISO-2022-JP, UTF-16)."""
_ICELANDIC = re.compile(r"[ÞÐþð]|[Ýý].*[Ýý]", re.DOTALL)
_NOT_TURKISH = re.compile(r"[áéíóúæøåãõñÁÉÍÓÚÆØÅÃÕÑ]")


def decode(content: bytes, declared: str | None = None) -> str:
    """The text, whatever is wrong with the charset; without NUL and lone surrogates. Raises nothing."""
    charset = _known(declared[:_LONGEST]) if declared else None
    if charset in (None, "utf-8", FALLBACK) and content.isascii() and not _DISGUISE.search(content):
        return content.decode()  # most of all that is asked for
    text = content.decode(_charset(content, charset), "replace")
    return storable(text).removeprefix("\ufeff")


def _charset(content: bytes, declared: str | None) -> str:
    """The charset that was meant: the declared one unless the bytes speak against it."""
    if declared == "utf-16":
        declared = _wide(content)
    if declared and declared.startswith(_WIDE):
        return declared
    if _is(content, "utf-8"):
        return _in_utf8(content, declared)
    if declared is None or declared == FALLBACK:
        return guess(content)
    if declared == "utf-8":
        return _nearest(content)
    return _western(content) if declared == "cp1252" else declared


def _western(content: bytes) -> str:
    """Western unless it is Turkish, or of another script altogether: many programs call everything ISO-8859-1."""
    guessed = guess(content)
    if guessed != FALLBACK:
        return guessed
    return FALLBACK if _is_turkish(content) else "cp1252"


def _wide(content: bytes) -> str:
    """UTF-16 with a mark, without one, or only called so."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return endian(content) if b"\0" in content or not _is(content, "utf-8") else "utf-8"


def _in_utf8(content: bytes, declared: str | None) -> str:
    """Letters of other charsets practically never form UTF-8: so what is UTF-8 was declared wrongly, if it has any.

    Two short words of Chinese can; there the declaration counts.
    """
    if content.isascii():
        return guess(content) if declared in (None, "utf-8") else declared
    if declared in (None, "utf-8") or declared.startswith(_SINGLE_BYTE) or not _is(content, declared):
        return "utf-8"
    letters = sum(letter > "\x7f" for letter in content.decode())
    return "utf-8" if letters > 3 else declared


def _is_turkish(content: bytes) -> bool:
    """Whether six letters of Icelandic stand where no Icelander would use so few others: `ý` is `ı`, `þ` is `ş`."""
    text = content.decode("cp1252", "replace")
    return bool(_ICELANDIC.search(text)) and not _NOT_TURKISH.search(text)


def storable(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and lone surrogates, which no encoding takes."""
    if text.isascii():
        return text.replace("\0", "")
    return text.replace("\0", "").encode(errors="replace").decode()


@lru_cache(maxsize=256)
def _known(declared: str) -> str | None:
    wanted = declared.strip(" \t\"';,").lower()
    wanted = _OTHER_NAMES.get(wanted) or _WINDOWS.sub(r"cp\1", wanted)
    try:
        name = _lookup(wanted)
        b"".decode(name)  # Python's codecs that give no text (hex, zip …) are refused here
    except (LookupError, ValueError):
        return None
    return None if name in _NEVER else _MEANT.get(name, name)


def _lookup(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return codecs.lookup(name.removeprefix("x-")).name


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
    return "utf-8" if sound > broken else guess(content)
