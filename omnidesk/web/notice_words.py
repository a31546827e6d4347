"""Notices in words, in an agent's language."""

from gettext import NullTranslations

from omnidesk.desk.notices import Told
from omnidesk.web.words import WORDS


def sentence(catalogue: NullTranslations, told: Told) -> str:
    """What happened: `Bo gave you #17`."""
    word = told.word
    if word == "assigned" and not told.actor:
        word = "assigned_by_nobody"
    values = {"number": told.number, "actor": told.actor, "contact": told.contact}
    text = WORDS["notice"][word]
    return catalogue.gettext(text).format(**values)
