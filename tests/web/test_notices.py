"""The bell and the list of notices, as an agent sees them."""

from typing import Any

from playwright.async_api import expect
from sqlmodel import col

from omnidesk.desk import actions, notices
from omnidesk.store.models import Agent, Case, Notice, NoticeKind, Team
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size


async def given_to_bo(office: Office, text: str = "Where is my parcel?", sender: str = "mia") -> Case:
    """A case that Ada gave to Bo."""
    case, bo = await office.says(text, name="Mia", sender=sender), await office.viewer("Bo")
    return await office.act("Ada", actions.assign, case.number, bo.agent_id)


async def test_the_bell_counts_and_the_page_says_quietly_what_is_new(office: Office, window: Any) -> None:
    await office.change(Agent, col(Agent.name) == "Bo", chosen="busy")
    page = await window("Bo", "/contacts", **size("wide"))
    await expect(page.locator("#bell [data-notices='0']")).to_be_attached()
    case = await given_to_bo(office)
    await expect(page.locator("#bell .badge")).to_have_text("1")
    toast = page.locator(".toast")
    await expect(toast).to_contain_text(f"Ada, #{case.number} numaralı talebi size verdi")
    await picture(page, "notice-toast")
    await toast.get_by_role("link").click()
    await expect(page.locator(".subject")).to_have_text("Where is my parcel?")
    await expect(page.locator("#bell .badge")).to_have_count(0)
    assert [notice.seen_at is not None for notice in await office.all(Notice)] == [True]


async def test_the_list_is_grouped_by_case_and_marked_as_read_by_keyboard(office: Office, window: Any) -> None:
    first, second = await given_to_bo(office), await given_to_bo(office, "Another one", "other")
    for index in range(7):
        await office.says(f"Are you there? {index}")
    page = await window("Bo", "/notices", **size("wide"))
    groups = page.locator(".notice")
    await expect(groups).to_have_count(2)
    await expect(groups.nth(0)).to_contain_text("ve 3 bildirim daha")
    await picture(page, "notices")
    await groups.nth(0).get_by_role("button", name=f"#{first.number} okundu say").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice.new")).to_have_count(1)
    await page.get_by_role("button", name="Tümünü okundu say").click()
    await expect(page.locator(".notice.new")).to_have_count(0)
    await expect(page.locator("#bell .badge")).to_have_count(0)
    await groups.nth(1).get_by_role("link").click()
    await page.wait_for_url(f"**/{second.number}")


async def test_the_list_goes_on_as_one_scrolls_and_fits_a_phone(office: Office, window: Any) -> None:
    bo = await office.viewer("Bo")
    for index in range(60):
        await office.receive(f"Number {index}", sender=f"mia{index}")
    await office.work()
    async with office.database.transaction() as tx:
        for case in await office.all(Case):
            notices.give(tx, bo.agent_id, NoticeKind.MENTION, case)
    page = await window("Bo", "/notices", **size("phone"), color_scheme="dark")
    await expect(page.locator(".notice")).to_have_count(50)
    await picture(page, "notices-phone")
    await page.locator(".more").scroll_into_view_if_needed()
    await expect(page.locator(".notice")).to_have_count(60)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_hostile_text_stays_text(office: Office, window: Any) -> None:
    await given_to_bo(office, "<img src=x onerror=alert(1)>{{ 7 * 7 }}")
    page = await window("Bo", "/notices", **size("wide"))
    await expect(page.locator(".notice a")).to_contain_text("<img src=x onerror=alert(1)>{{ 7 * 7 }}")


async def test_cy_is_refused_what_concerns_a_closed_team(office: Office, visit: Visit) -> None:
    case, cy = await office.says("My secret parcel", name="Mia"), await office.viewer("Cy")
    await office.change(Team, col(Team.slug) == "support", closed=False)
    async with office.database.transaction() as tx:
        notices.give(tx, cy.agent_id, NoticeKind.MENTION, await tx.get(Case, case.id))
    await office.change(Team, col(Team.slug) == "support", closed=True)
    visitor = await visit("Cy")
    for path in ("/notices", "/notices/rows", "/notices/bell"):
        _, text = await visitor.get(path)
        assert "secret" not in text
        assert f"#{case.number}" not in text
    assert (await visitor.post("/notices/seen", case=str(case.number)))[0] == 404
    assert 'data-notices="0"' in (await visitor.get("/notices/bell"))[1]


async def test_a_place_in_the_list_that_is_none_is_not_found(visit: Visit) -> None:
    visitor = await visit("Bo")
    for before in ("x", "-1", "0", "9" * 30, "１"):
        assert (await visitor.get(f"/notices/rows?before={before}"))[0] == 404


async def test_cases_that_are_given_together_are_told_as_one_thing(office: Office, window: Any) -> None:
    await office.change(Agent, col(Agent.name) == "Bo", chosen="busy")
    page = await window("Bo", "/contacts", **size("wide"))
    await expect(page.locator("#bell [data-notices='0']")).to_be_attached()
    for index in range(6):
        await given_to_bo(office, f"Parcel {index}", f"mia{index}")
    toast = page.locator(".toast")
    await expect(toast).to_contain_text("6 talep size verildi")
    await expect(toast).to_have_count(1)
    await toast.get_by_role("link").click()
    await page.wait_for_url("**/notices")
    await expect(page.locator(".notice")).to_have_count(1)
    await page.locator(".notice summary").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Parcel 3")).to_be_visible()
    await picture(page, "notices-together")
    await page.locator(".notice form button").click()
    await expect(page.locator(".notice.new")).to_have_count(0)
    await expect(page.locator("#bell .badge")).to_have_count(0)
    await page.locator(".notice summary").click()
    await page.get_by_role("link", name="Parcel 3").click()
    await expect(page.locator(".subject")).to_have_text("Parcel 3")


async def test_two_cases_stand_for_themselves_and_what_is_nonsense_is_refused(office: Office, visit: Visit) -> None:
    first, _ = await given_to_bo(office), await given_to_bo(office, sender="other")
    bo = await visit("Bo")
    assert (await bo.get("/notices"))[1].count('class="notice new"') == 2
    for case in ("x", "1,", ",1", "1," * 200 + "1", "-1"):
        assert (await bo.post("/notices/seen", case=case))[0] == 422
    assert (await bo.post("/notices/seen", case=f"{first.number},999999"))[0] == 303
