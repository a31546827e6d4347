"""Signing in, and who is there."""

import asyncio

import pytest
from argon2 import PasswordHasher
from sqlmodel import col

from omnidesk.desk import agents, presence
from omnidesk.desk.agents import Passwords
from omnidesk.errors import Conflict, Invalid, NotAllowed, NotFound
from omnidesk.events import AgentChanged, Event, WorkWaiting
from omnidesk.store.models import Agent, AgentSession, AuditEntry, Presence, Role, SignInLink
from tests.office import Office

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
PASSWORD = "correct horse battery"


async def sign_in(office: Office, email: str, password: str) -> str:
    """The name of who signed in."""
    async with office.database.session() as session:
        return (await agents.verify(session, CHEAP, email, password)).name


async def set_password(office: Office, name: str) -> int:
    viewer = await office.viewer(name)
    hashed = await CHEAP.hash(PASSWORD)
    async with office.database.transaction() as tx:
        await agents.set_password(tx, viewer.agent_id, hashed)
    return viewer.agent_id


async def test_the_right_password_signs_in(office: Office) -> None:
    await set_password(office, "Ada")
    assert await sign_in(office, " ADA@example.com ", PASSWORD) == "Ada"


async def test_whatever_is_wrong_is_told_in_the_same_words(office: Office) -> None:
    await set_password(office, "Ada")
    await set_password(office, "Cy")
    await office.change(Agent, col(Agent.name) == "Cy", active=False)
    told = set()
    wrong = [("ada@example.com", "wrong"), ("ada@example.com", ""), ("nobody@example.com", PASSWORD),
             ("bo@example.com", PASSWORD), ("bo@example.com", ""), ("cy@example.com", PASSWORD)]  # fmt: skip
    for email, password in wrong:
        with pytest.raises(NotAllowed) as caught:
            await sign_in(office, email, password)
        told.add((caught.value.message, caught.value.code))
    assert told == {("E-mail and password do not match.", "wrong_password")}


async def test_a_short_password_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        await CHEAP.hash("123456789")
    assert "password" in caught.value.fields


async def test_a_broken_hash_fits_nothing() -> None:
    assert not await CHEAP.fits("not a hash", PASSWORD)


async def test_a_session_lives_until_it_is_closed_or_too_old(office: Office) -> None:
    ada = await office.viewer("Ada")

    async def opened() -> str:
        async with office.database.transaction() as tx:
            return await agents.open_session(tx, ada.agent_id, "a browser" * 100)

    async def whose(token: str) -> int | None:
        async with office.database.session() as session:
            viewer = await agents.session_viewer(session, token, office.clock())
        return viewer.agent_id if viewer else None

    first, second = await opened(), await opened()
    assert (await whose(first), await whose(second), await whose("x")) == (ada.agent_id, ada.agent_id, None)
    assert first not in str([row.model_dump() for row in await office.all(AgentSession)])
    async with office.database.transaction() as tx:
        await agents.close_session(tx, first)
    assert (await whose(first), await whose(second)) == (None, ada.agent_id)
    office.clock.skip(days=14, minutes=1)
    assert await whose(second) is None
    third = await opened()
    assert len(await office.all(AgentSession)) == 1
    await set_password(office, "Ada")
    assert await whose(third) is None


async def test_a_link_signs_in_once_within_a_day(office: Office) -> None:
    ada = await office.viewer("Ada")

    async def make() -> str:
        async with office.database.transaction() as tx:
            return await agents.make_sign_in_link(tx, ada.agent_id)

    async def use(token: str) -> int:
        async with office.database.transaction() as tx:
            return await agents.use_sign_in_link(tx, token)

    link, old = await make(), await make()
    outcomes = await asyncio.gather(*(use(link) for _ in range(4)), return_exceptions=True)
    assert outcomes.count(ada.agent_id) == 1
    assert sum(isinstance(outcome, NotAllowed) for outcome in outcomes) == 3
    office.clock.skip(hours=25)
    for token in (old, "x", ""):
        with pytest.raises(NotAllowed):
            await use(token)


