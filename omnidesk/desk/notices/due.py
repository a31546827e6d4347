"""What leaves the desk: due notices of one agent, claimed together, so that none is told twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import access
from omnidesk.desk.notices import listing
from omnidesk.desk.notices.listing import Told
from omnidesk.store.db import Database, Transaction
from omnidesk.store.models import Agent, Notice, NoticeChoice

Way = Literal["push", "mail"]

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Due:
    """What an agent is to hear of now: never empty, newest first."""

    agent: Agent
    choice: NoticeChoice
    told: Sequence[Told]

    @property
    def ids(self) -> list[int]:
        """Of the notices."""
        return [one.id for one in self.told]


async def waiting(session: AsyncSession, way: Way, now: datetime, resting: Sequence[int]) -> dict[int, list[int]]:
    """The notices that are due, the oldest first, by agent."""
    due = (_at(way) <= now, col(Notice.agent_id).not_in(resting))
    found: dict[int, list[int]] = {}
    for agent_id, notice_id in await session.exec(
        select(Notice.agent_id, Notice.id).where(*due).order_by(_at(way)).limit(_AT_ONCE)
    ):
        found.setdefault(agent_id, []).append(notice_id)
    return found


async def next_due(session: AsyncSession, way: Way) -> datetime | None:
    """When somebody is to hear of something."""
    found: datetime | None = (await session.exec(select(func.min(_at(way))))).one()
    return found


async def put_off(tx: Transaction, way: Way, ids: Sequence[int], until: datetime | None) -> None:
    """They are told later; None = not at all this way."""
    await _change(tx, way, ids, {f"{way}_at": until})


async def claim(tx: Transaction, way: Way, ids: Sequence[int]) -> list[int]:
    """Those of them that nobody else took: whoever has one tells it."""
    return await _change(tx, way, ids, {f"{way}_at": None, _DONE[way]: tx.now})


async def give_back(db: Database, way: Way, ids: Sequence[int], at: datetime) -> None:
    """It could not be told; what was not seen meanwhile is tried again."""
    async with db.transaction() as tx:
        again = {f"{way}_at": at, _DONE[way]: None}
        await tx.session.exec(
            update(Notice).where(col(Notice.id).in_(ids), col(Notice.seen_at).is_(None)).values(again)
        )


async def read(
    session: AsyncSession, agent: Agent, choice: NoticeChoice, ids: Sequence[int]
) -> Due | None:  # fmt: skip
    """What was claimed, as far as the agent may still see it; None = nothing is left."""
    viewer = await access.viewer_of(session, agent.id)
    told = await listing.among(session, viewer, ids)
    return Due(agent, choice, told) if told else None


_DONE = {"push": "pushed_at", "mail": "mailed_at"}


def _at(way: Way) -> Any:
    return col(Notice.push_at) if way == "push" else col(Notice.mail_at)


async def _change(tx: Transaction, way: Way, ids: Sequence[int], values: dict[str, Any]) -> list[int]:
    due = (col(Notice.id).in_(ids), _at(way) <= tx.now)
    changed = await tx.session.exec(update(Notice).where(*due).values(values).returning(col(Notice.id)))
    return list(changed.scalars())
