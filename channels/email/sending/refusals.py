"""What a mail server's No means: for this try, for this mail, or for the address.

A refusal is permanent only where it speaks of the recipient (RCPT) or of the mail (DATA, or its size). While
connecting, logging in or naming the sender it says something of our settings, nothing of the address that was written
to. The address is to blame where the enhanced code says so (RFC 3463: 5.1.x, and 5.2.1, a mailbox that was closed), and
where there is none but the plain code speaks of mailboxes (RFC 5321 §4.2.3, RFC 7504) and its words of no policy.
"""

import re

from aiosmtplib import (
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from channels.email.sorting.reasons import Reason, judge
from omnidesk.contract.channel import ChannelError, Failure

_SIGN_IN_FIRST = frozenset({530, 534, 535, 538})
"""Answers about logging in (RFC 4954): servers may give them to any command."""
_ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
_NO_SUCH_ADDRESS = re.compile(r"5\.1\.(?:[0-6]|10)|5\.2\.1")
"""5.1.7 to 5.1.9 speak of the sender's address, or of a server on the way."""
_TOO_LARGE = re.compile(r"552\b(?! 5\.2\.)|\d{3} 5\.[23]\.[34]\b")
_MAILBOX_CODES = frozenset({550, 551, 553, 556})
_POLICY = re.compile(r"spam|block|polic|relay|reputation|blacklist|listed|spf|dkim|dmarc|denied|auth|rejected", re.I)


def refusal(error: Exception) -> ChannelError:
    """What went wrong while a mail was handed over, in the server's own words."""
    if isinstance(error, SMTPRecipientsRefused):
        first = error.recipients[0]
        return _answer(first.code, first.message, of_recipient=True)
    if isinstance(error, SMTPSenderRefused):
        text = words(error)
        large = _TOO_LARGE.match(text) is not None
        return ChannelError(text, permanent=large, failure=Failure.POLICY if large else None)
    if isinstance(error, SMTPResponseException):
        return _answer(error.code, error.message, of_recipient=False)
    return ChannelError(words(error), permanent=isinstance(error, SMTPNotSupported | ValueError))


def words(error: Exception) -> str:
    """What a server said, on one line, or what happened instead."""
    if isinstance(error, SMTPResponseException):
        return _line(error.code, error.message)
    return str(error) or type(error).__name__


def is_answer(error: SMTPException | OSError | ValueError) -> bool:
    """Whether the server said it, so that the connection can be used on."""
    return isinstance(error, SMTPResponseException | SMTPRecipientsRefused | SMTPNotSupported)


def _answer(code: int, message: str, *, of_recipient: bool) -> ChannelError:
    permanent = 500 <= code < 600 and code not in _SIGN_IN_FIRST
    line = _line(code, message)
    if permanent and _blames_address(code, message, of_recipient=of_recipient):
        return ChannelError(line, failure=Failure.HARD)
    return ChannelError(line, permanent=permanent, failure=_failure(line, permanent=permanent))


def _failure(line: str, *, permanent: bool) -> Failure:
    """The kind of what does not blame the address."""
    _, reason = judge(None, line, delayed=False)
    if reason is Reason.MAILBOX_FULL:
        return Failure.FULL
    return Failure.POLICY if permanent else Failure.SOFT


def _blames_address(code: int, message: str, *, of_recipient: bool) -> bool:
    if enhanced := _ENHANCED.search(message):
        return _NO_SUCH_ADDRESS.fullmatch(enhanced[0]) is not None
    return of_recipient and code in _MAILBOX_CODES and not _POLICY.search(message)


def _line(code: int, message: str) -> str:
    return f"{code} {' '.join(message.split())}"
