"""Filling: values that programs wrote under a name before a field had it are made findable once it is defined.

From its definition on each change keeps its values itself (`own_fields.keep`); the worker goes over what was there.
"""

from typing import Any

from sqlalchemy import String, cast, func
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from omnidesk.desk.own_fields import KEPT, Kept, row_of, value_of
from omnidesk.errors import Invalid
from omnidesk.store import dialect
from omnidesk.store.db import Database, Transaction, table_of
from omnidesk.store.models import FieldDefinition

_AT_ONCE = 2_000


class FieldFilling:
    """The worker that goes over cases and contacts for each new field."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self) -> bool:
        """One stretch of one field; False = none has any left."""
        waiting = select(FieldDefinition.id).where(col(FieldDefinition.filled_to).is_not(None))
        async with self._db.session() as session:
            field_id = (await session.exec(waiting.order_by(col(FieldDefinition.id)).limit(1))).first()
        if field_id is None:
            return False
        async with self._db.transaction() as tx:
            field = await tx.get(FieldDefinition, field_id)  # locked: another process may be at it
            if field.filled_to is not None:
                field.filled_to = await _fill(tx, field, field.filled_to)
        return True


async def _fill(tx: Transaction, field: FieldDefinition, after: int) -> int | None:
    """Keep the values of the next rows; gives the last of them, None where nothing is left."""
    kept = next((kept for kept in KEPT if kept.subject == field.subject), None)
    if kept is None:
        return None
    owner: Any = kept.owner
    stretch = select_columns(col(owner.id)).where(col(owner.id) > after).order_by(col(owner.id)).limit(_AT_ONCE)
    ids = stretch.subquery()
    connection = await tx.session.connection()
    last: int | None = (await connection.execute(select_columns(func.max(ids.c.id)))).scalar()
    if last is None:
        return None
    named = cast(col(owner.fields), String).contains(f'"{field.slug}"', autoescape=True)
    between = (col(owner.id) > after, col(owner.id) <= last)
    rows = select_columns(col(owner.id), col(owner.fields)).where(*between, named).order_by(col(owner.id))
    found = (await connection.execute(rows.with_for_update(key_share=True))).all()
    values = [row for owner_id, fields in found if (row := _row(kept, field, owner_id, fields))]
    key = ["field_id", "value", kept.owned_by]
    await dialect.insert_missing(connection, table_of(kept.values), values, key=key)
    return last


def _row(kept: Kept, field: FieldDefinition, owner_id: int, fields: dict[str, Any]) -> dict[str, Any] | None:
    """What a value is found by; None where there is none, or one that the field can't hold."""
    try:
        value = value_of(field, fields.get(field.slug))
    except Invalid:
        return None
    return None if value is None else row_of(kept, field, owner_id, value)
