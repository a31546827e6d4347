"""Who gets a case: in turn, only who is there and has room, never twice."""

import asyncio
from collections import Counter

from sqlmodel import col

from omnidesk.desk import actions, presence
from omnidesk.desk.routing import Routing
from omnidesk.store.models import Agent, Case, Presence, Role, Team
from tests.office import Office


async def names(office: Office) -> dict[int | None, str]:
    return {None: "-", **{agent.id: agent.name for agent in await office.all(Agent)}}


async def assignees(office: Office) -> list[str]:
    """Who has the cases, oldest case first."""
    known = await names(office)
    return [known[case.assignee_id] for case in await office.all(Case)]


async def test_cases_go_in_turn_to_those_who_are_online(office: Office) -> None:
    await office.comes("Ada")
    await office.comes("Bo")
    for index in range(4):
        await office.says("Hello", sender=f"mia{index}")
    assert await assignees(office) == ["Ada", "Bo", "Ada", "Bo"]
    assert await office.events((await office.all(Case))[0]) == ["opened", "routed", "assigned"]


async def test_with_nobody_there_a_case_waits_for_the_first_who_comes(office: Office) -> None:
    case = await office.says("Hello")
    assert (case.needs_agent, case.needs_routing, case.assignee_id) == (True, False, None)
    await office.comes("Cy")
    await office.work()
    assert await assignees(office) == ["-"]
    bo = await office.comes("Bo")
    await office.work()
    found = await office.case(case.number)
    assert (found.assignee_id, found.needs_agent) == (bo.agent_id, False)


async def test_who_closed_the_page_is_no_longer_online(office: Office) -> None:
    await office.comes("Bo")
    office.clock.skip(seconds=46)
    await office.says("Hello")
    assert await assignees(office) == ["-"]


async def test_who_can_not_take_a_case_is_skipped(office: Office) -> None:
    bo = col(Agent.name) == "Bo"
    hindrances: list[tuple[dict[str, object], dict[str, object]]] = [
        ({"chosen": Presence.BUSY}, {"chosen": Presence.ONLINE}),
        ({"role": Role.VIEWER}, {"role": Role.AGENT}),
        ({"active": False}, {"active": True}),
        ({"capacity": 0}, {"capacity": 40}),
    ]
    for index, (hindered, free) in enumerate(hindrances):
        await office.comes("Bo")
        await office.change(Agent, bo, **hindered)
        case = await office.says("Hello", sender=f"mia{index}")
        assert case.assignee_id is None, hindered
        await office.change(Agent, bo, **free)
        await office.work()
        assert (await office.case(case.number)).assignee_id is not None, free


async def test_who_comes_back_from_being_away_gets_what_waits(office: Office) -> None:
    bo = await office.comes("Bo")
    for chosen in (Presence.AWAY, Presence.ONLINE):
        async with office.database.transaction() as tx:
            await presence.choose(tx, bo.agent_id, chosen)
        await office.says("Hello", sender=f"mia{chosen}")
    assert await assignees(office) == ["Bo", "Bo"]


async def test_capacity_is_a_limit_and_a_resolved_case_makes_room(office: Office) -> None:
    await office.comes("Bo")
    await office.change(Agent, col(Agent.name) == "Bo", capacity=2)
    cases = [await office.says("Hello", sender=f"mia{index}") for index in range(4)]
    assert await assignees(office) == ["Bo", "Bo", "-", "-"]
    await office.act("Bo", actions.resolve, cases[0].number)
    assert await assignees(office) == ["Bo", "Bo", "Bo", "-"]


async def test_a_closed_teams_cases_go_to_its_members_only(office: Office) -> None:
    await office.comes("Ada")
    await office.comes("Bo")
    case = await office.says("My invoice", inbox="billing")
    assert case.assignee_id is None
    cy = await office.comes("Cy")
    await office.work()
    assert (await office.case(case.number)).assignee_id == cy.agent_id


async def test_a_case_taken_from_everybody_by_hand_is_not_handed_out_again(office: Office) -> None:
    await office.comes("Bo")
    case = await office.says("Hello")
    await office.act("Ada", actions.assign, case.number, None)
    await office.comes("Ada")
    await office.work()
    assert await assignees(office) == ["-"]
    joined = await office.says("Anybody there?")
    assert (joined.id, joined.assignee_id) == (case.id, None)


async def test_two_workers_at_once_assign_each_case_once_and_nobody_beyond_capacity(office: Office) -> None:
    for index in range(12):
        await office.receive("Hello", sender=f"mia{index}")
    await office.workers[0].run()
    await office.change(Agent, col(Agent.name).in_(["Ada", "Bo"]), capacity=4)
    await office.comes("Ada")
    await office.comes("Bo")
    await asyncio.gather(*(Routing(office.database).run() for _ in range(3)))
    found = await office.all(Case)
    given = Counter(await assignees(office))
    assert given == {"Ada": 4, "Bo": 4, "-": 4}
    assert {agent.name: agent.load for agent in await office.all(Agent)} == {"Ada": 4, "Bo": 4, "Cy": 0}
    for case in found:
        assert (await office.events(case)).count("assigned") == (case.assignee_id is not None)
        assert (await office.events(case)).count("routed") == 1


async def test_a_reopened_case_without_an_agent_is_routed_again(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Ada", actions.resolve, case.number)
    await office.act("Ada", actions.assign, case.number, None)
    await office.comes("Bo")
    again = await office.says("Once more")
    assert (again.id, (await names(office))[again.assignee_id]) == (case.id, "Bo")


async def test_whether_somebody_could_answer_now(office: Office) -> None:
    from omnidesk.desk.routing import anyone_online

    (support,) = [team for team in await office.all(Team) if team.slug == "support"]

    async def online() -> bool:
        async with office.database.session() as session:
            return await anyone_online(session, support.id, office.clock())

    assert not await online()
    await office.comes("Cy")
    assert not await online()
    await office.comes("Bo")
    assert await online()
