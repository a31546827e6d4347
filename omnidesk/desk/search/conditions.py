"""The operators of a question as conditions: `from:ayşe in:support before:2026-01-01`.

A value that means nothing here is told to whoever asks, with what would.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, exists, false, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer
from omnidesk.desk.calls import PHONE
from omnidesk.desk.directory import finding
from omnidesk.desk.views import channels
from omnidesk.desk.views.conditions import labelled
from omnidesk.store.ids import MAX_ID, first_at
from omnidesk.store.models import (
    Agent,
    Attachment,
    Author,
    Case,
    CaseLabel,
    Category,
    Contact,
    Holder,
    Inbox,
    Interaction,
    Kind,
    Label,
    Team,
)
from omnidesk.text.folding import fold

_MOST_PEOPLE = 500
_MOST_LABELS = 1_000


@dataclass(frozen=True, slots=True)
class Unknown:
    """An operator's value that means nothing, and the values that would; none = a date is wanted."""

    operator: str
    value: str
    known: tuple[str, ...] = ()


@dataclass(slots=True)
class Conditions:
    """What a case, and a row of its log, must be; ids of rows from `low` to before `high`."""

    of_case: list[ColumnElement[bool]] = field(default_factory=list)
    of_row: list[ColumnElement[bool]] = field(default_factory=list)
    low: int = 0
    high: int = MAX_ID
    unknown: list[Unknown] = field(default_factory=list)


async def read(
    session: AsyncSession, viewer: Viewer, operators: Mapping[str, Sequence[str]], now: datetime, zone: tzinfo
) -> Conditions:
    """Turn operators into conditions; several values of one operator mean any of them, but for times."""
    conditions = Conditions()
    for name, values in operators.items():
        if name in ("before", "after"):
            _bound(conditions, name, values, now, zone)
        elif name == "from":
            conditions.of_row.append(await _said_by(session, values))
        elif name in _NAMED:
            await _named(session, viewer, conditions, name, values)
        else:
            _coded(conditions, name, values)
    return conditions


def _bound(conditions: Conditions, name: str, values: Sequence[str], now: datetime, zone: tzinfo) -> None:
    for value in values:
        day = _day(value, now.astimezone(zone).date())
        if day is None:
            conditions.unknown.append(Unknown(name, value))
            continue
        try:
            moment = first_at(datetime.combine(day, time(), zone))
        except (OverflowError, ValueError):
            moment = 0
        if name == "before":
            conditions.high = min(conditions.high, moment)
        else:
            conditions.low = max(conditions.low, moment)


def _day(value: str, today: date) -> date | None:
    """`2026-11-25`, `25.11.2026`, or so many days ago: `7d`, `7g`."""
    if value[:-1].isdecimal() and value[-1:].lower() in ("d", "g") and len(value) < 6:
        return today - timedelta(days=int(value[:-1]))
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(value, form).date()  # noqa: DTZ007 - a day of the reader's calendar
        except ValueError:
            continue
    return None


async def _said_by(session: AsyncSession, values: Sequence[str]) -> ColumnElement[bool]:
    """What people, or agents, of these names and addresses said."""
    condition: ColumnElement[bool] = false()
    for value in values:
        people = select(Contact.id).where(*await finding.matching(session, value)).limit(_MOST_PEOPLE)
        found = list(await session.exec(people)) if value.strip() else []
        if found:
            condition |= (col(Interaction.author_kind) == Author.CONTACT) & col(Interaction.contact_id).in_(found)
        if ours := [agent_id for agent_id, name in await agents(session) if fold(name).startswith(fold(value))]:
            condition |= (col(Interaction.author_kind) == Author.AGENT) & col(Interaction.author_id).in_(ours)
    return condition


async def agents(session: AsyncSession) -> list[tuple[int, str]]:
    """Those who may have said something, by name."""
    return list(await session.exec(select(Agent.id, Agent.name)))


async def _inboxes(session: AsyncSession, viewer: Viewer) -> list[tuple[int, str, str]]:
    open_to = col(Inbox.team_id).not_in(viewer.hidden_team_ids)
    return list(await session.exec(select(Inbox.id, Inbox.slug, Inbox.name).where(open_to)))


async def _teams(session: AsyncSession, viewer: Viewer) -> list[tuple[int, str, str]]:
    open_to = col(Team.id).not_in(viewer.hidden_team_ids)
    return list(await session.exec(select(Team.id, Team.slug, Team.name).where(open_to)))


_ME = ("me", "ben")


async def _assignees(session: AsyncSession, viewer: Viewer) -> list[tuple[int, str, str]]:
    named = [(agent_id, name, name) for agent_id, name in await agents(session)]
    return [(viewer.agent_id, *_ME), *named]


async def _channels(session: AsyncSession, viewer: Viewer) -> list[tuple[str, str, str]]:
    return [(name, name, name) for name in [*await channels(session, viewer), PHONE]]


