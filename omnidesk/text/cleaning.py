"""Texts from outside, made fit to be stored and shown."""

import re

_UNSEEN = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2060-\u2069\ufeff]")
"""What turns the text around it, or shows nothing at all. Joiners stay: names and emoji are written with them."""
_JOINERS = "\u200c\u200d"


def storable(text: str) -> str:
    """Without NUL (PostgreSQL refuses it) and lone surrogates (no encoding takes them)."""
    return text.replace("\x00", "").encode(errors="replace").decode()


def one_line(text: str) -> str:
    """A name or a title: on one line, without what would turn or hide the words around it."""
    plain = " ".join(_UNSEEN.sub("", storable(text)).split())
    return plain if plain.strip(_JOINERS) else ""
