"""Process settings: the file shows every one, a wrong one is refused by name, the environment wins."""

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from omnidesk.settings import Http, Settings, SettingsError, config_folder, load, secret_of

FILE = config_folder() / "omnidesk.toml"
ALWAYS_A_CHOICE = {"http.secure_cookies"}
"""Settings that have no default a file could write (TOML has no null); the file shows an example."""


def every_setting(section: BaseModel, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted name and value of each setting."""
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from every_setting(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


DEFAULTS = dict(every_setting(Settings()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration folder with an empty file."""
    (tmp_path / "omnidesk.toml").touch()
    return tmp_path


@pytest.fixture
def written(folder: Path) -> Path:
    """The same with every setting of the file that we ship, uncommented."""
    text = re.sub(r"^# (?=\w+ = )", "", FILE.read_text(), flags=re.MULTILINE)
    (folder / "omnidesk.toml").write_text(text)
    return folder


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_file_shows_every_setting(name: str) -> None:
    section, _, key = name.rpartition(".")
    body = re.split(r"^\[(\w+)\]$", FILE.read_text(), flags=re.MULTILINE)
    sections = {"": body[0], **dict(zip(body[1::2], body[2::2], strict=True))}
    assert re.search(rf"^# {key} = ", sections[section], re.MULTILINE)


def test_what_the_file_shows_are_the_defaults(written: Path) -> None:
    shown = dict(every_setting(load(written, {})))
    assert {name for name in DEFAULTS if shown[name] != DEFAULTS[name]} == ALWAYS_A_CHOICE


def test_the_file_as_shipped_changes_nothing() -> None:
    assert load(FILE.parent, {}) == Settings()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour = 'red'", "colour"),
        ("[http]\nprot = 80", "http.prot"),
        ("[http]\nport = 70000", "http.port"),
        ("[http]\nport = 'many'", "http.port"),
        ("[workers]\nbatch = 0", "workers.batch"),
        ("[log]\nlevel = 'LOUD'", "log.level"),
        ("port = = 1", "omnidesk.toml"),
    ],
)
def test_a_wrong_line_is_refused_by_name(folder: Path, text: str, named: str) -> None:
    (folder / "omnidesk.toml").write_text(text)
    with pytest.raises(SettingsError, match=re.escape(named)):
        load(folder, {})


@pytest.mark.parametrize(
    ("variable", "value", "name", "expected"),
    [
        ("OMNIDESK_DATA_DIR", "/srv/omnidesk", "data_dir", Path("/srv/omnidesk")),
        ("OMNIDESK_DATABASE_URL", "postgresql://host/desk", "database_url", "postgresql://host/desk"),
        ("OMNIDESK_BLOBS_URL", "s3://bucket", "blobs_url", "s3://bucket"),
        ("OMNIDESK_SECRET_KEY", "of the sea", "secret_key", SecretStr("of the sea")),
        ("OMNIDESK_HTTP__HOST", "0.0.0.0", "http.host", "0.0.0.0"),
        ("OMNIDESK_HTTP__PORT", "9090", "http.port", 9090),
        ("OMNIDESK_HTTP__PUBLIC_URL", "https://a.example", "http.public_url", "https://a.example"),
        ("OMNIDESK_HTTP__TRUSTED_PROXIES", "10.0.0.1,10.0.0.2", "http.trusted_proxies", ("10.0.0.1", "10.0.0.2")),
        ("OMNIDESK_HTTP__SECURE_COOKIES", "false", "http.secure_cookies", False),
        ("OMNIDESK_WORKERS__BATCH", "7", "workers.batch", 7),
        ("OMNIDESK_WORKERS__POLL_SECONDS", "0.5", "workers.poll_seconds", 0.5),
        ("OMNIDESK_LOG__LEVEL", "DEBUG", "log.level", "DEBUG"),
    ],
)
def test_the_environment_wins_over_the_file(
    written: Path, variable: str, value: str, name: str, expected: object
) -> None:
    assert dict(every_setting(load(written, {variable: value})))[name] == expected


def test_a_secret_may_come_from_a_file(folder: Path) -> None:
    (folder / "key").write_text("of the sea\n")
    settings = load(folder, {"OMNIDESK_SECRET_KEY_FILE": str(folder / "key")})
    assert secret_of(settings) == "of the sea"


def test_a_secret_file_that_is_not_there_is_refused_by_name(folder: Path) -> None:
    with pytest.raises(SettingsError, match="OMNIDESK_SECRET_KEY_FILE"):
        load(folder, {"OMNIDESK_SECRET_KEY_FILE": str(folder / "key")})


def test_an_unknown_variable_is_refused_by_name(folder: Path) -> None:
    with pytest.raises(SettingsError, match=r"http\.prot"):
        load(folder, {"OMNIDESK_HTTP__PROT": "80"})


def test_other_variables_are_none_of_ours(folder: Path) -> None:
    assert load(folder, {"HOME": "/root", "OMNIDESK_CONFIG": str(folder)}) == Settings()


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    first = secret_of(settings)
    assert len(first) >= 32
    assert secret_of(settings) == first
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


def test_a_folder_named_by_the_environment_must_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIDESK_CONFIG", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match="nowhere is not a folder"):
        config_folder()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", ""])
def test_links_name_a_host_that_can_be_opened(host: str) -> None:
    settings = Settings(http=Http(host=host, port=9000))
    assert (settings.public_url, settings.http.public_url_is_missing) == ("http://127.0.0.1:9000", True)


def test_a_public_url_is_taken_as_it_is() -> None:
    settings = Settings(http=Http(host="0.0.0.0", public_url="https://desk.example/"))
    assert (settings.public_url, settings.http.public_url_is_missing) == ("https://desk.example", False)
    assert Settings(http=Http(host="10.0.0.5")).public_url == "http://10.0.0.5:8080"


def test_a_folder_without_a_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, {}) == Settings()
