"""Copies: the other people whom a reply goes to. Only whom an agent names gets one; a bcc is known to agents alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Addressee, Role, Sender
from omnidesk.desk.directory import contacts
from omnidesk.desk.inboxes import Inboxes
from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction
from omnidesk.store.models import (
    Author,
    Case,
    Contact,
    ContactPoint,
    Delivery,
    DeliveryRole,
    Direction,
    Interaction,
    Kind,
    Participant,
)

MOST = 20
"""People whom one reply is copied to."""
_OFFERED = 50
_WRITTEN = 100
"""Addresses that are looked at, repetitions included."""
_LOOKED_AT = 5
"""Messages whose people are offered."""
_LONGEST = 320


@dataclass(frozen=True, slots=True)
class Copies:
    """Whom a reply is copied to: addresses as they were written, and the inboxes, none of which is one of them."""

    inboxes: Inboxes
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()


async def meet(tx: Transaction, case: Case, copies: Copies) -> list[tuple[ContactPoint, DeliveryRole]]:
    """Find or create whom a reply on a case is copied to, each once.

    Raises Invalid, which names the field and the address.
    """
    _must_be_few(len(copies.cc) + len(copies.bcc), _WRITTEN)
    wanted = _normal(case, copies)
    _must_be_few(len(wanted), MOST)
    names = {address: name for mail in await _named(tx.session, case) for address, name in mail.items()}
    senders = [Sender(address, names.get(address, "")) for address in wanted]
    people = await contacts.meet(tx, case.channel, senders, wrote=False)
    for address, role in wanted.items():
        _must_reach(people[address].point, role)
    return [(people[address].point, role) for address, role in wanted.items()]


def _must_be_few(count: int, most: int) -> None:
    if count > most:
        raise Invalid(
            f"A message is copied to at most {MOST} people, and these are {count}; leave some out.",
            code="too_many_copies", values={"most": MOST}, fields={"cc": "too many"},
        )  # fmt: skip


def _normal(case: Case, copies: Copies) -> dict[str, DeliveryRole]:
    """The addresses in their normal form; who is cc and bcc is cc."""
    wanted: dict[str, DeliveryRole] = {}
    for role, written in ((DeliveryRole.CC, copies.cc), (DeliveryRole.BCC, copies.bcc)):
        for text in written:
            wanted.setdefault(_normal_address(case, copies.inboxes, text, role), role)
    return wanted


def _normal_address(case: Case, inboxes: Inboxes, text: str, role: DeliveryRole) -> str:
    channel = inboxes.by_id(case.inbox_id).channel
    if not channel.capabilities.copies:
        raise Invalid(
            "This channel sends to one person alone; leave the others out.",
            code="no_copies",
            fields={role: "not possible"},
        )
    address = channel.normal_address(text) if len(text) <= _LONGEST else None
    if address is None:
        raise _refused(role, "no_address", text[:_LONGEST], "is no address; write one such as name@example.com")
    if is_own(inboxes, case.channel, address):
        raise _refused(role, "own_address", address, "is an inbox of this desk, which has the case; leave it out")
    return address


def _must_reach(point: ContactPoint, role: DeliveryRole) -> None:
    if not point.consent:
        raise _refused(role, "copy_stopped", point.address, "asked for no more messages (STOP); leave it out")
    if not point.working:
        why = f"gets nothing ({point.failure}); leave it out, or correct the address"
        raise _refused(role, "copy_fails", point.address, why, failure=point.failure)


def _refused(role: DeliveryRole, code: str, address: str, why: str, **values: str) -> Invalid:
    values = {"address": address, **values}
    return Invalid(f"{address} {why}.", code=code, fields={role: why}, values=values)


def is_own(inboxes: Inboxes, channel: str, address: str) -> bool:
    """Whether an address is that of an inbox of this desk."""
    return any(one.row.channel == channel and one.channel.is_own(address) for one in inboxes.all())


@dataclass(frozen=True, slots=True)
class Offer:
    """Someone whom a reply may be copied to: the last reply was (`ticked`), the last message names them (`named`)."""

    address: str
    name: str
    ticked: bool = False
    named: bool = False


async def offered(session: AsyncSession, inboxes: Inboxes, case: Case) -> list[Offer]:
    """Whom the next reply on a case may be copied to: who takes part, whom its last message names, the last cc."""
    can = inboxes.capabilities_of(case.inbox_id)
    if can is None or not can.copies:
        return []
    to = await session.get_one(ContactPoint, case.contact_point_id)
    ticked = await _last_cc(session, case)
    mails = await _named(session, case)
    named = mails[0] if mails else {}
    names: dict[str, str] = {}
    for people in (*mails, await _participants(session, case), ticked):
        for address, name in people.items():
            names[address] = names.get(address) or name
    return [
        Offer(address, _other_than(address, name), ticked=address in ticked, named=address in named)
        for address, name in list(names.items())[:_OFFERED]
        if address not in ("", to.address) and not is_own(inboxes, case.channel, address)
    ]


async def _last_cc(session: AsyncSession, case: Case) -> dict[str, str]:
    """Whom the last reply of an agent was copied to, with their names."""
    last = (
        select(Interaction.id)
        .where(Interaction.case_id == case.id, Interaction.direction == Direction.OUTBOUND)
        .where(Interaction.kind == Kind.MESSAGE, Interaction.author_kind == Author.AGENT)
        .order_by(col(Interaction.position).desc())
        .limit(1)
    )
    if (interaction_id := (await session.exec(last)).first()) is None:
        return {}
    return {one.address: one.name for one in await addressees(session, interaction_id) if one.role == "cc"}


async def _named(session: AsyncSession, case: Case) -> list[dict[str, str]]:
    """Who wrote each of the last messages from outside and whom it names, addresses with names, the newest first."""
    last = (
        select(Interaction.payload, Interaction.author_name)
        .where(Interaction.case_id == case.id, Interaction.direction == Direction.INBOUND)
        .where(Interaction.kind == Kind.MESSAGE, Interaction.channel == case.channel)
        .where(col(Interaction.automatic).is_(False))
        .order_by(col(Interaction.position).desc())
        .limit(_LOOKED_AT)
    )
    return [
        {payload.get("address", ""): author, **{one["address"]: one["name"] for one in payload.get("copied", ())}}
        for payload, author in await session.exec(last)
    ]


async def _participants(session: AsyncSession, case: Case) -> dict[str, str]:
    statement = (
        select(ContactPoint.address, ContactPoint.name)
        .join(Participant, col(Participant.contact_point_id) == col(ContactPoint.id))
        .where(Participant.case_id == case.id, ContactPoint.channel == case.channel)
        .order_by(col(Participant.id))
        .limit(_OFFERED)
    )
    return dict((await session.exec(statement)).all())


async def addressees(session: AsyncSession, interaction_id: int) -> tuple[Addressee, ...]:
    """Whom a message of ours names, in the order in which they were named: never a bcc."""
    statement = (
        select(Delivery.address, Contact.name, ContactPoint.name, Delivery.role)
        .join(ContactPoint, col(ContactPoint.id) == col(Delivery.contact_point_id))
        .join(Contact, col(Contact.id) == col(ContactPoint.contact_id))
        .where(Delivery.interaction_id == interaction_id, Delivery.role != DeliveryRole.BCC)
        .order_by(col(Delivery.id))
    )
    roles: dict[str, Role] = {DeliveryRole.TO: "to", DeliveryRole.CC: "cc"}
    return tuple(
        Addressee(address, _other_than(address, name or given), roles[role])
        for address, name, given, role in await session.exec(statement)
    )


def _other_than(address: str, name: str) -> str:
    """Who has no name is called by the address, which stands there already."""
    return name if name != address else ""
