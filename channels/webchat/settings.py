"""What an operator sets for a web chat inbox, and the limits every inbox has."""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator, model_validator
from yarl import URL

from omnidesk.contract.channel import ChannelSettings

MAX_LENGTH = 4000
MAX_FILE_BYTES = 10 * 1024 * 1024


_SHORTEST_SECRET = 32
_Choice = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class PrechatField(BaseModel):
    """A question before the first message; `name`, `email` and `phone` are asked in the visitor's language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
    label: str = Field(default="", max_length=100)
    required: bool = False
    choices: tuple[_Choice, ...] = Field(default=(), max_length=30)

    @property
    def kind(self) -> Literal["text", "email", "phone", "choice"]:
        """What is asked for."""
        if self.name == "email":
            return "email"
        if self.name == "phone":
            return "phone"
        return "choice" if self.choices else "text"


class WebChatSettings(ChannelSettings):
    """The settings of one web chat inbox."""

    allowed_origins: tuple[str, ...] = ()
    """Pages that may show the chat, such as `https://shop.example`; empty = any page."""
    title: str = Field(default="", max_length=80)
    """Shown in the header of the chat; empty = a general greeting in the visitor's language."""
    max_length: int = Field(default=MAX_LENGTH, ge=100, le=MAX_LENGTH)
    """The most characters a visitor may write in one message."""
    identity_secret: SecretStr | None = None
    """What the host's server signs its users' identities with; none = nobody is known but by their browser."""
    identity_required: bool = False
    """Whether only such users may talk."""
    prechat: tuple[PrechatField, ...] = Field(default=(), max_length=10)
    """What a new visitor is asked before the first message."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "TR"
    """Where phone numbers that begin with no + are at home."""
    leave_seconds: int = Field(default=120, ge=10, le=86_400)
    """How long after a visitor was there last an answer goes to their email address."""
    email_inbox: str = ""
    """The slug of the inbox that mails it; empty = the desk's only one for email."""
    transcripts: bool = True
    """Whether visitors may have what was said mailed to them."""
    max_sockets: int = Field(default=200, ge=1)
    """The most open chats from one remote address."""

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        secret = self.identity_secret
        if secret is not None and len(secret.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"identity_secret has fewer than {_SHORTEST_SECRET} characters; make a longer one")
        if self.identity_required and secret is None:
            raise ValueError("identity_required needs an identity_secret")
        names = [one.name for one in self.prechat]
        if len(set(names)) < len(names):
            raise ValueError(f"prechat asks for {max(names, key=names.count)} twice")
        return self

    @field_validator("allowed_origins")
    @classmethod
    def _as_browsers_write_them(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_origin(text) for text in origins)

    def admits(self, origin: str | None, public_url: str) -> bool:
        """Whether a page of this origin may talk to us. No Origin = not a browser; it holds no cookie to abuse."""
        if origin is None or not self.allowed_origins:
            return True
        return origin in self.allowed_origins or origin == _origin(public_url)


def _origin(text: str) -> str:
    url = URL(text)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"{text!r} is not an origin such as https://shop.example")
    return str(url.origin())


@dataclass(frozen=True, slots=True)
class Limits:
    """What one visitor, or one remote address, may do before it is told to slow down, or closed."""

    hello_seconds: float = 10
    heartbeat_seconds: float = 25
    messages_per_minute: int = 30
    frames_per_minute: int = 300
    visitors_per_minute: int = 60
    """New ones, from one remote address; an office or a mobile provider may share one."""
    uploads_per_minute: int = 60
    """From one remote address."""
    address_messages_per_minute: int = 600
    """From one remote address, whoever writes."""
    hours_seconds: float = 15 * 60
    """How often the hours are looked at while a chat is open, besides the moments when they change."""
    frame_bytes: int = 64 * 1024
    """Room for the longest text with every character escaped, and its attachments."""
