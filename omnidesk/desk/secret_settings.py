"""Settings of inboxes with secrets among them: taken apart, put together, and made up where there is no provider."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, SecretStr

from omnidesk.contract.channel import ChannelSettings

Keys = tuple[str, ...]
_MADE_UP = "simulated-secret"


def made_up(model: type[BaseModel], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with a made-up value for every secret: a simulated inbox shows them to nobody."""
    values = dict(settings)
    for path in secret_paths(model):
        values = merged(values, nest(path, _MADE_UP))
    return values


def secret_paths(model: type[BaseModel], above: Keys = ()) -> Iterator[Keys]:
    """Where a settings model has its secrets."""
    for name, field in model.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if kind is SecretStr:
                yield (*above, name)
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from secret_paths(kind, (*above, name))


def nest(path: Keys, value: Any) -> dict[str, Any]:
    """A value at a path."""
    for part in reversed(path):
        value = {part: value}
    return dict(value)


def merged(settings: Mapping[str, Any], secrets: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with their secrets put back, at any depth."""
    result = dict(settings)
    for name, value in secrets.items():
        below = result.get(name)
        result[name] = merged(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return result


def split_secrets(settings: ChannelSettings) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings as JSON values without their secrets, and the secrets alone."""
    return _plain(settings), _secret(settings)


def _plain(model: BaseModel) -> dict[str, Any]:
    plain: dict[str, Any] = model.model_dump(mode="json")
    for name, value in model:
        if isinstance(value, BaseModel):
            plain[name] = _plain(value)
        elif isinstance(value, SecretStr):
            del plain[name]
    return plain


def _secret(model: BaseModel) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in model:
        if isinstance(value, BaseModel) and (below := _secret(value)):
            found[name] = below
        elif isinstance(value, SecretStr):
            found[name] = value.get_secret_value()
    return found
