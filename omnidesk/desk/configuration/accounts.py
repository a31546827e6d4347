"""The settings of an inbox as its channel knows them, and where its secrets are found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from omnidesk.contract.channel import Channel
from omnidesk.desk.configuration.difference import is_secret
from omnidesk.desk.secret_settings import merged, split_secrets

Keys = tuple[str, ...]
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """The settings of an inbox as they are stored: plain ones, secrets, and where each secret was found."""

    plain: Mapping[str, Any]
    secrets: Mapping[str, Any]
    sources: Mapping[str, Any]

    @property
    def shown(self) -> dict[str, Any]:
        """The settings as a file says them."""
        return merged(self.plain, self.sources)


def account_of(kind: type[Channel] | None, settings: Values, secrets: Values, sources: Values) -> Account:
    """The account of an inbox that is here; keys that the channel has got since have their defaults."""
    try:
        if kind is not None:
            plain, _ = split_secrets(kind.Settings.model_validate(merged(settings, secrets)))
            return Account(plain, secrets, marked(secrets, sources))
    except ValidationError:
        pass  # the settings no longer fit: they are shown as they are
    return Account(settings, secrets, marked(secrets, sources))


def marked(secrets: Values, sources: Values) -> dict[str, Any]:
    """The sources, with a mark for each secret that came from no file."""
    return {
        name: sources[name] if is_secret(sources.get(name))
        else marked(value, sources.get(name) or {}) if isinstance(value, Mapping)
        else {"stored": name}
        for name, value in secrets.items()
    }  # fmt: skip
