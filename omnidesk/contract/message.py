"""A message as the desk's own JSON API takes it: the API validates it, and the channel of the inbox reads it again."""

import base64
import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


def _read(value: Any) -> Any:
    """A time in UTC; what is no text is left to pydantic."""
    if not isinstance(value, str):
        return value
    if not _RFC3339.fullmatch(value):
        raise ValueError("this is not a time like 2024-05-17T09:30:00Z, with its offset")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this time is out of range") from error


Moment = Annotated[datetime, BeforeValidator(_read)]
"""A time of RFC 3339, with its offset from UTC."""
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""A text; PostgreSQL keeps no NUL."""
_WORD = r"^[^\x00-\x20\x7f](?:[^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$"
Word = Annotated[str, Field(min_length=1, max_length=255, pattern=_WORD)]
"""A short text without control characters and without white space around it."""


class Incoming(BaseModel):
    """What comes in: unknown names are errors, since a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ApiSender(Incoming):
    """Who wrote: `id` is the address that answers go to; whoever holds the token vouches for it."""

    id: Word = Field(examples=["user-17"])
    name: Text = Field(default="", max_length=200, examples=["Mia"])
    email: Text | None = Field(default=None, max_length=320, description="A claim, kept with the message.")
    phone: Text | None = Field(default=None, max_length=64, description="A claim, kept with the message.")


class ApiFile(Incoming):
    """A file of a message."""

    filename: Word
    content_type: str = Field(default="application/octet-stream", max_length=100, pattern=r"^[\w.+-]+/[\w.+-]+$")
    content: str = Field(description="The bytes as base64.", pattern=_BASE64, examples=["SGVsbG8="])

    @property
    def decoded(self) -> bytes:
        """The bytes."""
        return base64.b64decode(self.content)


class ApiMessage(Incoming):
    """A message of somebody to us. The same `external_id` is the same message, however often it is sent."""

    external_id: Word = Field(examples=["m-1"])
    sender: ApiSender = Field(alias="from")
    text: Text = Field(max_length=50_000, examples=["Where is my parcel?"])
    attachments: tuple[ApiFile, ...] = Field(default=(), max_length=20)
    sent_at: Moment | None = None
