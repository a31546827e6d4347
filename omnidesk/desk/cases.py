"""Cases: opening, what an inbound message does, handing off, resolving, reopening.

A case's first message opens it; its holder is the bot or a team, which is not a status. These functions change a case
that is new or locked and leave what follows from the change (version, shelf, timers, nudges) to the end of the
transaction.
"""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col

from omnidesk.desk import notices, sla
from omnidesk.desk.directory.names import called
from omnidesk.events import CaseChanged, WorkWaiting
from omnidesk.store.db import Transaction
from omnidesk.store.models import Agent, Case, Category, Contact, ContactPoint, Counter, Holder, Inbox, Shelf

OPEN = (Category.NEW, Category.OPEN, Category.WAITING, Category.ON_HOLD)
DONE = (Category.RESOLVED, Category.CLOSED)
NO_WORK = ("spam", "merged")
"""Dispositions of cases that were none: timers and armed actions end, and no report counts them."""


def changed(tx: Transaction, case: Case) -> None:
    """Settle this case at the end of the transaction."""
    tx.at_end(_settle, case)


async def _settle(tx: Transaction, cases: list[Case]) -> None:
    for case in cases:
        case.version += 1
        case.updated_at = tx.now
        case.shelf = shelf_of(case)
    await sla.follow(tx, [case for case in cases if tx.altered(Case, case, sla.FACTS)])
    for case in cases:
        tx.publish(CaseChanged(case.id, case.version, *_left(tx, case)))


def _left(tx: Transaction, case: Case) -> tuple[int, int | None] | tuple[()]:
    """The team and the assignee whose case it was, if it is another's now."""
    was = tx.before(Case, case)
    moved = was and (was["team_id"], was["assignee_id"]) != (case.team_id, case.assignee_id)
    return (was["team_id"], was["assignee_id"]) if moved else ()


def shelf_of(case: Case) -> Shelf:
    """Where a case stands in the views."""
    if case.disposition in NO_WORK:
        return Shelf.GONE
    if case.category in DONE:
        return Shelf.DONE
    if case.snoozed:
        return Shelf.SNOOZED
    return Shelf.BOT if case.holder == Holder.BOT else Shelf.OPEN


async def take_numbers(tx: Transaction, count: int) -> range:
    """The next case numbers. Call it late: other processes wait for the counter until the commit."""
    statement = (
        update(Counter)
        .where(col(Counter.name) == "case")
        .values(value=col(Counter.value) + count)
        .returning(col(Counter.value))
    )
    last: int = (await tx.session.exec(statement)).scalar_one()
    return range(last - count + 1, last + 1)


def open_case(
    tx: Transaction, inbox: Inbox, point: ContactPoint, contact: Contact, *, subject: str, with_bot: bool
) -> Case:
    """A new case, held by the inbox's bot or its team; the caller gives it a number before the commit."""
    case = tx.new(
        Case, number=0, version=0, subject=subject, team_id=inbox.team_id, contact_id=contact.id,
        contact_name=called(contact, [point]), organization_id=contact.organization_id, contact_point_id=point.id,
        inbox_id=inbox.id, channel=inbox.channel,
        language=contact.language or inbox.language, last_at=tx.now, created_at=tx.now, updated_at=tx.now,
        holder=Holder.BOT if with_bot else Holder.TEAM, unread=True, waits_since=tx.now,
    )  # fmt: skip
    if not with_bot:
        _hold(tx, case)
    return case


def _hold(tx: Transaction, case: Case) -> None:
    """A team takes hold: its clocks start here, and routing decides who answers."""
    case.holder = Holder.TEAM
    case.held_at = tx.now
    case.needs_bot = False
    case.next_step_at = None
    case.needs_routing = True
    tx.publish(WorkWaiting("routing"))


def hand_off(tx: Transaction, case: Case) -> None:
    """Pass a case from the bot to its team."""
    _hold(tx, case)
    changed(tx, case)


async def give_to_bot(tx: Transaction, case: Case, waits_until: datetime | None) -> None:
    """Give a case back to the bot that held it, which waits for an answer until then; None: it is the bot's turn."""
    await assign(tx, case, None)
    case.holder, case.held_at = Holder.BOT, None
    case.needs_bot, case.next_step_at = waits_until is None, waits_until
    tx.publish(WorkWaiting("next_steps" if waits_until else "bot"))


