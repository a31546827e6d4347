"""Media: files that a provider keeps are fetched soon after their message, and beside it: text waits for no picture."""

import asyncio
import logging
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from omnidesk.contract.channel import ChannelError
from omnidesk.desk.inboxes import Inboxes
from omnidesk.events import CaseChanged, TranscriptChanged
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database, Transaction, fixed
from omnidesk.store.models import Attachment, AttachmentState, Case, Interaction

log = logging.getLogger(__name__)

_AT_ONCE = 8
_TRIES = 8
_FIRST_DELAY = timedelta(minutes=1)
_ANSWER_SECONDS = 60.0
"""So long a provider may take to give a file; channels have shorter limits of their own."""
_PENDING = col(Attachment.state) == fixed(AttachmentState.PENDING)


class Media:
    """The worker that fetches files.

    Whoever begins puts the next try ahead first: so nobody else begins meanwhile, and a process that dies costs that
    delay and nothing more. A file fetched twice is stored once, by its digest.
    """

    def __init__(self, db: Database, blobs: Blobs, inboxes: Inboxes, *, patience: float = _ANSWER_SECONDS) -> None:
        self._db = db
        self._blobs = blobs
        self._inboxes = inboxes
        self._patience = patience

    async def run(self) -> bool:
        """Fetch what is due; False = nothing was."""
        async with self._db.transaction() as tx:
            claimed = await self._claim(tx)
        await asyncio.gather(*(self._fetch(attachment, inbox_id) for attachment, inbox_id in claimed))
        return bool(claimed)

    async def next_due(self) -> datetime | None:
        """When the next file is due."""
        async with self._db.session() as session:
            first = select(Attachment.not_before).where(_PENDING).order_by(col(Attachment.not_before)).limit(1)
            return (await session.exec(first)).first()

    async def _claim(self, tx: Transaction) -> list[tuple[Attachment, int]]:
        due = (
            select(Attachment, Interaction.inbox_id)
            .join(Interaction, col(Interaction.id) == col(Attachment.interaction_id))
            .where(_PENDING, col(Attachment.not_before) <= tx.now)
            .order_by(col(Attachment.not_before), col(Attachment.id))
            .limit(_AT_ONCE)
            .with_for_update(of=Attachment, skip_locked=True)
        )
        claimed = list((await tx.session.exec(due)).all())
        for attachment, _ in claimed:
            attachment.attempts += 1
            attachment.not_before = tx.now + _FIRST_DELAY * 2 ** (attachment.attempts - 1)
        return claimed

    async def _fetch(self, attachment: Attachment, inbox_id: int) -> None:
        try:
            content = await self._get(attachment.reference, inbox_id)
            blob = await self._blobs.put(content)
        except Exception as error:
            log.warning("attachment %s could not be fetched: %s", attachment.id, error)
            if attachment.attempts >= _TRIES or (isinstance(error, ChannelError) and error.permanent):
                await self._settle(attachment, state=AttachmentState.FAILED)
        else:
            await self._settle(attachment, state=AttachmentState.STORED, blob=blob, size=len(content))

    async def _get(self, reference: str, inbox_id: int) -> bytes:
        """A provider that never answers is given up, so that the files of others are fetched."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._inboxes.by_id(inbox_id).channel.fetch(reference)
        except TimeoutError as error:
            raise ChannelError(f"the provider did not answer within {self._patience:g} seconds") from error

    async def _settle(self, attachment: Attachment, **values: object) -> None:
        """Note what became of it, and let whoever shows its message look again."""
        async with self._db.transaction() as tx:
            this = (col(Attachment.id) == attachment.id, col(Attachment.state) == AttachmentState.PENDING)
            await tx.session.exec(update(Attachment).where(*this).values(not_before=None, **values))
            said = await tx.session.get_one(Interaction, attachment.interaction_id)
            case = await tx.session.get(Case, said.case_id) if said.case_id else None
            if case is not None:
                tx.publish(CaseChanged(case.id, case.version))
            if said.contact_point_id is not None:
                tx.publish(TranscriptChanged(said.contact_point_id))
