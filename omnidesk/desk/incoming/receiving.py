"""Receiving: a raw message is durable before anyone looks at it."""

import asyncio
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakValueDictionary

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import RawMessage as Raw
from omnidesk.desk.incoming.parsing import INLINE
from omnidesk.events import WorkWaiting
from omnidesk.store import dialect
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database, Transaction, table_of
from omnidesk.store.models import ExternalId, RawMessage
from omnidesk.store.together import Together
from omnidesk.text.cleaning import storable

IN_ROW = 64 * 1024
"""Larger bodies stand in a blob."""
_SHORT = 8 * 1024


def lane_of(inbox_id: int, sender: str) -> int:
    """The lane of a sender in an inbox: 63 bits."""
    digest = hashlib.blake2b(f"{inbox_id}:{storable(sender)}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


@dataclass(frozen=True, slots=True)
class _New:
    """A message as it is stored: in its row, packed, or in a blob."""

    inbox_id: int
    raw: Raw
    blob: str | None
    packed: bytes


class Receiver:
    """Stores raw messages; those that come while a commit is under way share the next one."""

    def __init__(self, db: Database, blobs: Blobs) -> None:
        self._blobs = blobs
        self._together = Together(db, _store)
        self._turns = WeakValueDictionary[int, asyncio.Lock]()
        """By lane: packing a long message takes a while, in which a later one of its sender must not overtake it."""

    async def receive(self, inbox_id: int, raw: Raw) -> bool:
        """Store a message; durable when this returns. False = it was here already."""
        turn = self._turns.setdefault(lane_of(inbox_id, raw.sender), asyncio.Lock())
        async with turn:
            blob = await self._blobs.put(raw.body) if len(raw.body) > IN_ROW else None
            new = _New(inbox_id, raw, blob, b"" if blob else await _packed(raw.body))
        return await self._together.write(new)  # it has its place before the next one's turn begins


async def _store(tx: Transaction, group: Sequence[_New]) -> list[bool]:
    """Whether each of these was new."""
    rows = [(tx.new_id(), one) for one in group]
    keys = [{"inbox_id": one.inbox_id, "external_id": key_of(one.raw), "raw_id": row_id} for row_id, one in rows]
    connection = await tx.session.connection()
    stored = await dialect.insert_new(
        connection, table_of(ExternalId), keys, key=["inbox_id", "external_id"], give="raw_id"
    )
    new = [(row_id, one) for row_id, one in rows if row_id in stored]
    for row_id, one in new:
        tx.add_row(RawMessage, _row(tx, one, row_id))
    if new:
        tx.publish(WorkWaiting("intake"))
    if any(len(one.raw.body) > INLINE for _, one in new):
        tx.publish(WorkWaiting("intake_large"))
    return [row_id in stored for row_id, _ in rows]


async def id_of(session: AsyncSession, inbox_id: int, raw: Raw) -> int:
    """The id of a message that was received, now or earlier."""
    known = select(ExternalId.raw_id).where(ExternalId.inbox_id == inbox_id, ExternalId.external_id == key_of(raw))
    return (await session.exec(known)).one()


def key_of(raw: Raw) -> str:
    """What a message is known by; an id that is too long or can't be stored (NUL, say) is replaced by its digest."""
    text = raw.external_id
    if len(text) <= 255 and text.isprintable():
        return text
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


async def _packed(body: bytes) -> bytes:
    """A body as it stands in its row; packing a long one takes a millisecond, in which others may go on."""
    return zlib.compress(body, 1) if len(body) < _SHORT else await asyncio.to_thread(zlib.compress, body, 1)


def _row(tx: Transaction, one: _New, row_id: int) -> dict[str, object]:
    return {
        "id": row_id,
        "inbox_id": one.inbox_id,
        "external_id": key_of(one.raw),
        "sender": storable(one.raw.sender),
        "lane": lane_of(one.inbox_id, one.raw.sender),
        "envelope": dict(one.raw.envelope),
        "body": one.packed,
        "blob": one.blob,
        "size": len(one.raw.body),
        "not_before": tx.now,
        "received_at": tx.now,
    }
