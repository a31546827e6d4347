"""Profile: what is written down of a person."""

from collections.abc import Sequence
from typing import Any, TypedDict

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import own_fields
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.changes import merged
from omnidesk.desk.directory import finding
from omnidesk.errors import Conflict, Invalid
from omnidesk.store import dialect
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, Contact, ContactPoint, FieldSubject, Role
from omnidesk.text.folding import fold

_LONGEST_NAME = 200


class Facts(TypedDict, total=False):
    """What is known of a person; what is not named stays. `fields`: those that change, None removes one."""

    name: str
    language: str | None
    time_zone: str | None
    fields: dict[str, Any]


async def create(tx: Transaction, viewer: Viewer, facts: Facts, points: Sequence[tuple[str, str]]) -> Contact:
    """A new contact with these addresses, each a channel and an address in its normal form: claims, until proven.

    Raises NotAllowed, Invalid, and Conflict (`address_taken`) when an address is somebody's already.
    """
    must_be(viewer, Role.AGENT)
    contact = tx.new(Contact, created_at=tx.now, updated_at=tx.now)
    _write(contact, await _checked(tx, facts))
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


async def change(tx: Transaction, viewer: Viewer, contact_id: int, version: int, facts: Facts) -> Contact:
    """Change what is known. Raises NotFound, NotAllowed, Invalid, and Conflict when `version` is not the newest."""
    must_be(viewer, Role.AGENT)
    contact = await tx.get(Contact, contact_id)
    if contact.version != version:
        raise Conflict("Somebody changed this contact since you looked; read it again.", code="stale")
    before = contact.name
    _write(contact, await _checked(tx, facts))
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


async def _checked(tx: Transaction, facts: Facts) -> Facts:
    if fields := facts.get("fields"):
        return {**facts, "fields": await own_fields.checked(tx.session, FieldSubject.CONTACT, fields)}
    return facts


def _write(contact: Contact, facts: Facts) -> None:
    name = " ".join(facts.get("name", contact.name).split())
    if len(name) > _LONGEST_NAME:
        raise Invalid(f"name: a name has at most {_LONGEST_NAME} characters", fields={"name": "too long"})
    contact.name, contact.folded_name = name, fold(name)
    contact.language = facts.get("language", contact.language)
    contact.time_zone = facts.get("time_zone", contact.time_zone)
    contact.fields = merged(contact.fields, facts.get("fields", {}))
