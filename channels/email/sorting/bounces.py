"""Mails that come back: delivery reports (RFC 3464) and what programs send that know nothing of them."""

import re
from dataclasses import replace

from channels.email.mime.headers import message_ids
from channels.email.mime.mailboxes import ADDRESS, mailboxes
from channels.email.mime.structure import Part, read
from channels.email.sorting import senders
from channels.email.sorting.bounce_words import DELAYED, OPENINGS, STILL_TRYING, SUBJECTS
from channels.email.sorting.glance import Glance, folded
from channels.email.sorting.reasons import Reason, code_in, judge, status_in
from channels.email.sorting.reports import Recipient, Report, read_report
from omnidesk.contract.channel import Unparsable

_REPORTS = ("message/delivery-status", "message/global-delivery-status", "message/x-delivery-status")
_COPIES = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers", "message/partial")
_MESSAGE_ID = re.compile(r"^[> \t]{0,9}message-id:\s{0,99}(<[^<>\s]{3,300}>)", re.MULTILINE | re.IGNORECASE)
_MOST_RECIPIENTS = 100
_FINAL = re.compile(r"^final-recipient:", re.MULTILINE | re.IGNORECASE)
_COPY = re.compile(
    r"^(?:-{2,}[ ]?(?:below this line|this is a copy|original message|returned message|the header|transcript of orig"
    r"|forwarded message|message header|here is|nachricht|enclosed is)|return-path:|received: |original message follows"
    r"|the header of the original|message header follows|--- ?original|> received:|headers of the original|:::"
    r"|(?:original message headers|özgün ileti (?:üst ?bilgi|başlık)|ursprüngliche nachrichtenkopf|en-têtes de message"
    r"|encabezados de mensajes? original|intestazioni (?:del )?messaggio|cabeçalhos d[ae] mensagem"
    r"|oorspronkelijke bericht|oryginalne nagłówki|исходные заголовки)"
    r"|original message details:|-{2,} message headers?|.{0,40}copy of (?:your|the) (?:original )?message)",
    re.MULTILINE | re.IGNORECASE,
)
"""From here on it is the returned mail, which is full of addresses that mean nothing."""
_EDGE = re.compile(
    r"<([^\s<>@]{1,64}@[^\s<>@]{1,255})>"
    r"|(?:(?<![\w.+@/=-])|(?<=smtp=))([^\s<>()\[\]\\\",;:@=/'«»“”]{1,64}@[a-z0-9][a-z0-9.-]{1,254})",
    re.IGNORECASE,
)
_OWN = re.compile(r"(?:mailer[-_.]?daemon|postmaster|abuse|helpdesk-mail|mail-admin)@")
_FOLLOWING = re.compile(
    r"(?i)following (?:recipient|address|user|person|e-?mail|mailbox)|did not reach|failed recipients?"
    r"|aşağıdaki (?:alıcı|adres)"
    r"|could not be delivered to|recipient(?:\(s\)|s)? (?:of this|was|were)|folgende\w* (?:empfänger|adress)"
)
"""Behind this stand the addresses meant; before it, perhaps, what the mail said of itself."""
_TOP = 10_000
"""The bytes in which the headers of a wrapped mail end."""
_HOST = re.compile(r"^\S+@(?:\d|[^.]+$)")


def delivery_report(glance: Glance) -> Report | None:
    """The report that a mail carries (RFC 3464), wherever it stands; where it gives no reason, the notice may."""
    report = _report(glance)
    if report is None or all(recipient.reason is not Reason.OTHER for recipient in report.recipients):
        return report
    text = _notice(glance)
    named = _named(glance, text)
    explained = (_explained(recipient, named, text) for recipient in report.recipients)
    return replace(report, recipients=tuple(explained))


def _explained(recipient: Recipient, named: dict[str, tuple[str, str]], text: str) -> Recipient:
    if recipient.reason is not Reason.OTHER:
        return recipient
    near = named.get(recipient.email.lower(), ("", text if not named else ""))[1]
    _, reason = judge(recipient.status, near, delayed=False)
    return recipient if reason is Reason.TEMPORARY else replace(recipient, reason=reason)


def _report(glance: Glance) -> Report | None:
    part = glance.of_kind(*_REPORTS)
    if part is None:
        part = _wrapped_report(glance)
    if part is not None:
        return read_report(glance.beginning(part))
    if not (glance.null_path or senders.is_robot(glance)):
        return None
    named = (part for part in glance.parts if part.name.lower() in ("details.txt", "delivery-status.txt"))
    texts = [*map(glance.beginning, named), glance.text]
    found = next((text for text in texts if _FINAL.search(text)), None)
    return read_report(found) if found is not None else None


def _wrapped_report(glance: Glance) -> Part | None:
    """The report in a report that a filter on the way has wrapped as a whole."""
    whole = glance.of_kind("message/rfc822") if senders.is_robot(glance) else None
    if whole is None or b"delivery-status" not in whole.raw[:_TOP]:
        return None
    try:
        return Glance(read(whole.content)).of_kind(*_REPORTS)
    except Unparsable:
        return None


