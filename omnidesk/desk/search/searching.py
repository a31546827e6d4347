"""Searching: cases by what was said in them, and people, as far as the viewer may see them.

Of the newest hits those stand first that have the very words, are recent, and whose case has more of them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import views
from omnidesk.desk.access import Viewer, visible
from omnidesk.desk.directory import organizations, people
from omnidesk.desk.directory.organizations import Entry as OrganizationEntry
from omnidesk.desk.directory.people import Entry
from omnidesk.desk.search import conditions, names
from omnidesk.desk.search.conditions import Conditions, Unknown
from omnidesk.desk.views import ListedCase
from omnidesk.errors import NotFound
from omnidesk.store import dialect
from omnidesk.store.models import Case, Interaction, SearchText, Team
from omnidesk.text.questions import Question, Term
from omnidesk.text.searching import asked_words

_RANKED = 1_000
"""So many of the newest hits are ranked."""
_STRETCHES = (2_000, 8_000)
"""So many of the newest texts with the words are looked at, one after the other, where operators keep only some."""
_LOOKED_AT = sum(_STRETCHES)
_CASES = 50
_PEOPLE = 5
_BEGINNING = 2_000
"""So much of a text tells how well it fits."""
_VERY_WORDS = 0.5
"""What it counts that all words stand there as they were asked for; being new counts 1."""
_FADES = timedelta(days=60)
"""After this time being recent counts half."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A case that was found, with the row of its log that fits best; `more`: how many others do."""

    case: ListedCase
    row: Interaction | None = None
    more: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What was found. `hidden`: cases of teams that are closed to the viewer, as a count per team."""

    hits: list[Hit] = field(default_factory=list)
    people: list[Entry] = field(default_factory=list)
    organizations: list[OrganizationEntry] = field(default_factory=list)
    numbered: ListedCase | None = None
    hidden: dict[str, int] = field(default_factory=dict)
    instead: str = ""
    """Whom the people are found by, where nobody is called what was asked for."""
    unknown: tuple[Unknown, ...] = ()
    capped: bool = False
    """Whether there may be more hits than were looked at."""


@dataclass(frozen=True, slots=True)
class _Scored:
    row_id: int
    case_id: int
    score: float


async def search(session: AsyncSession, viewer: Viewer, question: Question, now: datetime, zone: tzinfo) -> Found:
    """Everything that a question finds."""
    if question.is_empty:
        return Found()
    must = await conditions.read(session, viewer, question.operators, now, zone)
    if must.unknown:
        return Found(unknown=tuple(must.unknown))
    rows, capped = await _rows(session, question, must) if question.terms else ([], False)
    mine = [row for row in rows if viewer.may_see(row)]
    if question.terms:
        hits = await _hits(session, viewer, _best(question, mine, await _said(session, mine)))
    else:
        hits = await _by_operators(session, viewer, must)
    found_people, found_organizations, instead = await _names(session, viewer, question)
    return Found(
        hits=hits,
        people=found_people,
        organizations=found_organizations,
        numbered=await _numbered(session, viewer, question.number),
        hidden=await _hidden(session, [row for row in rows if not viewer.may_see(row)]),
        instead=instead,
        capped=capped,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the log with the words, and whose its case is."""

    id: int
    case_id: int
    team_id: int
    assignee_id: int | None


async def _rows(session: AsyncSession, question: Question, must: Conditions) -> tuple[list[_Row], bool]:
    """The newest rows with the words, on cases that are as they must be, and whether there may be more."""
    rows: list[_Row] = []
    filtered, high = bool(must.of_case or must.of_row), must.high
    for stretch in _STRETCHES if filtered else (_RANKED,):
        ids = await dialect.newest_saying(
            await session.connection(), [_words(term) for term in question.terms],
            [_words(term) for term in question.without], low=must.low, high=high, most=stretch,
        )  # fmt: skip
        rows += await _fitting(session, ids, must, _RANKED - len(rows))
        if len(ids) < stretch:
            return rows, len(rows) == _RANKED
        if len(rows) == _RANKED:
            break
        high = ids[-1]
    return rows, True


async def _fitting(session: AsyncSession, ids: Sequence[int], must: Conditions, most: int) -> list[_Row]:
    """Those of these rows whose cases, and which themselves, are as they must be; at most so many, the newest."""
    statement = (
        select_columns(col(Interaction.id), col(Case.id), col(Case.team_id), col(Case.assignee_id))
        .join(Case, col(Case.id) == col(Interaction.case_id))
        .where(dialect.among(await session.connection(), col(Interaction.id), ids), *must.of_case, *must.of_row)
        .order_by(col(Interaction.id).desc())
        .limit(most)
    )
    return [_Row(*row) for row in await (await session.connection()).execute(statement)]


