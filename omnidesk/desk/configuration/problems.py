"""What is wrong in the files: gathered, and told together."""

from pydantic import ValidationError

from omnidesk.desk.configuration.entries import Loc, Place
from omnidesk.errors import Invalid


class Problems:
    """Lines such as `desk/inboxes.yaml:12: inboxes.helpdesk.team: there is no team …`."""

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}  # in their order, each once

    def add(self, place: Place | str | None, field: str, text: str) -> None:
        """Note one."""
        self._lines.setdefault(": ".join(filter(None, (str(place or ""), field, text))))

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
