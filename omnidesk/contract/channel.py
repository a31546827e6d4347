"""The contract between the desk and a channel.

An adapter turns a provider's messages into `RawMessage`, hands them to `Desk.receive`, and acknowledges them to the
provider only after that returned. Everything else it does is pure (`parse`) or one call to the provider (`send`).

What crosses the border stands beside: `incoming`, `outgoing`, `chats`, `failures`. All of it can be imported from here.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal, Protocol

from aiohttp import ClientSession, web
from pydantic import AfterValidator, BaseModel, ConfigDict
from yarl import URL

from omnidesk.contract.chats import Acquaintance, Away, Entry, Nudge, Opening, Question, Transcript
from omnidesk.contract.failures import ChannelError, Failure, Unparsable
from omnidesk.contract.incoming import (
    Addressee,
    Attachment,
    Inbound,
    Play,
    Proof,
    RawMessage,
    Receipt,
    ReceiptState,
    Role,
    Sender,
)
from omnidesk.contract.outgoing import Button, File, Filled, Form, FormField, Link, Logged, Outbound, Price, Template

__all__ = [
    "Acquaintance",
    "Addressee",
    "ApiBase",
    "Attachment",
    "Away",
    "Button",
    "Capabilities",
    "Channel",
    "ChannelError",
    "ChannelSettings",
    "Desk",
    "Entry",
    "Failure",
    "File",
    "Filled",
    "Form",
    "FormField",
    "Handler",
    "Inbound",
    "Join",
    "Link",
    "Logged",
    "Memory",
    "Nudge",
    "Opening",
    "Outbound",
    "Play",
    "Price",
    "Proof",
    "Question",
    "RawMessage",
    "Receipt",
    "ReceiptState",
    "Role",
    "Route",
    "Sender",
    "Template",
    "Transcript",
    "Unparsable",
    "while_open",
]

Join = Literal["thread", "person", "new"]


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


@asynccontextmanager
async def while_open(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do some work beside a context, for `listen`: it ends with the context, and its failure is the context's."""
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(work)
            yield
            task.cancel()
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