async def receive(tx: Transaction, case: Case) -> bool:
    """What an inbound message does to the status of its case (not an automatic one); True = it was reopened."""
    reopened = case.category == Category.RESOLVED
    if reopened:
        await _begin_cycle(tx, case)
    elif case.category in (Category.WAITING, Category.ON_HOLD):
        set_category(case, Category.OPEN)
    wake(case)
    case.waits_since = case.waits_since or tx.now
    if case.holder == Holder.BOT:
        case.needs_bot = True
        case.next_step_at = None
        tx.publish(WorkWaiting("bot"))
    case.unread = True
    return reopened


def set_category(case: Case, category: Category, status_id: int | None = None) -> None:
    """Give a case a status: one of the desk's own inside the category, or the category's plain name."""
    case.category, case.status_id = category, status_id


def wake(case: Case) -> None:
    """End the snoozing of a case."""
    if case.snoozed:
        case.snoozed, case.snoozed_until, case.next_step_at = False, None, None


async def _begin_cycle(tx: Transaction, case: Case) -> None:
    """Reopen: holder, team and assignee stay; routing finds somebody where nobody is left."""
    set_category(case, Category.OPEN)
    case.disposition = None
    case.cycle += 1
    case.resolved_at = None
    case.next_step_at = None
    if case.holder == Holder.TEAM:
        case.held_at = tx.now
        if await _is_here(tx, case.assignee_id):
            await _load(tx, case.assignee_id, +1)
        else:
            case.assignee_id = None
            case.needs_routing = True
            tx.publish(WorkWaiting("routing"))


async def _is_here(tx: Transaction, agent_id: int | None) -> bool:
    agent = await tx.session.get(Agent, agent_id) if agent_id is not None else None
    return agent is not None and agent.active


async def reopen(tx: Transaction, case: Case) -> None:
    """Take up a resolved or closed case again."""
    case.closed_at = None
    await _begin_cycle(tx, case)
    changed(tx, case)


async def resolve(tx: Transaction, case: Case, close_days: int) -> None:
    """End the cycle; the case closes by itself after `close_days`."""
    await _load(tx, case.assignee_id, -1)
    wake(case)
    set_category(case, Category.RESOLVED)
    case.resolved_at = tx.now
    case.unread, case.waits_since = False, None
    case.needs_bot = case.needs_routing = case.needs_agent = False
    case.next_step_at = tx.now + timedelta(days=close_days)
    changed(tx, case)
    tx.publish(WorkWaiting("routing"))


def close(tx: Transaction, case: Case) -> None:
    """Close a resolved case for good: a later message opens a new one."""
    set_category(case, Category.CLOSED)
    case.closed_at = tx.now
    case.next_step_at = None
    changed(tx, case)


async def end(tx: Transaction, case: Case, disposition: str) -> None:
    """Close a case that is no work of its own (see NO_WORK)."""
    if case.category in OPEN:
        await _load(tx, case.assignee_id, -1)
        tx.publish(WorkWaiting("routing"))
    wake(case)
    set_category(case, Category.CLOSED)
    case.disposition, case.closed_at = disposition, tx.now
    case.unread, case.waits_since, case.next_step_at = False, None, None
    case.needs_bot = case.needs_routing = case.needs_agent = False
    changed(tx, case)


async def assign(tx: Transaction, case: Case, agent_id: int | None, *, loaded: bool = False) -> None:
    """Give the case to an agent, or take it from everybody. `loaded`: the agent's load was raised already."""
    if case.category in OPEN:
        changes = [(case.assignee_id, -1), (None if loaded else agent_id, +1)]
        # in id order, so that two who swap cases never wait for each other
        for who, change in sorted(changes, key=lambda one: one[0] or 0):
            await _load(tx, who, change)
    if agent_id is not None:
        await notices.taken(tx, case.id)
    case.assignee_id = agent_id
    case.needs_agent = case.needs_routing = False
    changed(tx, case)


async def take_load(tx: Transaction, case: Case, change: int) -> None:
    """Count an open case for its assignee (+1), or no longer (-1)."""
    if case.category in OPEN:
        await _load(tx, case.assignee_id, change)


async def _load(tx: Transaction, agent_id: int | None, change: int) -> None:
    if agent_id is not None:
        await tx.session.exec(
            update(Agent).where(col(Agent.id) == agent_id).values(load=col(Agent.load) + change)
        )  # fmt: skip


def takes_messages(case: Case, reopen_days: int, now: datetime) -> bool:
    """Whether a message may still join: not closed, and not resolved longer ago than the inbox reopens."""
    if case.category == Category.CLOSED:
        return False
    return case.resolved_at is None or case.resolved_at + timedelta(days=reopen_days) >= now
