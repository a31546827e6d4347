"""The life of a case: the status table of the architecture, row by row."""

import asyncio
import itertools
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col

from omnidesk.desk import actions, cases
from omnidesk.desk.cases import shelf_of
from omnidesk.events import CaseChanged
from omnidesk.store.models import Agent, Case, Category, Holder, Shelf
from tests.office import Office


async def put(office: Office, case: Case, category: Category) -> None:
    """Bring a new team case into a category, the way agents do."""
    match category:
        case Category.OPEN:
            await office.act("Ada", actions.reply, case.number, "Hello")
        case Category.WAITING:
            await office.act("Ada", actions.reply, case.number, "Which one?", then=Category.WAITING)
        case Category.ON_HOLD:
            await office.change(Case, col(Case.id) == case.id, category=Category.ON_HOLD)
        case Category.RESOLVED:
            await office.act("Ada", actions.resolve, case.number)
        case Category.CLOSED:
            await office.act("Ada", actions.resolve, case.number)
            office.clock.skip(days=15)
            await office.work()


INBOUND = [
    (Category.NEW, {}, Category.NEW),
    (Category.OPEN, {}, Category.OPEN),
    (Category.WAITING, {}, Category.OPEN),
    (Category.ON_HOLD, {}, Category.OPEN),
    (Category.RESOLVED, {}, Category.OPEN),
    (Category.NEW, {"automatic": True}, Category.NEW),
    (Category.WAITING, {"automatic": True}, Category.WAITING),
    (Category.ON_HOLD, {"automatic": True}, Category.ON_HOLD),
    (Category.RESOLVED, {"automatic": True}, Category.RESOLVED),
]


async def test_what_an_inbound_message_does_to_a_status(office: Office) -> None:
    for index, (before, said, after) in enumerate(INBOUND):
        first = await office.says("Hello", sender=f"mia{index}")
        await put(office, first, before)
        joined = await office.says("And another thing", sender=f"mia{index}", **said)
        assert (joined.id, joined.category) == (first.id, after), (before, said)


AGENTS_REPLY = [
    (Category.NEW, False, Category.OPEN),
    (Category.OPEN, False, Category.OPEN),
    (Category.WAITING, False, Category.WAITING),
    (Category.ON_HOLD, False, Category.ON_HOLD),
    (Category.RESOLVED, False, Category.OPEN),
    (Category.CLOSED, False, Category.OPEN),
    (Category.NEW, True, Category.WAITING),
    (Category.ON_HOLD, True, Category.WAITING),
    (Category.RESOLVED, True, Category.WAITING),
]


async def test_what_an_agents_reply_does_to_a_status(office: Office) -> None:
    for index, (before, wait, after) in enumerate(AGENTS_REPLY):
        case = await office.says("Hello", sender=f"mia{index}")
        await put(office, case, before)
        replied = await office.act(
            "Ada", actions.reply, case.number, "An answer", then=Category.WAITING if wait else None
        )
        assert replied.category == after, (before, wait)


