"""What an operator sets for a Telegram inbox."""

from typing import Literal

from pydantic import Field, SecretStr

from omnidesk.contract.channel import ApiBase, ChannelSettings


class TelegramSettings(ChannelSettings):
    """The settings of one Telegram inbox."""

    token: SecretStr = Field(min_length=1)
    """What @BotFather gave for the bot."""
    mode: Literal["polling", "webhook"] = "polling"
    """Polling needs no public address; with a webhook Telegram posts to `http.public_url`, which must be https."""
    api_base: ApiBase = "https://api.telegram.org"
    """Where the Bot API is."""
