"""What a bounce says of the mails of ours that came back."""

from collections.abc import Iterator
from urllib.parse import unquote

from channels.email.kinds import Kind
from channels.email.own import OwnAddresses
from channels.email.reasons import Reason
from channels.email.reports import Recipient
from omnidesk.contract.channel import Receipt
from omnidesk.text.addresses import normal_email

_BAD_ADDRESS = (Reason.UNKNOWN_USER, Reason.UNKNOWN_HOST)


def failures(kind: Kind, own: OwnAddresses) -> Iterator[Receipt]:
    """A receipt for each copy of a mail of ours that will not arrive; a delay is none, since servers try for days."""
    failed = [recipient for recipient in kind.recipients if recipient.permanent]
    for message_id in filter(own.made, kind.returned):
        key = unquote(message_id.rpartition("@")[0])
        for recipient in failed:
            gone = recipient.reason in _BAD_ADDRESS
            address = normal_email(recipient.email)
            yield Receipt(message_id, "failed", _words(recipient), bad_address=gone, key=key, address=address)


def _words(recipient: Recipient) -> str:
    status = f" ({recipient.status})" if recipient.status else ""
    return f"{recipient.email}: {recipient.reason.replace('_', ' ')}{status}"
