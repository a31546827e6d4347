"""A gateway as configuration describes it: how to send, how messages and receipts arrive, who signs them.

Every text that is sent may hold placeholders such as `{to}`; docs/sms.md walks through a whole description.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from channels.sms.placeholders import names_in
from channels.sms.signatures import Network, Signature, is_charset

OURS = ("api_base", "from", "to", "text", "key", "status_url", "encoding")
"""Placeholders that every gateway has; the others are values of its inbox."""
State = Literal["on_its_way", "delayed", "delivered", "read", "failed"]
Numbers = Literal["plus", "digits", "zeros", "local"]
_REGEX_LENGTH = 200


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


class Described(BaseModel):
    """Base of all parts: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Basic(Described):
    """A login by user and password."""

    user: str
    password: str


class Place(Described):
    """Where something stands in an answer: a path into its JSON, a group of a pattern in its text, or a header."""

    path: str | None = Field(default=None, alias="json")
    regex: str | None = Field(default=None, max_length=_REGEX_LENGTH)
    header: str | None = None

    @field_validator("regex")
    @classmethod
    def _has_a_group(cls, text: str | None) -> str | None:
        try:
            groups = re.compile(text or "()").groups
        except re.error as error:
            raise ValueError(f"{text!r} is no pattern: {error}") from error
        if groups < 1:
            raise ValueError(f"{text!r} has no group; put what is meant into parentheses")
        return text

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if sum(one is not None for one in (self.path, self.regex, self.header)) != 1:
            raise ValueError("say one of json, regex and header")
        return self


class Encodings(Described):
    """What `{encoding}` says, by what the text needs."""

    gsm: str = ""
    turkish: str = ""
    unicode: str = ""


class Send(Described):
    """The request that hands over a message. Fields that come out empty are left out."""

    method: Literal["GET", "POST", "PUT"] = "POST"
    url: str
    headers: dict[str, str] = {}
    basic: Basic | None = None
    bearer: str | None = None
    query: dict[str, str] = {}
    form: dict[str, str] | None = None
    tree: Any = Field(default=None, alias="json")
    xml: str | None = None
    charset: str = "utf-8"
    numbers: Numbers = "plus"
    encodings: Encodings = Encodings()

    _known_charset = field_validator("charset")(is_charset)

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if sum(one is not None for one in (self.form, self.tree, self.xml)) > 1:
            raise ValueError("say one of form, json and xml: a request has one body")
        return self

    def texts(self) -> Iterator[tuple[str, str]]:
        """Everything in which placeholders are filled in, with its field."""
        yield "url", self.url
        for field, mapping in (("headers", self.headers), ("query", self.query), ("form", self.form or {})):
            for name, text in mapping.items():
                yield f"{field}.{name}", text
        yield from _leaves("json", self.tree)
        for field, one in (("bearer", self.bearer), ("xml", self.xml)):
            if one is not None:
                yield field, one
        if self.basic is not None:
            yield "basic.user", self.basic.user
            yield "basic.password", self.basic.password


def _leaves(field: str, tree: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tree, str):
        yield field, tree
    elif isinstance(tree, Mapping):
        for name, below in tree.items():
            yield from _leaves(f"{field}.{name}", below)
    elif isinstance(tree, list):
        for number, below in enumerate(tree):
            yield from _leaves(f"{field}.{number}", below)


class Answer(Described):
    """What the gateway answers. Without `success` the HTTP status alone says whether it took the message."""

    id: Place | None = None
    code: Place | None = None
    success: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _told_by_a_code(self) -> Self:
        if self.success and self.code is None:
            raise ValueError("success lists codes; say in code where the code stands")
        return self


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
    only: dict[str, str] = {}
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
    errors: Annotated[dict[str, Refusal], BeforeValidator(_texts)] = {}
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
    errors: Annotated[dict[str, Refusal], BeforeValidator(_texts)] = {}
    errors_at: str = ""
    """Where the codes are explained, with `{code}`."""
    check: Check | None = None
    messages: Messages | None = None
    receipts: Receipts | None = None

    def values(self) -> frozenset[str]:
        """The values of an inbox that it speaks of."""
        named = {name for _, text in self._texts() for name in names_in(text)}
        signed = [one for webhook in (self.messages, self.receipts) if webhook for one in webhook.signed]
        return frozenset(named | {name for one in signed for name in one.values()}) - frozenset(OURS)

    def gives_back_the_key(self) -> bool:
        """Whether receipts say which message they are for in our own words."""
        sent = {name for _, text in self.send.texts() for name in names_in(text)}
        return self.receipts is not None and bool(sent & {"key", "status_url"})

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield from self.send.texts()
        if self.check is not None:
            yield "check.url", self.check.url
