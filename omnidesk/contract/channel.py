"""The contract between the desk and a channel.

An adapter turns a provider's messages into `RawMessage`, hands them to `Desk.receive`, and acknowledges them to the
provider only after that returned. Everything else it does is pure (`parse`) or one call to the provider (`send`).

    ChannelError        a provider said no, or could not be reached
    └── Unparsable      a raw message that can't be understood: it is quarantined with this reason
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Protocol

from aiohttp import ClientSession, web
from pydantic import AfterValidator, BaseModel, ConfigDict
from yarl import URL

Join = Literal["thread", "person", "new"]
ReceiptState = Literal["delayed", "delivered", "read", "failed"]
Role = Literal["to", "cc", "bcc"]


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


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do, as data: the core asks this, never which channel it is."""

    join: Join = "person"
    """Which case a message joins when nothing in it says so."""
    sends: bool = True
    """Whether anything can be sent by it; where not, it only opens cases, which are answered by other inboxes."""
    html: bool = False
    buttons: int = 0
    """The most native buttons under one message; with 0 choices are written as numbered lines."""
    button_length: int | None = None
    """The most characters on a button; where one is longer, all are written as numbered lines."""
    forms: bool = False
    """Whether a message can carry a `Form`; elsewhere its questions are written as lines."""
    survey: Literal["buttons", "number", "link"] = "link"
    """How a score is asked for: pressing a button, answering a number, opening a page."""
    attachments: int = 0
    """The largest attachment in bytes; 0 = none."""
    file_types: frozenset[str] | None = None
    """The content types that it takes, in lower case; None = all. Other files go as links in the text."""
    files_apart: bool = False
    """Whether each file is a message of its own at the provider: they then come one by one, after the text."""
    caption: int = 0
    """For `files_apart`: the most characters that a single file carries as its caption, so that both are one message.
    Sounds carry none."""
    max_length: int | None = None
    """The most characters in one message; a longer text goes out as several."""
    segments: bool = False
    """Whether messages are counted and paid in SMS segments (`omnidesk.text.segments`)."""
    turkish_shift: bool | Literal["single"] = False
    """For `segments`: whether the provider sends with the Turkish tables, or with the one of single letters."""
    kind: Literal["", "email", "phone"] = ""
    """What its addresses are, where they are also known elsewhere: a `Proof` of this kind is of one of them."""
    window: timedelta | None = None
    """How long after the person's last word a free message may go out; later only a `Template` may."""
    receipts: bool = False
    typing: bool = False
    copies: bool = False
    """Whether a message can name several people: it is then sent to each of them, and says who the others are."""
    api: bool = False
    """Its messages and receipts come by the desk's own JSON API; `parse` reads an `ApiMessage` (see
    `omnidesk.contract.message`)."""
    automatic_per_hour: int | None = None
    """The most automatic messages (bot, survey) to one address in an hour, so that two robots never loop."""
    automatic_per_day: int | None = None
    """The most automatic messages on one case in a day, whatever addresses they go to."""
    keeps_trying: timedelta | None = None
    """How long a message that could not be handed over is tried again; None = as often as the operator says."""
    stop_words: tuple[str, ...] = ()
    """A message that is just one of these ends automatic messages to its sender, until one of `start_words` comes; an
    inbox may have its own. Empty = this channel has a way of its own to be left."""
    start_words: tuple[str, ...] = ()


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


class Memory(Protocol):
    """What a channel keeps between two starts, encrypted: cursors, refreshed tokens. Small texts only."""

    async def get(self, name: str) -> str | None:
        """What was kept under this name in this inbox, or None."""

    async def put(self, name: str, value: str) -> None:
        """Keep a text; durable when it returns."""

    async def names(self, prefix: str) -> Sequence[str]:
        """The names of what is kept that begin so, in order."""

    async def all(self, prefix: str) -> Mapping[str, str]:
        """What is kept under names that begin so, in their order."""

    async def drop(self, names: Sequence[str]) -> None:
        """Forget these."""


class Desk(Protocol):
    """What the desk offers to the channel of one inbox."""

    slug: str
    public_url: str

    @property
    def memory(self) -> Memory:
        """What this inbox's channel keeps."""

    async def receive(self, raw: RawMessage) -> bool:
        """Store a raw message; durable when it returns. False = it was here already. Only then acknowledge."""

    async def note_health(self, health: str) -> None:
        """Tell the operator what is wrong with receiving, and what to do; empty = it is well again.

        For a channel that tries again by itself; `listen` may raise `ChannelError` instead, and is tried again whole.
        """

    async def transcript(self, address: str, after: str = "") -> Transcript:
        """What was said with this address since the cursor `after` (an unknown cursor: from the beginning).

        An entry that changed since (read by an agent, a survey answered) comes again with the same id.
        """

    def follow(self, address: str) -> AbstractAsyncContextManager[AsyncIterator[Nudge]]:
        """Be woken when the transcript of this address changes. Nudges may be merged; fetch to know."""

    async def signal(
        self, address: str, kind: Literal["typing", "stopped", "delivered", "seen"], upto: str = ""
    ) -> None:  # fmt: skip
        """The person types, or stopped; has been given, or has looked at, everything up to the entry with id `upto`."""

    async def upload(self, chunks: AsyncIterable[bytes], *, limit: int) -> str:
        """Store a file of at most `limit` bytes and give its handle for `Attachment.upload`.

        Raises `ChannelError` when it is larger.
        """

    async def opening(self) -> Opening:
        """Whether the inbox's team is there, by its calendar; without one it always is."""

    async def case_of(self, external_id: str) -> int | None:
        """The number of the case that a received message went to; None until it has."""

    async def acquaintance(self, address: str) -> Acquaintance | None:
        """What is known of who talks at an address; None = they never did."""

    async def introduce(self, sender: Sender, claims: Mapping[str, str]) -> None:
        """A person says how they can be reached, beside their messages; durable when it returns."""

    async def take_over(self, address: str, by: str) -> bool:
        """Whoever talked at `address` is proven to be who talks at the address `by`: it goes on there, with all of it.

        False = nobody talked there. From then on `address` is a stranger's.
        """

    @property
    def mails(self) -> bool:
        """Whether there is an inbox that mails for this one (`Channel.away`)."""

    async def mail_transcript(self, address: str, email: str) -> None:
        """Mail what was said with an address. Raises `ChannelError` where it can't be done, or was done too often."""

    def sign(self, text: str) -> str:
        """Sign a text with a key of this inbox: gives `text.signature`, safe in URLs when `text` is."""

    def verify(self, signed: str) -> str | None:
        """The text that `sign` signed, or None."""


