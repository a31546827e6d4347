"""Presence: chosen in the rail, told by idleness, and seen by colleagues at once."""

from typing import Any

import pytest
from playwright.async_api import expect

from omnidesk.desk import presence
from omnidesk.keys import DATABASE
from omnidesk.settings import Desk, Settings
from omnidesk.store.models import Agent, Presence
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size


async def presence_of(office: Office, name: str) -> str:
    (agent,) = [agent for agent in await office.all(Agent) if agent.name == name]
    return presence.of(agent, office.app[DATABASE].now())


async def test_a_colleague_sees_at_once_what_one_chooses(office: Office, window: Any) -> None:
    case, bo = await office.says("Hello", name="Mia"), await office.viewer("Bo")
    ada = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    theirs = await window("Bo", "/inbox/mine", **size("wide"))
    await ada.locator("#assign summary").click()
    dot = ada.locator(f"#assign .dot[data-agent='{bo.agent_id}']")
    await expect(dot).to_have_class("dot online")
    await theirs.locator(".me summary").focus()
    await theirs.keyboard.press("Enter")
    await expect(theirs.locator(".presences button:focus")).to_be_visible()
    for _ in range(2):
        await theirs.keyboard.press("ArrowDown")
    await expect(theirs.locator(".presences button:focus")).to_contain_text("Meşgul")
    await picture(theirs, "presence-menu")
    await theirs.keyboard.press("Enter")
    await expect(theirs.locator(".me summary .dot")).to_have_class("dot busy")
    await expect(dot).to_have_class("dot busy")
    await expect(ada.locator(f"#assign [data-agent-word='{bo.agent_id}']")).to_have_text("busy")
    await picture(ada, "presence-assign")
    await office.says("Hello", sender="other")
    assert (await office.all(Agent))[1].load == 0


async def test_presence_is_set_from_the_palette(office: Office, window: Any) -> None:
    page = await window("Ada", "/inbox/mine", **size("wide"))
    await expect(page.locator(".me summary .dot")).to_have_class("dot online")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("presence away")
    await page.keyboard.press("Enter")
    await expect(page.locator(".me summary .dot")).to_have_class("dot away")
    await page.keyboard.press("g")
    await page.keyboard.press("n")
    await page.wait_for_url("**/notices")


class TestIdleness:
    """With a patience of seconds."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"desk": Desk(idle_minutes=1 / 60)})

    async def test_who_does_nothing_is_away_and_back_with_the_first_key(self, office: Office, window: Any) -> None:
        page = await window("Bo", "/inbox/mine", **size("wide"))
        await expect(page.locator(".me summary .dot")).to_have_class("dot online")
        await page.wait_for_timeout(1800)
        office.clock.skip(seconds=46)
        await presence.touch(office.database, (await office.viewer("Bo")).agent_id, presence.At.IDLE)
        await office.work()
        await expect(page.locator(".me summary .dot")).to_have_class("dot away")
        await page.keyboard.press("Shift")
        await expect(page.locator(".me summary .dot")).to_have_class("dot online")
        assert await presence_of(office, "Bo") == "online"


async def test_what_was_chosen_outlives_idleness(office: Office) -> None:
    bo = await office.comes("Bo")
    async with office.database.transaction() as tx:
        await presence.choose(tx, bo.agent_id, Presence.BUSY)
    office.clock.skip(minutes=20)
    await presence.touch(office.database, bo.agent_id, presence.At.IDLE)
    assert await presence_of(office, "Bo") == "busy"
    await presence.touch(office.database, bo.agent_id)
    assert await presence_of(office, "Bo") == "busy"


async def test_whose_last_page_closed_is_off_and_colleagues_hear_it(office: Office) -> None:
    await office.comes("Bo")
    office.clock.skip(seconds=46)
    await office.work()
    (bo,) = [agent for agent in await office.all(Agent) if agent.name == "Bo"]
    assert bo.told == "off"


async def test_an_unknown_presence_is_refused(visit: Visit) -> None:
    status, _ = await (await visit("Bo")).post("/presence", presence="asleep")
    assert status == 422
