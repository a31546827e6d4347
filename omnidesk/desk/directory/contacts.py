"""Contacts: people are found by the addresses they write from."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlmodel import col, select

from omnidesk.contract.channel import Sender
from omnidesk.desk import audit
from omnidesk.desk.access import Viewer, must_be, visible
from omnidesk.desk.directory import belonging, finding
from omnidesk.errors import NotFound
from omnidesk.events import PointMet
from omnidesk.store import dialect
from omnidesk.store.db import Transaction, rows_of
from omnidesk.store.models import Case, Contact, ContactPoint, Role
from omnidesk.text.folding import fold

NO_ANSWERS = "no_answers"
"""Why an address does not work that never will."""

_POINTS = (
    rows_of(ContactPoint)
    .where(col(ContactPoint.channel) == bindparam("channel"))
    .where(col(ContactPoint.address).in_(bindparam("addresses", expanding=True)))
    .order_by(col(ContactPoint.id))
    .with_for_update(key_share=True)
)
_CONTACTS = rows_of(Contact).where(col(Contact.id).in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Person:
    """A contact point and the contact it belongs to."""

    point: ContactPoint
    contact: Contact


async def meet(
    tx: Transaction, channel: str, senders: Iterable[Sender], *, wrote: bool = True
) -> dict[str, Person]:  # fmt: skip
    """Find or create who wrote, by address; all points are locked, in id order, so that no two writers cross.

    `wrote`: False for people who are only written to, which tells nothing of those we know.
    """
    senders = list(senders)
    people = await _known(tx, channel, {sender.address for sender in senders})
    new = {sender.address for sender in senders} - people.keys()
    if new and await dialect.take_turns(await tx.session.connection(), [f"{channel}:{one}" for one in new]):
        people |= await _known(tx, channel, new)  # another process may have met them while we waited
    belong = await belonging.by_address(tx.session, new - people.keys())
    for sender in senders:
        if sender.address not in people:
            people[sender.address] = _create(tx, channel, sender, belong.get(sender.address))
        if wrote:
            _learn(tx, people[sender.address], sender)
    return people


async def _known(tx: Transaction, channel: str, addresses: set[str]) -> dict[str, Person]:
    points = await tx.load(ContactPoint, _POINTS, {"channel": channel, "addresses": list(addresses)})
    if not points:
        return {}
    found = await tx.load(Contact, _CONTACTS, {"ids": [point.contact_id for point in points]})
    contacts = {contact.id: contact for contact in found}
    return {point.address: Person(point, contacts[point.contact_id]) for point in points}


async def at(tx: Transaction, channel: str, addresses: set[str]) -> dict[str, ContactPoint]:
    """The contact points of these addresses, as far as they are known, locked in id order."""
    points = await tx.load(ContactPoint, _POINTS, {"channel": channel, "addresses": list(addresses)})
    return {point.address: point for point in points}


def _create(tx: Transaction, channel: str, sender: Sender, organization_id: int | None) -> Person:
    contact = tx.new(
        Contact, name=sender.name, folded_name=fold(sender.name), language=sender.language,
        organization_id=organization_id, created_at=tx.now, updated_at=tx.now,
    )  # fmt: skip
    point = tx.new(
        ContactPoint, contact_id=contact.id, channel=channel, address=sender.address, name=sender.name,
        proven=sender.proven, created_at=tx.now, working=sender.answerable,
        failure="" if sender.answerable else NO_ANSWERS,
    )  # fmt: skip
    finding.keep_point(tx, point)
    tx.publish(PointMet(channel, point.address, point.id))
    return Person(point, contact)


def _learn(tx: Transaction, person: Person, sender: Sender) -> None:
    """Keep what a message tells of its sender, never overwriting what is known."""
    if sender.proven and not person.point.proven:
        person.point.proven = True
    if not person.point.working and sender.answerable:  # who writes from an address can be reached there again
        person.point.working, person.point.failure = True, ""
    contact = person.contact
    if sender.name and not contact.name:
        contact.name, contact.folded_name = sender.name, fold(sender.name)
        contact.version += 1
        contact.updated_at = tx.now
        finding.keep_name(tx, contact)
    if sender.language and not contact.language:
        contact.language = sender.language


async def in_sight(tx: Transaction, viewer: Viewer, point_id: int) -> tuple[ContactPoint, Case | None]:
    """An address, locked, and its newest case that the viewer sees, which is not.

    Raises NotFound for an address that is known from cases of hidden teams alone.
    """
    point = await tx.get(ContactPoint, point_id)
    cases = select(Case).where(Case.contact_point_id == point_id).order_by(col(Case.id).desc()).limit(1)
    case = (await tx.session.exec(cases.where(visible(viewer)))).first()
    if case is None and (await tx.session.exec(cases)).first() is not None:
        raise NotFound(f"There is no address {point_id} here.")
    return point, case


async def works_again(tx: Transaction, viewer: Viewer, point_id: int) -> ContactPoint:
    """Somebody says that an address works, whatever came back from it. Raises NotFound, NotAllowed."""
    must_be(viewer, Role.AGENT)
    point, _ = await in_sight(tx, viewer, point_id)
    if not point.working:
        audit.note(tx, "point.works", str(point.id), viewer.as_agent, address=point.address, failure=point.failure)
        point.working, point.failure = True, ""
    return point
