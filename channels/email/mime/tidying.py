"""Bytes of a mail as RFC 5322 wants them, before they are taken apart."""

import re

_MBOX = re.compile(rb"\A>?From (?![ \t]*:)[^\n]*\n")
_SPACED_NAME = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{0,60})[ \t]+:", re.MULTILINE)
_BLANK = re.compile(rb"\r?\n\r?\n")


def tidy(body: bytes) -> bytes:
    """Without a byte order mark, lines of an mbox and NULs in the headers; each line ends once, in LF or CRLF."""
    body = body.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    top = body[:1000]
    if b"\r\r\n" in top:  # a gateway doubled them
        body = body.replace(b"\r\r\n", b"\r\n")
    elif b"\r" in top and b"\n" not in top:
        body = body.replace(b"\r", b"\n")
    body = _MBOX.sub(b"", body)
    found = _BLANK.search(body)
    head = body[: found.start()] if found else body
    tidied = _SPACED_NAME.sub(rb"\1:", head.replace(b"\0", b""))
    return body if tidied == head else tidied + body[len(head) :]