async def _said(session: AsyncSession, rows: Sequence[_Row]) -> dict[int, str]:
    """The beginnings of what was said in rows."""
    beginning = select_columns(col(SearchText.id), func.substr(col(SearchText.said), 1, _BEGINNING))
    here = dialect.among(await session.connection(), col(SearchText.id), [row.id for row in rows])
    found = await (await session.connection()).execute(beginning.where(here))
    return dict(found.all())


def _words(term: Term) -> dialect.Words:
    return term.words, term.begins


def _best(question: Question, rows: Sequence[_Row], said: Mapping[int, str]) -> list[tuple[int, int, int]]:
    """The best row of each of the best cases: (case, row, how many others)."""
    wanted = [f" {' '.join(term.words)} " for term in question.terms]
    newest = rows[0].id if rows else 0
    by_case: dict[int, list[_Scored]] = defaultdict(list)
    for row in rows:
        exact = sum(words in f" {said.get(row.id, '')} " for words in wanted) / len(wanted)
        age = timedelta(milliseconds=(newest - row.id) >> 22)
        by_case[row.case_id].append(_Scored(row.id, row.case_id, _VERY_WORDS * exact + _FADES / (_FADES + age)))
    ranked = sorted(by_case.items(), key=lambda found: -_score(found[1]))[:_CASES]
    return [(case_id, max(scored, key=lambda one: one.score).row_id, len(scored) - 1) for case_id, scored in ranked]


def _score(scored: Sequence[_Scored]) -> float:
    """Of a case: that of its best row; the others count a little."""
    return max(one.score for one in scored) + min(len(scored), 10) * 0.02


async def _hits(session: AsyncSession, viewer: Viewer, best: Sequence[tuple[int, int, int]]) -> list[Hit]:
    cases = {case.id: case for case in await views.listed_by_id(session, viewer, [case_id for case_id, _, _ in best])}
    rows = select(Interaction).where(col(Interaction.id).in_([row_id for _, row_id, _ in best]))
    said = {row.id: row for row in await session.exec(rows)}
    return [Hit(cases[case_id], said[row_id], more) for case_id, row_id, more in best if case_id in cases]


async def _by_operators(session: AsyncSession, viewer: Viewer, must: Conditions) -> list[Hit]:
    """The cases that are as they must be, the newest first, where no words are asked for."""
    rows = select_columns(col(Case.id)).where(visible(viewer), *must.of_case)
    if must.of_row:
        said = select_columns(col(Interaction.case_id)).where(*must.of_row)
        said = said.where(col(Interaction.id) >= must.low, col(Interaction.id) < must.high)
        latest = said.order_by(col(Interaction.id).desc()).limit(_LOOKED_AT).subquery()
        rows = rows.where(col(Case.id).in_(select_columns(latest.c.case_id)))
    else:
        rows = rows.where(col(Case.id) >= must.low, col(Case.id) < must.high)
    newest = rows.order_by(col(Case.last_at).desc(), col(Case.id).desc()).limit(_CASES)
    ids: list[int] = list((await (await session.connection()).execute(newest)).scalars())
    cases = {case.id: case for case in await views.listed_by_id(session, viewer, ids)}
    return [Hit(cases[case_id]) for case_id in ids if case_id in cases]


async def _names(
    session: AsyncSession, viewer: Viewer, question: Question
) -> tuple[list[Entry], list[OrganizationEntry], str]:
    """People and organizations by names and addresses, or by the likest names where the words have a slip."""
    if question.operators or question.without or not question.terms:
        return [], [], ""
    asked = " ".join(word for term in question.terms for word in term.words)
    found = await _called(session, viewer, asked)
    if any(found):
        return *found, ""
    words = asked_words(asked)
    instead = await names.corrected(session, words)
    if instead == words:
        return [], [], ""
    found = await _called(session, viewer, " ".join(instead))
    return *found, " ".join(instead) if any(found) else ""


async def _called(session: AsyncSession, viewer: Viewer, asked: str) -> tuple[list[Entry], list[OrganizationEntry]]:
    found = await people.list_people(session, viewer, question=asked, limit=_PEOPLE)
    return found.entries, (await organizations.list_organizations(session, question=asked, limit=_PEOPLE)).entries


async def _numbered(session: AsyncSession, viewer: Viewer, number: int | None) -> ListedCase | None:
    try:
        return await views.listed(session, viewer, number) if number else None
    except NotFound:
        return None


async def _hidden(session: AsyncSession, rows: Sequence[_Row]) -> dict[str, int]:
    """How many cases of each closed team have the words."""
    cases = defaultdict(set)
    for row in rows:
        cases[row.team_id].add(row.case_id)
    teams = select(Team.id, Team.name).where(col(Team.id).in_(cases)).order_by(col(Team.name))
    return {name: len(cases[team_id]) for team_id, name in await session.exec(teams)} if cases else {}
