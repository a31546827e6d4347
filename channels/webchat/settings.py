"""What an operator sets for a web chat inbox, and the limits every inbox has."""

from dataclasses import dataclass

from pydantic import Field, field_validator
from yarl import URL

from omnidesk.contract.channel import ChannelSettings

MAX_LENGTH = 4000
MAX_FILE_BYTES = 10 * 1024 * 1024


class WebChatSettings(ChannelSettings):
    """The settings of one web chat inbox."""

    allowed_origins: tuple[str, ...] = ()
    """Pages that may show the chat, such as `https://shop.example`; empty = any page."""
    title: str = Field(default="", max_length=80)
    """Shown in the header of the chat; empty = a general greeting in the visitor's language."""
    max_length: int = Field(default=MAX_LENGTH, ge=100, le=MAX_LENGTH)
    """The most characters a visitor may write in one message."""

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
    frame_bytes: int = 64 * 1024
    """Room for the longest text with every character escaped, and its attachments."""
