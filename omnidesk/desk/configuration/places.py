"""Where values stand in files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Loc = tuple[str | int, ...]
"""Where a value stands: kind, index of the entry, key, key …"""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; `shown` is how the file is called in messages."""

    file: Path
    shown: str
    line: int

    def __str__(self) -> str:
        return f"{self.shown}:{self.line}"


def place_of(places: Mapping[Loc, Place], loc: Loc) -> Place | None:
    """The place of the longest known part of `loc`."""
    return next((places[loc[:end]] for end in range(len(loc), 0, -1) if loc[:end] in places), None)