async def _labels(session: AsyncSession, _viewer: Viewer) -> list[tuple[str, str, str]]:
    """Those that are set up, and those that stand on cases: each is looked up after the one before it."""
    least = func.min(col(CaseLabel.label))
    on_cases = select(least.label("name")).cte("on_cases", recursive=True)
    following = select(least).where(col(CaseLabel.label) > on_cases.c.name).correlate(on_cases).scalar_subquery()
    on_cases = on_cases.union_all(select(following).select_from(on_cases).where(on_cases.c.name.is_not(None)))
    used = await session.exec(select(on_cases.c.name).where(on_cases.c.name.is_not(None)).limit(_MOST_LABELS))
    names = dict.fromkeys([*await session.exec(select(Label.name)), *used])
    return [(name, name, name) for name in names]


_Rows = Callable[[AsyncSession, Viewer], Awaitable[list[tuple[Any, str, str]]]]
_Is = Callable[[Sequence[Any]], ColumnElement[bool]]
_NAMED: Mapping[str, tuple[_Rows, _Is]] = {
    "in": (_inboxes, col(Case.inbox_id).in_),
    "team": (_teams, col(Case.team_id).in_),
    "assignee": (_assignees, col(Case.assignee_id).in_),
    "label": (_labels, labelled),
    "channel": (_channels, col(Interaction.channel).in_),
}
"""Operators whose values are names of rows; each gives (id, short name, name)."""


async def _named(
    session: AsyncSession, viewer: Viewer, conditions: Conditions, operator: str, values: Sequence[str]
) -> None:
    rows, is_one_of = _NAMED[operator]
    named = await rows(session, viewer)
    condition: ColumnElement[bool] = false()
    for value in values:
        if operator == "assignee" and fold(value) in ("none", "nobody", "yok"):
            condition |= col(Case.assignee_id).is_(None)
            continue
        found = _called(named, fold(value))
        if not found:
            known = await known_values(session, viewer, operator)
            conditions.unknown.append(Unknown(operator, value, tuple(slug for slug, _ in known)))
        condition |= is_one_of(found)
    (conditions.of_row if operator in _OF_ROWS else conditions.of_case).append(condition)


def _called(named: Sequence[tuple[Any, str, str]], wanted: str) -> list[Any]:
    """Those of exactly this name, else those whose names begin so."""
    exactly = [row_id for row_id, slug, name in named if wanted in (fold(slug), fold(name))]
    return exactly or [row_id for row_id, _, name in named if fold(name).startswith(wanted)]


async def known_values(session: AsyncSession, viewer: Viewer, operator: str) -> list[tuple[str, str]]:
    """What may stand behind an operator of names or of our words, in the viewer's language, and the name behind it."""
    turkish = int(viewer.language == "tr")
    if operator == "label":
        offered = select(Label.name).where(col(Label.archived).is_(False)).order_by(col(Label.name))
        return [(name, name) for name in await session.exec(offered)]
    if operator in _NAMED:
        rows, _ = _NAMED[operator]
        named = [(slug, name) for _, slug, name in await rows(session, viewer)]
        return [(value[turkish], "") if value == _ME else value for value in named]
    return [(code, "") for code in tuple(_CODES[operator])[turkish::2]]


def _coded(conditions: Conditions, operator: str, values: Sequence[str]) -> None:
    codes = _CODES[operator]
    condition: ColumnElement[bool] = false()
    for value in values:
        found = codes.get(fold(value))
        if found is None:
            conditions.unknown.append(Unknown(operator, value, tuple(codes)[::2]))
            continue
        condition |= found
    (conditions.of_row if operator in _OF_ROWS else conditions.of_case).append(condition)


def _either(*pairs: tuple[str, str, ColumnElement[bool]]) -> dict[str, ColumnElement[bool]]:
    """The conditions by their English and Turkish words."""
    return {word: condition for english, turkish, condition in pairs for word in (english, turkish)}


_CATEGORY = col(Case.category)
_OF_ROWS = ("channel", "has")
_CODES: Mapping[str, Mapping[str, ColumnElement[bool]]] = {
    "is": _either(
        ("open", "acik", _CATEGORY.in_([Category.NEW, Category.OPEN, Category.WAITING, Category.ON_HOLD])),
        ("new", "yeni", _CATEGORY == Category.NEW),
        ("waiting", "bekliyor", _CATEGORY == Category.WAITING),
        ("resolved", "cozuldu", _CATEGORY == Category.RESOLVED),
        ("closed", "kapali", _CATEGORY == Category.CLOSED),
        ("bot", "botta", col(Case.holder) == Holder.BOT),
        ("unread", "okunmamis", col(Case.unread).is_(True)),
    ),
    "has": _either(
        ("file", "dosya", exists().where(col(Attachment.interaction_id) == col(Interaction.id))),
        ("note", "not", col(Interaction.kind) == Kind.NOTE),
    ),
}
"""Operators whose values are words of ours, folded, with what they mean."""
