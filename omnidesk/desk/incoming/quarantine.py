"""Quarantine: what could not be understood is kept, shown with its reason, and can be processed again."""

import zlib

from sqlalchemy import func
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import audit
from omnidesk.errors import NotFound
from omnidesk.events import WorkWaiting
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Transaction, fixed
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import RawMessage, RawState


async def list_quarantined(session: AsyncSession, *, before: int | None = None, limit: int = 200) -> list[RawMessage]:
    """What is in quarantine, newest first, from before an id on."""
    held = (
        select(RawMessage)
        .where(col(RawMessage.state) == fixed(RawState.QUARANTINED), col(RawMessage.id) < (before or MAX_ID))
        .order_by(col(RawMessage.id).desc())
        .limit(limit)
        .options(defer(RawMessage.body))  # type: ignore[arg-type]
    )
    return list(await session.exec(held))


async def count(session: AsyncSession, most: int = 1000) -> int:
    """How many messages are in quarantine, at most `most`."""
    held = select(RawMessage.id).where(col(RawMessage.state) == fixed(RawState.QUARANTINED)).limit(most).subquery()
    return (await session.exec(select(func.count()).select_from(held))).one()


async def find(session: AsyncSession, raw_id: int) -> RawMessage:
    """A raw message in quarantine. Raises NotFound."""
    row = await session.get(RawMessage, raw_id)
    if row is None or row.state != RawState.QUARANTINED:
        raise NotFound(f"There is no message {raw_id} in quarantine.")
    return row


async def body(blobs: Blobs, row: RawMessage) -> bytes:
    """The bytes of a raw message as they came."""
    return await blobs.get(row.blob) if row.blob else zlib.decompress(row.body)


async def process_again(tx: Transaction, raw_id: int, agent_id: int | None = None) -> None:
    """Give a message another chance, with all its attempts. Raises NotFound."""
    row = await tx.session.get(RawMessage, raw_id, with_for_update=True)
    if row is None or row.state != RawState.QUARANTINED:
        raise NotFound(f"There is no message {raw_id} in quarantine.")
    row.state, row.attempts, row.not_before, row.reason = RawState.WAITING, 0, tx.now, ""
    audit.note(tx, "quarantine.retry", str(raw_id), agent_id)
    for worker in ("intake", "intake_large"):
        tx.publish(WorkWaiting(worker))
