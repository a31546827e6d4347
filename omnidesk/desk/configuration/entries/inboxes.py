"""Inboxes, and what their bots are asked often."""

from typing import Any, Literal

from pydantic import Field, field_validator

from omnidesk.desk.configuration.entries.entry import Entry, Language, Slug, Texts
from omnidesk.text.folding import words


class InboxEntry(Entry):
    """An account of a channel with the channel's own settings."""

    slug: str = Slug
    channel: str
    name: str
    enabled: bool = True
    team: str
    bot: str | None = None
    language: Language = "en"
    join: Literal["thread", "person", "new"] | None = None
    stop_words: tuple[str, ...] | None = None
    start_words: tuple[str, ...] | None = None
    reopen_days: int = Field(default=7, ge=0, le=3660)
    close_days: int = Field(default=14, ge=0, le=3660)
    settings: dict[str, Any] = Field(default_factory=dict)

    @field_validator("stop_words", "start_words")
    @classmethod
    def _folded(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if value is None else tuple(" ".join(words(text)) for text in value)

    @field_validator("close_days")
    @classmethod
    def _not_before_reopening_ends(cls, value: int, values: Any) -> int:
        if value < values.data.get("reopen_days", 0):
            raise ValueError("must not be smaller than reopen_days")
        return value


class FaqItem(Entry):
    """A question people ask, in both languages."""

    slug: str = Slug
    bot: str
    published: bool = True
    title: Texts
    questions: dict[Language, tuple[str, ...]]
    answer: Texts
