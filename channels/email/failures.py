"""What a bounce says of the mails of ours that came back."""

from collections.abc import Iterator
from urllib.parse import unquote

from channels.email.kinds import Kind
from channels.email.own import OwnAddresses
from channels.email.reasons import Reason
from channels.email.reports import Recipient
from omnidesk.contract.channel import Receipt

_BAD_ADDRESS = (Reason.UNKNOWN_USER, Reason.UNKNOWN_HOST)


def failures(kind: Kind, own: OwnAddresses) -> Iterator[Receipt]:
    """A receipt for each mail of ours that will not arrive; a delay is none, since servers try for days."""
    failed = [recipient for recipient in kind.recipients if recipient.permanent]
    if not failed:
        return
    error = "; ".join(map(_words, failed))
    gone = any(recipient.reason in _BAD_ADDRESS for recipient in failed)
    for message_id in kind.returned:
        if own.made(message_id):
            key = unquote(message_id.rpartition("@")[0])
            yield Receipt(message_id, "failed", error, bad_address=gone, key=key)


def _words(recipient: Recipient) -> str:
    status = f" ({recipient.status})" if recipient.status else ""
    return f"{recipient.email}: {recipient.reason.replace('_', ' ')}{status}"
