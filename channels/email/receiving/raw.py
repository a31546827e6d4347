"""A mail as the raw message it is stored as, straight from its bytes: cheap, and never raising."""

import asyncio
import hashlib
import re
from collections.abc import Sequence

from channels.email.mime.charsets import decode
from channels.email.mime.mailboxes import mailboxes
from omnidesk.contract.channel import RawMessage
from omnidesk.text.addresses import normal_email

_LARGE = 1024 * 1024
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")


def raw_message(body: bytes, mail_from: str, rcpt_to: Sequence[str], peer: str) -> RawMessage:
    """The raw message of a mail; the same for the same mail, whichever way it comes."""
    lines = body.replace(b"\r\n", b"\n").lstrip(b"\n").rstrip()
    end = _END_OF_HEADERS.search(lines)
    head, text = (lines[: end.start()], memoryview(lines)[end.end() :]) if end else (lines, lines)
    author = next(iter(mailboxes(decode(_header(head, b"from")))), None)
    return RawMessage(
        external_id=_external_id(head, text, mail_from),
        sender=normal_email(author.email if author else mail_from),
        body=body,
        envelope={"mail_from": mail_from, "rcpt_to": list(rcpt_to), "peer": peer},
    )


async def raw_message_of_any_size(body: bytes, mail_from: str, rcpt_to: Sequence[str], peer: str) -> RawMessage:
    """The same; of a large mail in a thread, since a digest of 50 MB would hold up everybody for half a second."""
    if len(body) < _LARGE:
        return raw_message(body, mail_from, rcpt_to, peer)
    return await asyncio.to_thread(raw_message, body, mail_from, rcpt_to, peer)


def _external_id(head: bytes, text: bytes | memoryview, mail_from: str) -> str:
    """Message-ID and a digest of what makes two mails with one Message-ID different: From, Date and body.

    Programs send mails with hardly a header: without a Message-ID the subject tells two of them apart too, and without
    a From whoever the envelope names. Where no line parts headers from the text, all of it is both.
    """
    message_id, author = _header(head, b"message-id"), _header(head, b"from")
    digest = hashlib.sha256()
    for value in (message_id, author, _header(head, b"date"), text, *_further(head, message_id, author, mail_from)):
        digest.update(b"%d:" % len(value))
        digest.update(value)
    readable = re.sub(r"[^!-;=?-~]", "", message_id.decode("ascii", "replace"))[:200]
    return f"{readable}:{digest.hexdigest()[:32]}".removeprefix(":")


def _further(head: bytes, message_id: bytes, author: bytes, mail_from: str) -> Sequence[bytes]:
    if message_id:
        return ()
    subject = _header(head, b"subject")
    return (subject,) if author else (subject, mail_from.lower().encode("utf-8", "replace"))


def _header(head: bytes, name: bytes) -> bytes:
    """The first value of a header, on one line."""
    found = re.search(rb"(?im)^%b[ \t]*:(.*(?:\n[ \t].*)*)" % name, head)
    return b" ".join(found[1].split()) if found else b""
