"""The contract between the desk and a self-service bot. The bot knows no table; everything is passed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from omnidesk.contract.channel import Button, Form

Source = Mapping[str, str]
"""The YAML texts of one bot version: path → text."""

Decision = Literal["answer", "clarify", "fallback", "flow", "handoff"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a bot's source."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """A published answer with the questions it answers, in one language; one id may stand once per language."""

    id: str
    language: str
    title: str
    questions: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What the person said since the bot's last turn, and what the bot may know.

    `language` is the contact's, if known; `state` is what the last `Answer` returned; `facts` are values of the case
    and contact (JSON), among them `online`: whether a person could answer now, and `unreachable`: whether nothing can
    be told to them once they have left.
    """

    texts: tuple[str, ...]
    now: datetime
    button: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    """What was filled into the bot's last form, by field."""
    language: str | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    attachments: int = 0


@dataclass(frozen=True, slots=True)
class Saying:
    """One message of the bot."""

    text: str
    buttons: tuple[Button, ...] = ()
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why the bot said that, for the timeline and the console."""

    intent: str = ""
    confidence: float = 0.0
    ranking: tuple[tuple[str, float], ...] = ()
    words: tuple[str, ...] = ()
    slots: Mapping[str, str] = field(default_factory=dict)
    step: str = ""


@dataclass(frozen=True, slots=True)
class Handoff:
    """The passing of a case to people. `reason`: asked, fallback, flow, failed …; `summary` is for the agent."""

    reason: str
    summary: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot does: its messages, its new state, and perhaps a handoff."""

    messages: tuple[Saying, ...]
    state: Mapping[str, Any]
    decision: Decision
    language: str
    why: Why = Why()
    handoff: Handoff | None = None


class Bot(Protocol):
    """A loaded bot version."""

    async def respond(self, turn: Turn) -> Answer:
        """Answer one turn. Deterministic; raises nothing for any text."""


class Responder(Protocol):
    """A kind of bot."""

    def check(self, source: Source) -> Sequence[Problem]:
        """What is wrong in the source; empty = it can be trained and loaded."""

    def train(self, source: Source, articles: Sequence[Article]) -> bytes:
        """Prepare a model; slow, deterministic, run outside the event loop. Raises ValueError for a bad source."""

    def load(self, source: Source, model: bytes, articles: Sequence[Article]) -> Bot:
        """A bot ready to answer; fast."""
