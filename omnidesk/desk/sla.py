"""Service levels: timers follow from what a case is.

`follow` compares the timers of a case with its holder, category and replies, and starts, pauses, resumes or ends them.
So no verb needs to think of timers, and what a later rule changes is recomputed in one place. Every stretch of a
timer's life is a segment: the ledger from which each minute can be explained. Where the policy says working time, only
the hours of the team's calendar count.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.calendars import keeping
from omnidesk.desk.calendars.clocks import WALL, Clock
from omnidesk.events import WorkWaiting
from omnidesk.store.db import Transaction, fixed, rows_of, table_of
from omnidesk.store.models import Case, Category, Holder, Metric, SlaClock, SlaPolicy, SlaSegment, SlaTimer, TimerState

FACTS = ("team_id", "holder", "category", "cycle", "held_at", "first_reply_at", "resolved_at", "disposition")
"""What of a case its timers depend on."""
_WARNED = 0.25
"""With so much of its time left, a timer is at risk."""
LIVE = (TimerState.RUNNING, TimerState.PAUSED)
_PAUSES = {Category.WAITING: "waiting", Category.ON_HOLD: "on_hold"}


_TIMERS = (
    rows_of(SlaTimer).where(col(SlaTimer.case_id).in_(bindparam("cases", expanding=True))).order_by(col(SlaTimer.id))
)
_POLICY = rows_of(SlaPolicy).order_by(col(SlaPolicy.id)).limit(1)
_COUNTED = sqlalchemy.select(
    col(SlaSegment.timer_id), col(SlaSegment.started_at), col(SlaSegment.ended_at)
).where(col(SlaSegment.timer_id).in_(bindparam("timers", expanding=True)), col(SlaSegment.counted))  # fmt: skip
_RUNNING = (col(SlaTimer.state) == fixed(TimerState.RUNNING), col(SlaTimer.breached_at).is_(None))
_UNWARNED = (*_RUNNING, col(SlaTimer.warned_at).is_(None))
_CLOSE = (
    table_of(SlaSegment)
    .update()
    .where(col(SlaSegment.timer_id) == bindparam("timer"), col(SlaSegment.ended_at).is_(None))
    .where(col(SlaSegment.id) != bindparam("but"))
    .values(ended_at=bindparam("at"))
)


async def follow(tx: Transaction, cases: list[Case]) -> None:
    """Bring the timers of these cases in line with what the cases are now."""
    if not cases:
        return
    timers = await _timers(tx, [case.id for case in cases if case.version > 1])
    policies = await tx.load(SlaPolicy, _POLICY)
    clocks = await clocks_of(tx.session, cases, policies[0] if policies else None)
    for case in cases:
        own = timers[case.id]
        if policies and _should_start(case, own):
            own += _start(tx, case, policies[0], own, clocks[case.id])
    live = [(case, timer) for case in cases for timer in timers[case.id] if timer.state in LIVE]
    again = {timer.id: clocks[case.id] for case, timer in live if _resumes(case, timer) or _moves(tx, case, timer)}
    spent = await counted(tx.session, again, tx.now)
    for case, timer in live:
        _move(tx, case, timer, clocks[case.id], spent)
    for case in cases:
        _show(case, timers[case.id])


async def _timers(tx: Transaction, case_ids: list[int]) -> defaultdict[int, list[SlaTimer]]:
    found: defaultdict[int, list[SlaTimer]] = defaultdict(list)
    if case_ids:
        for timer in await tx.load(SlaTimer, _TIMERS, {"cases": case_ids}):
            found[timer.case_id].append(timer)
    return found


async def forget(tx: Transaction, case: Case) -> None:
    """No team holds the case after all: its timers were never there."""
    own = select(SlaTimer.id).where(SlaTimer.case_id == case.id)
    await tx.flush()
    await tx.session.exec(delete(SlaSegment).where(col(SlaSegment.timer_id).in_(own)))
    await tx.session.exec(delete(SlaTimer).where(col(SlaTimer.case_id) == case.id))


async def clocks_of(session: AsyncSession, cases: Iterable[Case], policy: SlaPolicy | None) -> dict[int, Clock]:
    """By which clock each case's time counts."""
    if policy is None or policy.clock != SlaClock.WORKING:
        return {case.id: WALL for case in cases}
    hours = await keeping.of_teams(session, {case.team_id for case in cases})
    return {case.id: Clock(hours.get(case.team_id)) for case in cases}


