"""Header values: encoded words (RFC 2047), addresses, message ids and dates, however broken. Nothing here raises."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime

from channels.email.charsets import decode, storable

_LONGEST = 100_000
"""The most characters of a header that are read."""
_MOST_IDS = 50
ADDRESS = re.compile(r"""[^\s<>()\[\]\\",;:@]{1,64}@[^\s<>()\[\]\\",;:@]{1,255}""")
"""An address as people have them: no quotes, no comments, no literal IP."""
_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,80}\?[bq]\?)", re.IGNORECASE)
_BARE_NAME = re.compile(r"(^|,)\s*([^\s<>,\"]{1,320}@[^\s<>,\"]{1,320})\s*(?=<)")
"""`mia@x.example <mia@y.example>`: the name is an address, and not the one that counts."""
_ID = re.compile(r"<([^<>]{1,998})>")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address, as a header gives them."""

    name: str = ""
    email: str = ""


def plain(value: str) -> str:
    """A header value on one line, its encoded words decoded, its white space single."""
    joined = value[:_LONGEST]
    if "=?" in joined:
        joined = "".join(_pieces(_BETWEEN_WORDS.sub(r"\1", joined)))
    return " ".join(storable(joined).split())


def _pieces(value: str) -> Iterator[str]:
    """Text as it is; neighbouring words of one charset decoded together, since some programs split letters."""
    end, charset, content = 0, "", bytearray()
    for word in _WORD.finditer(value):
        name = word[1].partition("*")[0].lower()  # RFC 2231 allows a language after *
        if word.start() != end or name != charset:
            yield decode(bytes(content), charset)
            yield value[end : word.start()]
            charset, content = name, bytearray()
        content += _octets(word[2], word[3])
        end = word.end()
    yield decode(bytes(content), charset)
    yield value[end:]


def _octets(encoding: str, text: str) -> bytes:
    octets = text.encode(errors="replace")
    if encoding in "qQ":
        return binascii.a2b_qp(octets, header=True)
    try:
        return binascii.a2b_base64(octets + b"==")
    except binascii.Error:
        return octets


def mailboxes(value: str) -> tuple[Mailbox, ...]:
    """The addresses of a header; where its syntax is broken, whatever looks like one."""
    text = _BARE_NAME.sub(r'\1 "\2" ', value[:_LONGEST])
    try:
        found = [Mailbox(plain(name), address.strip()) for name, address in getaddresses([text])]
    except (RecursionError, ValueError, IndexError):  # comments nested a thousand deep, and what else is thought of
        found = []
    good = tuple(mailbox for mailbox in found if ADDRESS.fullmatch(mailbox.email))
    return good or tuple(Mailbox("", address) for address in ADDRESS.findall(plain(text)))


def message_ids(value: str) -> tuple[str, ...]:
    """Message ids without angle brackets, in order, each once."""
    found = _ID.findall(value) or [word for word in value.split() if "@" in word]
    ids = ("".join(storable(text).split()) for text in found)
    return first_of_each(text for text in ids if text)


def first_of_each(ids: Iterator[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The ids without repetitions, and not more than anyone needs."""
    return tuple(dict.fromkeys(ids))[:_MOST_IDS]


def date(value: str) -> datetime | None:
    """When a mail says it was written; without a zone it is UTC. None for what is no date, or one of no clock."""
    text = value.strip()[:200]
    moment = _rfc_date(text) or _iso_date(text)
    if moment is None or not 1970 <= moment.year < 9999:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _rfc_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _iso_date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
