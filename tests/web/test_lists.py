"""The list in a real browser: views, orders and filters, and what changes under them."""

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlmodel import col

from omnidesk.desk import actions
from omnidesk.store.models import Case, ListSort, Team
from tests.office import Office
from tests.web.conftest import Visit

PICTURES = os.environ.get("OMNIDESK_PICTURES")
WIDE = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


async def picture(page: Page, name: str) -> None:
    """Keep a screenshot when somebody wants to look."""
    if PICTURES:
        await page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), caret="initial")


async def urgent(office: Office, text: str, sender: str) -> Case:
    case = await office.says(text, sender=sender, name=sender.title())
    await office.becomes(case, priority="urgent")
    return await office.case(case.number)


async def test_a_filter_is_made_by_keyboard_and_stands_in_the_address(office: Office, window: Any) -> None:
    await office.says("The parcel is late", sender="max", name="Max")
    case = await urgent(office, "The roof is leaking", "mia")
    page = await window("Ada", "/inbox/all", **WIDE)
    await expect(page.locator(".row")).to_have_count(2)
    await page.locator("#filter > summary").press("Enter")
    await page.locator(".conditions summary", has_text="Priority").press("Enter")
    await page.get_by_label("Urgent", exact=True).press("Space")
    await picture(page, "filter-menu")
    await page.get_by_label("Urgent", exact=True).press("Enter")
    await expect(page).to_have_url(re.compile(r"/inbox/all\?.*priority=urgent"))
    await expect(page.locator(".row .subj")).to_have_text(["The roof is leaking"])
    await expect(page.locator(".filters .chip")).to_contain_text("Priority: Urgent")
    await page.locator(".row").press("Enter")
    await expect(page).to_have_url(re.compile(rf"/inbox/all/{case.number}\?priority=urgent"))
    await picture(page, "filter-chips")
    await expect(page.locator("#asked")).to_have_value("")
    await page.reload()
    await expect(page.locator("main.case")).to_have_attribute("data-number", str(case.number))
    await expect(page.locator(".row")).to_have_count(1)
    await page.locator(".filters a.chip").click()
    await expect(page.locator(".row")).to_have_count(2)


async def test_a_filtered_list_follows_what_happens(office: Office, window: Any) -> None:
    case = await urgent(office, "The roof is leaking", "mia")
    page = await window("Ada", f"/inbox/all/{case.number}?priority=urgent", **WIDE)
    await expect(page.locator(".row")).to_have_count(1)
    await office.says("Hello", sender="max", name="Max")
    await urgent(office, "Fire", "zoe")
    await expect(page.locator(".row .subj")).to_have_text(["Fire", "The roof is leaking"])
    await office.act("Ada", actions.resolve, case.number)
    await expect(page.locator(".row .subj")).to_have_text(["Fire"])
    await expect(page.locator("main.case")).to_have_attribute("data-number", str(case.number))


async def test_who_waits_longest_stands_first_and_stays_there(office: Office, window: Any) -> None:
    await office.says("The first", sender="one", name="One")
    second = await office.says("The second", sender="two", name="Two")
    page = await window("Ada", "/inbox/all", **WIDE)
    await page.locator(".order summary").click()
    await picture(page, "order-menu")
    await page.get_by_role("button", name="Longest waiting first").click()
    await expect(page).to_have_url(re.compile("sort=waiting"))
    rows = page.locator(".row .subj")
    await expect(rows).to_have_text(["The first", "The second"])
    await office.says("The first again", sender="one", name="One")
    await office.says("The third", sender="three", name="Three")
    await expect(rows).to_have_text(["The first again", "The second", "The third"])
    await office.change(Case, col(Case.id) == second.id, preview="x")
    await office.act("Bo", actions.reply, second.number, "Hello")
    await expect(rows).to_have_text(["The first again", "The third", re.compile("Hello")])


