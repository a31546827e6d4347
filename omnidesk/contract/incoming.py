"""What comes in: the raw message, and what a channel reads from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from omnidesk.contract.failures import Failure

ReceiptState = Literal["delayed", "delivered", "read", "failed"]
Role = Literal["to", "cc", "bcc"]


@dataclass(frozen=True, slots=True)
class RawMessage:
    """What came in, before anyone tried to understand it.

    `external_id` is the same for the same message in the same inbox, however often it comes. `sender` orders: the
    messages of one sender are processed one after the other. `envelope` holds what the transport said beside the body
    (JSON values only).
    """

    external_id: str
    sender: str
    body: bytes
    envelope: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote: an address of this channel, a claim unless `proven` by the provider."""

    address: str
    name: str = ""
    proven: bool = False
    language: str | None = None
    answerable: bool = True
    """Whether an answer can reach them: a shop's name as the sender of an SMS takes none."""
    doubt: Literal["", "unproven", "forged"] = ""
    """What to tell about this very message, where anybody can write under an address: that nothing proves its sender,
    or that a check has failed. A channel whose addresses can't be borrowed leaves it empty."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Someone whom a message names beside its sender."""

    address: str
    name: str = ""
    role: Role = "to"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message: its bytes, or the handle of an upload, or the provider's reference."""

    filename: str
    content_type: str
    content: bytes | None = None
    upload: str | None = None
    """What `Desk.upload` returned; the desk checks it."""
    reference: str | None = None
    """What `Channel.fetch` takes."""
    content_id: str | None = None
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """Another address of the sender, proven by the channel: the provider or the host's signature vouches for it."""

    kind: Literal["email", "phone"]
    address: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message a person (or a robot) wrote to us.

    `token` is a case token that we made (`Outbound.token`) and found again; `references` are ids of earlier messages
    it answers, nearest first; `message_id` is what later messages may refer to. `automatic` marks what no person
    wrote: it is logged, changes no status and is never answered automatically. `button` is the id of a pressed button.
    """

    sender: Sender
    text: str
    html: str | None = None
    """Harmless HTML. A picture that lies elsewhere stands in `<img data-remote="…">`: nothing fetches it unasked."""
    subject: str = ""
    sent_at: datetime | None = None
    automatic: bool = False
    token: str | None = None
    message_id: str | None = None
    references: tuple[str, ...] = ()
    button: str | None = None
    attachments: tuple[Attachment, ...] = ()
    copied: tuple[Addressee, ...] = ()
    """Whom else the message names, without its sender and the inbox itself; a bcc is never told."""
    whole: str | None = None
    """The text with the history that it quotes and its signature, where `text` is without them."""
    claims: Mapping[str, str] = field(default_factory=dict)
    """How else the sender says they can be reached, by `email` and `phone`: shown, trusted by nobody."""
    reply_to: str | None = None
    """Another address of this channel at which answers are wanted: shown, it says nothing of who wrote."""
    answer_by: str | None = None
    """Another inbox (its slug) by which this is answered; the sender's address is one of its channel."""
    proofs: tuple[Proof, ...] = ()
    """Other addresses that are proven to be the sender's: they lead to the same contact from now on."""
    edits: str | None = None
    """The `message_id` of an earlier message of the same sender, whose text this one replaces."""
    quoted: str = ""
    """What the message answers, in the words of that one, where the provider shows them together."""
    album: str | None = None
    """What several messages share that were sent as one: their files are shown together."""
    form: str | None = None
    """The id of the `Form` that this message answers."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What was filled in: a form's answers by the names of its fields."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the fields of `answers` are called, where the desk did not ask for them itself."""
    page: str = ""
    """The address of the page on which it was written."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider says later of a message it took: `message_id` is what `Channel.send` returned.

    A failure is final; delayed means that the other side's server goes on trying. `error` holds its own words, and
    `failure` their kind. `key` is the `Outbound.key` or the `Outbound.message_key`, where the provider gives it back:
    with it a receipt finds its message even when it comes before `send` has returned. `address` says whose copy it
    speaks of, where a message has several.
    """

    message_id: str
    state: ReceiptState
    error: str = ""
    failure: Failure | None = None
    key: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    """What a simulated person does, for `Channel.imitate`.

    `key` makes the ids: the same for the same message. `files` carry a `reference`, which `Channel.fetch` of a
    simulated inbox knows.
    """

    key: str
    address: str
    name: str
    text: str
    at: datetime
    button: str | None = None
    files: tuple[Attachment, ...] = ()
    """Each with its `reference`, in the place of the provider's."""
