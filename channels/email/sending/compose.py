"""An outgoing message as a mail. Pure: the same message gives the same headers however often it is tried."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import quote

from channels.email.mime.mailboxes import ADDRESS
from channels.email.own import with_token
from channels.email.sending.body import html, plain
from channels.email.sending.folding import Folding
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import Addressee, ChannelError, Failure, File, Outbound
from omnidesk.text.pictures import is_placed

_MOST_REFERENCES = 1_400
"""Characters of a References header; some servers refuse longer ones (RFC 5536 speaks of 998 a line)."""
_ID = re.compile(r"[!-~]{1,900}")
"""An id that fits a line; others come from broken mail, and servers would refuse ours for them."""
_TYPE = re.compile(r"(?!message/|multipart/)[a-z0-9][\w.+-]*/[\w.+-]+", re.ASCII)


def message_id(outbound: Outbound, address: str) -> str:
    """The Message-ID, without angle brackets; the same for every try, and for all copies of a message."""
    return f"{quote(outbound.message_key or outbound.key, safe='')}@{address.rpartition('@')[2]}"


def needs_utf8(*addresses: str) -> bool:
    """Whether a mail can only go where SMTPUTF8 is spoken (RFC 6531): an address has letters beyond ASCII."""
    return not all(map(str.isascii, addresses))


def named(outbound: Outbound) -> tuple[Addressee, ...]:
    """Whom the mail names: the recipient, unless it is a bcc, and who gets it too, as far as they have mail addresses.

    What can't stand in a header is the trouble of its own delivery, not of the copies to others.
    """
    others = tuple(one for one in outbound.addressees if one.address == outbound.to or ADDRESS.fullmatch(one.address))
    return others or (Addressee(outbound.to, outbound.to_name),)


def compose(outbound: Outbound, inbox: EmailSettings, contents: Sequence[bytes], now: datetime) -> EmailMessage:
    """The mail for a message from an inbox; `contents` are the bytes of its files.

    Raises ChannelError when the recipient's address is none.
    """
    address, below = inbox.address, inbox.below(outbound.language)
    people, shown = named(outbound), _shown(outbound, address)
    utf8 = needs_utf8(address, *(one.address for one in people))
    mail = EmailMessage(policy=Folding(linesep="\r\n", utf8=utf8))
    _mailbox("", outbound.to)  # a bcc stands nowhere, and must be an address too
    mail["From"] = _mailbox(outbound.from_name, address)
    for header, role in (("To", "to"), ("Cc", "cc")):
        if boxes := [_mailbox(one.name, one.address) for one in people if one.role == role]:
            mail[header] = boxes
    if outbound.token:
        mail["Reply-To"] = _mailbox(outbound.from_name, with_token(address, outbound.token))
    mail["Subject"] = _one_line(outbound.subject)
    mail["Date"] = now
    mail["Message-ID"] = f"<{message_id(outbound, address)}>"
    _add_references(mail, outbound.references)
    if outbound.automatic:
        _mark_automatic(mail, outbound, address)
    mail.set_content(plain(outbound, below), cte="quoted-printable")
    page = html(outbound, _one_line(outbound.subject), below, {file.filename: cid for file, cid in shown.items()})
    mail.add_alternative(page, subtype="html", cte="quoted-printable")
    body = mail.get_body(("html",))
    for file, content in zip(outbound.files, contents, strict=True):
        kind = file.content_type if _TYPE.fullmatch(file.content_type) else "application/octet-stream"
        main, _, sub = kind.partition("/")
        name = _one_line(file.filename)
        if body is not None and file in shown:
            cid = f"<{shown[file]}>"
            body.add_related(content, maintype=main, subtype=sub, cid=cid, filename=name, disposition="inline")
        else:
            mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail


def _shown(outbound: Outbound, address: str) -> dict[File, str]:
    """The pictures that stand in the text, and the ids by which the page names them (RFC 2392)."""
    domain = address.rpartition("@")[2]
    return {
        file: f"{file.content_id}@{domain}"
        for file in outbound.files
        if file.content_id and is_placed(outbound.text, file.filename)
    }


def _mark_automatic(mail: EmailMessage, outbound: Outbound, address: str) -> None:
    """Say that no person wrote this (RFC 3834; Exchange has a header of its own), and how to get no more (RFC 2369)."""
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Precedence"] = "bulk"
    if outbound.stop_word:
        word = quote(outbound.stop_word.upper(), safe="")
        mail["List-Unsubscribe"] = f"<mailto:{quote(address, safe='@')}?subject={word}&body={word}>"


def _mailbox(name: str, address: str) -> Address:
    if not ADDRESS.fullmatch(address):
        raise ChannelError("this is no mail address", failure=Failure.HARD)
    local, _, domain = address.rpartition("@")
    return Address(_one_line(name), local, domain)


def _one_line(text: str) -> str:
    """Without line breaks, behind which somebody could write headers of his own."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _add_references(mail: EmailMessage, references: Sequence[str]) -> None:
    """The nearest message, and its ancestors: the first, which names the thread, and as many of the last as fit."""
    ids = [f"<{bare}>" for text in references if _ID.fullmatch(bare := re.sub(r"[<>\s]", "", text))]
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
