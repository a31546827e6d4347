"""Linking: "this address belongs to …" gives an address, and what was said through it, to another contact.

One rule decides what goes along: a case goes with the address that it is answered on, and its log and surveys go with
it. So every case is answered on an address of its own contact, before and after. The way back is `unlinking`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import interactions
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.directory import belonging, finding, people
from omnidesk.desk.directory.names import called
from omnidesk.desk.interactions import By
from omnidesk.errors import Conflict, NotAllowed, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import (
    Case,
    Contact,
    ContactLink,
    ContactLinkCase,
    ContactPoint,
    Interaction,
    Invitation,
    Kind,
    Role,
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a link would move. `ends`: the contact has no other address, and would be merged into the other."""

    point: ContactPoint
    from_contact: Contact
    to_contact: Contact
    cases: int
    messages: int
    surveys: int
    ends: bool
    target_called: str

    @property
    def names_differ(self) -> bool:
        """Whether the two are called differently; the one who takes over keeps the name."""
        names = {self.from_contact.folded_name, self.to_contact.folded_name}
        return "" not in names and len(names) > 1


@dataclass(frozen=True, slots=True)
class Move:
    """An address on its way from one contact to another."""

    point: ContactPoint
    source: Contact
    target: Contact


async def preview(session: AsyncSession, viewer: Viewer, point_id: int, target_id: int) -> Preview:
    """What `link` would do. Raises what it would raise."""
    must_be(viewer, Role.AGENT)
    point = await session.get(ContactPoint, point_id)
    target = await session.get(Contact, target_id)
    if point is None or target is None:
        raise NotFound("This address or contact is no longer here.")
    source = await session.get_one(Contact, point.contact_id)
    _must_fit(source, target)
    moving = select(Case).where(Case.contact_point_id == point_id, Case.contact_id == source.id)
    found = list(await session.exec(moving))
    must_see(viewer, found)
    ids = moving.with_only_columns(col(Case.id))
    said = select(func.count()).where(col(Interaction.case_id).in_(ids), Interaction.kind == Kind.MESSAGE)
    asked = select(func.count()).where(col(Invitation.case_id).in_(ids), col(Invitation.score).is_not(None))
    return Preview(
        point, source, target, len(found), (await session.exec(said)).one(), (await session.exec(asked)).one(),
        ends=not await _has_other_points(session, source.id, [point_id]),
        target_called=called(target, await people.points_of(session, target.id)),
    )  # fmt: skip


async def link(tx: Transaction, viewer: Viewer, point_id: int, target_id: int, *, seen_at: int) -> ContactLink:
    """The address belongs to the contact `target_id`. `seen_at`: the contact whose it was when this was decided.

    Raises NotFound, NotAllowed when a case that would move is hidden from the viewer, and Conflict when somebody else
    gave the address away since, it belongs there already, or the contact was merged away.
    """
    must_be(viewer, Role.AGENT)
    point = await tx.get(ContactPoint, point_id)
    if point.contact_id != seen_at:
        raise Conflict("This address has moved on since; look where it is now.", code="moved_on")
    (made,) = await _give(tx, viewer, point.contact_id, [point], target_id)
    return made


async def merge(tx: Transaction, viewer: Viewer, target_id: int, source_id: int) -> list[ContactLink]:
    """All addresses of the contact `source_id` belong to `target_id`, which stays. Raises as `link` does."""
    must_be(viewer, Role.AGENT)
    points = select(ContactPoint).where(ContactPoint.contact_id == source_id).order_by(col(ContactPoint.id))
    return await _give(
        tx, viewer, source_id, list(await tx.session.exec(points.with_for_update(key_share=True))), target_id
    )


