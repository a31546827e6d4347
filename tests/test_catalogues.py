"""Whatever people read is there in Turkish: each `locale/tr.po` covers the folder it stands in, exactly."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
PACKAGES = tuple(ROOT / name for name in ("omnidesk", "channels", "bots"))
METHODS = [("**.py", "python"), ("**/templates/**", "jinja2")]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")

Key = tuple[str, str | None]
"""The English text (of a plural: its singular) and the context that tells two of the same apart."""


@dataclass(frozen=True)
class Found:
    """A text for people in the source."""

    place: str
    path: Path
    key: Key


def found_in(folder: Path) -> list[Found]:
    """Every text marked for translation under a folder."""
    return [
        Found(f"{name}:{line}: {texts_of(text)[0]}", folder / name, (texts_of(text)[0], context))
        for name, line, text, _, context in extract_from_dir(folder, METHODS)
    ]


def texts_of(text: str | Sequence[str] | None) -> Sequence[str]:
    """One text, or the singular and plural of one; an entry without a translation has an empty one."""
    return (text or "",) if isinstance(text, str | None) else text


def catalogue_for(path: Path) -> Path | None:
    """The catalogue that must hold a file's texts: the nearest one upwards."""
    return next((file for folder in path.parents if (file := folder / "locale" / "tr.po").exists()), None)


def read(file: Path) -> Catalog:
    """A catalogue as it is written, fuzzy and obsolete entries included."""
    with file.open("rb") as source:
        return read_po(source, locale="tr")


def entries(file: Path) -> dict[Key, Message]:
    """The translations of a catalogue that are used: those that are there and not fuzzy."""
    used = (entry for entry in read(file) if entry.id and all(texts_of(entry.string)) and not entry.fuzzy)
    return {(texts_of(entry.id)[0], entry.context): entry for entry in used}


def untranslated(texts: Sequence[Found], file: Path) -> list[str]:
    """The places of texts that a catalogue lacks."""
    have = entries(file)
    return [text.place for text in texts if text.key not in have]


CATALOGUES = sorted(file for package in PACKAGES for file in package.rglob("locale/tr.po"))
TEXTS = [text for package in PACKAGES for text in found_in(package)]
of_each_catalogue = pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.relative_to(ROOT).parts[-3])


def test_every_text_lies_under_a_catalogue() -> None:
    assert [text.place for text in TEXTS if catalogue_for(text.path) is None] == []


@of_each_catalogue
def test_every_text_is_translated(file: Path) -> None:
    assert untranslated([text for text in TEXTS if catalogue_for(text.path) == file], file) == []


@of_each_catalogue
def test_nothing_is_fuzzy_obsolete_or_unused(file: Path) -> None:
    catalogue = read(file)
    wanted = {text.key for text in TEXTS if catalogue_for(text.path) == file}
    assert [entry.id for entry in catalogue if entry.id and entry.fuzzy] == []
    assert list(catalogue.obsolete) == []
    assert sorted(key[0] for key in entries(file).keys() - wanted) == []


@of_each_catalogue
def test_both_languages_fill_in_the_same(file: Path) -> None:
    pairs = [
        (texts_of(entry.id)[-1], turkish)  # Turkish has no plural after a number: its one form matches the plural
        for entry in entries(file).values()
        for turkish in texts_of(entry.string)
    ]
    assert [pair for pair in pairs if set(PLACEHOLDER.findall(pair[0])) != set(PLACEHOLDER.findall(pair[1]))] == []


def test_a_missing_and_a_fuzzy_translation_are_found(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text("<p>{{ _('Hello') }}{% trans %}Bye{% endtrans %}</p>")
    (tmp_path / "words.py").write_text("title = _('Title')\nhelp = ngettext('One case', '%(num)d cases', 2)\n")
    file = tmp_path / "locale" / "tr.po"
    file.parent.mkdir()
    file.write_text('msgid "Hello"\nmsgstr "Merhaba"\n\n#, fuzzy\nmsgid "Title"\nmsgstr "Unvan"\n', "utf-8")
    found = found_in(tmp_path)
    assert {catalogue_for(text.path) for text in found} == {file}
    assert sorted(untranslated(found, file)) == [
        "templates/page.html:1: Bye", "words.py:1: Title", "words.py:2: One case",
    ]  # fmt: skip
