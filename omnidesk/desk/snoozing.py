"""Snoozing: a case leaves the lists until a time, or until its contact writes, and comes back by itself."""

from datetime import datetime, timedelta

from omnidesk.desk import actions, cases, interactions
from omnidesk.desk.access import Viewer
from omnidesk.desk.interactions import By
from omnidesk.errors import Conflict, Invalid
from omnidesk.events import WorkWaiting
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case

_LONGEST = timedelta(days=366)


async def snooze(tx: Transaction, viewer: Viewer, number: int, until: datetime | None) -> Case:
    """Put a case away until a time, or (None) until the contact writes. Raises Invalid, Conflict (`done`)."""
    case = await actions.for_work(tx, viewer, number)
    if case.category in cases.DONE:
        raise Conflict("This case is done; reopen it before you snooze it.", code="done")
    must_be_to_come(until, tx.now)
    actions.take_from_bot(tx, viewer, case)
    case.snoozed, case.snoozed_until, case.next_step_at = True, until, until
    case.unread = False
    interactions.event(tx, case, "snoozed", By.viewer(viewer), until=until.isoformat() if until else None)
    tx.publish(WorkWaiting("next_steps"))
    return case


def must_be_to_come(until: datetime | None, now: datetime) -> None:
    """Raise Invalid for a time that has passed or is more than a year away."""
    if until is not None and not now < until <= now + _LONGEST:
        raise Invalid(
            f"until: {until.isoformat(timespec='minutes')} is not within the next year; choose another time.",
            code="wrong_snooze", fields={"until": "not in the next year"},
        )  # fmt: skip


async def wake(tx: Transaction, viewer: Viewer, number: int) -> Case:
    """Take a snoozed case back among the others; one that is awake stays as it is."""
    case = await actions.for_work(tx, viewer, number)
    if case.snoozed:
        cases.wake(case)
        interactions.event(tx, case, "woken", By.viewer(viewer))
    return case


def come_back(tx: Transaction, case: Case) -> None:
    """The time has come: the case is at the top of the list, and new to whoever has it."""
    cases.wake(case)
    case.unread, case.last_at = True, tx.now
    interactions.event(tx, case, "woken", by="time")
