"""Secrets that the desk makes for itself, once; encrypted as the others are."""

from collections.abc import Callable
from typing import Any

from sqlmodel import select

from omnidesk.store import dialect
from omnidesk.store.db import Database, table_of
from omnidesk.store.keys import Keys
from omnidesk.store.models import Secret


async def kept(db: Database, keys: Keys, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The secret of this name, made now if there is none; of two processes that make it, one wins."""
    async with db.session() as session:
        found = (await session.exec(select(Secret.value).where(Secret.name == name))).first()
    if found is None:
        async with db.transaction() as tx:
            row = {"name": name, "value": keys.encrypt(make())}
            await dialect.insert_missing(await tx.session.connection(), table_of(Secret), [row], key=["name"])
            found = (await tx.session.exec(select(Secret.value).where(Secret.name == name))).one()
    return keys.decrypt(found)
