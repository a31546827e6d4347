"""What an operator sets for a Telegram inbox."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator
from yarl import URL

from omnidesk.contract.channel import ChannelSettings


class TelegramSettings(ChannelSettings):
    """The settings of one Telegram inbox."""

    token: SecretStr = Field(min_length=1)
    """What @BotFather gave for the bot."""
    mode: Literal["polling", "webhook"] = "polling"
    """Polling needs no public address; with a webhook Telegram posts to `http.public_url`, which must be https."""
    api_base: str = "https://api.telegram.org"
    """Where the Bot API is."""

    @field_validator("api_base")
    @classmethod
    def _an_address(cls, text: str) -> str:
        url = URL(text)
        if url.scheme not in ("http", "https") or not url.host:
            raise ValueError(f"{text!r} is not an address such as https://api.telegram.org")
        return text.rstrip("/")
