"""What codes are called in front of people; English here, Turkish in the catalogue."""

from gettext import NullTranslations

from omnidesk.web.words import agents, cases, channels, lists, wrong
from omnidesk.web.words.marking import N_, Words

__all__ = ["N_", "WORDS", "in_words"]

WORDS: Words = {**lists.WORDS, **channels.WORDS, **cases.WORDS, **agents.WORDS, **wrong.WORDS}


def in_words(catalogue: NullTranslations, kind: str, code: object) -> str:
    """A code in the catalogue's language; one that nobody named shows itself."""
    words = WORDS[kind]
    text = words.get(str(code)) or words.get("*", "{code}")
    return catalogue.gettext(text).format(code=code)
