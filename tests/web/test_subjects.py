"""Lists of mail say what a case is about and what was said last, on one line."""

from typing import Any

from playwright.async_api import expect

from tests.office import Office
from tests.web.test_browser import picture, size


async def heights(page: Any) -> set[float]:
    return set(await page.eval_on_selector_all(".row", "rows => rows.map(row => row.getBoundingClientRect().height)"))


async def test_a_row_of_mail_has_subject_and_last_words_and_is_as_high_as_others(office: Office, window: Any) -> None:
    await office.says("A chat", name="Noa", sender="noa")
    await office.says("I have waited a week", name="Mia", subject="Where is my parcel?", inbox="mail", message_id="1@x")
    words = "A subject that goes on and on, longer than any list is wide, since some people write so " * 3
    await office.says("Short", name="Eve", sender="eve", subject=words, inbox="mail", message_id="2@x")
    page = await window("Ada", "/inbox/all", **size("wide"))
    rows = page.locator(".row .subj")
    await expect(rows.nth(1).locator(".about")).to_have_text("Where is my parcel?")
    await expect(rows.nth(1).locator(".last")).to_have_text("I have waited a week")
    await expect(rows.nth(0).locator(".last")).to_be_in_viewport()
    await expect(rows.nth(2)).to_have_text("A chat")
    assert len(await heights(page)) == 1
    await picture(page, "subjects")
    await page.set_viewport_size({"width": 390, "height": 844})
    assert len(await heights(page)) == 1
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.emulate_media(color_scheme="dark")
    await picture(page, "subjects-phone")
