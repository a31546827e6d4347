"""What a channel can't carry in one piece: the composer says how it goes, and lets it go."""

from typing import Any

import pytest
from playwright.async_api import expect

from omnidesk.store.models import Delivery
from tests.office import Office
from tests.web.test_browser import picture, size

FIRST, SECOND = "Merhaba! " * 160, "Hemen bakıyorum. " * 30


@pytest.mark.parametrize("screen", ["wide", "phone"])
async def test_a_long_reply_with_a_file_goes_in_parts_and_with_a_link(
    office: Office, window: Any, screen: str
) -> None:  # fmt: skip
    case = await office.says("Hello", name="Mia", sender="+905321112233", inbox="sms")
    page = await window("Ada", f"/inbox/all/{case.number}", **size(screen))
    await page.fill("#text", "Short")
    await expect(page.locator("#counter")).to_contain_text("5 / 1600")
    await page.fill("#text", f"{FIRST}\n\n{SECOND}")
    await expect(page.locator("#counter")).to_have_text("Goes out as 2 messages")
    await page.set_input_files("#files", {"name": "bill.txt", "mimeType": "text/plain", "buffer": b"12.50"})
    await expect(page.locator(".uploads .as-link")).to_have_text("goes as a link")
    await picture(page, f"parts-{screen}")
    await page.click("#send")
    await expect(page.locator(".msg.out")).to_contain_text("Hemen")
    await office.work()
    first, second = office.sms().sent
    assert first.text == FIRST.strip()
    assert second.text.startswith(f"{SECOND.strip()}\n\nbill.txt (1 KB): http")
    assert [one.state for one in await office.all(Delivery)] == ["sent"]