def _should_start(case: Case, timers: Iterable[SlaTimer]) -> bool:
    held = case.holder == Holder.TEAM and case.resolved_at is None and case.category != Category.CLOSED
    return held and not any(timer.cycle == case.cycle for timer in timers)


def _start(
    tx: Transaction, case: Case, policy: SlaPolicy, earlier: list[SlaTimer], clock: Clock
) -> list[SlaTimer]:  # fmt: skip
    """Timers of a new cycle, from the moment a team took hold; the first response is promised once."""
    targets = {Metric.RESOLUTION: policy.resolution}
    if case.first_reply_at is None and not any(timer.metric == Metric.FIRST_RESPONSE for timer in earlier):
        targets[Metric.FIRST_RESPONSE] = policy.first_response
    started = case.held_at or tx.now
    timers = [
        tx.new(
            SlaTimer, case_id=case.id, policy_id=policy.id, metric=metric, cycle=case.cycle, target=target,
            started_at=started, **_times(clock, clock.due(started, target), target),
        )
        for metric, target in targets.items()
        if target is not None
    ]  # fmt: skip
    for timer in timers:
        _open_segment(tx, timer, counted=True, reason="held", at=started)
    if timers:
        tx.publish(WorkWaiting("sla"))
    return timers


def _pause(case: Case, timer: SlaTimer) -> str | None:
    """Why the timer stands still, if it does."""
    return _PAUSES.get(Category(case.category)) if timer.metric == Metric.RESOLUTION else None


def _resumes(case: Case, timer: SlaTimer) -> bool:
    return timer.state == TimerState.PAUSED and _pause(case, timer) is None


def _moves(tx: Transaction, case: Case, timer: SlaTimer) -> bool:
    """Whether a running timer counts by another team's hours now."""
    other = tx.before(Case, case).get("team_id", case.team_id) != case.team_id
    return other and timer.state == TimerState.RUNNING and timer.breached_at is None


def _times(clock: Clock, due_at: datetime | None, target: float) -> dict[str, datetime | None]:
    """When a timer is due, and when little is left until then."""
    return {"due_at": due_at, "at_risk_at": due_at and clock.before(due_at, target * _WARNED)}


def _set(timer: SlaTimer, clock: Clock, due_at: datetime | None) -> None:
    for name, at in _times(clock, due_at, timer.target).items():
        setattr(timer, name, at)


def _move(tx: Transaction, case: Case, timer: SlaTimer, clock: Clock, spent: Mapping[int, float]) -> None:
    ended = _ended_at(case, timer)
    pause = _pause(case, timer)
    if case.disposition in ("spam", "merged") or (ended is None and case.resolved_at is not None):
        _end(tx, timer, TimerState.CANCELLED, tx.now)
    elif ended is not None:
        _end(tx, timer, _verdict(timer, ended), ended)
    elif pause and timer.state == TimerState.RUNNING:
        breach(timer, tx.now)  # it was late before it paused, and the clock had not noticed yet
        _turn(tx, timer, counted=False, reason=pause)
        timer.state = TimerState.PAUSED
        _set(timer, clock, None)
    elif not pause and timer.state == TimerState.PAUSED:
        _turn(tx, timer, counted=True, reason="resumed")
        timer.state = TimerState.RUNNING
        _set(timer, clock, clock.due(tx.now, timer.target - spent[timer.id]))
        tx.publish(WorkWaiting("sla"))
    elif timer.id in spent and not breach(timer, tx.now):
        _set(timer, clock, clock.due(tx.now, timer.target - spent[timer.id]))
        tx.publish(WorkWaiting("sla"))


def _ended_at(case: Case, timer: SlaTimer) -> datetime | None:
    """When what the timer waits for happened: a human's first public reply, or resolving."""
    return case.first_reply_at if timer.metric == Metric.FIRST_RESPONSE else case.resolved_at


