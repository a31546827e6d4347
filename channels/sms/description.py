"""A gateway as configuration describes it: how to send, how messages and receipts arrive, who signs them.

Every text that is sent may hold placeholders such as `{to}`; docs/sms.md walks through a whole description.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from channels.sms.asking import Answer, Described, Send
from channels.sms.placeholders import names_in
from channels.sms.signatures import Network, Signature, is_charset

OURS = ("api_base", "from", "to", "text", "key", "status_url", "encoding")
"""Placeholders that every gateway has; the others are values of its inbox."""
State = Literal["on_its_way", "delayed", "delivered", "read", "failed"]


def _texts(given: Any) -> Any:
    """The keys as texts: YAML reads 30 as a number."""
    return {str(key): value for key, value in given.items()} if isinstance(given, Mapping) else given


def _lower(given: Any) -> Any:
    """The same in lower case: gateways are not of one mind about how they write a state."""
    return {str(key).lower(): value for key, value in given.items()} if isinstance(given, Mapping) else given


def _listed(given: Any) -> Any:
    if isinstance(given, bool) or (isinstance(given, list) and any(isinstance(one, bool) for one in given)):
        raise ValueError("put the name into quotes: YAML reads no and yes as something else")
    return (given,) if isinstance(given, str) else given


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""Where a value stands, by its name or path (`sms.text`); the first that is there counts."""


class Refusal(Described):
    """What a code of the gateway means.

    `hard`: the number is dead; `soft`, `policy`, `full` as in mail; `stopped`: the person ended messages there;
    `refused`: this message will never go; `later`: it may go later; `account`: something of ours is to be mended.
    """

    kind: Literal["hard", "soft", "policy", "full", "stopped", "refused", "later", "account"]
    says: str


class Reply(Described):
    """What the gateway is answered when we have stored what it brought."""

    status: int = Field(default=200, ge=200, le=299)
    type: str = "text/plain"
    body: str = "OK"


class Webhook(Described):
    """What the gateway brings to us, and what proves that it was the gateway."""

    signed: tuple[Signature, ...] = ()
    """One of these must fit."""
    addresses: tuple[Network, ...] = ()
    """And it must come from one of these networks, where there are some."""
    charset: str = "utf-8"
    answer: Reply = Reply()

    _known_charset = field_validator("charset")(is_charset)

    @model_validator(mode="after")
    def _is_proven(self) -> Self:
        if not (self.signed or self.addresses):
            raise ValueError("nothing proves who posts; say signed, or addresses")
        return self


class Parts(Described):
    """How a long message says that it comes in parts: the same `ref`, and which part of how many."""

    ref: Names
    part: Names
    total: Names


class Media(Described):
    """Files of a message: how many, and for each `{n}` (from 0) its URL and type."""

    count: Names
    url: str
    type: str


class Messages(Webhook):
    """Messages of people. Without an id, a digest of all that was posted tells a repetition."""

    id: Names = ()
    sender: Names = Field(alias="from")
    to: Names = ()
    text: Names
    only: dict[str, str] = Field(default={})
    """What else must be so for it to be an SMS, such as `channel: sms`."""
    parts: Parts | None = None
    media: Media | None = None


class Receipts(Webhook):
    """What became of our messages; `key` is what `{key}` was, where it comes back."""

    id: Names = ()
    key: Names = ("key",)
    status: Names
    code: Names = ()
    states: Annotated[dict[str, State], BeforeValidator(_lower)]
    errors: Annotated[dict[str, Refusal], BeforeValidator(_texts)] = Field(default={})
    """What codes mean here, where that is other than in answers."""


class Check(Described):
    """A request that shows whether the login is right."""

    url: str


class Gateway(Described):
    """A whole description."""

    name: str = Field(min_length=1, max_length=60)
    docs: str = ""
    api_base: str = ""
    needs: tuple[str, ...] = ()
    """Values that an inbox has to have; `a|b`: one of them."""
    optional: tuple[str, ...] = ()
    """Values that it may do without."""
    credentials: str = "account, token and api_base"
    """What to look at when the gateway does not know us."""
    max_length: int = Field(default=1530, ge=1, le=10_000)
    """The most characters that it takes in one message."""
    turkish_shift: Literal["none", "single", "both"] = "none"
    """Which tables of the Turkish alphabet it sends with."""
    send: Send
    answer: Answer = Answer()
    errors: Annotated[dict[str, Refusal], BeforeValidator(_texts)] = Field(default={})
    errors_at: str = ""
    """Where the codes are explained, with `{code}`."""
    check: Check | None = None
    messages: Messages | None = None
    receipts: Receipts | None = None

    @model_validator(mode="after")
    def _signed_with_what_is_always_there(self) -> Self:
        for name in sorted(self.proofs()):
            if name in self.optional:
                raise ValueError(f"optional: {name} proves who posts (signed), so it can't be optional")
            if name in OURS:
                raise ValueError(f"signed: {name} is no secret; name signing_secret, token or a value of your own")
        return self

    def values(self) -> frozenset[str]:
        """The values of an inbox that it speaks of."""
        named = {name for _, text in self._texts() for name in names_in(text)}
        return (frozenset(named) - frozenset(OURS)) | self.proofs()

    def proofs(self) -> frozenset[str]:
        """The values with which it proves that it is who posts."""
        signed = [one for webhook in (self.messages, self.receipts) if webhook for one in webhook.signed]
        return frozenset(name for one in signed for name in one.values())

    def gives_back_the_key(self) -> bool:
        """Whether receipts say which message they are for in our own words."""
        sent = {name for _, text in self.send.texts() for name in names_in(text)}
        return self.receipts is not None and bool(sent & {"key", "status_url"})

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield from self.send.texts()
        if self.check is not None:
            yield "check.url", self.check.url