async def test_links_that_nobody_used_go(office: Office) -> None:
    ada = await office.viewer("Ada")

    async def make() -> None:
        async with office.database.transaction() as tx:
            await agents.make_sign_in_link(tx, ada.agent_id)

    await make()
    office.clock.skip(hours=23)
    await make()
    assert len(await office.all(SignInLink)) == 2
    office.clock.skip(hours=2)
    await make()
    assert len(await office.all(SignInLink)) == 2


async def test_signing_in_is_in_the_audit_log(office: Office) -> None:
    ada = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        link = await agents.make_sign_in_link(tx, ada.agent_id)
    async with office.database.transaction() as tx:
        await agents.use_sign_in_link(tx, link)
        await agents.open_session(tx, ada.agent_id, "a browser")
    noted = [(entry.action, entry.agent_id) for entry in await office.all(AuditEntry)]
    assert noted == [("sign_in.link", ada.agent_id), ("sign_in", ada.agent_id)]


async def test_an_agent_is_found_by_the_address_as_people_write_it(office: Office) -> None:
    async with office.database.session() as session:
        assert (await agents.find(session, " ADA@example.com ")).name == "Ada"
        with pytest.raises(NotFound, match="there is no agent"):
            await agents.find(session, "nobody@example.com")


async def test_online_is_a_live_page_within_45_seconds_and_not_away(office: Office) -> None:
    async def online() -> bool:
        bo = next(agent for agent in await office.all(Agent) if agent.name == "Bo")
        return presence.of(bo, office.clock()) == Presence.ONLINE

    assert not await online()
    bo = await office.comes("Bo")
    assert await online()
    office.clock.skip(seconds=40)
    assert await online()
    office.clock.skip(seconds=6)
    assert not await online()
    await office.comes("Bo")
    async with office.database.transaction() as tx:
        await presence.choose(tx, bo.agent_id, Presence.AWAY)
    assert not await online()


async def test_who_comes_is_told_once_and_wakes_routing(office: Office) -> None:
    heard: list[Event] = []
    office.database.bus.on(AgentChanged, heard.append)
    office.database.bus.on(WorkWaiting, heard.append)
    bo = await office.comes("Bo")
    await office.comes("Bo")
    assert heard == [AgentChanged(bo.agent_id), WorkWaiting("routing")]


async def test_new_agents_are_checked(office: Office) -> None:
    async def create(email: str, *teams: str) -> None:
        async with office.database.transaction() as tx:
            await agents.create(tx, email=email, name="New", role=Role.AGENT, team_slugs=list(teams))

    await create(" New@Example.com ", "support")
    assert (await office.all(Agent))[-1].email == "new@example.com"
    with pytest.raises(Conflict):
        await create("NEW@example.com")
    for email, team in (("nobody", "support"), ("other@example.com", "nowhere")):
        with pytest.raises(Invalid):
            await create(email, team)
    with pytest.raises(Invalid, match="name"):
        async with office.database.transaction() as tx:
            await agents.create(tx, email="other@example.com", name=" ", role=Role.AGENT, team_slugs=[])
    assert len(await office.all(Agent)) == 4


async def test_a_case_can_be_given_to_the_team_first_and_never_to_viewers(office: Office) -> None:
    case = await office.says("My invoice", inbox="billing")
    await office.change(Agent, col(Agent.name) == "Bo", role=Role.VIEWER)
    async with office.database.session() as session:
        found = await agents.assignable(session, case.team_id)
    assert [agent.name for agent in found] == ["Cy", "Ada"]


async def test_preferences_change_one_by_one(office: Office) -> None:
    bo = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        await agents.set_preferences(tx, bo.agent_id, theme="dark")
    changed = await office.viewer("Bo")
    assert (changed.language, changed.theme) == ("tr", "dark")
