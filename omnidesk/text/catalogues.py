"""Message catalogues: gettext .po files, read as they are, nothing to compile."""

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LANGUAGES = ("en", "tr")
"""What pages and messages are written in; English stands in the source itself."""


@cache
def load(folder: Path) -> dict[str, NullTranslations]:
    """The catalogue of each language in `folder` (`<language>.po`); English needs no file."""
    return {language: _read(folder / f"{language}.po") for language in LANGUAGES}


def _read(path: Path) -> NullTranslations:
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def language_of(wanted: str | None, default: str = "en") -> str:
    """The language of ours nearest to a tag such as `tr-TR`."""
    primary = (wanted or "").lower().replace("_", "-").split("-")[0]
    return primary if primary in LANGUAGES else default
