"""Bytes of a mail as RFC 5322 wants them, before they are taken apart."""

import re

_MBOX = re.compile(rb"\A>?From (?![ \t]*:)[^\n]*\n")
_SPACED_NAME = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{0,60})[ \t]+:", re.MULTILINE)
_BOUNDARY = re.compile(
    rb"^--([^\s-][^\r\n]{0,100}?|-{1,60}[^\r\n]{1,100}?)[ \t]*\r?\nContent-[A-Za-z-]+:", re.MULTILINE | re.IGNORECASE
)
_MULTIPART = re.compile(rb"(?im)^content-type:[ \t]*(?:\r?\n[ \t]+)?(multipart/[a-z]+)[^\n]*\n(?:[ \t][^\n]*\n)*")
_BLANK = re.compile(rb"\r?\n\r?\n|\r\r")


def tidy(body: bytes) -> bytes:
    """Without a byte order mark, lines of an mbox and NULs in the headers; line ends doubled by a gateway once."""
    body = _MBOX.sub(b"", body.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
    if b"\r\r\n" in body[:1000]:
        body = body.replace(b"\r\r\n", b"\r\n")
    head, blank, rest = _parted(body)
    return _SPACED_NAME.sub(rb"\1:", head.replace(b"\0", b"")) + blank + rest


def with_boundary(body: bytes) -> bytes | None:
    """A multipart mail that names no boundary, or a wrong one, with the one that its parts have."""
    head, blank, rest = _parted(body)
    found = _BOUNDARY.search(rest)
    if found is None:
        return None
    line = rb'Content-Type: \1; boundary="%b"' % found[1].replace(b"\\", b"").replace(b'"', b"") + b"\n"
    repaired, count = _MULTIPART.subn(line, head + b"\n", count=1)
    return repaired.rstrip(b"\r\n") + blank + rest if count else None


def _parted(body: bytes) -> tuple[bytes, bytes, bytes]:
    found = _BLANK.search(body)
    return (body[: found.start()], found[0], body[found.end() :]) if found else (body, b"", b"")
