"""Completing a question: which operators, and which of their values, could be meant by what is typed last."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer
from omnidesk.desk.directory import people
from omnidesk.desk.search import conditions
from omnidesk.text.folding import fold
from omnidesk.text.questions import OPERATORS, operator_of

_MOST = 8
_LAST = re.compile(r'(?:^|(?<=\s))(?:(?P<operator>[^\W\d_]{2,12}):)?(?P<value>"[^"]*|[^\s":]*)$')
_DAYS = {"en": ("1d", "7d", "30d"), "tr": ("1g", "7g", "30g")}


@dataclass(frozen=True, slots=True)
class Completion:
    """A question with its end completed. `hint`: the name behind a short one."""

    question: str
    shown: str
    hint: str = ""


async def complete(session: AsyncSession, viewer: Viewer, asked: str) -> list[Completion]:
    """What could be meant; nothing where nothing was begun."""
    last = _LAST.search(asked)
    if last is None:
        return []
    written, begun = last["operator"], last["value"].removeprefix('"')
    name = operator_of(written) if written else None
    if written and name is None:
        return []
    before = asked[: last.start()]
    if name is None:
        return [Completion(f"{before}{one}:", f"{one}:") for one in _operators(viewer, begun)]
    values = await _values(session, viewer, name, begun)
    return [Completion(f"{before}{written}:{_quoted(value)} ", value, hint) for value, hint in values][:_MOST]


def _operators(viewer: Viewer, begun: str) -> list[str]:
    """Operators in the viewer's language that begin so; a single letter could be any word."""
    language = 1 if viewer.language == "tr" else 0
    wanted = fold(begun)
    return [
        written[language] for written in OPERATORS.values() if len(wanted) > 1 and written[language].startswith(wanted)
    ]


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"\s", value) else value


async def _values(session: AsyncSession, viewer: Viewer, operator: str, begun: str) -> Iterable[tuple[str, str]]:
    """Values of an operator with what stands behind them."""
    if operator in ("before", "after"):
        return [(day, "") for day in _DAYS["tr" if viewer.language == "tr" else "en"] if day.startswith(begun)]
    if operator == "from":
        return await _speakers(session, viewer, begun)
    return _beginning(await conditions.known_values(session, viewer, operator), begun)


async def _speakers(session: AsyncSession, viewer: Viewer, begun: str) -> list[tuple[str, str]]:
    agents = _beginning([(name, "") for _, name in await conditions.agents(session)], begun)
    if not begun.strip():
        return agents[:_MOST]
    found = await people.list_people(session, viewer, question=begun, limit=_MOST)
    return [*agents, *((entry.called, "") for entry in found.entries if entry.called)]


def _beginning(values: Iterable[tuple[str, str]], begun: str) -> list[tuple[str, str]]:
    wanted = fold(begun)
    return [
        (value, hint if hint != value else "")
        for value, hint in values
        if fold(value).startswith(wanted) or any(fold(word).startswith(wanted) for word in hint.split())
    ]
