"""Idempotency keys: a request that a program sends again is answered as the first time, and done once.

The key is written first, in the transaction of what is done: of two requests at once the second one waits for the
first, and what fails leaves no key behind. (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)
"""

import hashlib
from datetime import timedelta

from sqlmodel import col, delete, select

from omnidesk.errors import Invalid
from omnidesk.store import dialect
from omnidesk.store.db import Database, Transaction, table_of
from omnidesk.store.ids import first_at
from omnidesk.store.models import IdempotencyKey

KEPT = timedelta(hours=24)
_AT_ONCE = 500


async def begin(tx: Transaction, token_id: int, name: str, asked: bytes) -> IdempotencyKey | None:
    """Take a key for a request; the answer if it was given one already. Raises Invalid for another request's key."""
    own = (col(IdempotencyKey.token_id) == token_id, col(IdempotencyKey.name) == name)
    await tx.session.exec(delete(IdempotencyKey).where(*own, col(IdempotencyKey.created_at) <= tx.now - KEPT))
    digest = hashlib.sha256(asked).hexdigest()
    row = {
        "id": tx.new_id(), "token_id": token_id, "name": name, "digest": digest, "status": 0, "answer": "",
        "created_at": tx.now,
    }  # fmt: skip
    connection = await tx.session.connection()
    key = ["token_id", "name"]
    if await dialect.insert_new(connection, table_of(IdempotencyKey), [row], key=key, give="id"):
        return None
    known = (await tx.session.exec(select(IdempotencyKey).where(*own))).one()
    if known.digest != digest:
        raise Invalid(
            "Another request was sent under this Idempotency-Key; take a new key for each request.",
            code="key_reused", fields={"Idempotency-Key": "used for another request"},
        )  # fmt: skip
    return known


async def keep(tx: Transaction, token_id: int, name: str, status: int, answer: str) -> None:
    """Remember what the request under a key is answered."""
    known = await tx.session.exec(
        select(IdempotencyKey.id).where(IdempotencyKey.token_id == token_id, IdempotencyKey.name == name)
    )
    tx.update_row(IdempotencyKey, known.one(), {"status": status, "answer": answer})


class ForgettingKeys:
    """The worker that deletes answers that are older than KEPT."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self) -> bool:
        """One round; False = nothing was old enough."""
        old = select(IdempotencyKey.id).where(col(IdempotencyKey.id) < first_at(self._db.now() - KEPT))
        async with self._db.session() as session:
            found = list(await session.exec(old.limit(_AT_ONCE)))
        if found:
            async with self._db.transaction(durable=False) as tx:
                await tx.session.exec(delete(IdempotencyKey).where(col(IdempotencyKey.id).in_(found)))
        return bool(found)
