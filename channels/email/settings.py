"""What an operator sets for an email inbox."""

from typing import Annotated, Literal, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from channels.email.mime.mailboxes import ADDRESS
from omnidesk.contract.channel import ApiBase, ChannelSettings
from omnidesk.text.addresses import normal_email

_DOMAIN = r"(?i)^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$"
Language = Literal["en", "tr"]


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
    data_timeout: float = Field(default=600, gt=0, le=3600)
    """Seconds to wait for its answer to a whole mail, which it may look through first (RFC 5321 §4.5.3.2.6)."""
    per_minute: int | None = Field(default=None, ge=1, le=6000)
    """The most mails handed to it in a minute; absent = as many as it takes."""


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


class DkimSettings(BaseModel):
    """How mail is signed (DKIM, RFC 6376)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    domain: str = Field(pattern=_DOMAIN)
    """The domain that signs: that of the address, or one above it."""
    selector: str = Field(pattern=_DOMAIN)
    """The name of the key; its public half is the TXT record `SELECTOR._domainkey.DOMAIN`."""
    key: SecretStr
    """Its private half: RSA, at least 1024 bits, as PEM."""

    @field_validator("key")
    @classmethod
    def _usable(cls, key: SecretStr) -> SecretStr:
        try:
            loaded = load_pem_private_key(key.get_secret_value().encode(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise ValueError("this is no private key in PEM, or it has a password") from None
        if not isinstance(loaded, RSAPrivateKey) or loaded.key_size < 1024:
            raise ValueError("an RSA key of at least 1024 bits is needed (RFC 8301)")
        return key


class AuthenticationSettings(BaseModel):
    """Whom to believe that a mail comes from whom its From names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trusted_hosts: tuple[Annotated[str, Field(pattern=_DOMAIN)], ...] = ()
    """The names under which our own mail servers write Authentication-Results (RFC 8601). They must take such headers
    under their names out of what comes in, as §5 there says, or anybody can write them."""
    dkim: bool = False
    """Check DKIM signatures (RFC 6376) here; their keys come from DNS."""
    resolver: str | None = Field(default=None, pattern=r"^(\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?|[0-9a-fA-F:]{2,39})$")
    """The DNS server that is asked for keys, such as `127.0.0.1` or `127.0.0.1:5353`; absent = the system's."""

    @field_validator("trusted_hosts")
    @classmethod
    def _lower(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(str.lower, hosts))


class EmailSettings(ChannelSettings):
    """The settings of one email inbox."""

    model_config = ConfigDict(hide_input_in_errors=True)  # it may be the private key

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
    authentication: AuthenticationSettings = AuthenticationSettings()
    """Whom to believe that a sender is who they say."""
    signature: dict[Language, str] = Field(default_factory=dict)
    """What stands below every mail, by language."""
    footer: dict[Language, str] = Field(default_factory=dict)
    """What stands below the signature, by language: what the law asks for, say."""

    dkim: DkimSettings | None = None
    """Sign what goes out; absent = the mail server does it, or nobody."""

    @model_validator(mode="after")
    def _signs_as_itself(self) -> Self:
        host = self.address.rpartition("@")[2]
        if self.dkim and not f".{host}".endswith(f".{self.dkim.domain.lower()}"):
            raise ValueError(f"dkim.domain must be {host}, or a domain above it")
        return self

    def below(self, language: str) -> str:
        """What stands below a mail in this language; where there is none in it, what there is in another."""
        own = (_in(self.signature, language), _in(self.footer, language))
        return "\n\n".join(filter(None, own))

    @field_validator("address")
    @classmethod
    def _one_address(cls, address: str) -> str:
        return _normal(address)

    @field_validator("aliases")
    @classmethod
    def _further_addresses(cls, aliases: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_normal, aliases))


def _in(texts: dict[Language, str], language: str) -> str:
    found = next((text for known, text in texts.items() if known == language), None)
    return (next(iter(texts.values()), "") if found is None else found).strip()


def _normal(address: str) -> str:
    normal = normal_email(address)
    if not ADDRESS.fullmatch(normal):
        raise ValueError(f"{address!r} is not an address such as support@example.com")
    return normal
