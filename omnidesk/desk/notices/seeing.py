"""Seeing notices: what was seen is neither pushed nor mailed any more."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col, update

from omnidesk.events import NoticesChanged
from omnidesk.store.db import Transaction
from omnidesk.store.models import Notice, NoticeKind


async def see(tx: Transaction, agent_id: int, *case_ids: int) -> None:
    """The agent has seen these cases, and so all that there was to hear of them."""
    await _see(tx, col(Notice.case_id).in_(case_ids), col(Notice.agent_id) == agent_id)


async def see_all(tx: Transaction, agent_id: int) -> None:
    """The agent wants to hear no more of what came until now."""
    await _see(tx, col(Notice.agent_id) == agent_id)


async def see_these(tx: Transaction, notice_ids: Sequence[int]) -> None:
    """What these notices tell of is over."""
    if notice_ids:
        await _see(tx, col(Notice.id).in_(notice_ids))


async def taken(tx: Transaction, case_id: int) -> None:
    """Somebody has the case: nobody else need hear that the bot handed it to the team."""
    await _see(tx, col(Notice.case_id) == case_id, col(Notice.kind) == NoticeKind.HANDOFF)


async def _see(tx: Transaction, *which: ColumnElement[bool]) -> None:
    gone: dict[str, Any] = {"seen_at": tx.now, "push_at": None, "mail_at": None}
    statement = update(Notice).where(*which, col(Notice.seen_at).is_(None)).values(gone)
    seen: Iterable[int] = (await tx.session.exec(statement.returning(col(Notice.agent_id)))).scalars()
    for agent_id in set(seen):
        tx.publish(NoticesChanged(agent_id))
