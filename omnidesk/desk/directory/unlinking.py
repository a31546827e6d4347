"""Unlinking: an address that was linked by mistake goes back, and takes with it what is its own.

Its own are the cases that came along with it, and those that were opened at it since, wherever they are answered now.
Every other case stays with the person it was linked to, and is answered at another address of that person: whoever
turned out to be a stranger gets no more of it. Words stay in the case they were said in; what the two said in each
other's cases since is told apart, as if they had been strangers all along: they take part there.
"""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from omnidesk.desk import interactions
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.directory import belonging
from omnidesk.desk.directory.linking import Move, lock_cases, lock_contacts, must_see, take_along
from omnidesk.desk.directory.names import called
from omnidesk.desk.directory.readdressing import readdress
from omnidesk.desk.interactions import By
from omnidesk.errors import Conflict, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import (
    Author,
    Case,
    ContactLink,
    ContactLinkCase,
    ContactPoint,
    Interaction,
    Invitation,
    Kind,
    Participant,
    Role,
)


async def undo(tx: Transaction, viewer: Viewer, link_id: int) -> ContactLink:
    """The address goes back to where it was, with the cases that are its own.

    Raises NotFound, NotAllowed when a case that would move or be answered elsewhere is hidden from the viewer, and
    Conflict when this was undone already, the address has moved on, or a case that stays could not be answered.
    """
    must_be(viewer, Role.AGENT)
    known = await tx.session.get(ContactLink, link_id)
    if known is None:
        raise NotFound("This link is no longer here.")
    point = await tx.get(ContactPoint, known.point_id)
    made = await tx.get(ContactLink, link_id)
    if made.undone_at is not None or point.contact_id != made.to_contact_id:
        raise Conflict("This address has moved on since; look where it is now.", code="moved_on")
    touched = await _lock_touched(tx, made)
    source, target = await lock_contacts(tx, made.to_contact_id, made.from_contact_id)
    await _part(tx, viewer, made, Move(point, source, target), touched)
    if made.gave_organization and source.organization_id == target.organization_id:
        await belonging.put(tx, source, None)
    target.merged_into_id = None
    made.undone_at, made.undone_by_id = tx.now, viewer.as_agent
    return made


async def _lock_touched(tx: Transaction, made: ContactLink) -> list[Case]:
    """The cases that came along, are answered at the address, or have something that was said or asked there."""
    came = select(ContactLinkCase.case_id).where(ContactLinkCase.link_id == made.id)
    said = select(Interaction.case_id).where(Interaction.contact_point_id == made.point_id)
    asked = select(Invitation.case_id).where(Invitation.contact_point_id == made.point_id)
    answered = col(Case.contact_point_id) == made.point_id
    case_id = col(Case.id)
    return await lock_cases(tx, answered | case_id.in_(came) | case_id.in_(said) | case_id.in_(asked))


async def _part(tx: Transaction, viewer: Viewer, made: ContactLink, move: Move, touched: Sequence[Case]) -> None:
    """Move what goes back, let what stays be answered elsewhere, and tell the two apart in both."""
    before, opened = await _names_before(tx, made), await _opened_since(tx, made)
    going = [
        case for case in touched
        if (case.id in before and case.contact_id != move.target.id)
        or (case.id in opened and case.contact_id == move.source.id)
    ]  # fmt: skip
    gone = {case.id for case in going}
    staying = [case for case in touched if case.contact_id == move.source.id and case.id not in gone]
    must_see(viewer, [*going, *(case for case in staying if case.contact_point_id == move.point.id)])
    await readdress(tx, going, [move.point])
    name = called(move.target, [move.point])
    await take_along(tx, By.viewer(viewer), move, going, {case.id: before.get(case.id, name) for case in going})
    await _leave(tx, viewer, move, staying)
    await _tell_apart(tx, made, name)
    await _add_participants(tx, made, [*going, *staying])


async def _names_before(tx: Transaction, made: ContactLink) -> dict[int, str]:
    """What the contact of each case was called when it moved; without those that went further back already."""
    further = aliased(ContactLinkCase)
    back = (
        select(further.case_id)
        .join(ContactLink, col(ContactLink.id) == col(further.link_id))
        .where(further.case_id == ContactLinkCase.case_id, col(ContactLink.id) < made.id)
        .where(col(ContactLink.undone_at) >= made.created_at)
    )
    kept = select(ContactLinkCase.case_id, ContactLinkCase.contact_name).where(
        ContactLinkCase.link_id == made.id, ~back.exists()
    )
    return dict((await tx.session.exec(kept)).all())


async def _opened_since(tx: Transaction, made: ContactLink) -> set[int | None]:
    """The cases that are younger than the link and began at the address."""
    first = select(Interaction.case_id).where(
        Interaction.contact_point_id == made.point_id, Interaction.position == 1, col(Interaction.case_id) > made.id
    )
    return set(await tx.session.exec(first))


async def _leave(tx: Transaction, viewer: Viewer, move: Move, staying: Sequence[Case]) -> None:
    """Answer what stays at other addresses, and say so in the log of each case."""
    others = select(ContactPoint).where(
        ContactPoint.contact_id == move.source.id, col(ContactPoint.id) != move.point.id
    )
    points = list(await tx.session.exec(others.order_by(col(ContactPoint.id))))
    for case in await readdress(tx, staying, points):
        interactions.event(
            tx, case, "address_left", By.viewer(viewer), channel=move.point.channel,
            contact=move.target.name or move.point.name, now=case.channel,
        )  # fmt: skip


async def _tell_apart(tx: Transaction, made: ContactLink, name: str) -> None:
    """What was said at the address since was not said by the person it was linked to."""
    said = (
        col(Interaction.contact_point_id) == made.point_id,
        col(Interaction.id) > made.id,
        col(Interaction.author_kind) == Author.CONTACT,
        col(Interaction.author_id) == made.to_contact_id,
    )
    really = update(Interaction).where(*said).values(author_id=made.from_contact_id, author_name=name)
    await tx.flush()  # from here on the address is where it belongs
    await tx.session.exec(really.execution_options(synchronize_session=False))


async def _add_participants(tx: Transaction, made: ContactLink, cases: Sequence[Case]) -> None:
    """Who spoke in a case of the other since the link takes part in it, as a stranger would."""
    taking_part = select(Participant.id).where(
        Participant.case_id == Interaction.case_id, Participant.contact_point_id == Interaction.contact_point_id
    )
    spoke = (
        select(Interaction.case_id, ContactPoint.id, ContactPoint.address)
        .join(ContactPoint, col(ContactPoint.id) == col(Interaction.contact_point_id))
        .where(
            col(Interaction.case_id).in_([case.id for case in cases]),
            col(Interaction.id) > made.id,
            Interaction.kind == Kind.MESSAGE,
            Interaction.author_kind == Author.CONTACT,
            col(ContactPoint.contact_id) == col(Interaction.author_id),
            col(ContactPoint.contact_id) != col(Interaction.contact_id),
            ~taking_part.exists(),
        )
        .distinct()
        .order_by(col(Interaction.case_id), col(ContactPoint.id))
    )
    of = {case.id: case for case in cases}
    for case_id, point_id, address in (await tx.session.exec(spoke)).all():
        row = {"id": tx.new_id(), "case_id": case_id, "contact_point_id": point_id, "created_at": tx.now}
        tx.add_row(Participant, row)
        interactions.event(tx, of[case_id or 0], "participant_added", address=address)
