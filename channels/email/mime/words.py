"""Encoded words (RFC 2047), however broken: header values become the text that was meant. Nothing here raises."""

import binascii
import re
from collections.abc import Iterator
from itertools import groupby

from channels.email.mime.charsets import decode, storable

LONGEST = 100_000
"""The most characters of a header that are read."""
_WORD = re.compile(r"=\?([^?\s]{0,80})\?([bq])\?((?:[^?]|\?(?!=)(?![^?\s]{0,80}\?[bq]\?))*)(?:\?=|$)", re.IGNORECASE)
"""An encoded word; also one with a raw `?` in it, and one that was cut off at the end."""
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{0,80}\?[bq]\?)", re.IGNORECASE)


def plain(value: str) -> str:
    """A header value on one line, its encoded words decoded, its white space single."""
    return " ".join(spelled(value).split())


def spelled(value: str) -> str:
    """A header value with its encoded words decoded, its white space as it is."""
    text = value[:LONGEST]
    if "=?" in text:
        text = "".join(_pieces(_BETWEEN_WORDS.sub(r"\1", text)))
    return storable(text)


def _pieces(value: str) -> Iterator[str]:
    """Text as it is; neighbouring words of one charset decoded together, since some programs split letters."""
    end, charset, words = 0, "", list[tuple[str, str]]()
    for word in _WORD.finditer(value):
        name = word[1].partition("*")[0].lower()  # RFC 2231 allows a language after *
        if word.start() != end or name != charset:
            yield decode(_octets(words), charset)
            yield value[end : word.start()]
            charset, words = name, []
        words.append((word[2].lower(), word[3]))
        end = word.end()
    yield decode(_octets(words), charset)
    yield value[end:]


def _octets(words: list[tuple[str, str]]) -> bytes:
    """The bytes of words of one charset; some programs cut base64 where it can't be cut, so it is put together."""
    octets = bytearray()
    for encoding, group in groupby(words, lambda word: word[0]):
        if encoding == "q":
            octets += b"".join(_quoted(text) for _, text in group)
        else:
            octets += _base64("".join(text for _, text in group).encode(errors="replace"))
    return bytes(octets)


def _quoted(text: str) -> bytes:
    return binascii.a2b_qp(re.sub(r"=$", "=3D", text).encode(errors="replace"), header=True)


def _base64(octets: bytes) -> bytes:
    """Pieces end with their own padding; what is no base64 stays as it is."""
    try:
        return b"".join(binascii.a2b_base64(piece + b"==") for piece in re.findall(rb"[^=]+", octets))
    except binascii.Error:
        return octets
