"""The parts of a mail (MIME, RFC 2045–2049), each with its kind, name, bytes and text."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from email.message import Message
from functools import cached_property
from typing import Any

from channels.email.mime.boundaries import Span, guessed, spans
from channels.email.mime.charsets import decode
from channels.email.mime.fields import Field, parted
from channels.email.mime.file_names import file_name
from channels.email.mime.tidying import tidy
from channels.email.mime.transfer import decoded
from channels.email.mime.words import spelled
from channels.email.mime.wrapping import unflowed, without_armour
from omnidesk.contract.channel import Unparsable

_LARGEST = 50_000_000
_LONGEST = 10_000
"""The most characters of a header whose parameters are read."""
MOST_PARTS = 1_000
DEEPEST = 100
"""The most multiparts in each other."""
_PREAMBLE = re.compile(
    rb"\s*+(?:[^\n]{0,200}MIME[^\n]{0,200}\n(?:[^\n-][^\n]{0,200}\n){0,3}\s{0,20})?--", re.IGNORECASE
)
"""How a multipart begins."""
_TOP = 200
"""The most bytes of its first lines."""
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


class Part(Message):
    """A part. Attached mails stay closed: they are kept byte by byte, never taken apart and rebuilt."""

    given: tuple[str, bytes] | None = None
    """Name and bytes of a file that was packed into something else."""
    words: str | None = None
    """Its text, where that is known already."""
    shown: str | None = None
    """What a reader of its HTML sees, where that is known already."""

    def __init__(self, fields: Sequence[Field] = (), raw: bytes = b"") -> None:
        super().__init__()
        self.raw = raw
        """The content as it came, encoded; nothing for a multipart."""
        self.parts: list[Part] = []
        """The parts of a multipart, in order."""
        self.fields: dict[str, list[str]] = {}
        """All values of each header, from the top, by its name in lower case."""
        for name, value in fields:
            self.fields.setdefault(name.lower(), []).append(value)

    @classmethod
    def made(cls, kind: str, name: str, content: bytes, content_id: str = "") -> "Part":
        """A part for a file, or a text, that was found inside of another."""
        sound = kind if _CONTENT_TYPE.fullmatch(kind) else "application/octet-stream"
        part = cls([("Content-Type", sound), *([("Content-ID", f"<{content_id}>")] if content_id else [])])
        part.given = (name, content)
        return part

    def get(self, name: str, failobj: Any = None) -> Any:
        """The beginning of a header's first value, as the standard library asks for it; it splits slowly."""
        found = self.fields.get(name.lower())
        return found[0][:_LONGEST] if found else failobj

    def get_all(self, name: str, failobj: Any = None) -> Any:
        """All values of a header, as the standard library asks for them."""
        return self.fields.get(name.lower(), failobj)

    def __contains__(self, name: object) -> bool:
        """Whether there is such a header."""
        return str(name).lower() in self.fields

    def __bool__(self) -> bool:
        """A part is one, also without headers."""
        return True

    def is_multipart(self) -> bool:
        """Whether it has parts, whatever it says."""
        return bool(self.parts)

    def values_of(self, name: str) -> tuple[str, ...]:
        """All values of a header, from the top."""
        return tuple(self.fields.get(name.lower(), ()))

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
        last = re.split(r"[/\\]", unicodedata.normalize("NFC", spelled(raw)))[-1]
        return "".join(letter for letter in last if letter.isprintable()).strip(" .")[:200]

    @property
    def content(self) -> bytes:
        """The bytes, decoded from base64 or quoted-printable."""
        if self.given:
            return self.given[1]
        return decoded(self.raw, self.values_of("Content-Transfer-Encoding"))

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

    @property
    def boundary(self) -> bytes:
        """What parts its parts, nothing if it doesn't say."""
        written = attempt(lambda: self.get_param("boundary", unquote=False)) or ""
        text = (written if isinstance(written, str) else written[2]).strip()
        if text[:1] == '"':  # the library would take <> for quotes
            text = re.sub(r"\\(.)", r"\1", text[1:].removesuffix('"'))
        return text.rstrip().encode()

    def _parameter(self, name: str) -> str:
        return str(attempt(lambda: self.get_param(name)) or "").lower()

    def value(self, name: str) -> str:
        """A header's first value, or nothing."""
        return self.fields.get(name.lower(), ("",))[0]

    def joined(self, name: str) -> str:
        """All values of a header, as one list."""
        return ", ".join(self.values_of(name))

    def _meta_charset(self, content: bytes) -> str | None:
        found = _META_CHARSET.search(content[:2048]) if self.kind == "text/html" else None
        return found[1].decode() if found else None


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
    return _Reading().part(tidied, 0, len(tidied))


class _Reading:
    """One mail being taken apart; it counts the parts."""

    def __init__(self) -> None:
        self._count = 0

    def part(self, body: bytes, start: int, end: int, depth: int = 0, default: str = "text/plain") -> Part:
        """The part between two places, with those in it."""
        self._count += 1
        if self._count > MOST_PARTS:
            raise Unparsable(f"more than {MOST_PARTS} parts")
        if depth > DEEPEST:
            raise Unparsable("its parts are nested too deeply")
        fields, start = parted(body, start, end)
        part = Part(fields)
        part.set_default_type(default)
        may_hold = part.get_content_maintype() == "multipart" or "Content-Type" not in part
        found = _inside(part, body, start, end) if may_hold else []
        if not found:
            part.raw = body[start:end]
        if not found and may_hold:
            body = part.content
            # encoded as a whole, against RFC 2045 §6.4
            found = [] if body == part.raw else _inside(part, body, 0, len(body))
        inner = "message/rfc822" if part.get_content_type() == "multipart/digest" else "text/plain"
        within = [self.part(body, *span, depth + 1, inner) for span in found]
        # one whose parts stand beside it, since it has its parent's boundary, is nothing itself
        part.parts = [each for each in within if each.parts or each.raw or each.get_content_maintype() != "multipart"]
        return part


def _inside(part: Part, body: bytes, start: int, end: int) -> list[Span]:
    """Where the parts of this part stand; they are found by what is there if its headers are wrong or lost."""
    if part.get_content_maintype() != "multipart":
        lost = "Content-Type" not in part and _PREAMBLE.match(body, start, end)
        return spans(body, start, end, guessed(body, lost.end() - 2, lost.end() + _TOP)) if lost else []
    return spans(body, start, end, part.boundary) or spans(body, start, end, guessed(body, start, end))
