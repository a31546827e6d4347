"""Spam: a case that is no work, and a sender whose messages are kept but trouble nobody."""

from sqlmodel import col, select

from omnidesk.desk import actions, cases, interactions, surveys
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.directory import contacts
from omnidesk.desk.interactions import By
from omnidesk.desk.outgoing import deliveries, planned
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, ContactPoint, Interaction, Kind, Role

SPAM = "spam"


async def mark(tx: Transaction, viewer: Viewer, number: int, *, block: bool = False) -> Case:
    """Close a case as spam: its clocks and armed actions end, it counts nowhere. `block`: its sender too."""
    case = await actions.for_work(tx, viewer, number)
    if case.disposition != SPAM:
        await planned.disarm(tx, [case], SPAM, also_undoable=True)
        await surveys.cancel(tx, case)
        await cases.end(tx, case, SPAM)
        interactions.event(tx, case, "marked_as_spam", By.viewer(viewer))
    if block:
        await _block(tx, viewer, case, case.contact_point_id, blocked=True)
    return case


async def unmark(tx: Transaction, viewer: Viewer, number: int) -> Case:
    """It was no spam: the case is open again, and its sender, where blocked with it, is heard again."""
    case = await actions.for_work(tx, viewer, number)
    if case.disposition == SPAM:
        blocked = await _blocked_with_it(tx, case)
        interactions.event(tx, case, "not_spam", By.viewer(viewer))
        await actions.reopen(tx, viewer, number)
        if blocked:
            await _block(tx, viewer, case, case.contact_point_id, blocked=False)
    return case


async def _blocked_with_it(tx: Transaction, case: Case) -> bool:
    """Whether the sender was blocked by the marking, and not by itself."""
    events = select(Interaction.payload).where(Interaction.case_id == case.id, Interaction.kind == Kind.EVENT)
    said = [row["event"] for row in await tx.session.exec(events.order_by(col(Interaction.position).desc()))]
    marked = said.index("marked_as_spam") if "marked_as_spam" in said else 0
    return marked > 0 and said[marked - 1] == "sender_blocked"


async def block(tx: Transaction, viewer: Viewer, point_id: int, *, blocked: bool) -> ContactPoint:
    """Keep what an address sends without troubling anybody, or let it be heard again."""
    must_be(viewer, Role.AGENT)
    _, case = await contacts.in_sight(tx, viewer, point_id)
    return await _block(tx, viewer, await tx.get(Case, case.id) if case else None, point_id, blocked=blocked)


async def _block(
    tx: Transaction, viewer: Viewer, case: Case | None, point_id: int, *, blocked: bool
) -> ContactPoint:  # fmt: skip
    point = await tx.get(ContactPoint, point_id)
    if point.blocked != blocked:
        point.blocked = blocked
        if case is not None:
            name = "sender_blocked" if blocked else "sender_unblocked"
            interactions.event(tx, case, name, By.viewer(viewer), address=point.address)
    if blocked:
        await deliveries.cancel_automatic(tx, point, "the sender was blocked")
    return point
