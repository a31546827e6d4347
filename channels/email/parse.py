"""Understanding a mail: bytes in, what its writer meant out. Pure; raises Unparsable and nothing else."""

import html as markup
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import unquote

from channels.email.markup import html
from channels.email.markup.html_text import to_text
from channels.email.mime import headers
from channels.email.mime.bodies import Bodies, attachment
from channels.email.mime.headers import message_ids
from channels.email.mime.mailboxes import Mailbox, mailboxes
from channels.email.mime.structure import read
from channels.email.mime.words import plain
from channels.email.own import OwnAddresses
from channels.email.proving.authentication import Doubt, author_domain, doubt
from channels.email.proving.signatures import signers
from channels.email.quoting.mail import reply_of
from channels.email.settings import AuthenticationSettings
from channels.email.sorting.failures import receipts
from channels.email.sorting.kinds import Kind, Sort, classify
from omnidesk.contract.channel import Addressee, Attachment, Inbound, RawMessage, Receipt, Sender, Unparsable
from omnidesk.text.addresses import normal_email


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, understood. Ids have no angle brackets; `references` stand as written, oldest first."""

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: Mailbox
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    delivered_to: tuple[Mailbox, ...]
    """Where servers on the way say they put it."""
    subject: str
    date: datetime | None
    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    kind: Kind
    new: str
    """The text without the history it quotes and its signature."""
    author_domain: str | None
    """The domain of its author, where there is no doubt who that is."""
    reply_to: tuple[Mailbox, ...]
    results: tuple[str, ...]
    """What servers on the way say of its sender (RFC 8601), the last one first."""


def parse_mail(body: bytes) -> Mail:
    """Understand the bytes of a mail (RFC 5322). Raises Unparsable."""
    part = read(body)
    bodies = Bodies()
    bodies.sort([part])
    text, cleaned = _contents(bodies)
    subject = plain(part.value("Subject"))
    reply = reply_of(bodies, subject)
    return Mail(
        message_id=next(iter(message_ids(part.value("Message-ID"))), None),
        in_reply_to=message_ids(part.value("In-Reply-To")),
        references=message_ids(part.value("References")),
        sender=sender_of(part.value("From"), part.value("Sender"), part.value("Return-Path")),
        to=mailboxes(part.joined("To")),
        cc=mailboxes(part.joined("Cc")),
        delivered_to=tuple(m for name in _DELIVERED for m in mailboxes(part.joined(name))),
        subject=subject,
        date=headers.date(part.value("Date")),
        text=text,
        html=cleaned,
        attachments=_files(bodies, cleaned or ""),
        kind=classify(part),
        new=reply.new if len(reply.parts) > 1 else text,
        author_domain=author_domain(part.values_of("From")),
        reply_to=mailboxes(part.joined("Reply-To")),
        results=part.values_of("Authentication-Results"),
    )


def _files(bodies: Bodies, cleaned: str) -> tuple[Attachment, ...]:
    shown = frozenset(unquote(markup.unescape(found)) for found in re.findall(r'src="cid:([^"]{1,998})"', cleaned))
    return tuple(attachment(file, number, shown) for number, file in enumerate(bodies.attachments, 1))


_DELIVERED = ("Delivered-To", "X-Original-To", "Envelope-To")


def sender_of(*values: str) -> Mailbox:
    """The first address in the first header that has any; perhaps nobody."""
    return next((mailbox for value in values for mailbox in mailboxes(value)), Mailbox())


def _contents(bodies: Bodies) -> tuple[str, str | None]:
    """The text and the cleaned HTML; no HTML when there is none, or none that is safe to clean."""
    sources = {part: part.text for part in (*bodies.text, *bodies.html)}
    written = {part: source for part, source in sources.items() if part.is_html}
    if html.is_bomb("".join(written.values())):
        return _join(html.strip(sources[part]) if part in written else sources[part] for part in bodies.text), None
    cleaned = {part: html.clean(source) for part, source in written.items()}
    for part in bodies.text:
        if source := cleaned.get(part):
            part.shown = html.strip(source) if html.is_costly(source) else to_text(source)
    text = _join(part.text if part.shown is None else part.shown for part in bodies.text)
    if cleaned.keys().isdisjoint(bodies.html):
        return text, None
    return text, "\n".join(cleaned[part] if part in cleaned else _as_html(sources[part]) for part in bodies.html)


def _join(texts: Iterable[str]) -> str:
    return "\n\n".join(stripped for text in texts if (stripped := text.strip("\n").rstrip()))


def _as_html(text: str) -> str:
    return "<p>" + markup.escape(text.strip()).replace("\n", "<br>") + "</p>"


def parse(
    raw: RawMessage, own: OwnAddresses, authentication: AuthenticationSettings | None = None
) -> tuple[Inbound | Receipt, ...]:
    """Understand a raw message of an inbox with these addresses: the mail, and what it says of mails of ours.

    Raises Unparsable.
    """
    mail = parse_mail(raw.body)
    inbound = _inbound(raw, mail, own)
    doubted = _doubt(raw, mail, authentication or AuthenticationSettings())
    sender = replace(inbound.sender, proven=not doubted, doubt=doubted)
    return (replace(inbound, sender=sender), *receipts(mail.kind, own))


def _inbound(raw: RawMessage, mail: Mail, own: OwnAddresses) -> Inbound:
    envelope_from = str(raw.envelope.get("mail_from", ""))
    recipients = [str(address) for address in raw.envelope.get("rcpt_to", ())]
    sender = normal_email(mail.sender.email or envelope_from or raw.sender)
    if not sender:
        raise Unparsable("it names no sender")
    named = [mailbox.email for mailbox in (*mail.delivered_to, *mail.to, *mail.cc)]
    token = own.token([*recipients, *named])
    automatic = raw.envelope.get("mail_from") == "" or _is_automatic(mail, token, own)
    return Inbound(
        sender=Sender(sender, mail.sender.name),
        # what programs write has its sense in all of it
        text=_left_out(raw) or (mail.text if automatic else mail.new),
        whole=None if automatic or mail.new == mail.text else mail.text,
        html=mail.html,
        subject=mail.subject,
        sent_at=mail.date,
        automatic=automatic,
        token=token,
        message_id=mail.message_id,
        references=headers.first_of_each((*mail.kind.returned, *mail.in_reply_to, *reversed(mail.references))),
        attachments=mail.attachments,
        copied=_copied(mail, sender, own),
        reply_to=None if automatic else _reply_to(mail, sender, own),
    )


def _copied(mail: Mail, sender: str, own: OwnAddresses) -> tuple[Addressee, ...]:
    """Whom else it names, each once."""
    named: dict[str, Addressee] = {}
    for mailbox in (*mail.to, *mail.cc):
        address = normal_email(mailbox.email)
        if address != sender and not own.knows(address):
            named.setdefault(address, Addressee(address, mailbox.name, "to" if mailbox in mail.to else "cc"))
    return tuple(named.values())[:_MOST_COPIED]


_MOST_COPIED = 100


def _doubt(raw: RawMessage, mail: Mail, authentication: AuthenticationSettings) -> Doubt:
    keys = raw.envelope.get(KEYS, {})
    signed = signers(raw.body, mail.author_domain, keys) if mail.author_domain and keys else ()
    return doubt(mail.author_domain, mail.results, authentication.trusted_hosts, signed)


KEYS = "dkim_keys"
"""Where the envelope holds the keys of a mail's signatures."""


def _reply_to(mail: Mail, sender: str, own: OwnAddresses) -> str | None:
    """The one other address that answers are wanted at."""
    wanted = {normal_email(mailbox.email) for mailbox in mail.reply_to}
    address = wanted.pop() if len(wanted) == 1 else sender
    return None if address == sender or own.knows(address) else address


_LEFT_OUT = (
    "[This mail was not fetched ({why}). It is still in the mailbox, in the folder {folder}.]\n"
    "[Bu e-posta alınmadı ({why}). Posta kutusunda, {folder} klasöründe duruyor.]"
)


def _left_out(raw: RawMessage) -> str:
    """What stands in place of a mail of which there are only the headers; we know nobody's language here."""
    why = raw.envelope.get("left_out")
    return _LEFT_OUT.format(why=why, folder=raw.envelope.get("folder", "")) if why else ""


def _is_automatic(mail: Mail, token: str | None, own: OwnAddresses) -> bool:
    """Whether no person wrote it. Who answers a mail of ours through a list is one, however the list marks it."""
    ours = token is not None or any(own.made(message_id) for message_id in mail.in_reply_to)
    return mail.kind.automatic and not (mail.kind.kind is Sort.LIST and ours)
