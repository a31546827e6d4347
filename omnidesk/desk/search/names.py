"""Names with a slip of the finger: words that people are found by, and that look like the one that was asked for."""

from rapidfuzz import fuzz, process
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.search.indexing import trigrams
from omnidesk.store.models import ContactWord, NameTrigram, OrganizationWord

_CANDIDATES = 500
_ALIKE = 75.0
"""Of 100: one letter of six wrong, left out or turned around with its neighbour."""
_SHORTEST = 4
_LAST = "\U0010ffff"


async def corrected(session: AsyncSession, asked: list[str]) -> list[str]:
    """The words, those that nobody is found by replaced by the likest that somebody, or an organization, is."""
    return [await _likest(session, word) for word in asked]


async def _likest(session: AsyncSession, word: str) -> str:
    if len(word) < _SHORTEST or word.isdecimal() or await _is_known(session, word):
        return word
    alike = (
        select(NameTrigram.word)
        .where(col(NameTrigram.trigram).in_(trigrams(word)))
        .group_by(col(NameTrigram.word))
        .order_by(func.count().desc())
        .limit(_CANDIDATES)
    )
    found = process.extractOne(word, list((await session.exec(alike)).all()), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return found[0] if found else word


async def _is_known(session: AsyncSession, word: str) -> bool:
    for model in (ContactWord, OrganizationWord):
        begins = select(model.word).where(col(model.word) >= word, col(model.word) < word + _LAST)
        if (await session.exec(begins.limit(1))).first() is not None:
            return True
    return False