@pytest.mark.parametrize(("theme", "screen"), [("light", WIDE), ("dark", WIDE), ("light", PHONE)])
async def test_the_list_in_every_look(office: Office, window: Any, theme: str, screen: dict[str, Any]) -> None:
    await urgent(office, "The roof is leaking", "mia")
    page = await window("Bo", "/inbox/all?priority=urgent&opened=7d", color_scheme=theme, **screen)
    await expect(page.locator(".filters .chip")).to_have_count(2)
    if screen is PHONE:
        await page.locator("#filter > summary").tap()
        await expect(page.locator(".conditions")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await picture(page, f"list-{theme}-{screen['viewport']['width']}")


MIA_FIRST, MAX_FIRST = ([re.compile(name) for name in names] for names in (("Mia", "Max"), ("Max", "Mia")))


async def test_a_chosen_order_comes_back_next_time_but_a_link_says_its_own(office: Office, window: Any) -> None:
    await office.says("Old and waiting", sender="max", name="Max")
    case = await office.says("Answered", sender="mia", name="Mia")
    await office.act("Ada", actions.reply, case.number, "Yes")
    page = await window("Ada", "/inbox/all?priority=normal", **WIDE)
    await expect(page.locator(".row .who")).to_have_text(MIA_FIRST)
    await page.locator(".order summary").click()
    await page.get_by_role("button", name="Longest waiting first").click()
    await expect(page).to_have_url(re.compile(r"/inbox/all\?priority=normal&sort=waiting"))
    await expect(page.locator(".row .who")).to_have_text(MAX_FIRST)
    for address, names in (("all", MAX_FIRST), ("all?sort=newest", MIA_FIRST)):
        await page.goto(f"/inbox/{address}")
        await expect(page.locator(".row .who")).to_have_text(names)
        await office.becomes(case, priority="high")  # the row is fetched again, into the order of the page
        await expect(page.locator(".row", has_text="Mia").locator(".chip.warn.flag")).to_be_visible()
        await expect(page.locator(".row .who")).to_have_text(names)
        await page.locator(".row").first.click()
        await page.reload()
        await expect(page.locator(".row .who")).to_have_text(names)
        await office.becomes(case, priority="normal")
    other = await window("Bo", "/inbox/all", **WIDE)
    await expect(other.locator(".row .who")).to_have_text(MIA_FIRST)
    await page.locator(".order summary").click()
    await page.get_by_role("button", name="Newest first").click()
    await page.goto("/inbox/all")
    await expect(page.locator(".row .who")).to_have_text(MIA_FIRST)


async def test_an_order_that_a_view_does_not_have_is_refused(office: Office, visit: Any) -> None:
    await office.says("Help")
    cy = await visit("Cy")
    (team_id,) = (await office.viewer("Bo")).team_ids
    await office.change(Team, Team.id == team_id, closed=True)
    for view, sort, status in (("all", "weight", 422), ("nowhere", "due", 404), (f"team-{team_id}", "due", 404)):
        assert (await cy.post("/list-sorts", view=view, sort=sort))[0] == status
    assert (await cy.post("/list-sorts", view="all", sort="due", query="priority=nonsense"))[0] == 422
    assert (await cy.post("/list-sorts", view="all", sort="due"))[0] == 303
    assert [(row.view, row.sort) for row in await office.all(ListSort)] == [("all", "due")]


async def test_counts_that_are_asked_for_together_are_each_ones_own(office: Office, visit: Visit) -> None:
    cases = [await office.says("Hello", sender=f"mia{index}") for index in range(3)]
    await office.act("Ada", actions.take, cases[0].number)
    cy = await office.viewer("Cy")
    asked = [await visit(name) for name in ("Ada", "Bo", "Cy")]

    async def counts() -> list[list[str]]:
        pages = await asyncio.gather(*(one.get("/inbox/all/counts") for one in asked for _ in range(20)))
        said = [re.findall(r'class="n [^>]*>(\d+)', text)[:3] for _, text in pages]
        assert said == [said[at] for at in (0, 20, 40) for _ in range(20)]
        return [said[at] for at in (0, 20, 40)]

    assert await counts() == [["1", "2", "3"], ["0", "2", "3"], ["0", "0", "0"]]
    await office.change(Case, col(Case.id) == cases[1].id, assignee_id=cy.agent_id)
    assert (await counts())[2] == ["1", "0", "1"]
