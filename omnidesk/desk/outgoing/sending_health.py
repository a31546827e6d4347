"""Whether an inbox can send: so many tries in a row that reached nobody are told to the administrators, until one does.

What the other side says of one address or one message says nothing of the inbox.
"""

import logging
from collections.abc import Collection

from sqlmodel import col, select, update

from omnidesk.contract.channel import Failure
from omnidesk.desk import interactions, notices
from omnidesk.store.db import Database, Transaction
from omnidesk.store.models import Agent, Case, Delivery, Inbox, Interaction, Notice, NoticeKind, Role

log = logging.getLogger(__name__)

IN_A_ROW = 5
_OF_ONE_MESSAGE = (Failure.HARD, Failure.POLICY, Failure.FULL, Failure.STOPPED)
_LONGEST = 500


async def failed(db: Database, delivery: Delivery, error: str, failure: Failure | None) -> None:
    """Count a try that failed; the one too many is told, on its case."""
    if failure in _OF_ONE_MESSAGE:
        return
    this = (col(Inbox.id) == delivery.inbox_id,)
    async with db.transaction() as tx:
        counted = update(Inbox).where(*this).values(failed_sends=col(Inbox.failed_sends) + 1)
        failures, known = (
            await tx.session.exec(counted.returning(col(Inbox.failed_sends), col(Inbox.sending_health)))
        ).one()
        if failures < IN_A_ROW or known or delivery.case_id is None:
            return
        await tx.session.exec(update(Inbox).where(*this).values(sending_health=error[:_LONGEST]))
        await _tell(tx, await tx.get(Case, delivery.case_id), delivery.inbox_id, error)
    log.warning("inbox %s has sent nothing in %s tries; `omnidesk inbox list` says why", delivery.inbox_id, failures)


async def _tell(tx: Transaction, case: Case, inbox_id: int, error: str) -> None:
    inbox = await tx.session.get_one(Inbox, inbox_id)
    said = {"inbox": inbox.name, "inbox_id": str(inbox_id), "reason": error[:_LONGEST]}
    event_id = interactions.event(tx, case, "sending_broken", **said)
    admins = select(Agent.id).where(Agent.role == Role.ADMIN, col(Agent.active))
    for agent_id in await tx.session.exec(admins):
        notices.give(tx, agent_id, NoticeKind.SENDING, case, interaction_id=event_id)


async def worked(tx: Transaction, inbox_ids: Collection[int]) -> None:
    """These inboxes have sent something: what was told of them is over."""
    well = update(Inbox).where(col(Inbox.id).in_(inbox_ids), col(Inbox.failed_sends) > 0)
    healed = await tx.session.exec(well.values(failed_sends=0, sending_health="").returning(col(Inbox.id)))
    ids = {str(inbox_id) for inbox_id in healed.scalars()}
    if not ids:
        return
    told = (
        select(Notice.id, Interaction.payload)
        .join(Interaction, col(Interaction.id) == col(Notice.interaction_id))
        .where(col(Notice.seen_at).is_(None), Notice.kind == NoticeKind.SENDING)
        .where(col(Notice.agent_id).in_(select(Agent.id).where(Agent.role == Role.ADMIN)))
    )
    over = [notice_id for notice_id, payload in await tx.session.exec(told) if payload.get("inbox_id") in ids]
    await notices.see_these(tx, over)
