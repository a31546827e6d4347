"""What an operator sets for an email inbox."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from channels.email.headers import ADDRESS
from omnidesk.contract.channel import ChannelSettings
from omnidesk.text.addresses import normal_email


class SmtpSettings(BaseModel):
    """The server that takes our mail."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = "localhost"
    """Its name or address."""
    port: int = Field(default=25, ge=1, le=65535)
    """Usually 587 with `starttls`, 465 with `tls`, 25 for a relay on the same machine."""
    tls: Literal["none", "starttls", "tls"] = "none"
    """`starttls` begins in plain text and insists on encryption; `tls` is encrypted from the first byte."""
    username: str | None = None
    """Name to log in with; absent = no login."""
    password: SecretStr | None = None
    """Its password."""
    timeout: float = Field(default=30, gt=0, le=300)
    """Seconds to wait for each answer of the server."""


class EmailSettings(ChannelSettings):
    """The settings of one email inbox."""

    address: str
    """The address customers write to and replies come from, such as `support@example.com`."""
    aliases: tuple[str, ...] = ()
    """Further addresses whose mail belongs to this inbox."""
    listen: str = "127.0.0.1"
    """The address of this machine on which mail is received."""
    listen_port: int | None = Field(default=None, ge=0, le=65535)
    """The port on which mail is received by SMTP or LMTP; absent = none is, 0 = any free one."""
    lmtp: bool = False
    """Speak LMTP (RFC 2033) instead of SMTP, as mail servers do to hand over mail on the last step."""
    max_size: int = Field(default=35 * 1024 * 1024, ge=64 * 1024, le=50_000_000)
    """The largest mail accepted, in bytes as sent: files grow by a third on the way, so 35 MB carry 25 MB."""
    smtp: SmtpSettings = SmtpSettings()
    """The server that replies are sent through."""

    @field_validator("address")
    @classmethod
    def _one_address(cls, address: str) -> str:
        return _normal(address)

    @field_validator("aliases")
    @classmethod
    def _further_addresses(cls, aliases: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_normal, aliases))


def _normal(address: str) -> str:
    normal = normal_email(address)
    if not ADDRESS.fullmatch(normal):
        raise ValueError(f"{address!r} is not an address such as support@example.com")
    return normal
