"""The worker that makes replies of what is planned, when its time has come."""

from datetime import datetime

from sqlmodel import col, delete, select, update

from omnidesk.desk import access, actions, files, interactions, notices
from omnidesk.desk.inboxes import Inboxes
from omnidesk.desk.outgoing.copies import Copies
from omnidesk.desk.outgoing.templates import Chosen
from omnidesk.desk.setbacks import Setbacks
from omnidesk.errors import OmnideskError
from omnidesk.store.db import Database, Transaction, fixed
from omnidesk.store.keys import Keys
from omnidesk.store.models import Case, Category, NoticeKind, PlannedReply, PlannedState

_AT_ONCE = 50
_LONGEST_REASON = 500


class PlannedReplies:
    """Sends what is due, each in a transaction that also takes its row away: never twice, never not at all."""

    def __init__(self, db: Database, keys: Keys, inboxes: Inboxes) -> None:
        self._db = db
        self._keys = keys
        self._inboxes = inboxes
        self._setbacks = Setbacks(db.now)

    async def run(self) -> bool:
        """Send what is due; False = nothing was."""
        async with self._db.session() as session:
            due = (
                select(PlannedReply)
                .where(col(PlannedReply.state) == fixed(PlannedState.PLANNED))
                .where(col(PlannedReply.send_at) <= self._db.now())
                .where(col(PlannedReply.id).not_in(self._setbacks.resting()))
                .order_by(col(PlannedReply.send_at), col(PlannedReply.id))
                .limit(_AT_ONCE)
            )
            found = list(await session.exec(due))
        for reply in found:
            await self._setbacks.attempt(reply.id, self._send(reply))
        return bool(found)

    async def next_due(self) -> datetime | None:
        """When the next one is due."""
        async with self._db.session() as session:
            planned = select(PlannedReply.send_at).where(col(PlannedReply.state) == fixed(PlannedState.PLANNED))
            first = (await session.exec(planned.order_by(col(PlannedReply.send_at)).limit(1))).first()
            return self._setbacks.after_rest(first)

    async def _send(self, reply: PlannedReply) -> None:
        try:
            async with self._db.transaction() as tx:
                await self._reply(tx, reply)
        except _Gone:
            return
        except OmnideskError as error:
            async with self._db.transaction() as tx:
                await _refuse(tx, reply, error)

    async def _reply(self, tx: Transaction, reply: PlannedReply) -> None:
        """The same verb as an agent's, in the row's own transaction. Raises what that raises."""
        number = (await tx.session.get_one(Case, reply.case_id)).number
        viewer = await access.viewer_of(tx.session, reply.agent_id)
        copies = Copies(self._inboxes, reply.cc, reply.bcc) if reply.cc or reply.bcc else None
        attached = [files.from_handle(self._keys, handle) for handle in reply.uploads]
        await actions.reply(
            tx, viewer, number, reply.text, attachments=attached, capabilities=self._inboxes.capabilities_of,
            copies=copies, then=Category(reply.then) if reply.then else None,
            at=reply.contact_point_id,
            template=Chosen.of_row(reply.template, reply.text) if reply.template else None,
        )  # fmt: skip
        gone = delete(PlannedReply).where(col(PlannedReply.id) == reply.id)
        this = gone.where(col(PlannedReply.state) == PlannedState.PLANNED, col(PlannedReply.send_at) <= tx.now)
        if not (await tx.session.exec(this)).rowcount:  # the case is locked: whoever was quicker has committed
            raise _Gone


async def _refuse(tx: Transaction, reply: PlannedReply, error: OmnideskError) -> None:
    """It can't be sent any more: the text stays, with the reason."""
    case = await tx.get(Case, reply.case_id)
    row = (await tx.session.exec(select(PlannedReply).where(PlannedReply.id == reply.id))).first()
    if row is None or row.state != PlannedState.PLANNED:
        return
    refused = update(PlannedReply).where(col(PlannedReply.id) == reply.id)
    values = {"state": PlannedState.REFUSED, "why": error.code, "said": error.message[:_LONGEST_REASON]}
    await tx.session.exec(refused.values(**values))
    interactions.event(tx, case, "reply_refused", reason=error.code)
    notices.give(tx, reply.agent_id, NoticeKind.NOT_SENT, case)


class _Gone(Exception):
    """It was sent, or taken back, by another hand: what was done here is undone."""
