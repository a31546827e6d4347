"""Readdressing: a case whose address belongs to somebody else is answered at an address of its own contact.

There are as many ways to answer a case as its contact has addresses with an inbox of their channel. Those that work
come first; among them the one that was used last in the case itself, then the one that was used last at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.errors import Conflict
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, ContactPoint, Inbox, Interaction, Invitation


@dataclass(frozen=True, slots=True)
class _Way:
    point: ContactPoint
    inbox: Inbox

    @property
    def works(self) -> bool:
        return self.point.working and self.inbox.enabled


@dataclass(frozen=True, slots=True)
class _Used:
    """The last interaction by a way, named by address and inbox: in a case, and in all."""

    in_case: dict[tuple[int | None, int | None, int], int]
    at_all: dict[tuple[int | None, int], int]

    def rank(self, case: Case, way: _Way) -> tuple[bool, int, int, bool, int]:
        """The higher, the better to answer a case by."""
        both = way.point.id, way.inbox.id
        in_case, at_all = self.in_case.get((case.id, *both), 0), self.at_all.get(both, 0)
        return way.works, in_case, at_all, way.inbox.team_id == case.team_id, way.point.id


async def readdress(tx: Transaction, cases: Sequence[Case], points: Sequence[ContactPoint]) -> list[Case]:
    """Let locked cases be answered at these addresses of their contact; gives those that were answered elsewhere.

    What was asked elsewhere can't be answered any more. Raises Conflict when there is no way to answer a case.
    """
    own = {point.id for point in points}
    elsewhere = [case for case in cases if case.contact_point_id not in own]
    if elsewhere:
        await _answer_at(tx.session, elsewhere, points)
        await tx.session.flush()
    asked = update(Invitation).where(
        col(Invitation.case_id).in_([case.id for case in cases]), col(Invitation.contact_point_id).not_in(own)
    )
    at = select(Case.contact_point_id).where(col(Case.id) == col(Invitation.case_id)).scalar_subquery()
    await tx.session.exec(
        asked.values(contact_point_id=at, expires_at=tx.now).execution_options(synchronize_session=False)
    )
    return elsewhere


async def _answer_at(session: AsyncSession, cases: Sequence[Case], points: Sequence[ContactPoint]) -> None:
    ways, used = await _ways(session, points), await _used(session, points)
    if not ways:
        raise Conflict(
            "Cases would be left without an address to be answered at; link another one to their contact first.",
            code="no_other_address",
        )
    for case in cases:
        best = max(ways, key=partial(used.rank, case))
        case.contact_point_id, case.inbox_id, case.channel = best.point.id, best.inbox.id, best.inbox.channel


async def _ways(session: AsyncSession, points: Sequence[ContactPoint]) -> list[_Way]:
    theirs = select(Inbox).where(col(Inbox.channel).in_({point.channel for point in points})).order_by(col(Inbox.id))
    inboxes = list(await session.exec(theirs))
    return [_Way(point, inbox) for point in points for inbox in inboxes if inbox.channel == point.channel]


async def _used(session: AsyncSession, points: Sequence[ContactPoint]) -> _Used:
    place = (col(Interaction.case_id), col(Interaction.contact_point_id), col(Interaction.inbox_id))
    statement = (
        select(*place, func.max(Interaction.id))
        .where(col(Interaction.contact_point_id).in_([point.id for point in points]))
        .group_by(*place)
    )
    used = _Used({}, {})
    for case_id, point_id, inbox_id, last in await session.exec(statement):
        used.in_case[case_id, point_id, inbox_id] = last
        used.at_all[point_id, inbox_id] = max(last, used.at_all.get((point_id, inbox_id), 0))
    return used
