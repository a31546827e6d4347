"""What kind of mail it is: a person's, one that came back, a program's answer, a complaint, a list's."""

import re
from dataclasses import dataclass
from enum import StrEnum

from channels.email.mime.mailboxes import mailboxes
from channels.email.mime.structure import Part
from channels.email.sorting import autoreplies
from channels.email.sorting.bounces import delivery_report, is_bounce, recipients_of, returned_ids
from channels.email.sorting.glance import Glance
from channels.email.sorting.reports import Recipient, Report
from channels.email.sorting.senders import is_robot, is_server, takes_no_reply

_LIST_PRECEDENCES = {"bulk", "list", "junk"}
_LIST_HEADERS = ("List-Unsubscribe", "List-Post", "List-Help", "Mailing-List", "Feedback-ID")
"""Headers of mail to many; people have them too who write through such a tool."""
_LOOPS = ("X-Loop", "X-OTRS-Loop", "X-RT-Loop-Prevention", "X-Zendesk-Loop")
_DELIVERED = ("delivered:", "relayed:", "teslim edildi:", "zugestellt:", "remis :", "entregado:", "consegnato:")
_QUIET = re.compile(r"\b(?:all|oof|autoreply)\b")


class Sort(StrEnum):
    """The kinds of mail."""

    NORMAL = "normal"
    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    FEEDBACK = "feedback"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a mail is, whether it may be answered automatically, and whom a bounce is about."""

    kind: Sort
    suppress_auto_reply: bool
    recipients: tuple[Recipient, ...] = ()
    automatic: bool = True
    """Whether no person wrote it, or nobody would read an answer: it changes nothing on a case."""
    returned: tuple[str, ...] = ()
    """The Message-IDs of the mails that a bounce, or a receipt, is about."""
    delivered: bool = False
    """Whether a server says that these arrived."""


def classify(mail: Part) -> Kind:
    """Tell the kind of a mail by RFC 3834, 3464, 5965 and 8098, and by what programs do instead. Raises nothing."""
    glance = Glance(mail)
    report = delivery_report(glance)
    if _is_complaint(glance):
        return Kind(Sort.FEEDBACK, suppress_auto_reply=True)
    if _is_receipt(glance, report):
        arrived = report is not None and report.actions == {"delivered"}
        returned = returned_ids(glance) if arrived else ()
        return Kind(Sort.AUTO_REPLY, suppress_auto_reply=True, returned=returned, delivered=arrived)
    answer = _is_answer(glance)
    if report is not None or (not answer and is_bounce(glance)):
        recipients = report.recipients if report else ()
        failed = recipients or recipients_of(glance)
        return Kind(Sort.BOUNCE, suppress_auto_reply=True, recipients=failed, returned=returned_ids(glance))
    if answer or glance.null_path or glance.report_type or autoreplies.by_words(glance):
        return Kind(Sort.LIST if _is_list_notice(glance) else Sort.AUTO_REPLY, suppress_auto_reply=True)
    if _is_list(glance):
        return Kind(Sort.LIST, suppress_auto_reply=True)
    suppress = _is_unattended(glance) or _asks_for_quiet(glance)
    return Kind(Sort.NORMAL, suppress_auto_reply=suppress, automatic=_takes_no_answer(glance))


def _is_complaint(glance: Glance) -> bool:
    """By ARF (RFC 5965); Hotmail's complaints are older."""
    if glance.report_type == "feedback-report" or glance.of_kind("message/feedback-report"):
        return True
    return glance.sender == "staff@hotmail.com" and glance.subject.startswith("complaint about message")


def _is_receipt(glance: Glance, report: Report | None) -> bool:
    """A read receipt (RFC 8098), or a delivery report in which everybody got it; by its subject where it lost both."""
    if glance.report_type == "disposition-notification" or glance.of_kind("message/disposition-notification"):
        return not (is_robot(glance) and "reject" in glance.subject)  # servers refuse so what a Sieve script refuses
    if report is None:
        return glance.subject.startswith(_DELIVERED) and is_robot(glance)
    return bool(report.actions) and report.actions <= {"delivered", "relayed", "expanded"}


def _is_answer(glance: Glance) -> bool:
    """Whether headers tell a program's own mail; a bounce may have the same, with a server as its sender."""
    return autoreplies.by_headers(glance) and not (is_robot(glance) or is_bounce(glance))


def _is_list_notice(glance: Glance) -> bool:
    """What a program sent to many, and not as an answer to one."""
    return autoreplies.submitted(glance) == "auto-generated" and glance.has("List-Id")


def _is_list(glance: Glance) -> bool:
    precedence = glance.value("Precedence").lower()
    return precedence in _LIST_PRECEDENCES or glance.has("List-Id")


def _is_unattended(glance: Glance) -> bool:
    """Whether an answer to the sender would reach nobody, or many."""
    return _takes_no_answer(glance) or takes_no_reply(glance.sender) or is_server(glance.sender)


def _takes_no_answer(glance: Glance) -> bool:
    """Mail to many, or from an address nobody reads, unless it says who wrote it, as the forms of websites do."""
    if glance.has(*_LIST_HEADERS):
        return True
    if not takes_no_reply(glance.sender):
        return False
    return all(takes_no_reply(mailbox.email.lower()) for mailbox in mailboxes(glance.value("Reply-To")))


def _asks_for_quiet(glance: Glance) -> bool:
    """Exchange sets its header on people's mail too, mostly to be spared receipts; only two of its values count."""
    return glance.has(*_LOOPS) or _QUIET.search(glance.value("X-Auto-Response-Suppress").lower()) is not None