async def test_a_resolved_case_takes_messages_for_seven_days_then_a_new_one_is_linked(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Ada", actions.resolve, case.number)
    office.clock.skip(days=6, hours=23)
    again = await office.says("It is broken again")
    assert (again.id, again.category, again.cycle) == (case.id, "open", 2)
    await office.act("Ada", actions.resolve, case.number)
    office.clock.skip(days=7, minutes=1)
    later = await office.says("And again")
    assert (later.number, later.linked_case_id, later.cycle) == (case.number + 1, case.id, 1)
    assert (await office.case(case.number)).category == "resolved"


async def test_a_resolved_case_closes_after_fourteen_days_and_stays_closed(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Ada", actions.resolve, case.number)
    office.clock.skip(days=13, hours=23)
    await office.work()
    assert (await office.case(case.number)).category == "resolved"
    office.clock.skip(hours=2)
    await office.work()
    closed = await office.case(case.number)
    assert (closed.category, closed.shelf, closed.next_step_at) == ("closed", "done", None)
    assert closed.closed_at is not None
    assert (await office.events(closed))[-1] == "closed"
    later = await office.says("Hello again")
    assert (later.id == case.id, later.linked_case_id) == (False, case.id)


async def test_a_reopened_case_keeps_team_and_assignee_and_counts_again(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Bo", actions.reply, case.number, "Done")
    await office.act("Bo", actions.resolve, case.number)
    reopened = await office.says("No!")
    bo = await office.viewer("Bo")
    assert (reopened.assignee_id, reopened.holder, reopened.team_id) == (bo.agent_id, "team", case.team_id)
    assert (reopened.resolved_at, reopened.next_step_at, reopened.unread) == (None, None, True)
    assert await loads(office) == {"Ada": 0, "Bo": 1, "Cy": 0}
    assert (await office.events(reopened))[-1] == "reopened"


async def test_resolving_ends_all_waiting(office: Office) -> None:
    case = await office.says("Hello")
    assert case.needs_agent
    resolved = await office.act("Ada", actions.resolve, case.number)
    waits = [resolved.needs_agent, resolved.needs_routing, resolved.needs_bot, resolved.unread]
    assert not any(waits)
    assert resolved.shelf == "done"


@pytest.mark.parametrize(
    ("holder", "categories", "shelf"),
    [
        (Holder.BOT, cases.OPEN, Shelf.BOT),
        (Holder.TEAM, cases.OPEN, Shelf.OPEN),
        (Holder.BOT, cases.DONE, Shelf.DONE),
        (Holder.TEAM, cases.DONE, Shelf.DONE),
    ],
)
def test_the_shelf_follows_from_holder_and_category(
    holder: Holder, categories: tuple[Category, ...], shelf: Shelf
) -> None:
    for category in categories:
        assert shelf_of(Case.model_construct(holder=holder, category=category)) == shelf


async def test_a_transaction_raises_the_version_once_and_tells_it(office: Office) -> None:
    told: list[CaseChanged] = []
    office.database.bus.on(CaseChanged, told.append)
    await office.receive("Hello")
    await office.workers[0].run()
    (case,) = await office.all(Case)
    assert case.version == 1
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.reply(tx, viewer, case.number, "One")
        await actions.note(tx, viewer, case.number, "Two")
        await actions.resolve(tx, viewer, case.number)
    assert [(one.case_id, one.version) for one in told] == [(case.id, 1), (case.id, 2)]
    assert [(one.left_team, one.left_agent) for one in told] == [(None, None), (case.team_id, None)]
    assert (await office.case(case.number)).version == 2


async def test_numbers_are_unique_and_gapless_however_many_open_cases_at_once(office: Office) -> None:
    async def take(count: int) -> list[int]:
        async with office.database.transaction() as tx:
            return list(await cases.take_numbers(tx, count))

    taken = await asyncio.gather(*(take(count) for count in (1, 3, 2, 5, 1, 1, 4, 3)))
    assert sorted(number for numbers in taken for number in numbers) == list(range(1001, 1021))


async def test_agents_who_swap_cases_at_once_do_not_lock_each_other_out(office: Office) -> None:
    ada, bo = await office.viewer("Ada"), await office.viewer("Bo")
    numbers = [(await office.says("Hello", sender=f"mia{index}")).number for index in range(8)]
    for index, number in enumerate(numbers):
        await office.act("Ada", actions.assign, number, (ada, bo)[index % 2].agent_id)

    async def swap(index: int, number: int) -> None:
        async with office.database.transaction() as tx:
            await actions.assign(tx, ada, number, (bo, ada)[index % 2].agent_id)

    await asyncio.gather(*(swap(index, number) for index, number in enumerate(numbers)))
    assert await loads(office) == {"Ada": 4, "Bo": 4, "Cy": 0}


async def loads(office: Office) -> dict[str, int]:
    return {agent.name: agent.load for agent in await office.all(Agent)}


@dataclass(frozen=True)
class Step:
    """Something that happens to the case of one person."""

    what: str
    person: int
    agent: str


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["says", "reply", "assign", "unassign", "resolve", "reopen", "comes", "closes"]),
        st.integers(0, 2),
        st.sampled_from(["Ada", "Bo", "Cy"]),
    ),
    max_size=10,
)


async def do(office: Office, step: Step, numbers: dict[int, int], example: int) -> None:
    """Do a step; somebody without a case writes first."""
    if step.what == "says" or step.person not in numbers:
        numbers[step.person] = (await office.says("Hello", sender=f"mia{example}-{step.person}")).number
        return
    number, agent = numbers[step.person], await office.viewer(step.agent)
    match step.what:
        case "reply":
            await office.act(step.agent, actions.reply, number, "Hello")
        case "assign":
            await office.act("Ada", actions.assign, number, agent.agent_id)
        case "unassign":
            await office.act("Ada", actions.assign, number, None)
        case "resolve":
            await office.act(step.agent, actions.resolve, number)
        case "reopen":
            await office.act(step.agent, actions.reopen, number)
        case "comes":
            await office.comes(step.agent)
        case _:
            office.clock.skip(days=15)
    await office.work()


_EXAMPLES = itertools.count()


@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
@settings(max_examples=5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
async def test_the_load_of_agents_is_always_the_number_of_their_open_cases(office: Office, steps: list[Step]) -> None:
    numbers: dict[int, int] = {}
    example = next(_EXAMPLES)
    for step in steps:
        await do(office, step, numbers, example)
    open_cases = Counter(case.assignee_id for case in await office.all(Case) if case.category in cases.OPEN)
    for agent in await office.all(Agent):
        assert agent.load == open_cases[agent.id], agent.name


async def test_a_reopened_case_of_an_agent_who_left_is_routed_again(office: Office) -> None:
    case = await office.says("Hello")
    bo = await office.viewer("Bo")
    await office.act("Bo", actions.resolve, case.number)
    async with office.database.transaction() as tx:
        (await tx.get(Agent, bo.agent_id)).active = False
    await office.comes("Ada")
    await office.says("Still broken")
    ada = await office.viewer("Ada")
    assert (await office.case(case.number)).assignee_id == ada.agent_id


async def test_a_bots_case_given_to_nobody_goes_where_routing_says(office: Office) -> None:
    case = await office.says("Hello", inbox="bot")
    await office.comes("Bo")
    await office.act("Ada", actions.assign, case.number, None)
    bo = await office.viewer("Bo")
    assert (await office.case(case.number)).assignee_id == bo.agent_id
