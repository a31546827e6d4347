"""People in a real browser: found by typing, linked by hand, taken back; by keyboard, and at any width."""

from typing import Any

from playwright.async_api import expect

from tests.office import Office
from tests.web.test_browser import SCREENS, picture, size
from tests.web.test_contacts import two_people

TOO_WIDE = """[...document.querySelectorAll("html, main, .scroll, .person-page")]
    .filter(element => element.scrollWidth > element.clientWidth + 1).length"""


async def test_an_agent_sees_one_timeline_after_two_clicks(office: Office, window: Any) -> None:
    case = await office.says("From the chat", name="Mia", sender="mia")
    await office.says("To the bot", name="Mia", sender="mia", inbox="bot")
    page = await window("Ada", "/inbox/all", **size("wide"))
    await page.locator(f"#row-{case.number}").click()
    await page.locator("#side .person a").click()
    await expect(page.locator("#lines .msg.in .text")).to_have_text(["From the chat", "To the bot"])
    await expect(page.locator("h1")).to_have_text("Mia")


async def test_a_person_is_searched_and_opened_by_keyboard(office: Office, window: Any) -> None:
    await two_people(office)
    page = await window("Ada", "/inbox/all", **size("wide"))
    await page.keyboard.press("c")
    await expect(page.locator(".people .row")).to_have_count(2)
    await page.wait_for_load_state()  # its keys work from then on
    await page.keyboard.press("/")
    await page.keyboard.type("MİA dem")
    await expect(page.locator(".people .row .who")).to_have_text(["Mia Demir"])
    await expect(page).to_have_url("/contacts?q=M%C4%B0A%20dem")
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Mia Demir")
    await page.locator("[id^='profile-'] summary").click()
    await page.fill(".profile input[name=name]", "Mia Yılmaz")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("h1")).to_have_text("Mia Yılmaz")


async def test_an_address_is_given_to_another_person_and_taken_back(office: Office, window: Any) -> None:
    chat, mail = await two_people(office)
    page = await window("Ada", f"/contacts/{chat.contact_id}", **size("wide"))
    await page.locator(".belongs summary").click()
    await expect(page.locator(".belongs input")).to_be_focused()
    await page.keyboard.type("mia")
    await expect(page.locator(".belongs .options button")).to_have_count(1)
    await picture(page, "contacts-candidates")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator(".belongs form")).to_contain_text("Moves 1 case and 1 message to Mia Demir.")
    await picture(page, "contacts-preview")
    await page.get_by_role("button", name="Link", exact=True).click()
    await expect(page).to_have_url(f"/contacts/{mail.contact_id}")
    await expect(page.locator("#lines .msg.in .text")).to_have_text(["Hello from the chat", "Hello by mail"])
    await expect(page.locator(".toast")).to_contain_text("This address belongs to Mia Demir now.")
    await picture(page, "contacts-linked")
    await page.locator(".toast").get_by_role("button", name="Undo").click()
    await expect(page.locator("#lines .msg.in .text")).to_have_text(["Hello by mail"])
    await expect(page.locator(".links")).to_contain_text("undone")
    assert (await office.case(chat.number)).contact_id == chat.contact_id


async def test_the_panel_of_a_case_links_an_address_too(office: Office, window: Any) -> None:
    chat, mail = await two_people(office)
    page = await window("Ada", f"/inbox/all/{chat.number}", **size("wide"))
    await page.locator("#side .belongs summary").click()
    await expect(page.locator("#side .belongs input")).to_be_focused()
    await page.keyboard.type("demir")
    await page.locator("#side .belongs .options button").click()
    await picture(page, "contacts-side")
    await page.get_by_role("button", name="Link", exact=True).click()
    await expect(page.locator("#side .person")).to_contain_text("Mia Demir")
    await expect(page.locator("#lines .event").last).to_contain_text("belongs to Mia Demir")
    assert (await office.case(chat.number)).contact_id == mail.contact_id


async def test_on_the_phone_the_facts_of_a_person_are_one_tap_away(office: Office, window: Any) -> None:
    chat, _ = await two_people(office)
    page = await window("Ada", f"/contacts/{chat.contact_id}", **size("phone"), has_touch=True)
    await expect(page.locator("#lines .msg")).to_be_visible()
    await expect(page.locator("#side")).to_be_hidden()
    await page.locator(".bar .side-button").tap()
    await page.locator("#side .belongs summary").tap()
    await expect(page.locator("#side .belongs input")).to_be_visible()
    await picture(page, "contacts-phone")
    await page.locator("#side .side-button").tap()
    await expect(page.locator("#side")).to_be_hidden()


async def test_no_page_of_people_is_wider_than_its_window(office: Office, window: Any) -> None:
    long = "Donaudampfschifffahrtsgesellschaftskapitän" * 8
    case = await office.says(f"{long} https://example.com/{long}", name=long, sender=f"{long}@example.com")
    await two_people(office)
    page = await window("Ada", "/contacts", **size("wide"))
    for path in ("/contacts", "/contacts?q=nobody", f"/contacts/{case.contact_id}"):
        await page.goto(path)
        for screen, (width, height) in SCREENS.items():
            for scheme in ("light", "dark"):
                await page.set_viewport_size({"width": width, "height": height})
                await page.emulate_media(color_scheme=scheme)
                assert await page.evaluate(TOO_WIDE) == 0, (path, screen)
