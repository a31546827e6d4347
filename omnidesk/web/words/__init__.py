"""What codes are called in front of people; English here, Turkish in the catalogue."""

from collections.abc import Callable
from gettext import NullTranslations

from omnidesk.errors import OmnideskError
from omnidesk.web.words import agents, calendars, cases, channels, lists, wrong
from omnidesk.web.words.marking import N_, Words

__all__ = ["N_", "WORDS", "in_words", "said"]

WORDS: Words = {**lists.WORDS, **channels.WORDS, **cases.WORDS, **agents.WORDS, **calendars.WORDS, **wrong.WORDS}


def said(language: str, gettext: Callable[[str], str], error: OmnideskError) -> str:
    """An error for a reader: its message in English, which the domain speaks; else the words for its code or status."""
    known = WORDS["error"].get(error.code)
    if known is None and language == "en" and error.status not in (400, 405, 500):
        return error.message
    if known is not None:
        return gettext(known).format(**error.values)
    general = WORDS["status"].get(str(error.status)) or WORDS["status"]["400" if error.status < 500 else "500"]
    return gettext(general)


def in_words(catalogue: NullTranslations, kind: str, code: object) -> str:
    """A code in the catalogue's language; one that nobody named shows itself."""
    words = WORDS[kind]
    text = words.get(str(code)) or words.get("*", "{code}")
    return catalogue.gettext(text).format(code=code)
