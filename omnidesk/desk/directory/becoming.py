"""Becoming: who talked as a stranger turns out to be somebody we know by a signature, and goes on as that one."""

from sqlalchemy import bindparam, update
from sqlmodel import col

from omnidesk.desk import cases
from omnidesk.desk.directory import contacts, finding, proving
from omnidesk.desk.directory.contacts import Person
from omnidesk.events import PointMet, TranscriptChanged
from omnidesk.store import dialect
from omnidesk.store.db import Transaction, rows_of
from omnidesk.store.models import Case, Contact, ContactPoint, Delivery, DeliveryState, Invitation

_CASES = (
    rows_of(Case)
    .where(col(Case.contact_point_id) == bindparam("point"))
    .order_by(col(Case.id))
    .with_for_update(key_share=True)
)


async def take_over(tx: Transaction, point: ContactPoint, known: ContactPoint | None, address: str) -> ContactPoint:
    """What was said at the locked address `point` goes on at `address`, which is `known` where it was met already.

    Cases are answered there from now on, and what waits to be sent or was asked goes along. Messages stay at the
    address they were said at.
    """
    contact = await tx.get(Contact, point.contact_id)
    known = known or await _met_meanwhile(tx, point.channel, address)
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
    await _take_along(tx, point, known)
    tx.publish(PointMet(known.channel, address, known.id))
    tx.publish(TranscriptChanged(known.id))
    return known


async def _met_meanwhile(tx: Transaction, channel: str, address: str) -> ContactPoint | None:
    """Two devices may sign in at the same time: the second one finds what the first one made."""
    if not await dialect.take_turns(await tx.session.connection(), [f"{channel}:{address}"]):
        return None
    return (await contacts.at(tx, channel, {address})).get(address)


async def _take_along(tx: Transaction, point: ContactPoint, known: ContactPoint) -> None:
    for case in await tx.load(Case, _CASES, {"point": point.id}):
        case.contact_point_id = known.id
        cases.changed(tx, case)
    asked = update(Invitation).where(col(Invitation.contact_point_id) == point.id)
    sent = update(Delivery).where(col(Delivery.contact_point_id) == point.id)
    waiting = sent.where(col(Delivery.state) == DeliveryState.QUEUED, col(Delivery.address) == point.address)
    for statement in (
        waiting.values(address=known.address),
        sent.values(contact_point_id=known.id),
        asked.values(contact_point_id=known.id),
    ):
        await tx.session.exec(statement.execution_options(synchronize_session=False))
