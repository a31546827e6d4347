"""What is different between the files and the rows: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Values = Mapping[str, Any]
Desk = Mapping[str, Mapping[str, Values]]
"""kind → key of the entry → its values, in the words of the files."""

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `field` is empty where the whole entry is new. `kept`: the row stays as it is."""

    kind: str
    key: str
    field: str
    before: Any
    after: Any
    kept: bool = False

    def __str__(self) -> str:
        where = ".".join(filter(None, (self.kind, self.key, self.field)))
        if not self.field:
            return f"+ {where}"
        if self.kept:
            return f"! {where}: set to {_shown(self.before)} here since; kept, --force makes it {_shown(self.after)}"
        return f"~ {where}: {_shown(self.before)} → {_shown(self.after)}"


def difference(wanted: Desk, present: Desk, applied: Desk, *, force: bool = False) -> list[Change]:
    """What applying would change. What the files don't name stays.

    A field that was changed in the rows since it was last applied (`applied`) is kept unless `force`.
    """
    found: list[Change] = []
    for kind, entries in wanted.items():
        for key, values in entries.items():
            if key not in present[kind]:
                found.append(Change(kind, key, "", None, values))
            else:
                last = applied.get(kind, {}).get(key)
                found += _fields(kind, key, values, present[kind][key], None if force else last)
    return found


def _fields(kind: str, key: str, wanted: Values, present: Values, last: Values | None) -> list[Change]:
    after, before = flat(wanted), flat(present)
    known = flat(last) if last is not None else before
    return [
        Change(
            kind, key, field, before.get(field), after.get(field),
            kept=before.get(field, _MISSING) != known.get(field, _MISSING),
        )
        for field in {**before, **after}
        if before.get(field, _MISSING) != after.get(field, _MISSING)
    ]  # fmt: skip


def is_secret(value: Any) -> bool:
    """Whether a value names where a secret is."""
    return isinstance(value, Mapping) and len(value) == 1 and value.keys() <= {"env", "file", "stored"}


def flat(values: Values, above: str = "") -> dict[str, Any]:
    """Nested values as one level, with dots between the keys."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and not is_secret(value):
            found |= flat(value, f"{above}{name}.")
        else:
            found[above + name] = value
    return found


def nested(values: Values) -> dict[str, Any]:
    """The reverse of `flat`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        *above, last = name.split(".")
        place = found
        for part in above:
            place = place.setdefault(part, {})
        place[last] = value
    return found


def _shown(value: Any) -> str:
    if is_secret(value):
        return "a secret kept here only" if "stored" in value else f"the secret in {next(iter(value.values()))}"
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
