"""Events: a nudge after a commit. Nothing depends on one arriving; rows are the truth."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class CaseChanged:
    """A case, or what is shown of it, is now at `version`; where it moved, `left_…` say whose it was before."""

    case_id: int
    version: int
    left_team: int | None = None
    left_agent: int | None = None


@dataclass(frozen=True, slots=True)
class TranscriptChanged:
    """Something was added or changed in what was said with a contact point."""

    contact_point_id: int


@dataclass(frozen=True, slots=True)
class PointMet:
    """An address wrote for the first time and is a contact point now."""

    channel: str
    address: str
    contact_point_id: int


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody is writing, or has stopped: `author` is `contact` or `agent`, and then `agent_id` says who."""

    case_id: int
    contact_point_id: int | None
    author: str
    name: str
    agent_id: int | None = None
    on: bool = True


@dataclass(frozen=True, slots=True)
class Looking:
    """An agent has the case of this number open in a page; False = closed it. Told again and again while it is so."""

    number: int
    agent_id: int
    name: str
    here: bool


@dataclass(frozen=True, slots=True)
class DraftChanged:
    """What an agent is writing on the case of this number is now at `version`; 0 = nothing."""

    number: int
    agent_id: int
    version: int


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """An agent came, went or changed."""

    agent_id: int


@dataclass(frozen=True, slots=True)
class NoticesChanged:
    """An agent has something new to hear of, or has seen it."""

    agent_id: int


@dataclass(frozen=True, slots=True)
class WorkWaiting:
    """Rows wait for the worker of this name."""

    worker: str


@dataclass(frozen=True, slots=True)
class TimeRan:
    """The desk's clock is so many seconds ahead of the real one: time was let run."""

    ahead: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Events may have been missed: whoever waits for some looks again."""


Event = (
    CaseChanged | TranscriptChanged | PointMet | Typing | Looking | DraftChanged | AgentChanged | NoticesChanged
    | WorkWaiting | TimeRan | Gap
)  # fmt: skip
SomeEvent = TypeVar("SomeEvent", bound=Event)


class Bus:
    """Passes events to whoever in this process wants their kind. Callbacks must be quick and must not raise.

    `outward`, where it is set, hears of every event that began here, to tell other processes.
    """

    def __init__(self) -> None:
        self._callbacks: dict[type, list[Callable[[Any], None]]] = defaultdict(list)
        self.outward: Callable[[Event], None] | None = None

    def on(self, kind: type[SomeEvent], callback: Callable[[SomeEvent], None]) -> Callable[[], None]:
        """Call `callback` with every event of this kind; gives the function that ends it."""
        self._callbacks[kind].append(callback)

        def end() -> None:
            with suppress(ValueError):
                self._callbacks[kind].remove(callback)

        return end

    def publish(self, event: Event) -> None:
        """Hand an event of this process to its callbacks, in the order they came, and outward."""
        self.deliver(event)
        if self.outward is not None:
            self.outward(event)

    def deliver(self, event: Event) -> None:
        """Hand an event to its callbacks in this process alone."""
        for callback in tuple(self._callbacks[type(event)]):
            callback(event)
