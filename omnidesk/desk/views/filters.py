"""Filters: which cases of a view are wanted, as a link says it: `?priority=high&priority=urgent&label=refund`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from sqlmodel import col, select

from omnidesk.desk import own_fields
from omnidesk.desk.access import Viewer
from omnidesk.desk.views.conditions import AllOf, AnyOf, Condition, Elsewhere, Is, Within, labelled, there
from omnidesk.errors import Invalid
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import (
    Case,
    CaseFieldValue,
    Category,
    ContactFieldValue,
    FieldDefinition,
    FieldSubject,
    Priority,
)

_OWN: Mapping[str, tuple[FieldSubject, Any, Any]] = {
    "field": (FieldSubject.CASE, CaseFieldValue, (CaseFieldValue.case_id, Case.id)),
    "contact": (FieldSubject.CONTACT, ContactFieldValue, (ContactFieldValue.contact_id, Case.contact_id)),
}
"""Own fields: what they are about, where their values stand, and which of their columns is which of a case's."""
_MOST = 20
"""So many values one condition takes."""
_LONGEST = 200
DAYS = {"7d": 7, "30d": 30}
SLA_STATES = ("at_risk", "breached", "in_time")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a list, when and where: what "me" and "today" mean."""

    viewer: Viewer
    now: datetime
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Filter:
    """Values wanted, by condition; several values of one condition mean any of them, empty = whichever.

    `status`: categories, or ids of own statuses; `team`, `inbox` and `organization`: ids; `assignee`: me, nobody or
    ids; `opened` and `written`: today, 7d, 30d, or days as 2026-01-01..2026-01-31 (either may be left out); `field`
    and `contact`: (slug, value) pairs of own fields of the case, and of its contact.
    """

    status: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    assignee: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    inbox: tuple[str, ...] = ()
    organization: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    sla: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    field: tuple[tuple[str, str], ...] = ()
    contact: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> "Filter":
        """The filter that a link's parameters say; others are passed over. Raises Invalid for a bad value."""
        wanted: dict[str, tuple[str, ...]] = {}
        own: dict[str, dict[tuple[str, str], None]] = {kind: {} for kind in _OWN}
        for key, value in pairs:
            value = value.strip()
            if not value:
                continue
            kind, _, slug = key.partition(".")
            if kind in _OWN and slug:
                own[kind][slug, value] = None
            elif key in KINDS and value not in wanted.get(key, ()):
                wanted[key] = (*wanted.get(key, ()), value)
        made = cls(**wanted, field=tuple(own["field"]), contact=tuple(own["contact"]))
        made._check()
        return made

    def _check(self) -> None:
        for kind, value in self.pairs():
            known = _KNOWN.get(kind)
            too_many = len(getattr(self, kind.split(".")[0])) > _MOST
            if too_many or len(value) > _LONGEST or "\0" in value or (known and not known(value)):
                raise Invalid(
                    f"{value[:50]!r} is no {kind} to filter by.", code="wrong_filter", fields={kind: "invalid"}
                )

    def pairs(self) -> list[tuple[str, str]]:
        """As parameters of a link."""
        plain = [(kind, value) for kind in KINDS for value in getattr(self, kind)]
        return [*plain, *((f"{kind}.{slug}", value) for kind in _OWN for slug, value in getattr(self, kind))]

    @property
    def query(self) -> str:
        """As the query of a link."""
        return urlencode(self.pairs())

    def without(self, kind: str) -> "Filter":
        """The same without one condition."""
        return Filter.of([(key, value) for key, value in self.pairs() if key != kind])


KINDS = tuple(field.name for field in fields(Filter) if field.name not in _OWN)


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) <= 19 and 0 < int(value) <= MAX_ID


def _is_span(value: str) -> bool:
    try:
        span(value, datetime(2000, 1, 1, tzinfo=UTC), UTC)
    except (ValueError, OverflowError):
        return False
    return True


_KNOWN: dict[str, Callable[[str], bool]] = {
    "status": lambda value: value in set(Category) or _is_id(value),
    "team": _is_id,
    "inbox": _is_id,
    "organization": _is_id,
    "assignee": lambda value: value in ("me", "nobody") or _is_id(value),
    "priority": lambda value: value in set(Priority),
    "sla": lambda value: value in SLA_STATES,
    "opened": _is_span,
    "written": _is_span,
}


def span(value: str, now: datetime, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """From when and until before when, in the reader's zone. Raises ValueError."""
    if value == "today":
        return _midnight(now.astimezone(zone).date(), zone), None
    if value in DAYS:
        return now - timedelta(days=DAYS[value]), None
    first, separator, last = value.partition("..")
    if not separator or not (first or last):
        raise ValueError(f"{value} is no span of days")
    since = _midnight(date.fromisoformat(first), zone) if first else None
    return since, _midnight(date.fromisoformat(last) + timedelta(days=1), zone) if last else None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def conditions(wanted: Filter, reader: Reader) -> list[Condition]:
    """What a case must be, but for the words that were said: those are searched for."""
    return [*_plain(wanted, reader), *_elsewhere(wanted)]


def _plain(wanted: Filter, reader: Reader) -> Iterator[Condition]:
    if wanted.status:
        yield _status(wanted.status)
    for kind in ("team", "inbox", "organization"):
        if values := getattr(wanted, kind):
            yield Is(f"{kind}_id", tuple(map(int, values)))
    if wanted.assignee:
        who = {"me": reader.viewer.agent_id, "nobody": None}
        yield Is("assignee_id", tuple(who[one] if one in who else int(one) for one in wanted.assignee))
    for kind in ("channel", "priority", "language"):
        if values := getattr(wanted, kind):
            yield Is(kind, values)
    if wanted.sla:
        yield AnyOf(tuple(_sla(state, reader.now) for state in wanted.sla))
    for kind, column in (("opened", "created_at"), ("written", "last_at")):
        if values := getattr(wanted, kind):
            yield AnyOf(tuple(Within(column, *span(value, reader.now, reader.zone)) for value in values))


def _status(values: Sequence[str]) -> Condition:
    own = tuple(int(value) for value in values if value.isdecimal())
    categories = tuple(value for value in values if not value.isdecimal())
    ways: list[Condition] = [Is("category", categories)] if categories else []
    return AnyOf((*ways, Is("status_id", own))) if own else ways[0]


def _sla(state: str, now: datetime) -> Condition:
    soon = now + timedelta(microseconds=1)
    if state == "breached":
        return Is("breached", (True,))
    if state == "at_risk":
        # the time passes without a change of the case, so only a look at the clock tells
        return AllOf((Elsewhere(Within("at_risk_at", until=soon).sql), Is("breached", (False,))))
    return AllOf((Elsewhere(Within("at_risk_at", since=soon).sql), Is("breached", (False,))))


def _elsewhere(wanted: Filter) -> Iterator[Condition]:
    if wanted.label:
        yield Elsewhere(labelled(wanted.label))
    for kind in _OWN:
        pairs = getattr(wanted, kind)
        for slug in dict.fromkeys(slug for slug, _ in pairs):
            yield _own(kind, slug, [kept for key, said in pairs if key == slug for kept in own_fields.findable(said)])


def _own(kind: str, slug: str, values: Sequence[str]) -> Condition:
    subject, kept, (ours, of_case) = _OWN[kind]
    defined = select(FieldDefinition.id).where(FieldDefinition.subject == subject, FieldDefinition.slug == slug)
    is_it = col(ours) == col(of_case), col(kept.field_id).in_(defined), col(kept.value).in_(values)
    return Elsewhere(there(kept, *is_it))