def _verdict(timer: SlaTimer, ended: datetime) -> TimerState:
    if timer.breached_at is None and timer.due_at is not None and ended > timer.due_at:
        timer.breached_at = timer.due_at
    return TimerState.MISSED if timer.breached_at else TimerState.MET


def _end(tx: Transaction, timer: SlaTimer, state: TimerState, at: datetime) -> None:
    timer.state, timer.ended_at = state, at
    tx.later(_CLOSE, {"timer": timer.id, "but": 0, "at": at})


def _turn(tx: Transaction, timer: SlaTimer, *, counted: bool, reason: str) -> None:
    opened = _open_segment(tx, timer, counted=counted, reason=reason, at=tx.now)
    tx.later(_CLOSE, {"timer": timer.id, "but": opened, "at": tx.now})


def _open_segment(tx: Transaction, timer: SlaTimer, *, counted: bool, reason: str, at: datetime) -> int:
    row_id = tx.new_id()
    row = {"id": row_id, "timer_id": timer.id, "counted": counted, "reason": reason, "started_at": at}
    tx.add_row(SlaSegment, {**row, "ended_at": None})
    return row_id


async def counted(session: AsyncSession, clocks: Mapping[int, Clock], now: datetime) -> Mapping[int, float]:
    """Seconds counted so far, by timer; `clocks` says by which clock."""
    spent = dict.fromkeys(clocks, 0.0)
    if clocks:
        connection = await session.connection()
        for timer_id, started, ended in await connection.execute(_COUNTED, {"timers": list(clocks)}):
            spent[timer_id] += clocks[timer_id].counted(started, ended or now)
    return spent


def _show(case: Case, timers: Iterable[SlaTimer]) -> None:
    """Put on the case what its row in the list shows."""
    live = [timer for timer in timers if timer.state in LIVE and timer.cycle == case.cycle]
    case.due_at = min((timer.due_at for timer in live if timer.due_at), default=None)
    case.at_risk_at = min((timer.at_risk_at for timer in live if timer.at_risk_at), default=None)
    case.breached = any(timer.breached_at for timer in live)


async def due(session: AsyncSession, now: datetime, limit: int) -> list[SlaTimer]:
    """Running timers past their due time that nobody noted yet, earliest first."""
    statement = (
        select(SlaTimer).where(*_RUNNING, col(SlaTimer.due_at) <= now).order_by(col(SlaTimer.due_at)).limit(limit)
    )
    return list(await session.exec(statement))


async def at_risk(session: AsyncSession, now: datetime, limit: int) -> list[SlaTimer]:
    """Running timers of which little is left that nobody was warned of yet, earliest first."""
    near = (*_UNWARNED, col(SlaTimer.at_risk_at) <= now, col(SlaTimer.due_at) > now)
    return list(await session.exec(select(SlaTimer).where(*near).order_by(col(SlaTimer.at_risk_at)).limit(limit)))


async def next_due(session: AsyncSession) -> datetime | None:
    """When the earliest running timer is due, or at risk."""
    due_at = select(SlaTimer.due_at).where(*_RUNNING).order_by(col(SlaTimer.due_at)).limit(1)
    near = (*_UNWARNED, col(SlaTimer.at_risk_at).is_not(None))
    risk_at = select(SlaTimer.at_risk_at).where(*near).order_by(col(SlaTimer.at_risk_at))
    earliest = [(await session.exec(one)).first() for one in (due_at, risk_at.limit(1))]
    return min((at for at in earliest if at), default=None)


def breach(timer: SlaTimer, now: datetime) -> bool:
    """Mark a running timer as breached at its due time; False = it is not, or was marked already."""
    if timer.state != TimerState.RUNNING or timer.breached_at or timer.due_at is None or timer.due_at > now:
        return False
    timer.breached_at = timer.due_at
    return True


def warn(timer: SlaTimer, now: datetime) -> bool:
    """Mark a running timer as nearly due; False = it is not, or was marked already, or is late."""
    if timer.state != TimerState.RUNNING or timer.warned_at or timer.breached_at:
        return False
    if timer.at_risk_at is None or timer.due_at is None or not timer.at_risk_at <= now < timer.due_at:
        return False
    timer.warned_at = now
    return True
