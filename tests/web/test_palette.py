"""The command palette, the shortcuts and the picture viewer, as hands use them."""

import re
from base64 import b64decode
from typing import Any

from playwright.async_api import Page, expect

from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size

_ANY = re.compile(".")
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC"
)


async def ask(page: Page, text: str) -> None:
    """Open the palette and type."""
    await page.keyboard.press("Control+k")
    await expect(page.locator("#palette")).to_be_visible()
    await page.keyboard.type(text)


async def test_a_command_is_found_by_its_name_and_done(office: Office, window: Any) -> None:
    case = await office.says("Where is my parcel?", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await ask(page, "assign to")
    await expect(page.locator("#palette [role=option]")).to_have_count(1)
    await picture(page, "palette")
    await page.keyboard.press("Enter")
    await expect(page.locator("#palette")).to_be_hidden()
    await expect(page.locator("#lines")).to_contain_text("Ada took the case")
    await ask(page, "note")
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_be_focused()
    await expect(page.locator("[name=kind][value=note]")).to_be_checked()


async def test_views_people_and_numbers_are_found_and_opened(office: Office, window: Any) -> None:
    case = await office.says("Where is my parcel?", name="Ayşe Yılmaz")
    page = await window("Ada", "/inbox/mine", **size("wide"))
    await ask(page, "ayse")
    person = page.locator("#palette [data-href^='/contacts/']")
    await expect(person).to_have_text("Ayşe Yılmaz")
    await page.locator("#palette input").fill(f"#{case.number}")
    await expect(page.locator("#palette [role=option]")).to_contain_text(["Where is my parcel?"])
    await page.keyboard.press("Enter")
    await expect(page.locator(".subject")).to_have_text("Where is my parcel?")
    await ask(page, "unassigned")
    await expect(page.locator("#palette [data-href='/inbox/unassigned']")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(page.locator("#palette")).to_be_hidden()


async def test_keys_one_after_the_other_lead_to_views(office: Office, window: Any) -> None:
    page = await window("Ada", "/inbox/mine", **size("wide"))
    await page.keyboard.press("g")
    await page.keyboard.press("u")
    await page.wait_for_url("**/inbox/unassigned")
    await page.keyboard.press("?")
    await expect(page.locator("#shortcuts")).to_contain_text("Go to my cases")
    await picture(page, "shortcuts-groups")


async def test_the_palette_names_nothing_that_cy_may_not_see(office: Office, visit: Visit) -> None:
    case = await office.says("My secret parcel", name="Mia")
    cy, ada = await visit("Cy"), await visit("Ada")
    assert "secret" in (await ada.get(f"/palette?q=%23{case.number}"))[1]
    assert "secret" not in (await cy.get(f"/palette?q=%23{case.number}"))[1]
    for asked in ("99999999999999999999", "#", "%23²", "x" * 5000, "%00", "'"):
        assert (await cy.get(f"/palette?q={asked}"))[0] == 200


async def test_a_bot_case_is_taken_by_a_key(office: Office, window: Any) -> None:
    case = await office.says("Hello", inbox="bot")
    page = await window("Ada", f"/inbox/bot/{case.number}", **size("wide"))
    await expect(page.locator("#taking")).to_have_attribute("data-htmx-powered", "true")
    await page.keyboard.press("i")
    await expect(page.locator("#lines")).to_contain_text("Ada took over from the bot")


async def test_pictures_are_shown_large_one_after_the_other(office: Office, window: Any) -> None:
    for name in ("one", "two"):
        office.sms().kept[name] = PNG
    case = await office.says("Look", name="Mia", inbox="sms", media={"one.png": "one", "two.png": "two"})
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.locator(".file").first.click()
    viewer = page.locator("#viewer")
    await expect(viewer).to_be_visible()
    await expect(viewer.locator("figcaption")).to_have_text("one.png · 1/2")
    await page.keyboard.press("ArrowRight")
    await expect(viewer.locator("figcaption")).to_have_text("two.png · 2/2")
    await picture(page, "viewer")
    await page.keyboard.press("Escape")
    await expect(viewer).to_be_hidden()
    await expect(page.locator(".file").nth(1)).to_be_focused()


async def test_saved_views_teams_and_channels_are_found_by_those_who_may_see_them(
    office: Office, visit: Visit
) -> None:  # fmt: skip
    ada, bo, cy = await visit("Ada"), await visit("Bo"), await visit("Cy")
    await bo.post("/saved-views", name="Öfkeli <b>", view="all", query="priority=urgent&label=x")
    for asked, whose, found in (
        ("ofkeli", bo, "/inbox/all?label=x&amp;priority=urgent"), ("support", bo, "/inbox/team-"),
        ("fakesms", ada, "/inbox/channel-fakesms"), ("billing", cy, "/inbox/team-"),
    ):  # fmt: skip
        assert f'data-href="{found}' in (await whose.get(f"/palette?q={asked}"))[1], asked
    assert "<small>Kayıtlı görünüm</small>" in (await bo.get("/palette?q=ofkeli"))[1]
    for whose, asked in ((ada, "ofkeli"), (bo, "billing")):
        assert "data-href" not in (await whose.get(f"/palette?q={asked}"))[1]
    assert "team-" not in (await bo.get("/palette"))[1]


async def test_what_has_no_key_is_opened_from_the_palette(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    for name, place in (
        ("split", "#more [hx-get$='/splitting']"), ("mark spam", "#more [action$='/spam'] button:not([name])"),
        ("block the", "#more [name=block]"), ("merge", "#more [hx-get$='/merging']"),
        ("change status", "#status-menu [value=open]"), ("add task", "#adding-task [name=text]"),
        ("link a case", "#adding-link [name=other]"), ("canned", "#text"),
    ):  # fmt: skip
        await ask(page, name)
        await expect(page.locator("#palette [aria-selected=true]")).to_have_attribute("data-command", _ANY)
        await page.keyboard.press("Enter")
        await expect(page.locator(place).first).to_be_focused()
        await page.keyboard.press("Escape")
    await expect(page.locator("#text")).to_have_value("/")
