"""Properties of a case as an agent changes them one at a time: team, priority, labels."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import actions, changes
from omnidesk.desk.access import Viewer
from omnidesk.desk.setup import labels
from omnidesk.errors import NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, CaseLabel, Label, Priority, Team

_OFFERED = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """Something a property can become; `given` when it is so now."""

    value: str
    name: str
    given: bool = False


async def move(tx: Transaction, viewer: Viewer, number: int, slug: str) -> Case:
    """Give a case to another team. Raises Invalid for one that is not here."""
    return await _change(tx, viewer, number, "team", slug)


async def prioritise(tx: Transaction, viewer: Viewer, number: int, priority: Priority) -> Case:
    """Say how urgent a case is."""
    return await _change(tx, viewer, number, "priority", priority)


async def label(tx: Transaction, viewer: Viewer, number: int, name: str, *, on: bool) -> Case:
    """Put a label on a case, or take it off. Raises Invalid for what is no label."""
    case = await actions.for_work(tx, viewer, number)
    now = set(await labels_of(tx.session, case.id))
    wanted = now | {labels.checked(name)} if on else now - {name}
    await changes.VERBS["labels"](tx, viewer, case, sorted(wanted))
    return case


async def _change(tx: Transaction, viewer: Viewer, number: int, name: str, value: str) -> Case:
    case = await actions.for_work(tx, viewer, number)
    await changes.VERBS[name](tx, viewer, case, value)
    return case


async def labels_of(session: AsyncSession, case_id: int) -> Sequence[str]:
    """The labels of a case, by name."""
    mine = select(CaseLabel.label).where(CaseLabel.case_id == case_id).order_by(col(CaseLabel.label))
    return list(await session.exec(mine))


async def offered(session: AsyncSession, case: Case, name: str) -> list[Offer]:
    """What a property of a case can become. Raises NotFound for one that is not chosen from a list."""
    if name == "team":
        teams = await session.exec(select(Team).order_by(col(Team.name)))
        return [Offer(team.slug, team.name, team.id == case.team_id) for team in teams]
    if name == "priority":
        return [Offer(one, one, one == case.priority) for one in reversed(Priority)]
    if name == "labels":
        mine = set(await labels_of(session, case.id))
        known = select(Label.name).where(col(Label.archived).is_(False)).order_by(col(Label.name)).limit(_OFFERED)
        names = sorted({*mine, *await session.exec(known)}, key=str.casefold)
        return [Offer(one, one, one in mine) for one in names]
    raise NotFound(f"There is no property {name}.")
