"""Upkeep: what time alone does to cases and timers."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from omnidesk.desk import cases, conversation, interactions, sla
from omnidesk.store.db import Database
from omnidesk.store.models import Case, Category, Holder, SlaTimer

_AT_ONCE = 100


class NextSteps:
    """The worker that closes resolved cases and ends the bot's waiting, each when its time has come."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self) -> bool:
        """One round; False = nothing was due."""
        async with self._db.session() as session:
            due = select(Case.id).where(col(Case.next_step_at) <= self._db.now()).limit(_AT_ONCE)
            case_ids = list(await session.exec(due))
        for case_id in case_ids:
            async with self._db.transaction() as tx:
                case = await tx.get(Case, case_id)
                if case.next_step_at is None or case.next_step_at > tx.now:
                    continue
                if case.category == Category.RESOLVED:
                    cases.close(tx, case)
                    interactions.event(tx, case, "closed")
                elif case.holder == Holder.BOT:
                    await conversation.give_up_waiting(tx, case)
        return bool(case_ids)

    async def next_due(self) -> datetime | None:
        """When the next step is due."""
        async with self._db.session() as session:
            return (await session.exec(select(func.min(col(Case.next_step_at))))).one()


class SlaClock:
    """The worker that notes breaches, woken at the earliest due time."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self) -> bool:
        """Note what is past due; False = nothing was."""
        async with self._db.session() as session:
            late = await sla.due(session, self._db.now(), _AT_ONCE)
        for found in late:
            async with self._db.transaction() as tx:
                case = await tx.get(Case, found.case_id)
                timer = await tx.get(SlaTimer, found.id)
                if sla.breach(timer, tx.now):
                    interactions.event(tx, case, "sla_breached", metric=timer.metric)
        return bool(late)

    async def next_due(self) -> datetime | None:
        """When the earliest running timer is due."""
        async with self._db.session() as session:
            return await sla.next_due(session)
