"""One action on many cases: done case by case, counted, stopped, undone."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from omnidesk import clock
from omnidesk.desk import actions, bulk, changes, snoozing
from omnidesk.desk.bulk import Bulk
from omnidesk.errors import Invalid, NotAllowed, NotFound
from omnidesk.store.models import Agent, BulkItem, BulkJob, Case, CaseLabel, Status, Team
from tests.office import Office


async def cases_of(office: Office, count: int) -> list[Case]:
    """So many new cases."""
    return [await office.says(f"Question {number}", sender=f"person{number}") for number in range(count)]


async def ask(office: Office, name: str, action: dict[str, Any], cases: list[Case]) -> int:
    """An agent begins a job; gives its id."""
    viewer = await office.viewer(name)
    async with office.database.transaction() as tx:
        return (await bulk.begin(tx, viewer, action, [case.id for case in cases])).id


async def job_of(office: Office, job_id: int) -> BulkJob:
    """A job as it is now."""
    jobs: list[BulkJob] = await office.all(BulkJob)
    return next(job for job in jobs if job.id == job_id)


async def do(office: Office, name: str, verb: Any, job_id: int) -> None:
    """Stop or undo, and all that follows."""
    async with office.database.transaction() as tx:
        await verb(tx, await office.viewer(name), job_id)
    await office.work()


TO_COME = (clock.now() + timedelta(days=1)).isoformat()
ACTIONS: list[tuple[dict[str, Any], str, Any, Any]] = [
    ({"priority": "urgent"}, "priority", "normal", "urgent"),
    ({"status": "resolved"}, "category", "new", "resolved"),
    ({"assignee": "bo@example.com"}, "assignee_id", None, ...),
    ({"snooze": TO_COME}, "shelf", "open", "snoozed"),
    ({"spam": True}, "disposition", None, "spam"),
]


@pytest.mark.parametrize(("action", "column", "before", "after"), ACTIONS)
async def test_it_is_done_on_each_case_and_undone(
    office: Office, action: dict[str, Any], column: str, before: Any, after: Any
) -> None:
    made = await cases_of(office, 3)
    job_id = await ask(office, "Ada", action, made)
    await office.work()
    job = await job_of(office, job_id)
    assert (job.state, job.total, job.done, job.failed) == ("done", 3, 3, 0)
    now = [getattr(await office.case(case.number), column) for case in made]
    assert all(value == after for value in now) if after is not ... else None not in now
    await do(office, "Ada", bulk.undo, job_id)
    assert (await job_of(office, job_id)).state == "undone"
    again = [getattr(await office.case(case.number), column) for case in made]
    assert set(again) <= ({before, "open"} if column == "category" else {before})


async def test_labels_are_added_to_what_is_there_and_only_those_taken_off_again(office: Office) -> None:
    made = await cases_of(office, 2)
    first = await ask(office, "Ada", {"add_labels": ["late"]}, made[:1])
    await office.work()
    second = await ask(office, "Ada", {"add_labels": ["late"]}, made)
    await office.work()
    await do(office, "Ada", bulk.undo, second)

    assert [(row.case_id, row.label) for row in await office.all(CaseLabel)] == [(made[0].id, "late")]
    assert (await job_of(office, first)).state == "done"


async def test_what_was_changed_since_is_not_undone(office: Office) -> None:
    made = await cases_of(office, 2)
    job_id = await ask(office, "Ada", {"assignee": "bo@example.com"}, made)
    await office.work()
    await office.act("Ada", actions.take, made[0].number)
    await do(office, "Ada", bulk.undo, job_id)
    job = await job_of(office, job_id)
    assert (job.done, job.failed) == (1, 1)
    assert (await office.case(made[0].number)).assignee_id == (await office.viewer("Ada")).agent_id
    assert (await office.case(made[1].number)).assignee_id is None


async def test_a_case_that_is_out_of_sight_meanwhile_fails_alone(office: Office) -> None:
    made = await cases_of(office, 3)
    job_id = await ask(office, "Bo", {"priority": "high"}, made)
    async with office.database.session() as session:
        billing = (await session.exec(select(Team.id).where(Team.slug == "billing"))).one()
    await office.change(Case, col(Case.id) == made[1].id, team_id=billing, assignee_id=None)
    await office.work()
    job = await job_of(office, job_id)
    assert (job.state, job.done, job.failed) == ("done", 2, 1)
    async with office.database.session() as session:
        found = await bulk.progress(session, await office.viewer("Bo"), job_id)
    (failure,) = found.failures
    assert (failure.number, failure.error.code, failure.error.status) == (made[1].number, "not_found", 404)
    assert failure.error.message == f"There is no case #{made[1].number} here."


async def test_a_fault_of_ours_ends_the_job_all_the_same(office: Office) -> None:
    made = await cases_of(office, 2)
    job_id = await ask(office, "Ada", {"priority": "high"}, made)
    await office.change(BulkJob, col(BulkJob.id) == job_id, action={"add_labels": 5})
    await office.work()
    job = await job_of(office, job_id)
    assert (job.state, job.done, job.failed) == ("done", 0, 2)


async def test_two_processes_do_each_case_once(office: Office) -> None:

    made = await cases_of(office, 20)
    job_id = await ask(office, "Ada", {"add_labels": ["x"]}, made)
    first, second = Bulk(office.database), Bulk(office.database)
    while (await job_of(office, job_id)).state == "running":
        await asyncio.gather(first.run(), second.run())
    job = await job_of(office, job_id)
    assert (job.done, job.failed) == (20, 0)
    for case in made:
        assert (await office.events(case)).count("labels_changed") == 1


async def test_a_stopped_job_leaves_the_rest(office: Office) -> None:
    made = await cases_of(office, 3)
    job_id = await ask(office, "Ada", {"priority": "high"}, made)
    await do(office, "Ada", bulk.stop, job_id)
    assert {item.state for item in await office.all(BulkItem)} == {"waiting"}
    assert (await office.case(made[0].number)).priority == "normal"


async def test_nobody_else_sees_a_job(office: Office) -> None:
    job_id = await ask(office, "Ada", {"priority": "high"}, await cases_of(office, 1))
    with pytest.raises(NotFound):
        await do(office, "Cy", bulk.stop, job_id)


@pytest.mark.parametrize("action", [{"priority": "x"}, {"nonsense": 1}, {"status": "closed"}, {"a": 1, "b": 2}])
async def test_what_makes_no_sense_is_refused(office: Office, action: dict[str, Any]) -> None:
    made = await cases_of(office, 1)
    with pytest.raises(Invalid):
        await ask(office, "Ada", action, made)
    with pytest.raises(Invalid):
        await ask(office, "Ada", {"priority": "high"}, [])


async def test_a_viewer_may_not(office: Office) -> None:

    made = await cases_of(office, 1)
    await office.change(Agent, col(Agent.name) == "Bo", role="viewer")
    with pytest.raises(NotAllowed):
        await ask(office, "Bo", {"priority": "high"}, made)


async def test_undoing_puts_back_all_that_went_along(office: Office) -> None:
    (case,) = await cases_of(office, 1)
    ada = await office.viewer("Ada")
    await office.act("Ada", actions.take, case.number)
    await do(office, "Ada", bulk.undo, await done(office, {"team": "billing"}, case))
    now = await office.case(case.number)
    assert (now.team_id, now.assignee_id) == (case.team_id, ada.agent_id)


async def test_undoing_brings_back_an_earlier_time_and_an_own_status(office: Office) -> None:
    (case,) = await cases_of(office, 1)
    async with office.database.transaction() as tx:
        tx.new(Status, slug="supplier", name={"en": "Supplier"}, category="on_hold", created_at=tx.now)
    async with office.database.transaction() as tx:
        locked = await actions.for_work(tx, await office.viewer("Ada"), case.number)
        await changes.VERBS["status"](tx, await office.viewer("Ada"), locked, "supplier")
    until = office.clock() + timedelta(days=9)
    await office.act("Ada", snoozing.snooze, case.number, until)
    before = await office.case(case.number)
    await do(office, "Ada", bulk.undo, await done(office, {"snooze": TO_COME}, case))
    assert (await office.case(case.number)).snoozed_until == before.snoozed_until
    await office.act("Ada", snoozing.wake, case.number)
    await do(office, "Ada", bulk.undo, await done(office, {"status": "resolved"}, case))
    now = await office.case(case.number)
    assert (now.category, now.status_id) == ("on_hold", before.status_id)


async def done(office: Office, action: dict[str, Any], case: Case) -> int:
    """A job on one case that is done; gives its id."""
    job_id = await ask(office, "Ada", action, [case])
    await office.work()
    job = await job_of(office, job_id)
    assert (job.state, job.done) == ("done", 1)
    return job_id


async def test_all_cases_sleep_until_the_same_moment_however_long_the_job_takes(office: Office) -> None:
    made = await cases_of(office, 3)
    await ask(office, "Ada", {"snooze": TO_COME}, made)
    office.clock.skip(hours=2)
    await office.work()
    assert {(await office.case(case.number)).snoozed_until for case in made} == {datetime.fromisoformat(TO_COME)}


async def test_a_time_that_has_passed_or_is_far_away_is_refused(office: Office) -> None:
    made = await cases_of(office, 1)
    for days in (-1, 400):
        until = (clock.now() + timedelta(days=days)).isoformat()
        with pytest.raises(Invalid, match="within the next year"):
            await ask(office, "Ada", {"snooze": until}, made)
    for nonsense in ("soon", 5, "2026-01-01T09:00"):
        with pytest.raises(Invalid):
            await ask(office, "Ada", {"snooze": nonsense}, made)
    assert await office.all(BulkJob) == []
