"""Process settings: `omnidesk.toml`, overridden by the environment. An unknown key or a bad value stops the start."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

PREFIX = "OMNIDESK_"
_EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - recognised, not bound to


class SettingsError(Exception):
    """A setting is wrong; the message names the key and the fix."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Http(_Section):
    """Where the server listens and how it is seen from outside."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    secure_cookies: bool | None = None

    @property
    def public_url_is_missing(self) -> bool:
        """Whether links lead nowhere for others: it listens everywhere, and nobody said how it is reached."""
        return not self.public_url and self.host in _EVERYWHERE

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """The environment has texts only: a list is written with commas."""
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Desk(_Section):
    """How the desk works where agents have not chosen otherwise."""

    undo_send_seconds: int = Field(default=15, ge=0, le=120)
    idle_minutes: float = Field(default=10, gt=0, le=600)
    country: str = Field(default="TR", pattern="^[A-Z]{2}$")


class Api(_Section):
    """What programs may do."""

    requests_per_minute: int = Field(default=60_000, ge=1)


class Workers(_Section):
    """How many received messages are taken at once, how often to look when nobody calls, and when to give up."""

    batch: int = Field(default=200, ge=1, le=1000)
    poll_seconds: float = Field(default=5.0, gt=0, le=15)
    bot_silence_minutes: int = Field(default=30, ge=1)
    delivery_attempts: int = Field(default=12, ge=1)


class Mail(_Section):
    """The mail server that carries notices to agents; without a host there are none by email."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: str = ""

    @model_validator(mode="after")
    def _has_a_sender(self) -> Self:
        if self.host and "@" not in self.sender:
            raise ValueError("sender is missing; give the address that notices come from, like desk@example.com")
        return self


class Simulator(_Section):
    """The page that plays customers without any provider."""

    enabled: bool = False


class Log(_Section):
    """What is logged."""

    level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")


class Settings(_Section):
    """All settings of a process."""

    data_dir: Path = Path("data")
    database_url: str = ""
    blobs_url: str = ""
    secret_key: SecretStr = SecretStr("")
    http: Http = Http()
    desk: Desk = Desk()
    api: Api = Api()
    workers: Workers = Workers()
    mail: Mail = Mail()
    simulator: Simulator = Simulator()
    log: Log = Log()

    @property
    def store_url(self) -> str:
        """The database's URL; SQLite in the data folder unless set."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'omnidesk.sqlite3').resolve()}"

    @property
    def blob_store(self) -> str:
        """Where blobs are kept; the data folder unless set."""
        return self.blobs_url or str((self.data_dir / "blobs").resolve())

    @property
    def public_url(self) -> str:
        """The URL people reach us by, without a slash at the end."""
        host = "127.0.0.1" if self.http.public_url_is_missing else self.http.host
        return (self.http.public_url or f"http://{host}:{self.http.port}").rstrip("/")


def config_folder(explicit: Path | None = None) -> Path:
    """The folder with `omnidesk.toml`, `desk/` and `bots/`: given, OMNIDESK_CONFIG, ./config, or as installed."""
    named = explicit or (Path(os.environ["OMNIDESK_CONFIG"]) if os.environ.get("OMNIDESK_CONFIG") else None)
    if named is not None:
        if not named.is_dir():
            raise SettingsError(f"config: {named} is not a folder; give one that holds omnidesk.toml")
        return named
    package = Path(__file__).parent
    candidates = (Path("config"), package / "config", package.parent / "config")
    return next(folder for folder in candidates if (folder / "omnidesk.toml").exists())


def load(folder: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of this process. Raises SettingsError."""
    path = folder / "omnidesk.toml"
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text()) if path.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from error
    _merge(values, _from_environment(environ))
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise SettingsError(f"{'.'.join(map(str, first['loc']))}: {first['msg']} (see {path})") from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name == f"{PREFIX}CONFIG":
            continue
        path = name.removeprefix(PREFIX).lower().split("__")
        if path[-1].endswith("_file"):
            path[-1] = path[-1].removesuffix("_file")
            value = _read(name, value)
        _merge(values, _nested(path, value))
    return values


def _read(name: str, path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise SettingsError(f"{name}: can't read {path}: {error.strerror}") from error


def _nested(path: list[str], value: Any) -> dict[str, Any]:
    for part in reversed(path):
        value = {part: value}
    return dict(value)


def _merge(into: dict[str, Any], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value


def secret_of(settings: Settings) -> str:
    """The secret key: as set, or made once and kept in the data folder, readable by its owner only."""
    if settings.secret_key.get_secret_value():
        return settings.secret_key.get_secret_value()
    path = settings.data_dir / "secret_key"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            draft = path.with_suffix(f".{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            draft.replace(path)
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"data_dir: can't write {settings.data_dir}: {error.strerror}") from error
