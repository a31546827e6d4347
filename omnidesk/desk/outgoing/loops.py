"""Loops: two programs that answer each other are stopped, and somebody is told.

Most are never begun, since what no person wrote is not answered. What is left stops at a ceiling: automatic messages to
one address in an hour, and on one case in a day. A ceiling that is reached within minutes counts as exceeded, since no
person answers so fast: so both sides of a loop notice it. From then on nothing automatic goes to that address until a
day has passed without a try, or somebody lets it go on; its cases are for people.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import audit, cases, interactions, notices
from omnidesk.desk.access import Viewer, must_be, visible
from omnidesk.desk.inboxes import Inboxes
from omnidesk.desk.outgoing import deliveries
from omnidesk.errors import NotFound
from omnidesk.store.db import Transaction, rows_of
from omnidesk.store.models import (
    FOREVER,
    Case,
    ContactPoint,
    Delivery,
    DeliveryState,
    Direction,
    Holder,
    Interaction,
    Kind,
    Loop,
    LoopReason,
    NoticeKind,
    Role,
)
from omnidesk.text.folding import fold

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_REST = _DAY
"""So long nothing automatic goes to an address after the last try."""
_HASTE = timedelta(minutes=5)
"""Who gets all that is allowed in an hour within this is no person."""
_SAME = 5
"""So often the same within an hour is no person …"""
_LONG = 20
"""… where it is longer than what people do say often, such as a number or Yes."""
_MOST = 100


@dataclass(frozen=True, slots=True)
class _Excess:
    reason: LoopReason
    ceiling: int = 0


@dataclass(frozen=True, slots=True)
class Noticed:
    """A loop as operators see it; what belongs to no case has none."""

    loop: Loop
    point: ContactPoint
    case: Case | None

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it for good."""
        return self.loop.ends_at >= FOREVER


async def let_pass(tx: Transaction, delivery: Delivery, inboxes: Inboxes) -> bool:
    """Whether a locked automatic delivery may go; else it is cancelled, and its case is for people.

    The address and the case are locked before anything is counted, so that two processes never both send the last one.
    """
    if delivery.passed_at is not None:  # an earlier try counted it
        return True
    point = await tx.get(ContactPoint, delivery.contact_point_id)
    case = await tx.get(Case, delivery.case_id) if delivery.case_id is not None else None
    loop = await _of(tx, point)
    if loop is not None and loop.ends_at > tx.now:
        excess: _Excess | None = _Excess(LoopReason(loop.reason), loop.ceiling)
    else:
        excess = await _excess(tx, delivery, loop, inboxes)
    if excess is None:
        if (haste := await _haste(tx, delivery, loop, inboxes)) is not None:
            note(tx, point, case, loop, haste)
        delivery.passed_at = tx.now
        return True
    delivery.state, delivery.error = DeliveryState.CANCELLED, "held back, so that no loop goes on"
    note(tx, point, case, loop, excess, held=1)
    return False


async def _of(tx: Transaction, point: ContactPoint) -> Loop | None:
    found = await tx.load(Loop, rows_of(Loop).where(col(Loop.contact_point_id) == point.id))
    return found[0] if found else None


async def _excess(tx: Transaction, delivery: Delivery, loop: Loop | None, inboxes: Inboxes) -> _Excess | None:
    """What this delivery would be too much for."""
    if inboxes.owns(delivery.channel, delivery.address):
        return _Excess(LoopReason.OWN)
    can = inboxes.by_id(delivery.inbox_id).channel.capabilities
    allowed_at = loop.allowed_at if loop is not None else None
    to_address = Delivery.contact_point_id == delivery.contact_point_id
    if await _full(tx, can.automatic_per_hour, to_address, _since(tx.now - _HOUR, allowed_at)):
        return _Excess(LoopReason.ADDRESS, can.automatic_per_hour or 0)
    on_case = col(Delivery.case_id) == delivery.case_id
    if delivery.case_id and await _full(tx, can.automatic_per_day, on_case, _since(tx.now - _DAY, allowed_at)):
        return _Excess(LoopReason.CASE, can.automatic_per_day or 0)
    return None


async def _haste(tx: Transaction, delivery: Delivery, loop: Loop | None, inboxes: Inboxes) -> _Excess | None:
    """Whether this delivery is the last one that is allowed, and all came within minutes."""
    ceiling = inboxes.by_id(delivery.inbox_id).channel.capabilities.automatic_per_hour
    allowed_at = loop.allowed_at if loop is not None else None
    to_address = Delivery.contact_point_id == delivery.contact_point_id
    if ceiling is None or not await _full(tx, ceiling - 1, to_address, _since(tx.now - _HASTE, allowed_at)):
        return None
    return _Excess(LoopReason.ADDRESS, ceiling)


def _since(begin: datetime, allowed_at: datetime | None) -> datetime:
    return max(begin, allowed_at) if allowed_at else begin


async def _full(tx: Transaction, ceiling: int | None, which: ColumnElement[bool] | bool, since: datetime) -> bool:
    if ceiling is None:
        return False
    await tx.flush()
    passed = select(Delivery.id).where(which, col(Delivery.passed_at) > since).limit(ceiling).subquery()
    return (await tx.session.exec(select(func.count()).select_from(passed))).one() >= ceiling


