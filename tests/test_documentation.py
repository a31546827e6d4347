"""The documentation says what is there: its commands exist, its links lead somewhere, every setting is in it."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from omnidesk.desk.configuration import DeskFiles
from omnidesk.settings import Settings
from omnidesk.text.catalogues import LANGUAGES

ROOT = Path(__file__).parent.parent
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text("utf-8")
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@each_page
def test_make_knows_every_target_that_is_named(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE))
    assert named - targets == set()


def commands() -> set[str]:
    """Every `omnidesk …` that a page names, with its subcommand."""
    return {
        name for page in PAGES for name in re.findall(r"[`/]omnidesk ([a-z]+(?: [a-z]+)?)", page.read_text("utf-8"))
    }


@pytest.mark.parametrize("command", sorted(commands()))
def test_omnidesk_knows_every_command_that_is_named(command: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "omnidesk", *command.split(), "--help"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_first_screen_of_the_readme_names(command: str) -> None:
    assert command in "\n".join((ROOT / "README.md").read_text("utf-8").splitlines()[:40])


@each_page
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    ours = [target for target in targets if not re.match(r"\w+:", target)]
    assert [target for target in ours if not leads_somewhere(page, target)] == []


def leads_somewhere(page: Path, target: str) -> bool:
    """Whether a relative link names a file, and its anchor a heading there."""
    path, _, anchor = target.partition("#")
    file = page.parent / path if path else page
    return file.exists() and (not anchor or anchor in anchors(file))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, made as forges make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(heading: str) -> str:
    """The part of the configuration page under a heading, up to the next of the same rank."""
    match = re.search(rf"^(#+) .*{re.escape(heading)}.*$", CONFIGURATION, re.MULTILINE)
    assert match, f"docs/configuration.md has no heading with {heading}"
    rest = CONFIGURATION[match.end() :]
    return re.split(rf"^#{{1,{len(match[1])}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def fields(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The dotted names of a model's settings; a group stands for what is in it."""
    for name, field in model.model_fields.items():
        groups = [kind for kind in (field.annotation, *get_args(field.annotation)) if is_model(kind)]
        if groups:
            yield from fields(groups[0], f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def keys(value: object, prefix: str = "") -> Iterator[str]:
    """The dotted names of a file's keys; languages are left out, so `question.en` is `question`."""
    if isinstance(value, list):
        for entry in value:
            yield from keys(entry, prefix)
    elif isinstance(value, Mapping) and not value.keys() <= set(LANGUAGES):
        for name, inner in value.items():
            yield from keys(inner, f"{prefix}.{name}" if prefix else name)
    elif isinstance(value, Mapping) and any(isinstance(inner, Mapping) for inner in value.values()):
        for inner in value.values():
            yield from keys(inner, prefix)
    else:
        yield prefix


def undocumented(names: Iterator[str], text: str) -> list[str]:
    """The names that a text does not give in code letters."""
    return sorted(name for name in set(names) if f"`{name}`" not in text)


def test_every_process_setting_is_documented() -> None:
    assert undocumented(fields(Settings), section("omnidesk.toml")) == []


@pytest.mark.parametrize("channel", entry_points(group="omnidesk.channels"), ids=lambda channel: channel.name)
def test_every_setting_of_a_channel_is_documented(channel: EntryPoint) -> None:
    assert undocumented(fields(channel.load().Settings), section(f"`{channel.name}`")) == []


@pytest.mark.parametrize(("kind", "field"), DeskFiles.model_fields.items(), ids=DeskFiles.model_fields)
def test_every_key_of_an_entry_is_documented(kind: str, field: FieldInfo) -> None:
    assert undocumented(fields(get_args(field.annotation)[0]), section(f"`{kind}`")) == []


def starters() -> Iterator[tuple[str, list[str]]]:
    """Kind of entry → keys, of every starter file."""
    for path in sorted((*ROOT.glob("config/desk/*.yaml"), *ROOT.glob("config/bots/*.yaml"))):
        for kind, content in yaml.safe_load(path.read_text("utf-8")).items():
            yield kind, [key for key in keys(content, kind) if not key.startswith("inboxes.settings.")]


@pytest.mark.parametrize(("kind", "names"), [pytest.param(*starter, id=starter[0]) for starter in starters()])
def test_every_key_of_the_starter_files_is_documented(kind: str, names: list[str]) -> None:
    relative = (name.removeprefix(f"{kind}.") for name in names)
    assert undocumented(relative, section(f"`{kind}`")) == []