Handler = Callable[[Any, Desk, web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """A webhook or page of a channel. `path` holds `{slug}`: the desk finds the inbox and hands over its channel.

    `handler` is the unbound method of the channel, so one route serves every inbox of that kind.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    handler: Handler


def _address(text: str) -> str:
    url = URL(text)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"{text!r} is not an address such as https://api.example.com")
    return text.rstrip("/")


ApiBase = Annotated[str, AfterValidator(_address)]
"""Where a provider's API is: a setting of every hosted channel, so that a stand-in can be used."""


class ChannelSettings(BaseModel):
    """Base of an inbox's settings: unknown keys are errors; `SecretStr` fields are stored encrypted."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Channel(ABC):
    """One configured account of a way of talking."""

    name: ClassVar[str]
    Settings: ClassVar[type[ChannelSettings]] = ChannelSettings
    capabilities: Capabilities
    """The same for all inboxes, or set by the constructor where it depends on the settings."""

    def __init__(self, settings: Any, http: ClientSession | None = None) -> None:
        """`settings` is an instance of `Settings`; `http` the shared session (absent where only parsing is done)."""
        self.settings = settings
        self.http = http

    @property
    def address(self) -> str:
        """The address people write to, for lists; may be empty."""
        return ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses of this account, in the form that senders have: what comes from one of them is our own."""
        return (self.address,)

    @classmethod
    def routes(cls) -> Sequence[Route]:
        """Webhook routes, the same for all inboxes of this kind."""
        return ()

    @classmethod
    def webhooks(cls, public_url: str, slug: str) -> dict[str, str]:
        """The public URLs of the routes of one inbox, by their names."""
        return {route.name: public_url + route.path.replace("{slug}", slug) for route in cls.routes()}

    @asynccontextmanager
    async def listen(self, desk: Desk) -> AsyncIterator[None]:
        """Receive while the context is open."""
        yield

    def is_own(self, address: str) -> bool:
        """Whether a message to this address (in its normal form) comes to this inbox itself."""
        return bool(self.address) and address == self.normal_address(self.address)

    @classmethod
    def normal_address(cls, text: str) -> str | None:
        """The one form in which an address written by hand is kept; None when it can't be one."""
        return text.strip() or None

    async def prepare(self, raw: RawMessage) -> RawMessage:
        """Ask others what `parse` has to know beside the body, and put it into the envelope; most have nothing to ask.

        The message is durable already, and many are prepared at once. Ends within seconds and does not raise: what
        can't be had is left out.
        """
        return raw

    @abstractmethod
    def parse(self, raw: RawMessage) -> Sequence[Inbound | Receipt]:
        """Understand a raw message; pure. Raises `Unparsable`."""

    async def fetch(self, reference: str) -> bytes:
        """Get the bytes of a medium that the provider keeps. Raises `ChannelError`."""
        raise ChannelError(f"{self.name} keeps no media to fetch: {reference}", permanent=True)

    def imitate(self, play: Play) -> RawMessage:
        """The raw message that the provider would have brought; pure. Raises `ChannelError` where it can't be done.

        It is for the simulator (an inbox with `simulated`), so its body is what `parse` reads, in the provider's form.
        """
        raise ChannelError(f"{self.name} can't be simulated", permanent=True)

    @property
    def away(self) -> Away | None:
        """How answers reach people who have left, for chats whose other side is there only while a page is open."""
        return None

    async def templates(self, memory: Memory) -> Sequence[Template]:
        """The approved texts of this account, for channels with a `window`; asks nobody, and ends at once.

        `memory` is the same as `Desk.memory`: what one process fetched there, others find.
        """
        return ()

    async def deep_link(self, token: str) -> str | None:
        """Where a person goes on here with a case: what they write then brings `token`. Raises `ChannelError`.

        None = this channel has no such links. Only for channels that prove who writes.
        """
        return None

    def segment_price(self, address: str) -> Price | None:
        """What a segment to this address costs; None = not known. For `segments`."""
        return None

    @abstractmethod
    async def send(self, outbound: Outbound) -> str:
        """Hand a message to the provider; gives the provider's id of it. Raises `ChannelError`."""

    async def close(self) -> None:  # noqa: B027 - most channels have nothing to end
        """End what is open in this process, sockets above all; called at shutdown on every inbox's channel."""

    async def check(self) -> None:  # noqa: B027 - most channels have nothing to try
        """Try the credentials. Raises `ChannelError` with what to do.

        Called where the inbox listens, when it begins and now and then until it is well; may be cut off.
        """