def note(
    tx: Transaction, point: ContactPoint, case: Case | None, loop: Loop | None, excess: _Excess, *, held: int = 0
) -> None:  # fmt: skip
    """Keep that there is a loop with a locked address, tell it on the case, and give the case to its team."""
    if loop is None:
        loop = tx.new(
            Loop, contact_point_id=point.id, reason=excess.reason, began_at=tx.now, last_at=tx.now, ends_at=tx.now
        )  # fmt: skip
    if loop.ends_at <= tx.now:
        loop.began_at, loop.held, loop.decided = tx.now, 0, False
        loop.reason, loop.ceiling = excess.reason, excess.ceiling
    loop.last_at, loop.held = tx.now, loop.held + held
    loop.ends_at = max(loop.ends_at, tx.now + _REST)
    if case is None:
        return
    loop.case_id = case.id
    interactions.event(
        tx, case, "automatic_held", address=point.address, reason=excess.reason, limit=excess.ceiling
    )  # fmt: skip
    if case.holder == Holder.BOT and case.category not in cases.DONE:
        cases.hand_off(tx, case)
        event_id = interactions.event(tx, case, "handed_off", reason="loop", summary="")
        notices.give_team(tx, NoticeKind.HANDOFF, case, interaction_id=event_id)


async def stands(session: AsyncSession, point_id: int, now: datetime) -> bool:
    """Whether nothing automatic goes to an address now."""
    statement = select(Loop.id).where(Loop.contact_point_id == point_id, col(Loop.ends_at) > now)
    return (await session.exec(statement)).first() is not None


async def repeats(session: AsyncSession, case: Case, now: datetime) -> bool:
    """Whether the last messages that came on a case, all within an hour, are the same words."""
    came = (
        select(Interaction)
        .where(
            Interaction.case_id == case.id, Interaction.direction == Direction.INBOUND,
            Interaction.kind == Kind.MESSAGE, col(Interaction.created_at) > now - _HOUR,
        )
        .order_by(col(Interaction.position).desc())
        .limit(_SAME)
    )  # fmt: skip
    said = list(await session.exec(came))
    texts = {fold(one.text).strip() for one in said}
    pressed = any(one.payload.get("button") for one in said)
    return len(said) == _SAME and not pressed and len(texts) == 1 and len(texts.pop()) >= _LONG


async def note_repeating(tx: Transaction, point_id: int, case_id: int) -> None:
    """The other side says the same again and again: the bot answers it no more."""
    point, case = await tx.get(ContactPoint, point_id), await tx.get(Case, case_id)
    note(tx, point, case, await _of(tx, point), _Excess(LoopReason.REPEATS, _SAME))


# What operators see and decide


async def noticed(session: AsyncSession, viewer: Viewer, now: datetime) -> list[Noticed]:
    """The loops that stand, the last ones first; what happened on a case that the viewer may not see is left out."""
    must_be(viewer, Role.SUPERVISOR)
    statement = (
        select(Loop, ContactPoint, Case)
        .join(ContactPoint, col(ContactPoint.id) == col(Loop.contact_point_id))
        .outerjoin(Case, col(Case.id) == col(Loop.case_id))
        .where(*_standing(viewer, now))
        .order_by(col(Loop.last_at).desc())
        .limit(_MOST)
    )
    return [Noticed(*row) for row in await session.exec(statement)]


async def count(session: AsyncSession, viewer: Viewer, now: datetime) -> int:
    """How many of them nobody has looked at, at most a hundred."""
    if not viewer.at_least(Role.SUPERVISOR):
        return 0
    new = (
        select(Loop.id)
        .outerjoin(Case, col(Case.id) == col(Loop.case_id))
        .where(*_standing(viewer, now), col(Loop.decided).is_(False))
        .limit(_MOST)
        .subquery()
    )
    return (await session.exec(select(func.count()).select_from(new))).one()


def _standing(viewer: Viewer, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(Loop.ends_at) > now, col(Loop.case_id).is_(None) | visible(viewer)


async def allow(tx: Transaction, viewer: Viewer, loop_id: int) -> None:
    """Let automatic messages go to the address again; the ceilings count from now on. Raises NotFound, NotAllowed."""
    loop, point = await _decided(tx, viewer, loop_id)
    loop.ends_at = loop.allowed_at = tx.now
    audit.note(tx, "loop.allow", str(point.id), viewer.as_agent, address=point.address)


async def stop(tx: Transaction, viewer: Viewer, loop_id: int) -> None:
    """Send nothing automatic to the address any more, until somebody allows it. Raises NotFound, NotAllowed."""
    loop, point = await _decided(tx, viewer, loop_id)
    loop.ends_at = FOREVER
    await deliveries.cancel_automatic(tx, point, loop.reason)
    audit.note(tx, "loop.stop", str(point.id), viewer.as_agent, address=point.address)


async def _decided(tx: Transaction, viewer: Viewer, loop_id: int) -> tuple[Loop, ContactPoint]:
    must_be(viewer, Role.SUPERVISOR)
    known = await tx.session.get(Loop, loop_id)
    case = await tx.session.get(Case, known.case_id) if known and known.case_id else None
    if known is None or (case is not None and not viewer.may_see(case)):
        raise NotFound(f"There is no loop {loop_id} here.")
    point = await tx.get(ContactPoint, known.contact_point_id)  # who holds it back locks the address first
    loop = await tx.get(Loop, loop_id)
    loop.decided, loop.decided_by_id = True, viewer.as_agent
    return loop, point