async def _give(
    tx: Transaction, viewer: Viewer, source_id: int, points: Sequence[ContactPoint], target_id: int
) -> list[ContactLink]:
    """Give locked addresses of one contact to another; each leaves a link that can be undone.

    Who takes over all of them and is of no organization is of the other's from then on.
    """
    moving = await lock_cases(tx, col(Case.contact_point_id).in_([point.id for point in points]))
    source, target = await lock_contacts(tx, source_id, target_id)
    _must_fit(source, target)
    must_see(viewer, moving)
    ends = not await _has_other_points(tx.session, source_id, [point.id for point in points])
    gives = ends and target.organization_id is None and source.organization_id is not None
    if gives:
        await belonging.put(tx, target, source.organization_id)
    links = [
        ContactLink(
            id=tx.new_id(), point_id=point.id, from_contact_id=source_id, to_contact_id=target_id,
            agent_id=viewer.as_agent, gave_organization=gives, created_at=tx.now,
        )
        for point in points
    ]  # fmt: skip
    for point, made in zip(points, links, strict=True):
        tx.add(made)
        theirs = [case for case in moving if case.contact_point_id == point.id]
        for case in theirs:
            names = {"link_id": made.id, "case_id": case.id, "contact_name": case.contact_name}
            tx.add_row(ContactLinkCase, names)
        await take_along(tx, By.viewer(viewer), Move(point, source, target), theirs, {})
    if ends:
        source.merged_into_id = target_id
    return links


async def lock_cases(tx: Transaction, condition: ColumnElement[bool]) -> list[Case]:
    """The cases that fit, locked in id order after the addresses, as arriving messages do."""
    found = select(Case).where(condition).order_by(col(Case.id)).with_for_update(key_share=True)
    return list(await tx.session.exec(found.execution_options(populate_existing=True)))


async def lock_contacts(tx: Transaction, *contact_ids: int) -> list[Contact]:
    """The contacts in the order asked for, locked in id order."""
    locked = {contact_id: await tx.get(Contact, contact_id) for contact_id in sorted(contact_ids)}
    return [locked[contact_id] for contact_id in contact_ids]


def _must_fit(source: Contact, target: Contact) -> None:
    if source.id == target.id:
        raise Conflict("This address belongs to this contact already; choose another one.", code="same_contact")
    if source.merged_into_id is not None or target.merged_into_id is not None:
        raise Conflict("This contact was merged into another one; choose that one.", code="merged_contact")


def must_see(viewer: Viewer, moving: Sequence[Case]) -> None:
    """Raise NotAllowed when a case that would move is hidden from the viewer."""
    if not all(viewer.may_see(case) for case in moving):
        raise NotAllowed(
            "Cases of a closed team would move along; ask one of its members or an administrator.", code="hidden_cases"
        )


async def _has_other_points(session: AsyncSession, contact_id: int, but: Sequence[int]) -> bool:
    others = select(ContactPoint.id).where(
        ContactPoint.contact_id == contact_id, col(ContactPoint.id).not_in(but)
    )  # fmt: skip
    return (await session.exec(others.limit(1))).first() is not None


async def take_along(tx: Transaction, by: By, move: Move, cases: Sequence[Case], names: Mapping[int, str]) -> None:
    """Move the address with all that was said through it, and say so in the log of each case.

    `names`: what the contact of a case is called there, where that is not the contact's own name.
    """
    await _move_rows(tx, move, [case.id for case in cases])
    before, after = (contact.name or move.point.name for contact in (move.source, move.target))
    for case in cases:
        case.contact_id, case.organization_id = move.target.id, move.target.organization_id
        case.contact_name = names.get(case.id, move.target.name or case.contact_name)
        interactions.event(
            tx, case, "address_linked", by, channel=move.point.channel, before=before, contact=after
        )  # fmt: skip


async def _move_rows(tx: Transaction, move: Move, case_ids: Sequence[int]) -> None:
    """Everything but the cases themselves, in as many statements whatever their number."""
    updates = (
        update(Interaction).where(col(Interaction.case_id).in_(case_ids)),
        update(Invitation).where(col(Invitation.case_id).in_(case_ids)),
        update(Interaction).where(
            col(Interaction.contact_point_id) == move.point.id,
            col(Interaction.contact_id) == move.source.id,
            col(Interaction.case_id).is_(None),
        ),
    )
    for one in updates:
        await tx.session.exec(one.values(contact_id=move.target.id).execution_options(synchronize_session=False))
    await finding.move_point(tx, move.point.id, move.source.id, move.target.id)
    move.point.contact_id = move.target.id
    for contact in (move.source, move.target):
        contact.version += 1
        contact.updated_at = tx.now
