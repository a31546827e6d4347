"""Recognising: who comes by a link that we gave to the contact of a case is that contact from then on.

Such a link leads a person from one channel to another that proves who writes there. It counts for the first who uses
it, for a few days, and for nobody whom we know as somebody else. An agent can undo it like any other link.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import col, select

from omnidesk.desk import interactions
from omnidesk.desk.directory import linking
from omnidesk.desk.directory.contacts import Person
from omnidesk.desk.directory.linking import Move
from omnidesk.desk.interactions import SYSTEM
from omnidesk.store.db import Transaction, rows_of
from omnidesk.store.keys import Keys
from omnidesk.store.models import Case, Contact, ContactLink, ContactLinkCase, ContactPoint

_LASTS = timedelta(days=7)
_CASES_AT = (
    rows_of(Case)
    .where(col(Case.contact_point_id) == bindparam("point"))
    .order_by(col(Case.id))
    .with_for_update(key_share=True)
)


def token(keys: Keys, case_id: int, now: datetime) -> str:
    """What such a link carries: digits, small letters and one full stop, 40 characters or so."""
    return keys.sign("person", f"{case_id:x}x{int((now + _LASTS).timestamp()):x}")


def case_of(keys: Keys, said: str | None, now: datetime) -> int | None:
    """The case whose contact brings this token; None for anything else, and when it is too old."""
    text = keys.verify("person", said.lower()) if said else None
    case_id, _, until = (text or "").partition("x")
    return int(case_id, 16) if until and int(until, 16) > now.timestamp() else None


async def recognise(tx: Transaction, person: Person, case: Case) -> Person | None:
    """The person, who is the contact of a locked case from now on; None when they are somebody else already."""
    if person.contact.id == case.contact_id:
        return person
    await tx.flush()  # the person may be new
    others = select(ContactPoint.id).where(
        (col(ContactPoint.contact_id) == person.contact.id) & (col(ContactPoint.id) != person.point.id)
        | (col(ContactPoint.contact_id) == case.contact_id) & (col(ContactPoint.channel) == person.point.channel)
    )
    if (await tx.session.exec(others.limit(1))).first() is not None:
        return None
    return await _give(tx, person, case)


async def _give(tx: Transaction, person: Person, case: Case) -> Person:
    """Move the address with all its cases, as an agent's link would."""
    theirs = await tx.load(Case, _CASES_AT, {"point": person.point.id})
    target = await tx.get(Contact, case.contact_id)
    made = tx.new(
        ContactLink, point_id=person.point.id, from_contact_id=person.contact.id, to_contact_id=target.id,
        agent_id=None, created_at=tx.now,
    )  # fmt: skip
    for one in theirs:
        names = {"link_id": made.id, "case_id": one.id, "contact_name": one.contact_name}
        tx.add_row(ContactLinkCase, names)
    await linking.take_along(tx, SYSTEM, Move(person.point, person.contact, target), theirs, {})
    person.contact.merged_into_id = target.id
    interactions.event(
        tx, case, "recognised", channel=person.point.channel, name=person.point.name or person.point.address
    )  # fmt: skip
    return Person(person.point, target)
