"""Becoming: who talked as a stranger turns out to be somebody we know by a signature, and goes on as that one."""

from sqlalchemy import update
from sqlmodel import col

from omnidesk.desk.directory import finding, proving
from omnidesk.desk.directory.contacts import Person
from omnidesk.events import PointMet, TranscriptChanged
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, Contact, ContactPoint


async def take_over(tx: Transaction, point: ContactPoint, known: ContactPoint | None, address: str) -> ContactPoint:
    """What was said at the locked address `point` goes on at `address`, which is `known` where it was met already.

    Cases are answered there from now on. Messages stay at the address they were said at.
    """
    contact = await tx.get(Contact, point.contact_id)
    if known is None:
        known = tx.new(
            ContactPoint, contact_id=contact.id, channel=point.channel, address=address, proven=True, created_at=tx.now
        )  # fmt: skip
        finding.keep_point(tx, known)
    elif known.contact_id != contact.id:
        await proving.give(tx, Person(point, contact), await tx.get(Contact, known.contact_id))
    known.proven = True
    known.away_email = known.away_email or point.away_email
    point.known_as_id = known.id
    await tx.flush()
    theirs = update(Case).where(col(Case.contact_point_id) == point.id).values(contact_point_id=known.id)
    await tx.session.exec(theirs.execution_options(synchronize_session=False))
    tx.publish(PointMet(known.channel, address, known.id))
    tx.publish(TranscriptChanged(known.id))
    return known
