"""What an operator sets for an SMS inbox."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator

from channels.sms.description import Gateway
from omnidesk.contract.channel import ApiBase, ChannelSettings

_READY_MADE = Path(__file__).parent / "gateways"


@lru_cache
def ready_made(name: str) -> Gateway:
    """A description that comes along."""
    return Gateway.model_validate(yaml.safe_load((_READY_MADE / f"{name}.yaml").read_text("utf-8")))


def names() -> list[str]:
    """The descriptions that come along."""
    return sorted(path.stem for path in _READY_MADE.glob("*.yaml"))


def _described(given: str | dict[str, Any]) -> str | dict[str, Any]:
    """A name, or a whole description, kept as it was written."""
    if isinstance(given, str):
        if given not in names():
            raise ValueError(f"{given!r} is not described here; there are {', '.join(names())}, or describe it whole")
        return given
    try:
        Gateway.model_validate(given)
    except ValidationError as error:
        raise ValueError("; ".join(_problems(error))) from error
    return given


def _problems(error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in one["loc"])
        value = "" if isinstance(one["input"], Mapping | list | tuple) else f" (it is {str(one['input'])[:40]!r})"
        yield f"{where or 'description'}: {one['msg'].removeprefix('Value error, ')}{value}"


Price = Annotated[float, Field(ge=0, le=1000)]


class SmsSettings(ChannelSettings):
    """The settings of one SMS inbox."""

    gateway: Annotated[str | dict[str, Any], AfterValidator(_described)] = "twilio"
    """The name of a description that comes along, or a whole one (docs/sms.md)."""
    account: str | None = Field(default=None, pattern=r"^[^\s:/?#]{1,100}$")
    """Who we are at the gateway: user, account, API key."""
    token: SecretStr | None = Field(default=None, min_length=1)
    """With what we log in: password, token, API secret."""
    signing_secret: SecretStr | None = Field(default=None, min_length=8)
    """With what the gateway signs, or what it shows us."""
    values: dict[str, str] = Field(default={})
    """Further values of the description."""
    account_sid: str | None = Field(default=None, pattern=r"^[0-9A-Za-z_-]{1,64}$")
    """`account` in Twilio's words, `AC…`."""
    auth_token: SecretStr | None = Field(default=None, min_length=1)
    """`token` in Twilio's words: we log in with it, and Twilio signs with it."""
    messaging_service_sid: str | None = Field(default=None, pattern=r"^[0-9A-Za-z_-]{1,64}$")
    """A messaging service of Twilio, `MG…`, which picks the number."""
    from_number: str | None = Field(
        default=None, pattern=r"^(\+[1-9][0-9]{6,14}|[0-9]{3,15}|[0-9 .&_-]{0,10}[A-Za-z][A-Za-z0-9 .&_-]{0,10})$"
    )
    """The number people write to and answers come from, as `+908501234567`; a short code, or a sender's name, which
    nobody can answer."""
    country: str = Field(default="TR", pattern=r"^[A-Z]{2}$")
    """Where numbers are at home that are written without + and country."""
    api_base: ApiBase | None = None
    """Where the gateway's API is; None = where its description says."""
    prices: dict[str, Price] = Field(default={})
    """What a segment costs, by the beginning of the number: `+90`, `+9053`; the longest that fits counts."""
    currency: str = Field(default="TRY", pattern=r"^[A-Z]{3}$")
    """Of the prices."""

    @field_validator("prices")
    @classmethod
    def _by_prefix(cls, prices: dict[str, float]) -> dict[str, float]:
        for prefix in prices:
            if not re.fullmatch(r"\+[1-9]\d{0,14}", prefix):
                raise ValueError(f"{prefix!r} is not the beginning of a number such as +90")
        return prices

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        described, given = self.description, self.filled()
        for need in described.needs:
            if not any(given.get(_OF_FIELD.get(name, name)) for name in need.split("|")):
                missing = " or ".join(need.split("|"))
                raise ValueError(f"{missing} is missing: {described.name} needs it")
        if unknown := set(self.values) - described.values():
            known = ", ".join(sorted(described.values() - _FIELDS)) or "none"
            raise ValueError(f"values.{min(unknown)} is no value of {described.name}; it has {known}")
        if absent := described.values() - given.keys() - set(described.optional):
            raise ValueError(f"values.{min(absent)} is missing: the description of {described.name} speaks of it")
        if empty := [name for name in sorted(described.proofs()) if not given[name].strip()]:
            where = empty[0] if empty[0] in _FIELDS else f"values.{empty[0]}"
            raise ValueError(f"{where} is empty: {described.name} proves with it who posts, so it has to be a secret")
        return self

    @property
    def description(self) -> Gateway:
        """The gateway's."""
        return ready_made(self.gateway) if isinstance(self.gateway, str) else Gateway.model_validate(self.gateway)

    def filled(self) -> dict[str, str]:
        """The values of this inbox, by the names that the description has for them; those of secrets alike."""
        token, signing = self.token or self.auth_token, self.signing_secret
        named = {
            "account": self.account or self.account_sid, "token": token.get_secret_value() if token else None,
            "signing_secret": signing.get_secret_value() if signing else None,
            "messaging_service_sid": self.messaging_service_sid, "from": self.from_number,
            "api_base": self.api_base or self.description.api_base,
        }  # fmt: skip
        return {**self.values, **{name: value for name, value in named.items() if value is not None}}


_FIELDS = frozenset({"account", "token", "signing_secret", "messaging_service_sid"})
_OF_FIELD = {"account_sid": "account", "auth_token": "token", "from_number": "from"}
"""What a description may call fields of ours, to name them as its users know them."""
