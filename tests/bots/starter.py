"""The starter bot and its articles, as the desk hands them to the responder."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from omnidesk.contract.responder import Article, Turn

CONFIG = Path(__file__).parents[2] / "config"
BOT = "bots/assistant.yaml"
FAQ = "bots/faq.yaml"


def text(path: str) -> str:
    return (CONFIG / path).read_text(encoding="utf-8")


def entries() -> list[dict[str, Any]]:
    content: dict[str, list[dict[str, Any]]] = yaml.safe_load(text(FAQ))
    return content["faq"]


def articles() -> list[Article]:
    return [
        Article(
            entry["slug"],
            language,
            entry["title"][language],
            tuple(entry["questions"][language]),
            entry["answer"][language],
        )
        for entry in entries()
        for language in ("en", "tr")
    ]


def turn(*texts: str, **more: Any) -> Turn:
    return Turn(texts, datetime(2026, 3, 2, 9, 0, tzinfo=UTC), **more)
