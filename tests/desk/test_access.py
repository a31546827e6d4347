"""Roles, and what a closed team hides."""

import pytest
from sqlmodel import col

from omnidesk.desk import access, views
from omnidesk.desk.views import Asked, Reader
from omnidesk.errors import NotAllowed, NotFound
from omnidesk.store.models import Agent, Role, Team
from tests.office import Office


async def test_each_role_may_do_what_the_ones_below_may(office: Office) -> None:
    roles = [Role.VIEWER, Role.AGENT, Role.SUPERVISOR, Role.ADMIN]
    for mine in roles:
        await office.change(Agent, col(Agent.name) == "Bo", role=mine)
        bo = await office.viewer("Bo")
        for other in roles:
            assert bo.at_least(other) == (roles.index(mine) >= roles.index(other))
            if not bo.at_least(other):
                with pytest.raises(NotAllowed, match=other):
                    access.must_be(bo, other)


async def test_closed_teams_are_hidden_from_all_but_members_and_administrators(office: Office) -> None:
    billing = next(team for team in await office.all(Team) if team.slug == "billing")
    assert {name: bool((await office.viewer(name)).hidden_team_ids) for name in ("Ada", "Bo", "Cy")} == {
        "Ada": False, "Bo": True, "Cy": False,
    }  # fmt: skip
    assert (await office.viewer("Bo")).hidden_team_ids == {billing.id}


async def test_a_list_and_a_single_look_hide_the_same(office: Office) -> None:
    support, billing = await office.says("Hello"), await office.says("My invoice", inbox="billing")
    for name, seen in (("Ada", [billing, support]), ("Bo", [support]), ("Cy", [billing, support])):
        viewer = await office.viewer(name)
        async with office.database.session() as session:
            listed = await views.list_cases(session, Reader(viewer, office.clock()), Asked("all"))
            assert [case.number for case in listed.cases] == [case.number for case in seen]
            counted = await views.counts(session, Reader(viewer, office.clock()), {"all": Asked("all")})
            assert counted["all"].number == len(seen)
        assert [case.number for case in (billing, support) if viewer.may_see(case)] == [case.number for case in seen]


async def test_who_left_is_nobody(office: Office) -> None:
    bo = await office.viewer("Bo")
    await office.change(Agent, col(Agent.name) == "Bo", active=False)
    async with office.database.session() as session:
        for agent_id in (bo.agent_id, 17):
            with pytest.raises(NotFound):
                await access.viewer_of(session, agent_id)
