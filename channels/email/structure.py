"""The parts of a mail (MIME, RFC 2045–2049), each with its kind, name, bytes and text."""

import re
import unicodedata
from collections.abc import Callable
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from functools import cached_property
from typing import Any, cast

from channels.email.charsets import decode, storable
from channels.email.file_names import file_name
from channels.email.tidying import tidy, with_boundary
from channels.email.transfer import decoded
from channels.email.words import plain
from channels.email.wrapping import unflowed, without_armour
from omnidesk.contract.channel import Unparsable

_LARGEST = 50_000_000
MOST_PARTS = 1_000
_BROKEN = (AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What the standard library raises for headers and bodies that nobody foresaw."""
_CONTENT_TYPE = re.compile(r"[a-z0-9][\w.+!#$&^-]*/[\w.+!#$&^-]+", re.ASCII)
_META_CHARSET = re.compile(
    rb"""<(?:meta[^<>]{0,200}?charset|\?xml[^<>]{0,200}?encoding)\s*=\s*["']?([\w-]{1,40})""", re.IGNORECASE
)
_KINDS = {
    "html": "text/html",
    "plain/text": "text/plain",
    "text": "text/plain",
    "plain": "text/plain",
}
_HTML_START = re.compile(r"\s*(?:<!doctype html|<html|<head|<body)\b", re.IGNORECASE)


class _Lenient(Compat32):
    """Header values become text at the door: raw 8-bit ones too, and on one line."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        octets = value.encode("ascii", "surrogateescape")
        return name, re.sub(r"[\r\n]+", "", decode(octets))

    def header_fetch_parse(self, name: str, value: str) -> str:
        """As it is: nothing is hidden in it any more."""
        return value


class Part(Message):
    """A part in which attached mails stay closed: they are kept byte by byte, never taken apart and rebuilt."""

    def get_content_type(self) -> str:
        """The type as the parser may see it: it opens whatever is a `message`."""
        return re.sub(r"^message/", "closed/", super().get_content_type())

    given: tuple[str, bytes] | None = None
    """Name and bytes of a file that was packed into something else."""
    words: str | None = None
    """Its text, where that is known already."""

    @classmethod
    def made(cls, kind: str, name: str, content: bytes, content_id: str = "") -> "Part":
        """A part for a file, or a text, that was found inside of another."""
        part = cls(_Lenient())
        part["Content-Type"] = kind if _CONTENT_TYPE.fullmatch(kind) else "application/octet-stream"
        if content_id:
            part["Content-ID"] = f"<{content_id}>"
        part.given = (name, content)
        return part

    @cached_property
    def fields(self) -> dict[str, str]:
        """The first value of each header, by its name in lower case: once, since many are asked for."""
        return {name.lower(): str(value) for name, value in reversed(self.items())}

    @cached_property
    def kind(self) -> str:
        """The content type; what is no type is a heap of bytes, a multipart without parts is read as it stands."""
        kind = super().get_content_type()
        written = self.value("Content-Type").partition(";")[0].strip().lower()
        kind = _KINDS.get(written, kind)
        if kind.startswith("multipart/") and not self.is_multipart():
            return "text/plain"
        return kind if _CONTENT_TYPE.fullmatch(kind) else "application/octet-stream"

    @property
    def disposition(self) -> str:
        """`inline`, `attachment`, or nothing."""
        return self.value("Content-Disposition").partition(";")[0].strip().lower()

    @property
    def name(self) -> str:
        """The file name: no path, nothing invisible, at most 200 characters."""
        raw = self.given[0] if self.given else attempt(lambda: file_name(self)) or ""
        last = re.split(r"[/\\]", unicodedata.normalize("NFC", plain(raw)))[-1]
        return "".join(letter for letter in last if letter.isprintable()).strip(" .")[:200]

    @property
    def content(self) -> bytes:
        """The bytes, decoded from base64 or quoted-printable."""
        if self.given:
            return self.given[1]
        payload = cast(Any, self)._payload  # get_payload() would decode what is 8-bit
        if not isinstance(payload, str):
            return b""
        return decoded(payload.encode(errors="surrogateescape"), list(map(str, self.get_all(_ENCODING, []))))

    @property
    def text(self) -> str:
        """The content as text, lines ending in LF, without what lies around the words."""
        if self.words is None:
            self.words = self._read()
        return self.words

    def _read(self) -> str:
        return self._understood(self.content)

    def beginning(self, most: int) -> str:
        """The text of the first bytes."""
        return self.text[:most] if self.words is not None else self._understood(self.content[:most])

    def _understood(self, content: bytes) -> str:
        declared = attempt(self.get_content_charset) or self._meta_charset(content)
        text = decode(content, declared).replace("\r\n", "\n").replace("\r", "\n")
        if self.kind == "text/html":
            return text
        if self._parameter("format") == "flowed":
            text = unflowed(text, delsp=self._parameter("delsp") == "yes")
        return without_armour(text)

    @property
    def is_html(self) -> bool:
        """Also what calls itself plain, or nothing, and begins as HTML does."""
        return self.kind == "text/html" or (self.kind == "text/plain" and bool(_HTML_START.match(self.text[:1000])))

    def _parameter(self, name: str) -> str:
        return str(attempt(lambda: self.get_param(name)) or "").lower()

    def value(self, name: str) -> str:
        """A header's first value, or nothing."""
        return self.fields.get(name.lower(), "")

    def values_of(self, name: str) -> tuple[str, ...]:
        """All values of a header, from the top."""
        return tuple(map(str, self.get_all(name, [])))

    def joined(self, name: str) -> str:
        """All values of a header, as one list."""
        return ", ".join(map(str, self.get_all(name, [])))

    def _meta_charset(self, content: bytes) -> str | None:
        found = _META_CHARSET.search(content[:2048]) if self.kind == "text/html" else None
        return found[1].decode() if found else None


_ENCODING = "Content-Transfer-Encoding"


def attempt(read: Callable[[], Any]) -> Any:
    """What the standard library reads, or None where it stumbles."""
    try:
        return read()
    except _BROKEN:
        return None


def read(body: bytes) -> Part:
    """Take a mail apart. Raises Unparsable for what is empty, too large or too deep to be a mail."""
    if not body.strip():
        raise Unparsable("empty")
    if len(body) > _LARGEST:
        raise Unparsable(f"larger than {_LARGEST // 1_000_000} MB")
    tidied = tidy(body)
    part = _parsed(tidied)
    if part.get_content_maintype() == "multipart" and not part.is_multipart():
        part = _repaired(part, tidied)
    return part


def _repaired(part: Part, body: bytes) -> Part:
    """A multipart whose parts were not found: they are encoded as a whole, or their boundary is another."""
    content = part.content
    head, _, _ = body.partition(b"\n\n") if b"\n\n" in body else body.partition(b"\r\n\r\n")
    if any(str(value).strip().lower() == "base64" for value in part.get_all(_ENCODING, [])):
        body = re.sub(rb"(?im)^content-transfer-encoding:[^\n]*\n?", b"", head + b"\n").rstrip() + b"\n\n" + content
        again = _parsed(body)
        if again.is_multipart():
            return again
    repaired = with_boundary(body)
    return _parsed(repaired) if repaired else part


def _parsed(body: bytes) -> Part:
    lenient = _Lenient()
    count = 0

    def part(policy: Compat32 = lenient) -> Part:
        nonlocal count
        count += 1
        if count > MOST_PARTS:
            raise Unparsable(f"more than {MOST_PARTS} parts")
        return Part(policy)

    try:
        return cast(Part, BytesParser(part, policy=lenient).parsebytes(body))
    except RecursionError:
        raise Unparsable("its parts are nested too deeply") from None
    except _BROKEN as error:
        raise Unparsable(f"its parts can't be told apart: {storable(str(error))[:200]}") from error
