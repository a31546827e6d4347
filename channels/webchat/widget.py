"""The script that a page includes: `widget.js`, put together from the files of `client/` with stylesheet and texts."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from channels.webchat.words import tables

_FOLDER = Path(__file__).with_name("client")
_PARTS = (
    "page", "memory", "line", "identity", "drawing", "colour", "forms", "sound",
    "log", "lines", "files", "writer", "panel", "chat", "door",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Script:
    """The script as it goes out; `etag` changes with it."""

    text: bytes
    zipped: bytes
    etag: str


@cache
def packed(title: str) -> Script:
    """The script for an inbox with this title, worked out once."""
    text = script(title).encode()
    return Script(text, gzip.compress(text, mtime=0), hashlib.sha256(text).hexdigest()[:32])


def script(title: str) -> str:
    """The whole script for an inbox with this title. One function, so that nothing leaks into the page."""
    config = {"title": title, "words": tables(), "css": _read("widget.css")}
    parts = "\n".join(_lean(_read(f"{name}.js")) for name in _PARTS)
    return f'(() => {{\n"use strict";\nconst config = {json.dumps(config, ensure_ascii=False)};\n{parts}\n}})();\n'


def _lean(source: str) -> str:
    """Without indentation and lines that are comments: visitors need not load them, and a line keeps its meaning."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*")))


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")
