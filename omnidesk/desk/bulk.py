"""Bulk: one action on many cases, asked for by an agent and done by a worker, case by case.

Each case is a row with a transaction of its own: what can't be done there is noted with the reason and holds up no
other, and whoever kills the process finds the job going on afterwards. A case remembers what it was, for the undoing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import access, actions, snoozing, spam, undoing
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.macro_actions import VERBS as MACRO_VERBS
from omnidesk.desk.macro_actions import Verb, state_of
from omnidesk.desk.setbacks import passes
from omnidesk.errors import Invalid, NotFound, OmnideskError
from omnidesk.events import WorkWaiting
from omnidesk.store.db import Database, Transaction
from omnidesk.store.models import BulkItem, BulkJob, BulkState, Case, ItemState, Role

log = logging.getLogger(__name__)

MOST = 10_000
"""Cases of one job."""
_AT_ONCE = 50
_SHOWN = 20
_LONGEST_REASON = 500
_AT_WORK = (BulkState.RUNNING, BulkState.UNDOING)


async def _read(tx: Transaction, viewer: Viewer, case: Case, _: Any) -> None:
    await actions.mark_read(tx, viewer, case.number, case.last_position)


async def _snooze(tx: Transaction, viewer: Viewer, case: Case, until: str | None) -> None:
    await snoozing.snooze(tx, viewer, case.number, datetime.fromisoformat(until) if until else None)


async def _spam(tx: Transaction, viewer: Viewer, case: Case, _: Any) -> None:
    await spam.mark(tx, viewer, case.number)


VERBS: dict[str, Verb] = {
    **{name: verb for name, verb in MACRO_VERBS.items() if name not in ("note", "fields", "resolve_as")},
    "status": replace(MACRO_VERBS["status"], values=TypeAdapter(Literal["open", "waiting", "on_hold", "resolved"])),
    "snooze": Verb(TypeAdapter(AwareDatetime | None), _snooze, "snooze"),
    "spam": Verb(TypeAdapter(bool), _spam, "spam"),
    "read": Verb(TypeAdapter(bool), _read),
}
"""What can be done with many cases: what macros do, and more."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What held up a case."""

    number: int
    error: OmnideskError


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, and why some cases could not be done."""

    job: BulkJob
    failures: Sequence[Failure]


async def begin(tx: Transaction, viewer: Viewer, action: dict[str, Any], case_ids: Sequence[int]) -> BulkJob:
    """Ask for an action, a verb's name and value, on cases that the viewer sees. Raises Invalid.

    A time is one moment for all cases, however long the job takes.
    """
    must_be(viewer, Role.AGENT)
    if viewer.as_agent is None or not case_ids:
        raise Invalid("Choose some cases first.", fields={"cases": "none"})
    if len(case_ids) > MOST:
        raise Invalid(f"At most {MOST} cases at once; choose fewer.", fields={"cases": "too many"})
    job = tx.new(
        BulkJob, agent_id=viewer.agent_id, action=_checked(action, tx.now), total=len(case_ids), created_at=tx.now
    )
    for case_id in dict.fromkeys(case_ids):
        tx.new(BulkItem, job_id=job.id, case_id=case_id)
    tx.publish(WorkWaiting("bulk"))
    return job


def _checked(action: dict[str, Any], now: datetime) -> dict[str, Any]:
    (name, value), *more = action.items()
    if more or name not in VERBS:
        raise Invalid(f"action: one of {', '.join(VERBS)} is wanted.", fields={"does": "unknown"})
    try:
        read = VERBS[name].values.validate_python(value)
    except ValidationError as error:
        raise Invalid(f"{name}: {error.errors(include_url=False)[0]['msg']}", fields={"does": "wrong value"}) from error
    if name == "snooze":
        snoozing.must_be_to_come(read, now)
    return {name: VERBS[name].values.dump_python(read, mode="json")}


async def find(session: AsyncSession, viewer: Viewer, job_id: int) -> BulkJob:
    """A job of the viewer's own. Raises NotFound."""
    job = await session.get(BulkJob, job_id)
    if job is None or job.agent_id != viewer.agent_id:
        raise NotFound(f"There is no job {job_id} here.")
    return job


async def progress(session: AsyncSession, viewer: Viewer, job_id: int) -> Progress:
    """How far a job is."""
    job = await find(session, viewer, job_id)
    failed = (
        select(Case.number, BulkItem.error, BulkItem.refusal)
        .join(BulkItem, col(BulkItem.case_id) == col(Case.id))
        .where(BulkItem.job_id == job_id, BulkItem.state == ItemState.FAILED)
        .order_by(col(BulkItem.id))
        .limit(_SHOWN)
    )
    rows = await session.exec(failed)
    return Progress(job, [Failure(number, OmnideskError(said, **why)) for number, said, why in rows])


