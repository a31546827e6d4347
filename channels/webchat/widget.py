"""The script that a page includes: `widget.js` with its stylesheet and texts put in."""

import json
from functools import cache
from pathlib import Path

from channels.webchat.words import tables

_SLOT = "/* config */ {}"


@cache
def script(title: str) -> str:
    """The whole script for an inbox with this title."""
    folder = Path(__file__).parent
    config = {"title": title, "words": tables(), "css": (folder / "widget.css").read_text("utf-8")}
    source = (folder / "widget.js").read_text("utf-8")
    return source.replace(_SLOT, json.dumps(config, ensure_ascii=False), 1)
