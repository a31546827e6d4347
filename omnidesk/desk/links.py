"""Links: how cases belong together, seen from both sides."""

from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import actions, cases, interactions
from omnidesk.desk.access import Viewer
from omnidesk.desk.interactions import By
from omnidesk.errors import Invalid, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, CaseLink, LinkKind, Status, Team

_MOST = 100
_HIGHEST = 20
"""So far up parents are followed."""
_BACK = {LinkKind.PARENT: "child", LinkKind.DUPLICATE: "original", LinkKind.RELATED: "related"}
"""What the case is to the other one, where `LinkKind` says what the other is to the case."""
KINDS = ("parent", "child", "duplicate", "related")
"""What another case can be made to be to this one."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A case that belongs to another. `role`: what it is to that one. `case`: None where the viewer may not see it."""

    role: str
    team: str
    case: Case | None
    status: Status | None
    case_id: int


async def of_case(session: AsyncSession, viewer: Viewer, case: Case) -> list[Linked]:
    """The cases that belong to a case; of those that the viewer may not see, their team alone."""
    either = or_(col(CaseLink.case_id) == case.id, col(CaseLink.other_id) == case.id)
    there = or_(
        (col(CaseLink.case_id) == case.id) & (col(Case.id) == col(CaseLink.other_id)),
        (col(CaseLink.other_id) == case.id) & (col(Case.id) == col(CaseLink.case_id)),
    )
    statement = (
        select(CaseLink, Case, Team, Status)
        .join(Case, there)
        .join(Team, col(Team.id) == col(Case.team_id))
        .outerjoin(Status, col(Status.id) == col(Case.status_id))
        .where(either)
        .order_by(col(CaseLink.created_at), col(CaseLink.case_id), col(CaseLink.other_id))
        .limit(_MOST)
    )
    return [
        Linked(_role(link, case), team.name, other if viewer.may_see(other) else None, status, other.id)
        for link, other, team, status in await session.exec(statement)
    ]


def _role(link: CaseLink, case: Case) -> str:
    return str(link.kind) if link.case_id == case.id else _BACK[LinkKind(link.kind)]


async def link(tx: Transaction, viewer: Viewer, number: int, other_number: int, role: str) -> None:
    """Say what another case is to this one. Raises NotFound, NotAllowed, Invalid."""
    if role not in KINDS:
        raise Invalid(f"kind: {role} is none; choose one of {', '.join(KINDS)}", fields={"kind": "unknown"})
    if number == other_number:
        raise Invalid("A case can't belong to itself; choose another one.", code="same_case", fields={"other": "same"})
    case, other = await _both(tx, viewer, number, other_number)
    kind = LinkKind.PARENT if role == "child" else LinkKind(role)
    first, second = (other, case) if role == "child" else (case, other)
    if kind == LinkKind.RELATED and first.id > second.id:
        first, second = second, first
    if await tx.session.get(CaseLink, (first.id, second.id, kind)) is not None:
        return
    if kind == LinkKind.PARENT:
        await _check_parent(tx, first, second)
    row = {"case_id": first.id, "other_id": second.id, "kind": kind, "agent_id": viewer.as_agent, "created_at": tx.now}
    tx.add_row(CaseLink, row)
    back = "parent" if role == "child" else _BACK[kind]
    interactions.event(tx, case, "link_added", By.viewer(viewer), number=other.number, role=role)
    interactions.event(tx, other, "link_added", By.viewer(viewer), number=case.number, role=back)


async def _both(tx: Transaction, viewer: Viewer, number: int, other_number: int) -> tuple[Case, Case]:
    """Both cases, locked in the order of their numbers."""
    found = {one: await actions.for_work(tx, viewer, one) for one in sorted((number, other_number))}
    return found[number], found[other_number]


async def _check_parent(tx: Transaction, child: Case, parent: Case) -> None:
    """A case has one parent, and is not above itself."""
    above: int | None = parent.id
    for _ in range(_HIGHEST):
        if above == child.id:
            raise Invalid("This would make a case its own parent.", code="circle", fields={"other": "a circle"})
        above = await _parent_of(tx, above) if above is not None else None
    if await _parent_of(tx, child.id) is not None:
        raise Invalid(
            f"#{child.number} has a parent already; remove that link first.",
            code="has_parent", fields={"other": "taken"}, values={"number": child.number},
        )  # fmt: skip


async def _parent_of(tx: Transaction, case_id: int) -> int | None:
    parent = select(CaseLink.other_id).where(CaseLink.case_id == case_id, CaseLink.kind == LinkKind.PARENT)
    return (await tx.session.exec(parent)).first()


async def unlink(tx: Transaction, viewer: Viewer, number: int, other_id: int, role: str) -> None:
    """They belong together no longer; both cases must be seen. Raises NotFound, NotAllowed."""
    other_number = (await tx.session.exec(select(Case.number).where(Case.id == other_id))).first()
    if other_number is None or other_number == number:
        raise NotFound("This case is not linked.")
    case, other = await _both(tx, viewer, number, other_number)
    kind = next((kind for kind, back in _BACK.items() if role in (kind, back)), None)
    pair = or_(
        (col(CaseLink.case_id) == case.id) & (col(CaseLink.other_id) == other.id),
        (col(CaseLink.case_id) == other.id) & (col(CaseLink.other_id) == case.id),
    )
    gone = await tx.session.exec(delete(CaseLink).where(pair, col(CaseLink.kind) == kind))
    if gone.rowcount:
        for one, there in ((case, other), (other, case)):
            interactions.event(tx, one, "link_removed", By.viewer(viewer), number=there.number)
    cases.changed(tx, case)
