"""The words of a filter: the cases of the newest messages that have them."""

import sqlalchemy
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer, visible
from omnidesk.desk.views.conditions import Condition, Is
from omnidesk.desk.views.filters import Filter
from omnidesk.store import dialect
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Case, Interaction
from omnidesk.text import questions

_MOST = 1_000
"""So many of the newest messages are looked at."""
_LOOKED_AT = 20_000
"""So many where some may be on cases that the viewer may not see."""


async def conditions(session: AsyncSession, viewer: Viewer, wanted: Filter) -> tuple[Condition, ...]:
    """What the words of a filter mean for a case: nothing, where there are none."""
    question = questions.read(" ".join(wanted.text))
    if not wanted.text:
        return ()
    if not question.terms:
        return (Is("id", (0,)),)
    connection = await session.connection()
    said, without = ([(term.words, term.begins) for term in terms] for terms in (question.terms, question.without))
    most = _LOOKED_AT if viewer.hidden_team_ids else _MOST
    rows = await dialect.newest_saying(connection, said, without, low=0, high=MAX_ID, most=most)
    newest = (
        sqlalchemy.select(col(Interaction.case_id))
        .join(Case, col(Case.id) == col(Interaction.case_id))
        .where(col(Interaction.id).in_(rows), visible(viewer))
        .order_by(col(Interaction.id).desc())
        .limit(_MOST)
    )
    found = tuple(dict.fromkeys((await connection.execute(newest)).scalars()))
    return (Is("id", found or (0,)),)
