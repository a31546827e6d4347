"""The parts of a mail (MIME, RFC 2045–2049): which are its text, which its HTML, which are attachments."""

import mimetypes
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
from channels.email.file_names import file_name
from channels.email.opaque import signed_content
from channels.email.tidying import tidy, with_boundary
from channels.email.tnef import opened
from channels.email.transfer import decoded
from channels.email.words import plain
from channels.email.wrapping import unflowed, uuencoded, without_armour
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
_EXTENSIONS = {"text/plain": "txt", "message/rfc822": "eml", "message/global": "eml", "text/markdown": "md"}
_NAMES = {
    "text/calendar": "invite.ics",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pgp-signature": "signature.asc",
}
"""What files of a kind are called that have no name."""
_KINDS = {
    "html": "text/html",
    "plain/text": "text/plain",
    "text": "text/plain",
    "plain": "text/plain",
}
_SHOWN = ("text/enriched", "text/richtext", "text/markdown", "text/x-markdown", "text/x-plain")
"""Texts that can be read as they are, where there is nothing better."""
_HTML_START = re.compile(r"\s*(?:<!doctype html|<html|<head|<body)\b", re.IGNORECASE)


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

    @property
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
        raw = self.given[0] if self.given else _try(lambda: file_name(self)) or ""
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
        content = self.content
        declared = _try(self.get_content_charset) or self._meta_charset(content)
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
        return str(_try(lambda: self.get_param(name)) or "").lower()

    def value(self, name: str) -> str:
        """A header's first value, or nothing."""
        return str(self.get(name, ""))

    def joined(self, name: str) -> str:
        """All values of a header, as one list."""
        return ", ".join(map(str, self.get_all(name, [])))

    def _meta_charset(self, content: bytes) -> str | None:
        found = _META_CHARSET.search(content[:2048]) if self.kind == "text/html" else None
        return found[1].decode() if found else None


_ENCODING = "Content-Transfer-Encoding"


def _try(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except _BROKEN:
        return None


def read(body: bytes) -> Part:
    """Take a mail apart. Raises Unparsable for what is too large or too deep to be a mail."""
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
        if count > _MOST_PARTS:
            raise Unparsable(f"more than {_MOST_PARTS} parts")
        return Part(policy)

    try:
        return cast(Part, BytesParser(part, policy=lenient).parsebytes(body))
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

    packed: list[Part] = field(default_factory=list)
    """Texts of a winmail.dat, for mails that have no other."""

    def sort(self, parts: list[Part]) -> None:
        """Sort the parts of a mail; without a text of its own, one that was packed away or has an odd form."""
        self._sort(parts, "mixed", choice=False, depth=0)
        if not any(part.text.strip() for part in (*self.text, *self.html)):
            odd = [part for part in self.attachments if part.kind in _SHOWN and not part.name]
            self._add_all(self.packed or odd)
            self.attachments = [part for part in self.attachments if part not in self.text]
        if len(self.attachments) > _MOST_PARTS:
            raise Unparsable(f"more than {_MOST_PARTS} parts")

    def _sort(self, parts: list[Part], around: str, *, choice: bool, depth: int) -> None:
        """Sort the parts of one multipart of the subtype `around`; `choice` = inside an alternative."""
        if depth > _DEEPEST:
            raise Unparsable("its parts are nested too deeply")
        texts, htmls = len(self.text), len(self.html)
        for position, part in enumerate(parts):
            if part.is_multipart():
                around_these = part.kind.partition("/")[2]
                inner = _root_first(part, part.get_payload()) if around_these == "related" else part.get_payload()
                chosen = choice or around_these == "alternative"
                self._sort(cast(list[Part], inner), around_these, choice=chosen, depth=depth + 1)
            elif _is_body(part, position, around):
                self._add(part, choice)
            else:
                self._attach(part, depth)
        if around == "alternative":
            self._complete(texts, htmls)

    def _attach(self, part: Part, depth: int) -> None:
        """A file; or what is in it, where it is only the wrapping of a mail."""
        if part.kind in _SIGNED_KINDS and (content := signed_content(part.content)) is not None:
            self._sort([read(content)], "mixed", choice=False, depth=depth + 10)
        elif _may_be_tnef(part) and (winmail := opened(part.content)) is not None:
            texts = (("text/plain", winmail.text), ("text/html", winmail.html))
            for kind, words in texts:
                made = Part.made(kind, "", b"")
                made.words = words.replace("\r\n", "\n").replace("\r", "\n")
                self.packed += [made] if words.strip() else []
            files = winmail.files[:_MOST_PARTS]
            self.attachments += [Part.made(_kind(f.name, f.kind), f.name, f.content, f.content_id) for f in files]
        else:
            self.attachments.append(part)

    def _add_all(self, parts: list[Part]) -> None:
        """These are the choice of bodies now."""
        htmls = [part for part in parts if part.kind == "text/html"]
        self.html[:] = htmls
        self.text[:] = [part for part in parts if part.kind != "text/html"] or htmls

    def _add(self, part: Part, choice: bool) -> None:
        """A text outside of any alternative belongs to both bodies."""
        if part.kind == "text/plain":
            self._take_files(part)
        if part.kind == "text/plain" or not choice:
            self.text.append(part)
        if part.kind == "text/html" or not choice:
            self.html.append(part)

    def _take_files(self, part: Part) -> None:
        """Files that stand uuencoded between the lines become attachments."""
        text = part.text
        if "\nend" in text and "begin " in text:
            part.words, files = uuencoded(text)
            self.attachments += [Part.made(_kind(name), name, content) for name, content in files]

    def _complete(self, texts: int, htmls: int) -> None:
        """An alternative that offers only one form, or an empty text, offers it to both bodies."""
        if all(not part.text.strip() for part in self.text[texts:]) and len(self.html) > htmls:
            self.text[texts:] = self.html[htmls:]
        elif len(self.html) == htmls:
            self.html.extend(self.text[texts:])


_SIGNED_KINDS = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_TNEF_KINDS = {"application/ms-tnef", "application/vnd.ms-tnef"}


def _may_be_tnef(part: Part) -> bool:
    return part.kind in _TNEF_KINDS or part.name.lower() == "winmail.dat"


def _kind(name: str, said: str = "") -> str:
    return said or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _root_first(part: Part, inner: Any) -> list[Part]:
    """The parts of a `related` with that first which is shown (RFC 2387 §3.2)."""
    start = str(_try(lambda: part.get_param("start")) or "").strip("<> ")
    return sorted(inner, key=lambda each: not start or each.value("Content-ID").strip("<> ") != start)


def _is_body(part: Part, position: int, around: str) -> bool:
    if part.kind not in ("text/plain", "text/html") or part.disposition == "attachment":
        return False
    return position == 0 or (around != "related" and not part.name)


def attachment(part: Part, number: int, shown: frozenset[str] = frozenset()) -> Attachment:
    """A part as a file; one without a name gets one. `shown`: the ids that the HTML shows as images."""
    content_id = next(iter(headers.message_ids(part.value("Content-ID"))), None)
    inline = content_id is not None and (part.disposition != "attachment" or content_id in shown)
    return Attachment(_file_name(part, number), part.kind, part.content, content_id=content_id, inline=inline)


def _file_name(part: Part, number: int) -> str:
    return part.name or _NAMES.get(part.kind) or f"attachment-{number}.{_extension(part.kind)}"


def _extension(kind: str) -> str:
    subtype = kind.partition("/")[2]
    return _EXTENSIONS.get(kind) or (subtype if re.fullmatch(r"[a-z0-9]{2,5}", subtype) else "bin")
