"""The reply in a whole mail, or in a bare text."""

import re

from channels.email.mime.bodies import Bodies
from channels.email.mime.charsets import decode
from channels.email.mime.structure import Part, read
from channels.email.mime.words import plain
from channels.email.quoting.html import may_tell, split_html, text_of
from channels.email.quoting.reply import Reply, split
from channels.email.quoting.separators import forwards

_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60}):[^\n]*\n(?:[ \t][^\n]*\n)*")
_ONLY_MAILS = {
    b"message-id",
    b"mime-version",
    b"received",
    b"return-path",
    b"content-type",
    b"delivered-to",
    b"x-mailer",
}


def reply_in(content: bytes) -> Reply:
    """Take what a file or a pipe holds apart: a whole mail if it clearly is one, else a text. Raises Unparsable."""
    body = content.replace(b"\r\n", b"\n")
    if is_mail(body):
        return reply_in_mail(body)
    return split(decode(body).replace("\r", "\n"))


def is_mail(content: bytes) -> bool:
    """Whether it begins with headers that no person writes at the top of a text."""
    names, end = set(), 0
    while found := _HEADER.match(content, end):
        names.add(found[1].lower())
        end = found.end()
    return bool(b"from" in names and len(names) > 1 and names & _ONLY_MAILS and content[end : end + 1] in (b"\n", b""))


def reply_in_mail(body: bytes) -> Reply:
    """Take a mail apart: by its text, or by its HTML where only that shows what is quoted. Raises Unparsable."""
    mail = read(body)
    bodies = Bodies()
    bodies.sort([mail])
    return reply_of(bodies, plain(mail.value("Subject")))


def reply_of(bodies: Bodies, subject: str) -> Reply:
    """The same for a mail that was read already."""
    forward = forwards(subject)
    source = "\n".join(part.text for part in bodies.html if part.is_html)
    telling = not forward and may_tell(source)
    if telling and all(part.is_html for part in bodies.text):
        return split_html(source)
    texts = [_shown(part) if part.is_html else part.text for part in bodies.text]
    reply = split("\n\n".join(text.strip("\n") for text in texts), forward=forward)
    if reply.has_history or not telling:
        return reply
    told = split_html(source)
    return told if told.has_history or len(told.parts) > len(reply.parts) else reply


def _shown(part: Part) -> str:
    return text_of(part.text) if part.shown is None else part.shown
