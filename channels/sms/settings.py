"""What an operator sets for an SMS inbox."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from omnidesk.contract.channel import ApiBase, ChannelSettings


class SmsSettings(ChannelSettings):
    """The settings of one SMS inbox."""

    account_sid: str = Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")
    """The account at Twilio, `AC…`."""
    auth_token: SecretStr = Field(min_length=1)
    """Its auth token: we log in with it, and Twilio signs with it."""
    from_number: str | None = Field(default=None, pattern=r"^(\+[1-9][0-9]{6,14}|[0-9]{3,8})$")
    """The number people write to and answers come from, as `+908501234567`, or a short code."""
    messaging_service_sid: str | None = Field(default=None, pattern=r"^[0-9A-Za-z_-]{1,64}$")
    """A messaging service of Twilio, `MG…`, which picks the number."""
    country: str = Field(default="TR", pattern=r"^[A-Z]{2}$")
    """Where numbers are at home that are written without + and country."""
    api_base: ApiBase = "https://api.twilio.com"
    """Where Twilio's API is."""

    @model_validator(mode="after")
    def _who_sends(self) -> Self:
        if not (self.from_number or self.messaging_service_sid):
            raise ValueError("from_number or messaging_service_sid is missing: one of them sends")
        return self
