"""The request that hands over a message, and its answer, as a description says them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from channels.sms.signatures import is_charset

Numbers = Literal["plus", "digits", "zeros", "local"]
_REGEX_LENGTH = 200


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
