"""What a report says of mails of ours: they came back, wait on their way, or arrived."""

from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from channels.email.kinds import Kind
from channels.email.own import OwnAddresses
from channels.email.reports import Recipient
from omnidesk.contract.channel import Failure, Receipt


def receipts(kind: Kind, own: OwnAddresses) -> Iterator[Receipt]:
    """A receipt for each mail of ours that a report names. A delay is no failure: servers try for days."""
    failed = [recipient for recipient in kind.recipients if not recipient.delayed]
    for message_id in kind.returned:
        if own.made(message_id):
            key = unquote(message_id.rpartition("@")[0])
            if failed:
                yield Receipt(message_id, "failed", _words(failed), failure=_worst(failed), key=key)
            elif kind.recipients:
                yield Receipt(message_id, "delayed", _words(kind.recipients), failure=Failure.SOFT, key=key)
            elif kind.delivered:
                yield Receipt(message_id, "delivered", key=key)


def _worst(failed: Iterable[Recipient]) -> Failure:
    """The first in the order in which they are declared: an address that is not there outweighs the rest."""
    kinds = {recipient.reason.failure for recipient in failed}
    return next(failure for failure in Failure if failure in kinds)


def _words(recipients: Iterable[Recipient]) -> str:
    return "; ".join(map(_said, recipients))


def _said(recipient: Recipient) -> str:
    """The server's own words, or what was understood of them."""
    status = f" ({recipient.status})" if recipient.status else ""
    return f"{recipient.email}: {recipient.words or recipient.reason.replace('_', ' ') + status}"
