"""Where rows of the log stand: moving them between two locked cases, and all that names them with them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from omnidesk.store.db import Transaction, table_of
from omnidesk.store.models import Case, Delivery, Interaction, Mention, MessageReference, Notice, Read, Row

_LOG = table_of(Interaction)
_PLACE = (
    _LOG.update()
    .where(_LOG.c.id == bindparam("this"))
    .values(case_id=bindparam("case"), position=bindparam("place"))
)  # fmt: skip
_READ = (
    table_of(Read)
    .update()
    .where(col(Read.agent_id) == bindparam("agent"), col(Read.case_id) == bindparam("case"))
    .values(position=bindparam("place"))
)


class Placed(NamedTuple):
    """A row of a log, as far as its place goes."""

    id: int
    position: int
    created_at: datetime


async def log_of(tx: Transaction, case: Case) -> list[Placed]:
    """All rows of a case, in order."""
    await tx.flush()
    statement = (
        select(col(Interaction.id), col(Interaction.position), col(Interaction.created_at))
        .where(col(Interaction.case_id) == case.id)
        .order_by(col(Interaction.position))
    )
    return [Placed(*row) for row in await (await tx.session.connection()).execute(statement)]


async def place(tx: Transaction, logs: Sequence[tuple[Case, Sequence[int]]]) -> None:
    """Let these cases have just these rows, by their ids, in this order."""
    connection = await tx.session.connection()
    cases = [case.id for case, _ in logs]
    # a place is taken only once, so all leave theirs first
    away = update(_LOG).where(_LOG.c.case_id.in_(cases)).values(position=-_LOG.c.position)
    await connection.execute(away)
    places = [
        {"this": row_id, "case": case.id, "place": position}
        for case, ids in logs
        for position, row_id in enumerate(ids, 1)
    ]
    if places:
        await connection.execute(_PLACE, places)
    for case, ids in logs:
        case.last_position, case.log_version = len(ids), case.log_version + 1
    await _follow(tx, cases)


async def _follow(tx: Transaction, cases: list[int]) -> None:
    """What names a row and its case goes where the row is."""
    models: tuple[type[Row], ...] = (Delivery, MessageReference, Notice, Mention)
    connection = await tx.session.connection()
    for table in map(table_of, models):
        names = ("case_id", "position") if "position" in table.c else ("case_id",)
        now = {
            name: select(_LOG.c[name]).where(_LOG.c.id == table.c.interaction_id).scalar_subquery() for name in names
        }
        named = table.c.case_id.in_(cases) & table.c.interaction_id.is_not(None)
        await connection.execute(table.update().where(named).values(**now))


async def keep_read(tx: Transaction, case: Case, before: Iterable[int], after: Sequence[int]) -> None:
    """Agents have read the same of a case's log after its rows, by their old positions and now, were put anew."""
    connection = await tx.session.connection()
    statement = select(col(Read.agent_id), col(Read.position)).where(col(Read.case_id) == case.id)
    reads = (await connection.execute(statement)).all()
    pairs = list(zip(before, after, strict=True))
    rows = [
        {"agent": agent, "case": case.id, "place": max((new for old, new in pairs if old <= seen), default=0)}
        for agent, seen in reads
    ]
    if rows:
        await connection.execute(_READ, rows)
