"""Organizations in a real browser: chosen by typing, made in place, edited, filtered by; by keyboard, at any width."""

import asyncio
from typing import Any

from playwright.async_api import expect

from omnidesk.store.models import Contact, Organization
from tests.desk.test_organizations import define, make, write_down
from tests.office import Office
from tests.web.test_browser import SCREENS, picture, size
from tests.web.test_contacts_browser import TOO_WIDE
from tests.web.test_organizations import acme_and_mia


async def test_an_agent_says_beside_a_case_of_which_organization_its_person_is(office: Office, window: Any) -> None:
    await make(office, "Acme", "acme.example")
    await define(office, "contact", "plan")
    case = await office.says("Where is my crane?", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.locator("#pick-organization summary").click()
    await expect(page.locator("#pick-organization .finds")).to_be_focused()
    await page.keyboard.type("acm")
    await expect(page.locator("#pick-organization .options [name=asked]")).to_have_value("acm")
    await picture(page, "organization-choosing")
    await page.keyboard.press("Enter")
    await expect(page.locator("#side .about")).to_contain_text("Acme")
    await expect(page.locator("#pick-organization .sheet")).to_be_hidden()
    await page.wait_for_load_state("networkidle")  # a menu is read anew when it closes, and when it opens
    async with page.expect_response("**/organization"):
        await page.locator("#pick-organization summary").click()
    await expect(page.locator("#pick-organization")).to_contain_text("Leave Acme")
    await expect(page.locator("#pick-organization .finds")).to_be_focused()
    await page.keyboard.type("Bolt GmbH")
    await page.get_by_role("button", name="New organization: Bolt GmbH").click()
    await expect(page.locator("#side .about")).to_contain_text("Bolt GmbH")
    await page.locator("#side .profile summary").click()
    await page.locator("#side .profile [name=time_zone]").fill("Asia/Tokio")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".toast.bad")).to_contain_text("There is no time zone Asia/Tokio.")
    await expect(page.locator("#side .profile [name=time_zone]")).to_have_value("Asia/Tokio")
    await page.locator("#side .profile [name=time_zone]").fill("Asia/Tokyo")
    await page.locator("#side .profile [name=region]").fill("Kantō")
    await page.locator("#side .profile [name=notes]").fill("Likes short answers.")
    await picture(page, "organization-profile")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#side .about")).to_contain_text("for them")
    await expect(page.locator("#side .profile .sheet")).to_be_hidden()
    await page.locator("#field-contact-plan-value").fill("pro")
    await page.keyboard.press("Enter")
    await picture(page, "organization-side")
    await expect(page.locator("#side .about")).to_contain_text("Likes short answers.")
    async with asyncio.timeout(10):
        while [one.fields for one in await office.all(Contact)] != [{"plan": "pro"}]:  # noqa: ASYNC110 - the page sends it
            await asyncio.sleep(0.05)
    assert [one.name for one in await office.all(Organization)] == ["Acme", "Bolt GmbH"]


async def test_an_organization_is_made_found_and_edited_by_keyboard(office: Office, window: Any) -> None:
    _, case = await acme_and_mia(office)
    page = await window("Ada", "/contacts", **size("wide"))
    await page.get_by_role("link", name="Organizations").press("Enter")
    await expect(page.locator(".people .row")).to_have_count(1)
    await picture(page, "organizations")
    await page.keyboard.press("/")
    await page.keyboard.type("insaat")
    await expect(page).to_have_url("/organizations?q=insaat")
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Acme İnşaat")
    await expect(page.locator("main")).to_contain_text("About a crane")
    await page.locator("#profile summary").press("Enter")
    await expect(page.locator("#profile [name=name]")).to_be_focused()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Acme Vinç")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Acme Vinç")
    await picture(page, "organization")
    await page.get_by_role("link", name="Open cases").click()
    await expect(page.locator(f"#row-{case.number}")).to_be_visible()
    await expect(page.locator(".filters")).to_contain_text("Organization: Acme Vinç")
    await picture(page, "organization-filter")


async def test_the_form_of_a_new_organization_keeps_what_was_written_when_it_is_refused(
    office: Office, window: Any
) -> None:
    page = await window("Ada", "/organizations", **size("wide"))
    await page.locator("#new-organization summary").click()
    await page.locator("#new-organization [name=name]").fill("Acme")
    await page.locator("#new-organization [name=domains]").fill("gmail.com")
    await page.get_by_role("button", name="Add").click()
    await expect(page.locator(".toast.bad")).to_contain_text("gives mailboxes to anybody")
    await expect(page.locator("#new-organization [name=domains]")).to_have_value("gmail.com")
    await page.locator("#new-organization [name=domains]").fill("acme.example")
    await page.get_by_role("button", name="Add").click()
    await expect(page.locator("h1")).to_have_text("Acme")
    await page.get_by_role("button", name="Delete this organization").click()
    await expect(page).to_have_url("/organizations")


async def test_no_page_of_organizations_is_wider_than_its_window(office: Office, window: Any) -> None:
    long = "Donaudampfschifffahrtsgesellschaft" * 5
    acme = await make(office, long, f"{long[:60]}.example", notes=long * 3)
    case = await office.says(long * 2, name=long, inbox="mail", sender=f"x@{long[:60]}.example")
    await write_down(office, case.contact_id, region=long[:100], notes=long, time_zone="America/Argentina/Buenos_Aires")
    page = await window("Ada", "/organizations", **size("wide"))
    for path in (
        "/organizations",
        "/organizations?q=nobody",
        f"/organizations/{acme.id}",
        f"/contacts/{case.contact_id}",
    ):
        await page.goto(path)
        for screen, (width, height) in SCREENS.items():
            for scheme in ("light", "dark"):
                await page.set_viewport_size({"width": width, "height": height})
                await page.emulate_media(color_scheme=scheme)
                assert await page.evaluate(TOO_WIDE) == 0, (path, screen)
    await picture(page, "organization-person")


async def test_on_the_phone_an_organization_is_read_and_its_facts_are_one_tap_away(office: Office, window: Any) -> None:
    acme, case = await acme_and_mia(office)
    await write_down(office, case.contact_id, region="Ege", time_zone="Europe/Istanbul", preferred_channel="fakemail")
    page = await window("Bo", f"/organizations/{acme.id}", **size("phone"), has_touch=True, color_scheme="dark")
    await expect(page.locator("main")).to_contain_text("About a crane")
    await picture(page, "organization-phone")
    await page.locator(".bar .side-button").tap()
    await expect(page.locator("#side")).to_contain_text("Pays late.")
    await picture(page, "organization-phone-facts")
    await page.goto(f"/contacts/{case.contact_id}")
    await page.locator(".bar .side-button").tap()
    await expect(page.locator("#side .about")).to_contain_text("onlarda saat")
    await page.locator("#pick-organization summary").tap()
    await expect(page.locator("#pick-organization .finds")).to_be_visible()
    await picture(page, "organization-phone-person")
