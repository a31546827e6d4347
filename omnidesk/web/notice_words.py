"""A notice in words: what happened."""

from collections.abc import Callable

from omnidesk.desk.notices import Told
from omnidesk.web.words import WORDS

Gettext = Callable[[str], str]


def sentence(gettext: Gettext, told: Told) -> str:
    """What happened: `Bo gave you #17`."""
    word = told.word
    if word == "assigned" and not told.actor:
        word = "assigned_by_nobody"
    values = {"number": told.number, "actor": told.actor or "?", "contact": told.contact or "?"}
    values["inbox"] = (told.payload or {}).get("inbox", "?")
    text = WORDS["notice"][word]
    return gettext(text).format(**values)
