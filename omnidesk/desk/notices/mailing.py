"""Mailing notices: one mail with all that is due, grouped by case, instead of a flood."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import col, update

from omnidesk.desk.notices import choices, due
from omnidesk.desk.notices.due import Due
from omnidesk.desk.notices.mailer import Letter, Mailer, NotMailed
from omnidesk.desk.setbacks import Setbacks
from omnidesk.store.db import Database, Transaction
from omnidesk.store.models import Agent, NoticeChoice

log = logging.getLogger(__name__)

GAP = timedelta(minutes=5)
"""Between two mails to one agent; what comes meanwhile goes together."""
_AGAIN = timedelta(minutes=5)
_GIVEN_UP = timedelta(days=1)

Write = Callable[[Due], Letter]
"""Puts what is due into the agent's language."""


class NoticeMails:
    """The worker that mails what is due."""

    def __init__(self, db: Database, mailer: Mailer, write: Write) -> None:
        self._db = db
        self._mailer = mailer
        self._write = write
        self._setbacks = Setbacks(db.now)

    async def run(self) -> bool:
        """One round; False = nothing was due."""
        async with self._db.session() as session:
            found = await due.waiting(session, "mail", self._db.now(), self._setbacks.resting())
        for agent_id, ids in found.items():
            await self._setbacks.attempt(agent_id, self._tell(agent_id, ids))
        return bool(found)

    async def next_due(self) -> datetime | None:
        """When the next mail is due."""
        async with self._db.session() as session:
            return self._setbacks.after_rest(await due.next_due(session, "mail"))

    async def _tell(self, agent_id: int, ids: list[int]) -> None:
        claimed = await self._claim(agent_id, ids)
        if claimed is None:
            return
        try:
            await self._mailer.send(claimed.agent.email, self._write(claimed))
        except NotMailed as error:
            log.warning("notices of agent %s were not mailed: %s", agent_id, error)
            young = [one.id for one in claimed.told if one.created_at > self._db.now() - _GIVEN_UP]
            await due.give_back(self._db, "mail", young, self._db.now() + _AGAIN)

    async def _claim(self, agent_id: int, ids: list[int]) -> Due | None:
        """What to mail now; what was claimed is mailed at most once, also when the process ends in between."""
        async with self._db.transaction() as tx:
            agent = await tx.session.get_one(Agent, agent_id)
            choice = await choices.of(tx.session, agent_id)
            if not (agent.active and self._mailer.is_set_up):
                await due.put_off(tx, "mail", ids, None)
                return None
            later = choices.quiet_until(choice, tx.now) or _after_gap(choice, tx.now)
            if later is not None:
                await due.put_off(tx, "mail", ids, later)
                return None
            claimed = await due.claim(tx, "mail", ids)
            await _note(tx, choice)
        async with self._db.session() as session:
            return await due.read(session, agent, choice, claimed)


def _after_gap(choice: NoticeChoice, now: datetime) -> datetime | None:
    ends = choice.mailed_at + GAP if choice.mailed_at else now
    return ends if ends > now else None


async def _note(tx: Transaction, choice: NoticeChoice) -> None:
    """Only this column: the agent may be choosing anew right now."""
    this = update(NoticeChoice).where(col(NoticeChoice.agent_id) == choice.agent_id)
    if not (await tx.session.exec(this.values(mailed_at=tx.now))).rowcount:
        await choices.keep(tx, NoticeChoice(agent_id=choice.agent_id, mailed_at=tx.now))
