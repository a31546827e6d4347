"""What a report says of mails of ours: they came back, wait on their way, or arrived."""

from collections.abc import Iterator
from urllib.parse import unquote

from channels.email.own import OwnAddresses
from channels.email.sorting.kinds import Kind
from channels.email.sorting.reports import Recipient
from omnidesk.contract.channel import Failure, Receipt, ReceiptState
from omnidesk.text.addresses import normal_email


def receipts(kind: Kind, own: OwnAddresses) -> Iterator[Receipt]:
    """A receipt for each copy of a mail of ours that a report names. A delay is no failure: servers try for days."""
    for message_id in filter(own.made, kind.returned):
        key = unquote(message_id.rpartition("@")[0])
        for recipient in kind.recipients:
            state: ReceiptState = "delayed" if recipient.delayed else "failed"
            failure = Failure.SOFT if recipient.delayed else recipient.reason.failure
            address = normal_email(recipient.email)
            yield Receipt(message_id, state, _said(recipient), failure=failure, key=key, address=address)
        if kind.delivered and not kind.recipients:
            yield Receipt(message_id, "delivered", key=key)


def _said(recipient: Recipient) -> str:
    """The server's own words, or what was understood of them."""
    status = f" ({recipient.status})" if recipient.status else ""
    return f"{recipient.email}: {recipient.words or recipient.reason.replace('_', ' ') + status}"
