"""The words of a filter: the cases of the newest messages that have them."""

import sqlalchemy
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.views.conditions import Condition, Is
from omnidesk.desk.views.filters import Filter
from omnidesk.store import dialect
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Interaction
from omnidesk.text import questions

_MOST = 1_000
"""So many of the newest messages are looked at."""


async def conditions(session: AsyncSession, wanted: Filter) -> tuple[Condition, ...]:
    """What the words of a filter mean for a case: nothing, where there are none."""
    question = questions.read(" ".join(wanted.text))
    if not wanted.text:
        return ()
    if not question.terms:
        return (Is("id", (0,)),)
    connection = await session.connection()
    said, without = ([(term.words, term.begins) for term in terms] for terms in (question.terms, question.without))
    rows = await dialect.newest_saying(connection, said, without, low=0, high=MAX_ID, most=_MOST)
    of_cases = sqlalchemy.select(col(Interaction.case_id)).distinct().where(col(Interaction.id).in_(rows))
    found = tuple(one for one in (await connection.execute(of_cases)).scalars() if one is not None)
    return (Is("id", found or (0,)),)