def is_bounce(glance: Glance) -> bool:
    """Whether a mail without a report says that another was not delivered, or not yet."""
    if glance.has("X-Failed-Recipients") or glance.report_type == "delivery-status":
        return True
    subject = SUBJECTS.match(glance.subject) is not None
    if senders.is_robot(glance):
        daemon = "daemon" in glance.sender.partition("@")[0]
        return subject or daemon or OPENINGS.search(_beginning(glance)) is not None
    if not (subject or glance.null_path) or OPENINGS.search(_beginning(glance)[:1_000]) is None:
        return subject and glance.null_path
    return senders.is_program(glance) if subject else _has_code(glance)


def _has_code(glance: Glance) -> bool:
    return status_in(glance.text) is not None or code_in(glance.text) is not None


def is_delay(glance: Glance) -> bool:
    """Whether a bounce says that the server goes on trying."""
    return DELAYED.search(glance.subject) is not None or STILL_TRYING.search(_beginning(glance)) is not None


def _beginning(glance: Glance) -> str:
    return " ".join(folded(glance.text[:4_000]).split())


def returned_ids(glance: Glance) -> tuple[str, ...]:
    """The Message-IDs of the mail that came back, as the copy of it or the notice tells; else what it answers."""
    copies = (glance.beginning(part).partition("\n\n")[0] for part in glance.parts if part.kind in _COPIES)
    told = [found[1] for text in (*copies, glance.text) for found in _MESSAGE_ID.finditer(text)]
    return message_ids(" ".join(told)) or message_ids(glance.value("In-Reply-To"))


def recipients_of(glance: Glance) -> tuple[Recipient, ...]:
    """Whom a bounce without a usable report is about, by its headers, its words, or the mail it returns."""
    text = _notice(glance)
    failed = [box.email for box in mailboxes(glance.mail.joined("X-Failed-Recipients"))]
    named = _named(glance, text)
    emails = {email.lower(): email for email in failed} or {key: named[key][0] for key in named}
    delayed = is_delay(glance)
    if not emails:
        emails = {email.lower(): email for email in _returned_to(glance)}
    return tuple(
        _recipient(email, named.get(key, ("", ""))[1], text, delayed=delayed)
        for key, email in list(emails.items())[:_MOST_RECIPIENTS]
    )


def _recipient(email: str, near: str, text: str, *, delayed: bool) -> Recipient:
    """By what stands behind the address, or anywhere when nothing there tells."""
    status = status_in(near) or status_in(text)
    permanent, reason = judge(status, near, delayed=delayed)
    if reason is Reason.OTHER or (reason is Reason.TEMPORARY and not delayed):
        permanent, reason = judge(status, text, delayed=delayed)
    return Recipient(email, status, permanent, reason, delayed)


def _notice(glance: Glance) -> str:
    """What the server says itself, without the mail it returns."""
    text = glance.text[:20_000]
    copy = _COPY.search(text)
    return text[: copy.start()] if copy and copy.start() else text


def _named(glance: Glance, text: str) -> dict[str, tuple[str, str]]:
    """The addresses in the notice, each with the words up to the next; those in angle brackets first of all."""
    senders = {box.email.lower() for name in ("From", "To", "Reply-To") for box in mailboxes(glance.mail.joined(name))}
    found = [hit for hit in _EDGE.finditer(text) if _may_fail(_of(hit).lower(), senders)]
    following = _FOLLOWING.search(text)
    found = [hit for hit in found if following and hit.start() > following.end()] or found
    found = [hit for hit in found if hit[1]] or found
    ends = [hit.start() for hit in found[1:]] + [len(text)]
    named: dict[str, tuple[str, str]] = {}
    for hit, end in zip(found, ends, strict=False):  # nothing found leaves an end alone
        email, words = named.get(_of(hit).lower(), (_of(hit), ""))
        named[email.lower()] = (email, f"{words} {text[hit.end() : end]}")
    return named


def _of(hit: re.Match[str]) -> str:
    return (hit[1] or hit[2]).removeprefix("mailto:").partition("...")[0].rstrip(".-")


def _may_fail(address: str, senders: set[str]) -> bool:
    sound = ADDRESS.fullmatch(address) is not None and not _HOST.match(address)
    return sound and address not in senders and not _OWN.match(address)


def _returned_to(glance: Glance) -> list[str]:
    """Whom the returned mail was for."""
    copy = glance.beginning(glance.of_kind(*_COPIES))[:20_000] or glance.text[len(_notice(glance)) :][:20_000]
    found = re.search(r"(?im)^[> ]{0,4}(?:x-)?to:[ \t]*(.{1,2000})", copy)
    return [box.email for box in mailboxes(found[1])][:5] if found else []
