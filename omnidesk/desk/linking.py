"""Linking: "this address belongs to …" gives an address, and what was said through it, to another contact, and back.

One rule decides what goes along: a case goes with the address that it is answered on, and its log and surveys go with
it. So every case is answered on an address of its own contact, before and after. What comes through the address later
belongs to it too: undoing takes it back with the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import finding, interactions, people
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.interactions import By
from omnidesk.desk.names import called
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
class _Move:
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
    _must_see(viewer, found)
    ids = moving.with_only_columns(col(Case.id))
    said = select(func.count()).where(col(Interaction.case_id).in_(ids), Interaction.kind == Kind.MESSAGE)
    asked = select(func.count()).where(col(Invitation.case_id).in_(ids), col(Invitation.score).is_not(None))
    return Preview(
        point, source, target, len(found), (await session.exec(said)).one(), (await session.exec(asked)).one(),
        ends=not await _has_other_points(session, source.id, [point_id]),
        target_called=called(target, await people.points_of(session, target.id)),
    )  # fmt: skip


async def link(tx: Transaction, viewer: Viewer, point_id: int, target_id: int) -> ContactLink:
    """The address belongs to the contact `target_id`.

    Raises NotFound, NotAllowed when a case that would move is hidden from the viewer, and Conflict when the address
    belongs there already or the contact was merged away.
    """
    must_be(viewer, Role.AGENT)
    point = await tx.get(ContactPoint, point_id)
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
    """Give locked addresses of one contact to another; each leaves a link that can be undone."""
    moving = await _lock_cases(tx, points)
    source, target = await _lock_contacts(tx, source_id, target_id)
    _must_fit(source, target)
    _must_see(viewer, moving)
    links = [
        ContactLink(
            id=tx.new_id(), point_id=point.id, from_contact_id=source_id, to_contact_id=target_id,
            agent_id=viewer.as_agent, created_at=tx.now,
        )
        for point in points
    ]  # fmt: skip
    for point, made in zip(points, links, strict=True):
        tx.add(made)
        theirs = [case for case in moving if case.contact_point_id == point.id]
        for case in theirs:
            names = {"link_id": made.id, "case_id": case.id, "contact_name": case.contact_name}
            tx.add_row(ContactLinkCase, names)
        await _take_along(tx, viewer, _Move(point, source, target), theirs, {})
    if not await _has_other_points(tx.session, source_id, [point.id for point in points]):
        source.merged_into_id = target_id
    return links


async def undo(tx: Transaction, viewer: Viewer, link_id: int) -> ContactLink:
    """The address goes back to where it was, with what came through it since.

    Cases that are answered on another address by now stay. Raises NotFound, NotAllowed as `link` does, and Conflict
    when this was undone already or the address has moved on.
    """
    must_be(viewer, Role.AGENT)
    known = await tx.session.get(ContactLink, link_id)
    if known is None:
        raise NotFound("This link is no longer here.")
    point = await tx.get(ContactPoint, known.point_id)
    made = await tx.get(ContactLink, link_id)
    if made.undone_at is not None or point.contact_id != made.to_contact_id:
        raise Conflict("This address has moved on since; look where it is now.", code="moved_on")
    moving = await _lock_cases(tx, [point])
    source, target = await _lock_contacts(tx, made.to_contact_id, made.from_contact_id)
    _must_see(viewer, moving)
    await _take_along(tx, viewer, _Move(point, source, target), moving, await _names_before(tx, link_id))
    target.merged_into_id = None
    made.undone_at, made.undone_by_id = tx.now, viewer.as_agent
    return made


async def _lock_cases(tx: Transaction, points: Sequence[ContactPoint]) -> list[Case]:
    """The cases answered on these addresses, locked in id order after the addresses, as arriving messages do."""
    answered = select(Case).where(col(Case.contact_point_id).in_([point.id for point in points]))
    locked = answered.order_by(col(Case.id)).with_for_update(key_share=True).execution_options(populate_existing=True)
    return list(await tx.session.exec(locked))


async def _lock_contacts(tx: Transaction, *contact_ids: int) -> list[Contact]:
    """The contacts in the order asked for, locked in id order."""
    locked = {contact_id: await tx.get(Contact, contact_id) for contact_id in sorted(contact_ids)}
    return [locked[contact_id] for contact_id in contact_ids]


def _must_fit(source: Contact, target: Contact) -> None:
    if source.id == target.id:
        raise Conflict("This address belongs to this contact already; choose another one.", code="same_contact")
    if source.merged_into_id is not None or target.merged_into_id is not None:
        raise Conflict("This contact was merged into another one; choose that one.", code="merged_contact")


def _must_see(viewer: Viewer, moving: Sequence[Case]) -> None:
    if not all(viewer.may_see(case) for case in moving):
        raise NotAllowed(
            "Cases of a closed team would move along; ask one of its members or an administrator.", code="hidden_cases"
        )


async def _has_other_points(session: AsyncSession, contact_id: int, but: Sequence[int]) -> bool:
    others = select(ContactPoint.id).where(
        ContactPoint.contact_id == contact_id, col(ContactPoint.id).not_in(but)
    )  # fmt: skip
    return (await session.exec(others.limit(1))).first() is not None


async def _names_before(tx: Transaction, link_id: int) -> dict[int, str]:
    """What the contact of each case was called when it moved."""
    kept = select(ContactLinkCase.case_id, ContactLinkCase.contact_name).where(ContactLinkCase.link_id == link_id)
    return dict((await tx.session.exec(kept)).all())


async def _take_along(
    tx: Transaction, viewer: Viewer, move: _Move, cases: Sequence[Case], names: Mapping[int, str]
) -> None:
    """Move the address with all that was said through it, and say so in the log of each case.

    `names`: what the contact of a case is called there, where that is not the contact's own name.
    """
    await _move_rows(tx, move)
    by = By.viewer(viewer)
    before, after = (contact.name or move.point.name for contact in (move.source, move.target))
    for case in cases:
        case.contact_id = move.target.id
        case.contact_name = names.get(case.id, move.target.name or case.contact_name)
        interactions.event(
            tx, case, "address_linked", by, channel=move.point.channel, before=before, contact=after
        )  # fmt: skip


async def _move_rows(tx: Transaction, move: _Move) -> None:
    """Everything but the cases themselves, in as many statements whatever their number."""
    theirs = select(Case.id).where(Case.contact_point_id == move.point.id, Case.contact_id == move.source.id)
    updates = (
        update(Interaction).where(col(Interaction.case_id).in_(theirs)),
        update(Invitation).where(col(Invitation.case_id).in_(theirs)),
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
