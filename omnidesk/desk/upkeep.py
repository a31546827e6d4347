"""Upkeep: what time alone does to cases and timers."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from omnidesk.desk import cases, conversation, interactions, notices, sla, snoozing
from omnidesk.desk.setbacks import Setbacks
from omnidesk.store.db import Database, Transaction
from omnidesk.store.models import Case, Category, Holder, NoticeKind, SlaTimer

_AT_ONCE = 100


class NextSteps:
    """The worker that closes resolved cases, brings back snoozed ones and ends the bot's waiting, each in its time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._setbacks = Setbacks(db.now)

    async def run(self) -> bool:
        """One round; False = nothing was due."""
        async with self._db.session() as session:
            due = (col(Case.next_step_at) <= self._db.now(), col(Case.id).not_in(self._setbacks.resting()))
            case_ids = list(await session.exec(select(Case.id).where(*due).limit(_AT_ONCE)))
        for case_id in case_ids:
            await self._setbacks.attempt(case_id, self._step(case_id))
        return bool(case_ids)

    async def _step(self, case_id: int) -> None:
        async with self._db.transaction() as tx:
            case = await tx.get(Case, case_id)
            if case.next_step_at is None or case.next_step_at > tx.now:
                return
            if case.category == Category.RESOLVED:
                cases.close(tx, case)
                interactions.event(tx, case, "closed")
            elif case.snoozed:
                snoozing.come_back(tx, case)
            elif case.holder == Holder.BOT:
                await conversation.give_up_waiting(tx, case)

    async def next_due(self) -> datetime | None:
        """When the next step is due."""
        async with self._db.session() as session:
            return self._setbacks.after_rest((await session.exec(select(func.min(col(Case.next_step_at))))).one())


class SlaClock:
    """The worker that warns of what is nearly due and notes breaches, woken at the earliest of these times."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._setbacks = Setbacks(db.now)

    async def run(self) -> bool:
        """Note what is past due or nearly due; False = nothing was."""
        async with self._db.session() as session:
            resting = self._setbacks.resting()
            most = _AT_ONCE + len(resting)
            found = await sla.due(session, self._db.now(), most) + await sla.at_risk(session, self._db.now(), most)
        awake = [timer for timer in found if timer.id not in resting]
        for timer in awake:
            await self._setbacks.attempt(timer.id, self._note(timer))
        return bool(awake)

    async def _note(self, found: SlaTimer) -> None:
        async with self._db.transaction() as tx:
            case = await tx.get(Case, found.case_id)
            timer = await tx.get(SlaTimer, found.id)
            if sla.breach(timer, tx.now):
                await sla.follow(tx, [case])
                _tell(tx, case, interactions.event(tx, case, "sla_breached", metric=timer.metric))
            elif sla.warn(timer, tx.now) and timer.due_at and case.assignee_id is not None:
                said = {"metric": timer.metric, "due_at": timer.due_at.isoformat()}
                _tell(tx, case, interactions.event(tx, case, "sla_warning", **said))

    async def next_due(self) -> datetime | None:
        """When the earliest running timer is due, or nearly."""
        async with self._db.session() as session:
            return self._setbacks.after_rest(await sla.next_due(session))


def _tell(tx: Transaction, case: Case, event_id: int) -> None:
    if case.assignee_id is not None:
        notices.give(tx, case.assignee_id, NoticeKind.SLA, case, interaction_id=event_id)
