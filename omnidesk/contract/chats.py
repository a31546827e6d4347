"""What a channel needs that shows the log itself, such as a chat on a page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from omnidesk.contract.outgoing import Button, File, Form


@dataclass(frozen=True, slots=True)
class Question:
    """A survey's question as a chat shows it: press `f"{button}:{score}"` with a score of `scale`."""

    button: str
    scale: tuple[int, ...]
    answered: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a transcript, as the person on the other side may see it.

    `echo` is the external id of the raw message it came from, for the client that sent it. `seen` says that an agent
    has read it (inbound) or the person has (outbound).
    """

    id: str
    at: datetime
    direction: Literal["inbound", "outbound"]
    author: Literal["contact", "agent", "bot", "system"]
    name: str
    text: str
    echo: str | None = None
    seen: bool = False
    buttons: tuple[Button, ...] = ()
    files: tuple[File, ...] = ()
    question: Question | None = None
    form: Form | None = None
    answered: bool = False
    """Whether the form was filled in."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """Entries in order and the cursor that asks for what comes after them."""

    entries: tuple[Entry, ...]
    cursor: str


@dataclass(frozen=True, slots=True)
class Nudge:
    """Why a follower was woken: the transcript changed, or somebody of ours types, or stopped."""

    kind: Literal["changed", "typing", "stopped"]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether somebody of the inbox's team is there now; if not, `opens_at` says from when on (None = nobody knows).

    `closes_at`: until when somebody is there (None = always, or nobody knows).
    """

    open: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What the desk knows of who talks at an address. `email`: where they said they can be reached."""

    name: str = ""
    email: str = ""
    unread: int = 0
    """How many of our messages they have not seen; stops at 99."""


@dataclass(frozen=True, slots=True)
class Away:
    """How answers reach who has left a chat: by mail, `after` they were there last.

    `inbox` is the slug of the inbox that sends it; empty = the only one whose addresses are email addresses.
    """

    after: timedelta
    inbox: str = ""
