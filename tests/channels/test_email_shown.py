"""Real mails in a real browser: pictures in their places, mails that were passed on as files, the new text first."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from channels.email.receiving.raw import raw_message
from omnidesk.desk.configuration import InboxEntry
from omnidesk.store.models import Case
from tests.browser import NEEDS_CHROMIUM
from tests.channels.hosted import ada_browses, hosted_desk
from tests.web.test_browser import picture

SAMPLES = Path(__file__).parent.parent / "samples" / "email"
POST = InboxEntry.model_validate(
    {
        "slug": "post", "channel": "email", "name": "Post", "team": "support",
        "settings": {"address": "destek@omnidesk.example"},
    }
)  # fmt: skip
on_one_database = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


@NEEDS_CHROMIUM
@on_one_database
async def test_samples_are_shown(store_url: str, tmp_path: Path) -> None:
    async with hosted_desk(store_url, tmp_path, POST, public_url="http://desk.example") as (office, url):
        numbers = {}
        for name in ("apple_inline_image", "forwarded_rfc822"):
            body = (SAMPLES / f"{name}.eml").read_bytes()
            await office.reception("post").receive(raw_message(body, "mia@x.example", (), ""))
            await office.work()
            numbers[name] = max(case.number for case in await office.all(Case))
        async with ada_browses(office, url) as page:
            await page.goto(f"/inbox/all/{numbers['apple_inline_image']}")
            await page.get_by_text("Show original").click()
            image = page.frame_locator("iframe").locator("img")
            await expect(image).not_to_have_js_property("naturalWidth", 0)
            await expect(page.locator(".head").get_by_text("not proven")).to_be_visible()
            await picture(page, "mail-inline-image")
            await page.goto(f"/inbox/all/{numbers['forwarded_rfc822']}")
            async with page.expect_download() as downloading:
                await page.get_by_role("link", name="Garanti.eml").click()
            downloaded = await downloading.value
            assert downloaded.suggested_filename == "Garanti.eml"
            await downloaded.save_as(tmp_path / "saved.eml")
            assert b"Subject:" in (tmp_path / "saved.eml").read_bytes()
            await picture(page, "mail-forwarded")
