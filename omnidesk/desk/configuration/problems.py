"""What is wrong in the files: gathered, and told together."""

from collections import defaultdict
from copy import deepcopy
from typing import Self

from pydantic import ValidationError

from omnidesk.desk.configuration.places import Loc, Place
from omnidesk.errors import Invalid


class Problems:
    """Lines such as `desk/inboxes.yaml:12: inboxes.helpdesk.team: there is no team …`."""

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}  # in their order, each once
        self._doubted: dict[str, set[str | None]] = defaultdict(set)

    def add(self, place: Place | str | None, field: str, text: str) -> None:
        """Note one."""
        line = ": ".join(filter(None, (str(place or ""), field, text)))
        # what a file says must not steer the terminal
        self._lines.setdefault("".join(char if char.isprintable() else repr(char)[1:-1] for char in line))

    def doubt(self, kind: str, name: str | None) -> None:
        """An entry of this kind has a problem of its own: that it isn't there is not told as well.

        `name`: what it is called; None where that can't be read, so that it may be any.
        """
        self._doubted[kind].add(name)

    def may_mean(self, kind: str, name: str) -> bool:
        """Whether an entry with a problem of its own may be the one with this name."""
        return not {name, None}.isdisjoint(self._doubted.get(kind, ()))

    def copy(self) -> Self:
        """The same, to add others to."""
        return deepcopy(self)

    def end(self) -> None:
        """Raise Invalid with all that were noted, if any."""
        if self._lines:
            raise Invalid("\n".join(self._lines))


def refusals(error: ValidationError) -> list[tuple[Loc, str]]:
    """Where and why a model refuses a value; the value itself is not told, it may be a secret."""
    return [
        (tuple(part for part in one["loc"] if part != "[key]"), one["msg"].removeprefix("Value error, "))
        for one in error.errors(include_url=False, include_input=False)
    ]
