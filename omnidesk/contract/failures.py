"""What goes wrong between a channel and its provider.

ChannelError        a provider said no, or could not be reached
└── Unparsable      a raw message that can't be understood: it is quarantined with this reason
"""

from enum import StrEnum


class Failure(StrEnum):
    """Why a message does not arrive, as far as it tells what to do next."""

    HARD = "hard"
    """There is no such address: no other message to it will arrive either."""
    SOFT = "soft"
    """The other side is away or puts it off; later it may work."""
    POLICY = "policy"
    """This message is not wanted: blocked, taken for spam, too large."""
    FULL = "full"
    """The mailbox is full."""
    STOPPED = "stopped"
    """The person ended our messages at the provider: it counts as if they had written STOP to us."""


class ChannelError(Exception):
    """A provider refused, or could not be reached.

    `permanent`: trying again will not help; a hard failure always is. `failure` is None where nothing tells the kind.
    """

    def __init__(self, text: str, *, permanent: bool = False, failure: Failure | None = None) -> None:
        super().__init__(text)
        self.permanent = permanent or failure is Failure.HARD
        self.failure = failure or (None if self.permanent else Failure.SOFT)


class Unparsable(ChannelError):
    """A raw message that can't be read; its text is the reason shown in the quarantine."""

    def __init__(self, text: str) -> None:
        super().__init__(text, permanent=True)
