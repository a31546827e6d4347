"""Delivery reports that keep to RFC 3464, and those that nearly do: which mail to whom failed, and why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from channels.email.mime.mailboxes import ADDRESS
from channels.email.sorting.reasons import STATUS, Reason, judge, status_in

_MOST_RECIPIENTS = 1_000
_MOST_WORDS = 500
_FIELD = re.compile(r"([A-Za-z-]{4,40})[ \t]*:[ \t]*(.*)")
_RECIPIENT = ("original-recipient", "final-recipient", "x-actual-recipient")
_NAMES = {*_RECIPIENT, "action", "status", "diagnostic-code", "x-supplementary-info"}
_TOLD = {"action", "status", "diagnostic-code"}
_XTEXT = re.compile(r"\+(2B|3D)(?=[^@]*@)")
"""What RFC 3461 §4 makes of + and =; other pairs of letters behind a plus are people's own tags."""
_UNICODE = re.compile(r"\\x\{([0-9A-F]{2,6})\}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address that a mail did not reach, or not yet."""

    email: str
    status: str | None
    permanent: bool
    reason: Reason
    delayed: bool = False
    """Whether the server goes on trying. What is not permanent may be over all the same: it tried long enough."""
    words: str = ""
    """What the server said."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a delivery report says of its recipients."""

    recipients: tuple[Recipient, ...]
    """Those who did not get it."""
    actions: frozenset[str]
    """What was done, over all recipients: failed, delayed, delivered, relayed, expanded."""


def read_report(text: str) -> Report:
    """Understand the fields of a message/delivery-status, whatever is wrong with its empty lines."""
    groups = list(_groups(text))
    actions = frozenset(action for group in groups if (action := _action(group)))
    found = (_recipient(group) for group in groups if _action(group) not in ("delivered", "relayed", "expanded"))
    unique = {recipient.email.lower(): recipient for recipient in found if recipient}
    return Report(tuple(unique.values()), actions)


def _groups(text: str) -> Iterator[dict[str, str]]:
    """The fields of each recipient; those of the whole message are not looked at."""
    group: dict[str, str] = {}
    count, new = 0, False
    for name, value in _fields(text):
        if not name:
            new = True
            continue
        if name in _RECIPIENT and (name in group or (new and not _TOLD.isdisjoint(group))):
            yield group
            group, count = {}, count + 1
            if count == _MOST_RECIPIENTS:
                return
        new = new and name not in _RECIPIENT
        if name in _NAMES:
            group.setdefault(name, value)
    if any(name in group for name in _RECIPIENT):
        yield group


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Names in lower case and unfolded values; an empty line is a field without a name."""
    for line in re.sub(r"\n[ \t]+(?=[^\s])", " ", text).split("\n"):
        field = _FIELD.match(line)
        if field:
            yield field[1].lower(), field[2].strip()
        elif not line.strip():
            yield "", ""


def _action(group: dict[str, str]) -> str:
    words = group.get("action", "").lower().replace("-", " ").split()
    return words[0].strip(";,.()") if words else ""


def _recipient(group: dict[str, str]) -> Recipient | None:
    """The address we wrote to: the original one where it is told, not the one it was passed on to (RFC 3464 §2.3)."""
    email = next((found for name in _RECIPIENT if (found := address(group.get(name, "")))), None)
    if email is None:
        return None
    words = " ".join(group.get(name, "") for name in ("diagnostic-code", "x-supplementary-info"))
    told = STATUS.search(group.get("status", ""))
    status = told[1] if told else status_in(words)
    remark = group.get("status", "").partition("(")[2]  # some servers put their words here
    action = _action(group)
    permanent, reason = judge(status, f"{words} {remark}".strip(), delayed=action == "delayed")
    delayed = not permanent and action != "failed"
    return Recipient(email, status, permanent, reason, delayed, _said(group.get("diagnostic-code", "")))


def _said(diagnostic: str) -> str:
    """The words of a Diagnostic-Code such as `smtp; 550 5.1.1 no such user` (RFC 3464 §2.3.6), on one line."""
    return " ".join(re.sub(r"^[\w-]{1,20}[ \t]*;", "", diagnostic).split())[:_MOST_WORDS]


def address(value: str) -> str | None:
    r"""The address in a field such as `rfc822; mia@x.example` or `utf-8; m\x{131}a@x.example` (RFC 3464, 6533)."""
    _, typed, rest = value.partition(";")
    text = _UNICODE.sub(lambda found: _letter(int(found[1], 16)), rest if typed else value)
    found = ADDRESS.search(_XTEXT.sub(lambda found: chr(int(found[1], 16)), text))
    return found[0].strip(".'") if found else None


def _letter(number: int) -> str:
    return chr(number) if 0x20 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
