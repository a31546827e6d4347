"""What goes out: one message to one address, and what may stand under it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from omnidesk.contract.incoming import Addressee


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a message."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of a form. `choices` are offered where there are some."""

    name: str
    label: str
    kind: Literal["text", "long", "email", "phone", "number", "date", "choice", "checkbox"] = "text"
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """Questions asked together; the answers come back in `Inbound.answers` with the same id."""

    id: str
    fields: tuple[FormField, ...]
    submit: str = ""
    """What the button says; empty = the channel's own word."""


@dataclass(frozen=True, slots=True)
class Price:
    """What something costs; `currency` is its code, such as `TRY`."""

    amount: float
    currency: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text that the provider has approved, which may go out at any time.

    Its variables are named `1`, `2`, … in the text as `{{1}}`; `variables` says what each of them is, for who fills
    them in. `language` is the provider's code, such as `tr`. `reference` is for the channel alone, which gets it back
    in `Filled`.
    """

    name: str
    language: str
    text: str
    variables: tuple[str, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A template and what its variables say, in their order."""

    name: str
    language: str
    values: tuple[str, ...] = ()
    reference: str = ""
    """What the `Template` said."""


@dataclass(frozen=True, slots=True)
class Link:
    """A page offered under a message."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes out: `read` gives its bytes; `url` is a signed address where it can be fetched for a while."""

    filename: str
    content_type: str
    size: int
    url: str
    read: Callable[[], Awaitable[bytes]]
    id: str = ""
    content_id: str | None = None
    """Of a picture that belongs into the text, where its name stands in brackets (`omnidesk.text.pictures`)."""


@dataclass(frozen=True, slots=True)
class Logged:
    """The row of the log that a message is, for channels whose other side keeps a log too.

    `case` is the number of the case and `inbox` the slug; `author_id` names an agent, where one wrote it.
    """

    id: str
    position: int
    case: int | None
    contact: str
    inbox: str
    kind: str
    author: str
    author_id: str | None
    author_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to one address, already degraded to what the channel can do.

    `key` is the same however often this delivery is tried: make the provider's id or idempotency key from it. `token`
    leads an answer back to the case. `references` are the ids of the messages before it, oldest first.

    Where the channel says `copies`, a message to several people comes once for each (`to`), always with the same
    `addressees`, which it names (never a bcc), and the same `message_key`: these are copies of one message.
    """

    key: str
    to: str
    text: str
    to_name: str = ""
    addressees: tuple[Addressee, ...] = ()
    message_key: str = ""
    from_name: str = ""
    subject: str = ""
    language: str = "en"
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    files: tuple[File, ...] = ()
    token: str = ""
    references: tuple[str, ...] = ()
    automatic: bool = False
    stop_word: str = ""
    """What to write to get nothing automatic any more; empty = there is no such word here."""
    webhooks: Mapping[str, str] = field(default_factory=dict)
    """The public URLs of this inbox's routes by their names, for providers that are told with each message where to
    report."""
    logged: Logged | None = None
    form: Form | None = None
    """Questions to be asked with the text; only where the channel says `forms`."""
    template: Filled | None = None
    """The template that this message is, where the person's window is over; `text` says the same in words."""
    formatted: bool = False
    """Whether the text holds marks of `omnidesk.text.markup`; only where the channel says `html`, for others they are
    taken out."""
