"""Transfer encodings (RFC 2045 §6) as they arrive: misspelt, cut off, mixed with what is not encoded."""

import binascii
import re
from collections.abc import Sequence

_PLAIN = {"7bit", "8bit", "binary", ""}
_STRANGE = re.compile(rb"[^A-Za-z0-9+/=\s]")
"""What base64 has not; a letter that was damaged on the way is left out (RFC 2045 §6.8)."""
_UU_HEAD = re.compile(rb"^begin[ \t]+[0-7]{3,4}[ \t]+[^\r\n]*\r?\n", re.MULTILINE)


def decoded(raw: bytes, encodings: Sequence[str]) -> bytes:
    """The bytes behind an encoding: the first that a part names and that does something. Raises nothing."""
    for encoding in map(_named, encodings):
        if encoding in _PLAIN:
            continue
        if encoding == "quoted-printable":
            return binascii.a2b_qp(raw)
        if encoding == "base64":
            return _base64(raw)
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return uudecoded(raw)
    return raw


def _named(value: str) -> str:
    found = re.search(r"[\w-]+", value)
    return found[0].lower().replace("_", "-") if found else ""


def _base64(raw: bytes) -> bytes:
    """What is no base64 stays as it is; padding may stand within, a footer of a mailing list may follow it."""
    first = raw.strip().partition(b"\n")[0][:1000]
    words, strange = len(first.split()), len(_STRANGE.findall(first))
    if words > 3 or (strange and (words > 1 or strange * 8 > len(first))):
        return raw
    body, padding, rest = raw.rstrip(b"=\r\n\t ").partition(b"=")
    pieces = [body]
    if padding and not _STRANGE.search(rest):
        pieces += re.findall(rb"[^=]+", rest)
    return b"".join(map(_piece, pieces))


def _piece(text: bytes) -> bytes:
    """Base64 without its padding; four letters are three bytes, and a single last one is none."""
    letters = re.sub(rb"[^A-Za-z0-9+/]+", b"", text)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def uudecoded(raw: bytes) -> bytes:
    """The bytes of uuencoded lines (POSIX uuencode), up to the first that is none."""
    head = _UU_HEAD.search(raw)
    content = bytearray()
    for line in raw[head.end() if head else 0 :].splitlines():
        try:
            content += binascii.a2b_uu(line[: 1 + ((line[0] - 32 & 63) + 2) // 3 * 4] if line else b"`")
        except binascii.Error:
            break
        if line.strip() in (b"end", b"`", b""):
            break
    return bytes(content)
