"""An outgoing message as a mail. Pure: the same message gives the same headers however often it is tried."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from html import escape
from urllib.parse import quote

from channels.email.mailboxes import ADDRESS
from channels.email.own import with_token
from omnidesk.contract.channel import ChannelError, Link, Outbound

_MOST_REFERENCES = 1_400
"""Characters of a References header; some servers refuse longer ones (RFC 5536 speaks of 998 a line)."""
_URL = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?'()\[\]{}]")
_TYPE = re.compile(r"(?!message/|multipart/)[a-z0-9][\w.+-]*/[\w.+-]+", re.ASCII)


class _Policy(EmailPolicy):
    """SMTP lines, and ids kept whole: the standard library makes encoded words of those longer than a line."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() in ("references", "in-reply-to"):
            return f"{name}: " + value.replace("> <", ">\r\n <") + "\r\n"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode()


def message_id(outbound: Outbound, address: str) -> str:
    """The Message-ID of a delivery, without angle brackets; the same for every try."""
    return f"{quote(outbound.key, safe='')}@{address.rpartition('@')[2]}"


def compose(outbound: Outbound, address: str, contents: Sequence[bytes], now: datetime) -> EmailMessage:
    """The mail for a message from the inbox `address`; `contents` are the bytes of its files.

    Raises ChannelError when the recipient's address is none.
    """
    mail = EmailMessage(policy=_Policy(linesep="\r\n", utf8=not outbound.to.isascii()))
    mail["From"] = _mailbox(outbound.from_name, address)
    mail["To"] = _mailbox(outbound.to_name, outbound.to)
    if outbound.token:
        mail["Reply-To"] = _mailbox(outbound.from_name, with_token(address, outbound.token))
    mail["Subject"] = _one_line(outbound.subject)
    mail["Date"] = now
    mail["Message-ID"] = f"<{message_id(outbound, address)}>"
    _add_references(mail, outbound.references)
    if outbound.automatic:
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["Precedence"] = "bulk"
    mail.set_content(_text(outbound), cte="quoted-printable")
    mail.add_alternative(_html(outbound), subtype="html", cte="quoted-printable")
    for file, content in zip(outbound.files, contents, strict=True):
        kind = file.content_type if _TYPE.fullmatch(file.content_type) else "application/octet-stream"
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=_one_line(file.filename))
    return mail


def _mailbox(name: str, address: str) -> Address:
    if not ADDRESS.fullmatch(address):
        raise ChannelError("this is no mail address", bad_address=True)
    local, _, domain = address.rpartition("@")
    return Address(_one_line(name), local, domain)


def _one_line(text: str) -> str:
    """Without line breaks, behind which somebody could write headers of his own."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _add_references(mail: EmailMessage, references: Sequence[str]) -> None:
    """The nearest message, and its ancestors: the first, which names the thread, and as many of the last as fit."""
    ids = [f"<{plain_id}>" for text in references if (plain_id := re.sub(r"[<>\s]", "", text))]
    if not ids:
        return
    mail["In-Reply-To"] = ids[-1]
    room, kept = _MOST_REFERENCES - len(ids[0]), []
    for reference in reversed(ids[1:]):
        room -= len(reference) + 1
        if room < 0:
            break
        kept.append(reference)
    mail["References"] = " ".join([ids[0], *reversed(kept)])


def _text(outbound: Outbound) -> str:
    links = "\n".join(f"{link.text}: {link.url}" for link in outbound.links)
    return "\n\n".join(filter(None, (outbound.text.strip(), links))) + "\n"


def _html(outbound: Outbound) -> str:
    paragraphs = [_paragraph(text) for text in re.split(r"\n\s*\n", outbound.text.strip())]
    if outbound.links:
        paragraphs.append("<p>" + " &nbsp; ".join(map(_anchor, outbound.links)) + "</p>")
    body = "\n".join(paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(outbound.language)}">\n'
        f'<head><meta charset="utf-8"><title>{escape(_one_line(outbound.subject))}</title></head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _paragraph(text: str) -> str:
    """One paragraph; its line breaks stay, its addresses of pages become links."""
    pieces, end = [], 0
    for url in _URL.finditer(text):
        pieces += [escape(text[end : url.start()]), _anchor(Link(url[0], url[0]))]
        end = url.end()
    pieces.append(escape(text[end:]))
    return "<p>" + "".join(pieces).replace("\n", "<br>\n") + "</p>"


def _anchor(link: Link) -> str:
    return f'<a href="{escape(link.url)}">{escape(link.text)}</a>'
