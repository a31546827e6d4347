"""Receiving: a raw message is durable before anyone looks at it."""

import asyncio
import hashlib
import zlib
from dataclasses import dataclass, field

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import RawMessage as Raw
from omnidesk.desk.parsing import INLINE, storable
from omnidesk.events import WorkWaiting
from omnidesk.store import dialect
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database, Transaction, table_of
from omnidesk.store.models import ExternalId, RawMessage

IN_ROW = 64 * 1024
"""Larger bodies stand in a blob."""
_SHORT = 8 * 1024
_GROUP = 200


def lane_of(inbox_id: int, sender: str) -> int:
    """The lane of a sender in an inbox: 63 bits."""
    digest = hashlib.blake2b(f"{inbox_id}:{storable(sender)}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


@dataclass(slots=True)
class _Waiting:
    inbox_id: int
    raw: Raw
    blob: str | None
    packed: bytes
    stored: "asyncio.Future[bool]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Receiver:
    """Stores raw messages; those that come while a commit is under way share the next one."""

    def __init__(self, db: Database, blobs: Blobs) -> None:
        self._db = db
        self._blobs = blobs
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def receive(self, inbox_id: int, raw: Raw) -> bool:
        """Store a message; durable when this returns. False = it was here already."""
        blob = await self._blobs.put(raw.body) if len(raw.body) > IN_ROW else None
        waiting = _Waiting(inbox_id, raw, blob, b"" if blob else await _packed(raw.body))
        self._waiting.append(waiting)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        return await asyncio.shield(waiting.stored)

    async def _write_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:_GROUP], self._waiting[_GROUP:]
            await self._write(group)

    async def _write(self, group: list[_Waiting]) -> None:
        """Store a group in one commit; when that fails, one by one, so that each learns its own fate."""
        try:
            async with self._db.transaction() as tx:
                new = await _store(tx, group)
        except Exception as error:
            if len(group) == 1:
                _tell(group[0], error)
                return
            for waiting in group:
                await self._write([waiting])
        else:
            for waiting in group:
                _tell(waiting, waiting in new)


def _tell(waiting: _Waiting, outcome: bool | Exception) -> None:
    if waiting.stored.done():
        return
    if isinstance(outcome, Exception):
        waiting.stored.set_exception(outcome)
    else:
        waiting.stored.set_result(outcome)


async def _store(tx: Transaction, group: list[_Waiting]) -> list[_Waiting]:
    ids = {id(waiting): tx.new_id() for waiting in group}
    keys = [
        {"inbox_id": one.inbox_id, "external_id": key_of(one.raw), "raw_id": ids[id(one)]} for one in group
    ]  # fmt: skip
    connection = await tx.session.connection()
    stored = await dialect.insert_new(
        connection, table_of(ExternalId), keys, key=["inbox_id", "external_id"], give="raw_id"
    )
    new = [one for one in group if ids[id(one)] in stored]
    for one in new:
        tx.add_row(RawMessage, _row(tx, one, ids[id(one)]))
    if new:
        tx.publish(WorkWaiting("intake"))
    if any(len(one.raw.body) > INLINE for one in new):
        tx.publish(WorkWaiting("intake_large"))
    return new


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


def _row(tx: Transaction, one: _Waiting, row_id: int) -> dict[str, object]:
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
