"""Merging in a real browser: by keyboard, seen at once on a colleague's page, and undone from the log."""

from typing import Any

from playwright.async_api import expect

from tests.office import Office
from tests.web.test_browser import SCREENS, picture, size
from tests.web.test_merging import both


async def test_a_case_is_merged_by_keyboard_and_undone_from_the_log(office: Office, window: Any) -> None:
    one, other = await both(office)
    page = await window("Ada", f"/inbox/all/{other.number}", **size("wide"))
    beside = await window("Bo", f"/inbox/all/{one.number}", **size("wide"))
    said = beside.locator("#lines .msg.in .text")
    await expect(said).to_have_text(["The order is late"])
    await page.locator("#more summary").press("Enter")
    await page.get_by_role("button", name="Merge into another case …").press("Enter")
    await expect(page.locator("#merge-into")).to_be_focused()
    await picture(page, "merge-candidates")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#more form")).to_contain_text(f"to #{one.number} and closes this case.")
    await picture(page, "merge-preview")
    await page.get_by_role("button", name="Merge", exact=True).press("Enter")
    await expect(page.locator("#lines .msg.in .text")).to_have_text(["The order is late", "Where is it?"])
    await picture(page, "merged")
    await expect(said).to_have_text(["The order is late", "Where is it?"])
    await page.locator("#lines .event").get_by_role("button", name="Undo").click()
    await expect(page.locator("#lines .msg.in .text")).to_have_text(["The order is late"])
    await expect(said).to_have_text(["The order is late"])


async def test_the_preview_fits_every_screen(office: Office, window: Any) -> None:
    one, other = await both(office)
    for name in SCREENS:
        page = await window("Ada", f"/inbox/all/{other.number}", **size(name))
        await page.locator("#more summary").click()
        await page.get_by_role("button", name="Merge into another case …").click()
        await page.locator("#merge-candidates button", has_text=f"#{one.number}").click()
        await expect(page.locator("#more form")).to_be_visible()
        await picture(page, f"merge-preview-{name}")
        box = await page.locator("#more .sheet").bounding_box()
        width = await page.evaluate("innerWidth")
        assert 0 <= box["x"] <= width - box["width"], name
