"""Profile: what is written down of a person."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import own_fields
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.changes import merged
from omnidesk.desk.directory import belonging, facts, finding
from omnidesk.desk.directory.facts import Facts
from omnidesk.errors import Conflict
from omnidesk.store import dialect
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, Contact, ContactPoint, FieldSubject, Role
from omnidesk.text.folding import fold

_PLAIN = ("language", "time_zone", "preferred_channel")


async def create(tx: Transaction, viewer: Viewer, said: Facts, points: Sequence[tuple[str, str]]) -> Contact:
    """A new contact with these addresses, each a channel and an address in its normal form: claims, until proven.

    Who is said to be of no organization is of the one whose domain an address has. Raises NotAllowed, Invalid, and
    Conflict (`address_taken`) when an address is somebody's already.
    """
    must_be(viewer, Role.AGENT)
    facts.check(said, {channel for channel, _ in points})
    contact = tx.new(Contact, created_at=tx.now, updated_at=tx.now)
    await _write(tx, contact, said)
    if "organization_id" not in said:
        found = await belonging.by_address(tx.session, [address for _, address in points])
        contact.organization_id = next((found[one] for _, one in points if one in found), None)
    finding.keep_name(tx, contact)
    await dialect.take_turns(await tx.session.connection(), [f"{channel}:{address}" for channel, address in points])
    for channel, address in dict.fromkeys(points):
        await _must_be_free(tx.session, channel, address)
        point = tx.new(ContactPoint, contact_id=contact.id, channel=channel, address=address, created_at=tx.now)
        finding.keep_point(tx, point)
    return contact


async def _must_be_free(session: AsyncSession, channel: str, address: str) -> None:
    here = select(ContactPoint.contact_id).where(ContactPoint.channel == channel, ContactPoint.address == address)
    owner = (await session.exec(here)).first()
    if owner is not None:
        raise Conflict(
            f"This {channel} address belongs to contact {owner} already; change or merge that one.",
            code="address_taken", fields={"points": "taken"},
        )  # fmt: skip


async def change(tx: Transaction, viewer: Viewer, contact_id: int, version: int, said: Facts) -> Contact:
    """Change what is known. Raises NotFound, NotAllowed, Invalid, and Conflict when `version` is not the newest."""
    must_be(viewer, Role.AGENT)
    if "organization_id" in said:
        await belonging.lock(tx, contact_id)
    contact = await tx.get(Contact, contact_id)
    if contact.version != version:
        raise Conflict("Somebody changed this contact since you looked; read it again.", code="stale")
    before = contact.name
    facts.check(said, await _channels(tx.session, contact))
    await _write(tx, contact, said)
    if contact.name != before:
        await finding.rename(tx, contact)
        if contact.name:
            theirs = update(Case).where(col(Case.contact_id) == contact.id)
            await tx.session.exec(theirs.values(contact_name=contact.name))
    contact.version += 1
    contact.updated_at = tx.now
    return contact


async def note_fields(tx: Transaction, viewer: Viewer, contact_id: int, fields: dict[str, Any]) -> Contact:
    """Write down fields of a person, whatever else was changed since. Raises NotFound, NotAllowed, Invalid."""
    contact = await tx.get(Contact, contact_id)
    return await change(tx, viewer, contact_id, contact.version, {"fields": fields})


async def belong(tx: Transaction, viewer: Viewer, contact_id: int, organization_id: int | None) -> Contact:
    """Say of which organization a person is, whatever else was changed since. Raises as `note_fields` does."""
    await belonging.lock(tx, contact_id)
    contact = await tx.get(Contact, contact_id)
    return await change(tx, viewer, contact_id, contact.version, {"organization_id": organization_id})


async def _channels(session: AsyncSession, contact: Contact) -> set[str]:
    """Where the person has an address; what is preferred already may stay so."""
    theirs = select(ContactPoint.channel).where(ContactPoint.contact_id == contact.id)
    return {*await session.exec(theirs), *([contact.preferred_channel] if contact.preferred_channel else [])}


async def _write(tx: Transaction, contact: Contact, said: Facts) -> None:
    if "name" in said:
        contact.name = " ".join(said["name"].split())
        contact.folded_name = fold(contact.name)
    if "region" in said:
        contact.region = " ".join(said["region"].split())
    if "notes" in said:
        contact.notes = said["notes"].strip()
    for name in _PLAIN:
        if name in said:
            setattr(contact, name, said.get(name))
    if "organization_id" in said:
        await belonging.must_be_there(tx.session, said["organization_id"])
        await belonging.put(tx, contact, said["organization_id"])
    if fields := said.get("fields"):
        checked = await own_fields.checked(tx.session, FieldSubject.CONTACT, fields)
        contact.fields = merged(contact.fields, checked)
        await own_fields.keep(tx, contact, sorted(checked))
