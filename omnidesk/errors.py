"""What can go wrong, as one tree; the domain raises, one middleware renders.

OmnideskError
├── NotFound     404  there is no such thing, or not for you
├── NotAllowed   403  you may see it, not do it
├── Invalid      422  a value is wrong: says which field and how to mend it
└── Conflict     409  somebody changed it since you looked
"""

from collections.abc import Mapping


class OmnideskError(Exception):
    """An error with a message for a person, a stable code for programs, and an HTTP status.

    `values`: what the words for its code name in braces, where the pages have their own.
    """

    status = 500
    code = "error"

    def __init__(
        self, message: str, *, code: str | None = None, fields: Mapping[str, str] | None = None,
        values: Mapping[str, object] | None = None, status: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.status = status or self.status
        self.fields = dict(fields or {})
        self.values = dict(values or {})


class NotFound(OmnideskError):
    """There is no such thing, or not for the one who asks: the two look the same."""

    status = 404
    code = "not_found"


class NotAllowed(OmnideskError):
    """The one who asks may not do this."""

    status = 403
    code = "not_allowed"


class Invalid(OmnideskError):
    """A value can't be taken; `fields` names each and says how to mend it."""

    status = 422
    code = "invalid"


class Conflict(OmnideskError):
    """Somebody changed it since it was read."""

    status = 409
    code = "conflict"
