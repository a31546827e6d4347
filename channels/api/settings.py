"""What an operator sets for an API inbox."""

import base64
import binascii
from typing import Self

from pydantic import SecretStr, field_validator, model_validator
from yarl import URL

from omnidesk.contract.channel import ChannelSettings

PREFIX = "whsec_"


class ApiSettings(ChannelSettings):
    """The settings of one API inbox."""

    url: str | None = None
    """Where our messages are posted; without it the app reads them by the API."""
    secret: SecretStr | None = None
    """What they are signed with, `whsec_…`."""

    @field_validator("url")
    @classmethod
    def _an_address(cls, text: str | None) -> str | None:
        url = URL(text) if text is not None else None
        if url is not None and (url.scheme not in ("http", "https") or not url.host):
            raise ValueError(f"{text!r} is not an address such as https://app.example/messages")
        return text

    @field_validator("secret")
    @classmethod
    def _a_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not _key_of(secret.get_secret_value()):
            raise ValueError("this is not a secret of Standard Webhooks: write whsec_ and 24 to 64 bytes as base64")
        return secret

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if self.url is not None and self.secret is None:
            raise ValueError("secret is missing: messages to url are signed with it")
        return self

    @property
    def key(self) -> bytes:
        """What messages are signed with."""
        return _key_of(self.secret.get_secret_value()) if self.secret else b""


def _key_of(secret: str) -> bytes:
    """The bytes of a secret; none where it is not one."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
    except binascii.Error:
        return b""
