"""What agents have ready: texts, and strokes of several actions."""

from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from omnidesk.desk.configuration.entries.entry import Entry, Slug, Texts
from omnidesk.desk.macro_actions import checked
from omnidesk.desk.macros import shortcut_of


class CannedReplyEntry(Entry):
    """A text that agents have ready; of no team: everybody's."""

    slug: str = Slug
    name: str = Field(min_length=1, max_length=120)
    shortcut: str = Field(default="", max_length=40)
    team: str | None = None
    text: Texts = Field(default_factory=dict)

    @field_validator("shortcut")
    @classmethod
    def _as_typed(cls, value: str) -> str:
        return shortcut_of(value)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any(text.strip() for text in self.text.values()):
            raise ValueError("text: write it in at least one language, en or tr")
        return self


class MacroEntry(CannedReplyEntry):
    """What is done with a case in one stroke, and perhaps a text for the answer."""

    actions: tuple[dict[str, Any], ...] = Field(default=(), validate_default=True)

    @field_validator("actions")
    @classmethod
    def _are_known(cls, value: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        return tuple(checked(value))

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.actions and not any(text.strip() for text in self.text.values()):
            raise ValueError("actions: add an action or a text")
        return self
