"""Where a case may go when it is merged: by number, by what was said or its subject, by who wrote."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import views
from omnidesk.desk.access import visible
from omnidesk.desk.search import searching
from omnidesk.desk.views import Reader
from omnidesk.store.models import Case
from omnidesk.text import questions

_OFFERED = 8


async def candidates(session: AsyncSession, reader: Reader, number: int, question: str = "") -> list[Case]:
    """By a number or by words as the search takes them; else the person's other cases, newest first."""
    case = await views.find(session, reader.viewer, number)
    fits = select(Case).where(visible(reader.viewer), col(Case.id) != case.id, col(Case.merged_into_id).is_(None))
    newest = fits.order_by(col(Case.id).desc()).limit(_OFFERED)
    asked = question.strip().removeprefix("#")
    if not asked:
        return list(await session.exec(newest.where(Case.contact_id == case.contact_id)))
    if asked.isascii() and asked.isdecimal() and len(asked) < 10:
        return list(await session.exec(fits.where(Case.number == int(asked))))
    found = await searching.search(session, reader.viewer, questions.read(asked), reader.now, reader.zone)
    people = [entry.contact.id for entry in found.people]
    of_people = list(await session.exec(newest.where(col(Case.contact_id).in_(people)))) if people else []
    hits = [hit.case.id for hit in found.hits]
    saying = {one.id: one for one in await session.exec(fits.where(col(Case.id).in_(hits)))}
    said = [saying[case_id] for case_id in hits if case_id in saying]
    return list({one.id: one for one in (*of_people, *said)}.values())[:_OFFERED]
