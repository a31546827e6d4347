"""What the bot remembers of a conversation between two turns, as small JSON."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

_KEPT = 3
_LONGEST = 200


class Memory(BaseModel):
    """What was asked and answered last, what was offered, and how often in a row nothing was understood."""

    model_config = ConfigDict(frozen=True)

    language: str | None = None
    misses: int = 0
    asked: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    """The ids of the buttons under the last message, in order."""
    clarifying: bool = False

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Self:
        """The memory in a state; one that can't be read (another bot left it) is forgotten."""
        try:
            return cls.model_validate(state)
        except ValidationError:
            return cls()

    def speaking(self, language: str) -> Self:
        """In that language from now on."""
        return self.model_copy(update={"language": language})

    def asking(self, text: str) -> Self:
        """With one more question, shortened."""
        short = " ".join(text.split())[:_LONGEST]
        return self.model_copy(update={"asked": (*self.asked, short)[-_KEPT:]}) if short else self

    def answering(self, title: str) -> Self:
        """With one more answer; whatever was missed before is forgiven."""
        answered = (*(old for old in self.answered if old != title), title)
        return self.model_copy(update={"answered": answered[-_KEPT:], "misses": 0})

    def missing(self) -> Self:
        """With one more question that was not understood."""
        return self.model_copy(update={"misses": self.misses + 1})

    def offering(self, buttons: Sequence[str], *, clarifying: bool) -> Self:
        """With the buttons under the message that is about to be sent."""
        return self.model_copy(update={"offered": tuple(buttons), "clarifying": clarifying})
