"""Proving: an address that is proven to be a person's leads to the same contact, whichever channel they write on.

Somebody else's is never taken: who is proven to be one person already is not merged into another, an agent is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, select

from omnidesk.contract.channel import Channel, Proof
from omnidesk.desk.directory import finding, linking
from omnidesk.desk.directory.contacts import Person
from omnidesk.desk.directory.linking import Move
from omnidesk.desk.interactions import SYSTEM
from omnidesk.events import PointMet
from omnidesk.store import dialect
from omnidesk.store.db import Transaction, rows_of
from omnidesk.store.models import Case, Contact, ContactLink, ContactLinkCase, ContactPoint, Inbox

Channels = Mapping[str, type[Channel]]
_AT = (
    rows_of(ContactPoint)
    .where(col(ContactPoint.channel).in_(bindparam("channels", expanding=True)))
    .where(col(ContactPoint.address).in_(bindparam("addresses", expanding=True)))
    .order_by(col(ContactPoint.id))
    .with_for_update(key_share=True)
)
_CASES_AT = (
    rows_of(Case)
    .where(col(Case.contact_point_id).in_(bindparam("points", expanding=True)))
    .order_by(col(Case.id))
    .with_for_update(key_share=True)
)


@dataclass(slots=True)
class Proven:
    """Who somebody turned out to be, and what to say of it on their case: names of events with their values."""

    person: Person
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    hints: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """The same, for a new case alone."""


async def take(tx: Transaction, channels: Channels, person: Person, proofs: Sequence[Proof]) -> Proven:
    """These addresses are proven to be this person's."""
    proven = Proven(person)
    for proof in proofs:
        await _take(tx, channels, proven, proof)
    return proven


async def _take(tx: Transaction, channels: Channels, proven: Proven, proof: Proof) -> None:
    places = {name: kind.normal_address(proof.address) for name, kind in channels.items()
              if kind.capabilities.kind == proof.kind}  # fmt: skip
    wanted = {name: address for name, address in places.items() if address}
    if not wanted:
        return
    await tx.flush()  # the person may be new
    points = await _points(tx, wanted)
    if not points and await dialect.take_turns(
        await tx.session.connection(), [f"{name}:{address}" for name, address in wanted.items()]
    ):
        points = await _points(tx, wanted)
    if not points:
        channel = await _in_use(tx, wanted)
        _create(tx, proven, channel, wanted[channel])
    for point in points:
        await _belongs(tx, proven, point, proof)


async def _points(tx: Transaction, wanted: Mapping[str, str]) -> list[ContactPoint]:
    of = {"channels": list(wanted), "addresses": list(set(wanted.values()))}
    return [one for one in await tx.load(ContactPoint, _AT, of) if wanted[one.channel] == one.address]


async def _in_use(tx: Transaction, wanted: Mapping[str, str]) -> str:
    """The channel on which such an address can be reached; where there is no inbox yet, the first that could."""
    inboxes = select(Inbox.channel).where(col(Inbox.enabled), col(Inbox.channel).in_(wanted))
    return (await tx.session.exec(inboxes.order_by(col(Inbox.id)).limit(1))).first() or next(iter(wanted))


def _create(tx: Transaction, proven: Proven, channel: str, address: str) -> None:
    point = tx.new(
        ContactPoint, contact_id=proven.person.contact.id, channel=channel, address=address, proven=True,
        created_at=tx.now,
    )  # fmt: skip
    finding.keep_point(tx, point)
    tx.publish(PointMet(channel, address, point.id))
    proven.events.append(("address_proven", {"address": address}))


async def _belongs(tx: Transaction, proven: Proven, point: ContactPoint, proof: Proof) -> None:
    """An address that is here already: the person is its contact, unless they are proven to be another one."""
    person = proven.person
    if point.contact_id == person.contact.id:
        point.proven = True
        return
    other = await tx.get(Contact, point.contact_id)
    if await _is_known(tx, person):
        proven.hints.append(("proven_elsewhere", {"address": proof.address, "contact": other.name or point.address}))
        return
    point.proven = True
    await give(tx, person, other)
    proven.person = Person(person.point, other)
    proven.events.append(("recognised_by", {"address": proof.address, "kind": proof.kind}))


async def _is_known(tx: Transaction, person: Person) -> bool:
    """Whether something but the address they write from proves who a person is."""
    others = select(ContactPoint.id).where(
        ContactPoint.contact_id == person.contact.id, col(ContactPoint.proven),
        ContactPoint.channel != person.point.channel,
    )  # fmt: skip
    return (await tx.session.exec(others.limit(1))).first() is not None


async def give(tx: Transaction, person: Person, target: Contact) -> None:
    """Move a person's addresses on their channel, with all that was said there, as an agent's link would."""
    await tx.flush()
    theirs = select(ContactPoint.id).where(ContactPoint.contact_id == person.contact.id)
    here = select(ContactPoint.id).where(
        ContactPoint.contact_id == person.contact.id, ContactPoint.channel == person.point.channel
    )
    every, moving = set(await tx.session.exec(theirs)), sorted(set(await tx.session.exec(here)))
    cases = await tx.load(Case, _CASES_AT, {"points": moving})
    for point_id in moving:
        point = await tx.get(ContactPoint, point_id)
        await _move(tx, Move(point, person.contact, target), [one for one in cases if one.contact_point_id == point_id])
    if every == set(moving):
        person.contact.merged_into_id = target.id


async def _move(tx: Transaction, move: Move, cases: Sequence[Case]) -> None:
    made = tx.new(
        ContactLink, point_id=move.point.id, from_contact_id=move.source.id, to_contact_id=move.target.id,
        agent_id=None, created_at=tx.now,
    )  # fmt: skip
    for one in cases:
        names = {"link_id": made.id, "case_id": one.id, "contact_name": one.contact_name}
        tx.add_row(ContactLinkCase, names)
    await linking.take_along(tx, SYSTEM, move, cases, {})
