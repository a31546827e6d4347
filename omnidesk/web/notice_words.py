"""A notice in words: what happened."""

from collections.abc import Callable
from datetime import datetime

from omnidesk.desk.notices import Told
from omnidesk.web import times
from omnidesk.web.words import WORDS

Gettext = Callable[[str], str]


def sentence(gettext: Gettext, told: Told, now: datetime) -> str:
    """What happened: `Bo gave you #17`; of a deadline, how far it is now."""
    word, payload = told.word, told.payload or {}
    if word == "assigned" and not told.actor:
        word = "assigned_by_nobody"
    values = {"number": told.number, "actor": told.actor or "?", "contact": told.contact or "?"}
    values["inbox"] = payload.get("inbox", "?")
    if word == "sla_warning":
        left = (datetime.fromisoformat(payload["due_at"]) - now).total_seconds()
        values["time"] = times.lasting(gettext, left)
        word = word if left > 0 else "sla_warned"
    text = WORDS["notice"][word]
    return gettext(text).format(**values)
