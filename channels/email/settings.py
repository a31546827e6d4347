"""What an operator sets for an email inbox."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from channels.email.mailboxes import ADDRESS
from omnidesk.contract.channel import ApiBase, ChannelSettings
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


class OAuthSettings(BaseModel):
    """A login with tokens instead of a password (RFC 6749, XOAUTH2), as Google and Microsoft want it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_url: ApiBase = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    """Where access tokens come from; at Microsoft `https://login.microsoftonline.com/TENANT/oauth2/v2.0/token`."""
    client_id: str
    """The program that is registered there."""
    client_secret: SecretStr | None = None
    """Its secret, unless it was registered without one."""
    refresh_token: SecretStr
    """What its consent page gave; access tokens are made from it."""
    scope: str = ""
    """What is asked for; at Microsoft `https://outlook.office.com/IMAP.AccessAsUser.All offline_access`."""


class ImapSettings(BaseModel):
    """The mailbox that mail is fetched from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    """The name or address of its server."""
    port: int = Field(default=993, ge=1, le=65535)
    """Usually 993 with `tls`, 143 with `starttls` or `none`."""
    tls: Literal["none", "starttls", "tls"] = "tls"
    """`tls` is encrypted from the first byte; `starttls` begins in plain text and insists on encryption."""
    username: str
    """Name to log in with, often the whole address."""
    password: SecretStr | None = None
    """Its password; it or `oauth` is needed."""
    oauth: OAuthSettings | None = None
    """Log in with tokens instead."""
    folder: str = Field(default="INBOX", min_length=1, max_length=200)
    """The folder that is read, as the server names it."""
    after: Literal["flag", "move", "leave"] = "flag"
    """What happens to a mail that is stored here: it is marked as read, moved to `move_to`, or left as it is."""
    move_to: str | None = Field(default=None, min_length=1)
    """The folder it is moved to; made when there is none."""
    history: Literal["none", "all"] | Annotated[int, Field(ge=1, le=3650)] = "none"
    """What is fetched of mail that was there before a folder is read for the first time: `none`, `all`, or that of so
    many days."""
    idle: bool = True
    """Let the server say when mail comes (RFC 2177), if it can."""
    poll_seconds: float = Field(default=60, ge=0.1, le=3600)
    """How often to look where it can't."""
    timeout: float = Field(default=30, gt=0, le=300)
    """Seconds to wait for each answer of the server."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.password is None) == (self.oauth is None):
            raise ValueError("say either password or oauth")
        if (self.after == "move") != (self.move_to is not None):
            raise ValueError("move_to belongs to after = move, and is needed there")
        if self.move_to == self.folder:
            raise ValueError("move_to must be another folder than the one that is read")
        return self


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
    imap: ImapSettings | None = None
    """The mailbox that mail is fetched from; absent = none is."""
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