async def stop(tx: Transaction, viewer: Viewer, job_id: int) -> BulkJob:
    """Do no more of it."""
    await find(tx.session, viewer, job_id)
    job = await tx.get(BulkJob, job_id)
    if job.state in _AT_WORK:
        job.state, job.ended_at = BulkState.STOPPED, tx.now
    return job


async def undo(tx: Transaction, viewer: Viewer, job_id: int) -> BulkJob:
    """Take back what it did, but not where somebody changed a case since."""
    await find(tx.session, viewer, job_id)
    job = await tx.get(BulkJob, job_id)
    if job.state in (BulkState.DONE, BulkState.STOPPED) and VERBS[next(iter(job.action))].undoes:
        job.state, job.ended_at, job.done, job.failed = BulkState.UNDOING, None, 0, 0
        tx.publish(WorkWaiting("bulk"))
    return job


class Bulk:
    """The worker that does jobs on many cases."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self) -> bool:
        """One round; False = there was nothing to do."""
        async with self._db.session() as session:
            at_work = select(BulkJob).where(col(BulkJob.ended_at).is_(None)).order_by(col(BulkJob.id)).limit(_AT_ONCE)
            jobs = list(await session.exec(at_work))
        for job in jobs:
            await self._go_on(job)
        return bool(jobs)

    async def _go_on(self, job: BulkJob) -> None:
        wanted = ItemState.WAITING if job.state == BulkState.RUNNING else ItemState.DONE
        these = (BulkItem.job_id == job.id, BulkItem.state == wanted)
        async with self._db.session() as session:
            some = select(BulkItem.id).where(*these).order_by(col(BulkItem.id)).limit(_AT_ONCE)
            item_ids = list(await session.exec(some))
        for item_id in item_ids:
            try:
                async with self._db.transaction(durable=False) as tx:
                    await _do(tx, job.id, item_id, wanted)
            except Exception as error:
                if passes(error):
                    raise
                async with self._db.transaction(durable=False) as tx:
                    await _note_failure(tx, job.id, item_id, wanted, _told(error, item_id))
        if not item_ids:
            await self._end(job)

    async def _end(self, job: BulkJob) -> None:
        ended = BulkState.DONE if job.state == BulkState.RUNNING else BulkState.UNDONE
        async with self._db.transaction() as tx:
            this = update(BulkJob).where(col(BulkJob.id) == job.id, col(BulkJob.state) == job.state)
            await tx.session.exec(this.values(state=ended, ended_at=tx.now))


async def _do(tx: Transaction, job_id: int, item_id: int, wanted: ItemState) -> None:
    """One case, unless another process was faster or the job was stopped. The job is locked first: it is counted."""
    job, item = await tx.get(BulkJob, job_id), await tx.get(BulkItem, item_id)
    if item.state != wanted or job.state not in _AT_WORK:
        return
    viewer = await access.viewer_of(tx.session, job.agent_id)
    case = await tx.get(Case, item.case_id)
    await actions.for_work(tx, viewer, case.number)
    ((name, value),) = job.action.items()
    if wanted == ItemState.WAITING:
        before = await _state(tx, case)
        await VERBS[name].act(tx, viewer, case, value)
        item.before, item.after = undoing.difference(before, await _state(tx, case))
        item.state = ItemState.DONE
        job.done += 1
    elif undoing.stands(item.after, await _state(tx, case)):
        await undoing.restore(tx, viewer, case, item.before)
        item.state = ItemState.UNDONE
        job.done += 1
    else:
        item.state = ItemState.KEPT
        job.failed += 1


def _told(error: Exception, item_id: int) -> OmnideskError:
    """What a case is held up by; a fault of ours must not stop the whole job for ever."""
    if isinstance(error, OmnideskError):
        return error
    log.error("row %s of a job failed", item_id, exc_info=error)
    return OmnideskError("Something went wrong.")


async def _note_failure(tx: Transaction, job_id: int, item_id: int, wanted: ItemState, error: OmnideskError) -> None:
    job, item = await tx.get(BulkJob, job_id), await tx.get(BulkItem, item_id)
    if item.state == wanted:
        item.state = ItemState.FAILED if wanted == ItemState.WAITING else ItemState.KEPT
        item.error = error.message[:_LONGEST_REASON]
        item.refusal = {"code": error.code, "status": error.status, "values": error.values}
        job.failed += 1


async def _state(tx: Transaction, case: Case) -> dict[str, Any]:
    return {**await state_of(tx, case), "spam": case.disposition == spam.SPAM}
