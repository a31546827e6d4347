"""The parts of a mail (MIME, RFC 2045–2049): which are its text, which its HTML, which are attachments."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from typing import Any, cast

from channels.email import headers
from channels.email.charsets import decode, storable
from channels.email.words import plain
from omnidesk.contract.channel import Attachment, Unparsable

_LARGEST = 50_000_000
_MOST_PARTS = 1_000
_DEEPEST = 100
_BROKEN = (AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What the standard library raises for headers and bodies that nobody foresaw."""
_CONTENT_TYPE = re.compile(r"[a-z0-9][\w.+!#$&^-]*/[\w.+!#$&^-]+", re.ASCII)
_META_CHARSET = re.compile(
    rb"""<(?:meta[^<>]{0,200}?charset|\?xml[^<>]{0,200}?encoding)\s*=\s*["']?([\w-]{1,40})""", re.IGNORECASE
)
_EXTENSIONS = {"text/plain": "txt", "message/rfc822": "eml"}


class _Lenient(Compat32):
    """Header values become text at the door: raw 8-bit ones too, and on one line."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        octets = value.encode("ascii", "surrogateescape")
        return name, re.sub(r"[\r\n]+", "", decode(octets))


class Part(Message):
    """A part in which attached mails stay closed: they are kept byte by byte, never taken apart and rebuilt."""

    def get_content_type(self) -> str:
        """The type as the parser may see it: it opens whatever is a `message`."""
        return re.sub(r"^message/", "closed/", super().get_content_type())

    @property
    def kind(self) -> str:
        """The content type; what is no type is a heap of bytes, a multipart without parts is read as it stands."""
        kind = super().get_content_type()
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
        raw = _try(self.get_filename) or ""
        last = re.split(r"[/\\]", unicodedata.normalize("NFC", plain(raw)))[-1]
        return "".join(letter for letter in last if letter.isprintable()).strip(" .")[:200]

    @property
    def content(self) -> bytes:
        """The bytes, decoded from base64 or quoted-printable."""
        content = _try(lambda: self.get_payload(decode=True))
        return content if isinstance(content, bytes) else b""

    @property
    def text(self) -> str:
        """The content as text, lines ending in LF."""
        content = self.content
        declared = _try(self.get_content_charset) or self._meta_charset(content)
        return decode(content, declared).replace("\r\n", "\n").replace("\r", "\n")

    def value(self, name: str) -> str:
        """A header's first value, or nothing."""
        return str(self.get(name, ""))

    def joined(self, name: str) -> str:
        """All values of a header, as one list."""
        return ", ".join(map(str, self.get_all(name, [])))

    def _meta_charset(self, content: bytes) -> str | None:
        found = _META_CHARSET.search(content[:2048]) if self.kind == "text/html" else None
        return found[1].decode() if found else None


def _try(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except _BROKEN:
        return None


def read(body: bytes) -> Part:
    """Take a mail apart. Raises Unparsable for what is too large or too deep to be a mail."""
    if len(body) > _LARGEST:
        raise Unparsable(f"larger than {_LARGEST // 1_000_000} MB")
    lenient = _Lenient()
    count = 0

    def part(policy: Compat32 = lenient) -> Part:
        nonlocal count
        count += 1
        if count > _MOST_PARTS:
            raise Unparsable(f"more than {_MOST_PARTS} parts")
        return Part(policy)

    try:
        return cast(Part, BytesParser(part, policy=lenient).parsebytes(body.lstrip(b"\r\n")))
    except RecursionError:
        raise Unparsable("its parts are nested too deeply") from None
    except _BROKEN as error:
        raise Unparsable(f"its parts can't be told apart: {storable(str(error))[:200]}") from error


@dataclass(slots=True)
class Bodies:
    """The parts sorted by what they are for, by the algorithm of RFC 8621 §4.1.4."""

    text: list[Part] = field(default_factory=list)
    html: list[Part] = field(default_factory=list)
    attachments: list[Part] = field(default_factory=list)

    def sort(self, parts: list[Part], around: str = "mixed", *, choice: bool = False, depth: int = 0) -> None:
        """Sort the parts of one multipart of the subtype `around`; `choice` = inside an alternative."""
        if depth > _DEEPEST:
            raise Unparsable("its parts are nested too deeply")
        texts, htmls = len(self.text), len(self.html)
        for position, part in enumerate(parts):
            if part.is_multipart():
                around_these = part.kind.partition("/")[2]
                inner: list[Part] = part.get_payload()  # type: ignore[assignment]
                chosen = choice or around_these == "alternative"
                self.sort(inner, around_these, choice=chosen, depth=depth + 1)
            elif _is_body(part, position, around):
                self._add(part, choice)
            else:
                self.attachments.append(part)
        if around == "alternative":
            self._complete(texts, htmls)

    def _add(self, part: Part, choice: bool) -> None:
        """A text outside of any alternative belongs to both bodies."""
        if part.kind == "text/plain" or not choice:
            self.text.append(part)
        if part.kind == "text/html" or not choice:
            self.html.append(part)

    def _complete(self, texts: int, htmls: int) -> None:
        """An alternative that offers only one form offers it to both bodies."""
        if len(self.text) == texts:
            self.text.extend(self.html[htmls:])
        elif len(self.html) == htmls:
            self.html.extend(self.text[texts:])


def _is_body(part: Part, position: int, around: str) -> bool:
    if part.kind not in ("text/plain", "text/html") or part.disposition == "attachment":
        return False
    return position == 0 or (around != "related" and not part.name)


def attachment(part: Part, number: int) -> Attachment:
    """A part as a file; one without a name gets one."""
    content_id = next(iter(headers.message_ids(part.value("Content-ID"))), None)
    inline = content_id is not None and part.disposition != "attachment"  # phones send every file as `inline`
    filename = part.name or f"attachment-{number}.{_extension(part.kind)}"
    return Attachment(filename, part.kind, part.content, content_id=content_id, inline=inline)


def _extension(kind: str) -> str:
    subtype = kind.partition("/")[2]
    return _EXTENSIONS.get(kind) or (subtype if re.fullmatch(r"[a-z0-9]{2,5}", subtype) else "bin")
