"""Formatting in the composer, and what colleagues see of it."""

from typing import Any

from playwright.async_api import expect

from omnidesk.desk import actions
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_accessibility import violations
from tests.web.test_browser import picture, size
from tests.web.test_ways import mias_phone


async def test_a_reply_is_formatted_by_keys_and_buttons(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia", sender="mia@x.example", inbox="mail")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.keyboard.press("r")
    await page.keyboard.type("Dear Mia")
    await page.keyboard.press("Shift+Control+ArrowLeft")
    await page.keyboard.press("Control+b")
    await expect(page.locator("#text")).to_have_value("Dear **Mia**")
    await page.keyboard.press("Control+b")
    await expect(page.locator("#text")).to_have_value("Dear Mia")
    await page.get_by_role("button", name="Italic").click()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("End")
    await page.keyboard.type("\nfirst")
    await page.keyboard.press("Control+Shift+Digit8")
    await expect(page.locator("#text")).to_have_value("Dear _Mia_\n- first")
    await page.keyboard.press("End")
    await page.keyboard.type("\n")
    await page.get_by_role("button", name="Link").click()
    await page.keyboard.type("our page")
    await expect(page.locator("#text")).to_have_value("Dear _Mia_\n- first\n[our page](https://)")
    await page.fill("#text", "Dear **Mia**\n- first\n- second\n> quoted\n[our page](https://example.com/)")
    await expect(page.locator("#plain-note")).to_be_hidden()
    await picture(page, "formatting")
    assert await violations(page) == []
    await page.keyboard.press("Control+Enter")
    said = page.locator(".msg.out .text")
    await expect(said.locator("strong")).to_have_text("Mia")
    await expect(said.locator("li")).to_have_text(["first", "second"])
    await expect(said.locator("blockquote")).to_have_text("quoted")
    await expect(said.locator("a")).to_have_attribute("href", "https://example.com/")
    await picture(page, "formatted")


async def test_what_a_channel_does_not_show_is_said(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia", sender="mia@x.example", inbox="mail")
    point = await mias_phone(office, case)
    page = await window("Ada", f"/inbox/all/{case.number}", color_scheme="dark", **size("wide"))
    await page.fill("#text", "Dear **Mia**")
    await page.select_option("#way", str(point.id))
    await expect(page.locator("#plain-note")).to_be_visible()
    await expect(page.locator(".format")).to_be_hidden()
    await picture(page, "formatting-lost-dark")
    await page.locator("#text").press("n")
    await page.fill("#text", "Dear Mia")
    await expect(page.locator("#plain-note")).to_be_hidden()


async def test_the_toolbar_fits_a_phone(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia", sender="mia@x.example", inbox="mail")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("phone"))
    await page.locator("#text").click()
    await expect(page.locator(".format")).to_be_visible()
    await picture(page, "formatting-phone")


async def test_hostile_notes_are_only_text(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    await office.act("Bo", actions.note, case.number, "**<img src=x onerror=alert(1)>** @Ada [x](javascript:alert(1))")
    _, text = await (await visit("Ada")).get(f"/inbox/all/{case.number}")
    assert "<img src=x" not in text
    assert '<a href="javascript:' not in text
    assert '<strong>&lt;img src=x onerror=alert(1)&gt;</strong> <span class="mention">@Ada</span>' in text
