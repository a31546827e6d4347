"""The header lines at the top of a mail or a part (RFC 5322 §2.2), also where lines among them are none."""

import re

from channels.email.mime.charsets import decode
from omnidesk.contract.channel import Unparsable

MOST = 10_000
"""The most headers of a mail or a part; real ones have a hundred."""
LONGEST = 100_000
"""The most bytes of a header that are read."""

Field = tuple[str, str]
"""A name as written, and its value: text on one line."""

_BLANK = re.compile(rb"(?m)^\r?(?:\n|\Z)")
_FIELD = re.compile(rb"([!-9;-~]{1,998}):(.*(?:\r?\n[ \t].*)*)(?:\n|\Z)")
_KNOWN = re.compile(
    rb"(?im)^(?:from|to|cc|subject|date|message-id|references|in-reply-to|reply-to|sender|received|return-path"
    rb"|delivered-to|mime-version|content-[a-z-]{2,40}|x-[a-z-]{2,60}|list-[a-z-]{2,20})[ \t]{0,9}:"
)
_CHARSET = re.compile(rb"""charset[ \t]{0,9}=[ \t]{0,9}["']?([\w.:-]{2,40})""", re.IGNORECASE)
_DEFAULT = re.compile(rb"(?:us-ascii|ascii|utf-?8|iso-8859-1|windows-1252)", re.IGNORECASE)
"""What programs write that know nothing of charsets."""
_FARTHEST = 20_000
"""The most bytes in which a header is looked for below lines that are none, and a charset below the headers."""


def parted(body: bytes, start: int, end: int) -> tuple[list[Field], int]:
    """The fields that begin at a place, and where the content below them begins; `end` is where it ends.

    Raises Unparsable for more than anyone writes.
    """
    blank = _BLANK.search(body, start, end)
    last = blank.start() if blank else end
    fields, at = list[tuple[bytes, bytes]](), start
    while at < last:
        if found := _FIELD.match(body, at, last):
            if len(fields) == MOST:
                raise Unparsable(f"more than {MOST} headers")
            fields.append((found[1], found[2]))
            at = found.end()
        elif below := _next_known(body, at, last):
            _go_on(fields, body[at:below])
            at = below
        else:
            return _as_text(fields, body), at  # the blank line is missing
    return _as_text(fields, body), blank.end() if blank else end


def _next_known(body: bytes, start: int, end: int) -> int | None:
    """Where the next header stands below lines that are none; it is that of a part if a boundary is among them."""
    found = _KNOWN.search(body, start, min(end, start + _FARTHEST))
    if found is None or body.startswith(b"--", start) or body.find(b"\n--", start, found.start()) >= 0:
        return None
    return found.start()


def _go_on(fields: list[tuple[bytes, bytes]], lines: bytes) -> None:
    """Lines between headers are the end of the one above, that lost its indent; lines of an mbox are nothing."""
    if fields and not lines.startswith((b">", b"From ")):
        name, value = fields[-1]
        fields[-1] = (name, value + b" " + lines)


def _as_text(fields: list[tuple[bytes, bytes]], body: bytes) -> list[Field]:
    """Names and values as text; letters beyond ASCII that nobody encoded are in the charset of the mail."""
    charset = None
    if not all(value.isascii() for _, value in fields):
        found = _CHARSET.search(body, 0, _FARTHEST)
        charset = found[1].decode() if found and not _DEFAULT.fullmatch(found[1]) else None
    return [(name.decode(), decode(_on_one_line(value), charset)) for name, value in fields]


def _on_one_line(value: bytes) -> bytes:
    return value[:LONGEST].replace(b"\r", b"").replace(b"\n", b"").strip(b" \t")
