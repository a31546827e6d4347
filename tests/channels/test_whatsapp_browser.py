"""The 24 hours in a real browser: what the composer says, and the template that takes the place of the text."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from omnidesk.store.models import Agent, Case, ContactPoint, Draft
from tests.browser import NEEDS_CHROMIUM
from tests.channels.hosted import ada_browses
from tests.channels.whatsapp_desk import WhatsAppDesk, whatsapp_desk
from tests.web.test_browser import picture

pytestmark = [NEEDS_CHROMIUM, pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)]
READS = "Merhaba Mia, 17 numaralı siparişiniz yola çıktı."


@asynccontextmanager
async def opened(store_url: str, folder: Path, **later: float) -> AsyncIterator[tuple[WhatsAppDesk, Page]]:
    """Mia has written, so much time has passed, and Ada looks at it."""
    async with whatsapp_desk(store_url, folder, desk={"public_url": ""}) as desk:
        await desk.office.change(Agent, Agent.name == "Ada", undo_send_seconds=0)
        await desk.hear("Merhaba, siparişim nerede?")
        desk.office.clock.skip(**later)
        (case,) = await desk.office.all(Case)
        async with ada_browses(desk.office, desk.url) as page:
            await page.goto(f"/inbox/all/{case.number}")
            yield desk, page


async def three_ways(page: Page, name: str) -> None:
    """Keep it in the light, in the dark, and on a phone."""
    await picture(page, f"{name}-light")
    await page.emulate_media(color_scheme="dark")
    await picture(page, f"{name}-dark")
    await page.set_viewport_size({"width": 390, "height": 844})
    await picture(page, f"{name}-phone-dark")
    await page.emulate_media(color_scheme="light")
    await picture(page, f"{name}-phone")
    await page.set_viewport_size({"width": 1200, "height": 900})


async def test_the_composer_says_how_long_free_answers_go(store_url: str, tmp_path: Path) -> None:
    async with opened(store_url, tmp_path, hours=19) as (_, page):
        open_window = page.locator("[data-open]")
        await expect(open_window).to_contain_text("Free answers until")
        await expect(open_window).to_contain_text("left")
        await expect(page.locator("#text")).to_be_visible()
        await three_ways(page, "window-open")
        await page.fill("#text", "Yolda!")
        await page.click("#send")
        await expect(page.locator(".msg.out .text")).to_have_text("Yolda!")


async def test_a_template_takes_the_place_of_the_text(store_url: str, tmp_path: Path) -> None:
    async with opened(store_url, tmp_path, hours=25) as (desk, page):
        await expect(page.locator("[data-over]")).to_be_visible()
        await expect(page.locator("#text")).to_be_hidden()
        chooser = page.locator("#template-name")
        await expect(chooser).to_be_visible()
        await three_ways(page, "window-over")

        await page.keyboard.press("r")
        await expect(chooser).to_be_focused()
        await chooser.select_option(label="order_update")
        await expect(page.locator(".reads")).to_have_text(READS.replace("Mia", "{{1}}").replace("17", "{{2}}"))
        await expect(chooser).to_be_focused()
        await page.keyboard.press("Tab")
        await expect(page.get_by_label("Ad", exact=True)).to_be_focused()
        await page.keyboard.type("Mia")
        await page.get_by_label("Sipariş", exact=True).fill("17")
        await expect(page.locator(".reads")).to_have_text(READS)
        await three_ways(page, "template-chosen")

        await expect(page.locator("#saved")).to_have_text("Draft saved")
        await page.reload()
        await expect(page.locator(".reads")).to_have_text(READS)
        await page.get_by_label("Ad", exact=True).press("Control+Enter")
        await expect(page.locator(".msg.out .text")).to_have_text(READS)
        await expect(page.locator(".msg.out .head")).to_contain_text("template")
        await expect(page.locator(":is(.blanks, .reads)")).to_have_count(0)
        await expect(chooser).to_have_value("")
        await desk.office.work()
        assert desk.phone == ["order_update"]
        assert await desk.office.all(Draft) == []
        await picture(page, "template-sent")


async def test_when_the_person_answers_the_text_is_back(store_url: str, tmp_path: Path) -> None:
    async with opened(store_url, tmp_path, hours=25) as (desk, page):
        await expect(page.locator("#text")).to_be_hidden()
        await desk.hear("Orada mısınız?")
        await expect(page.locator("#text")).to_be_visible()
        await expect(page.locator("[data-open]")).to_contain_text("left")


async def test_the_way_that_is_chosen_says_what_may_be_sent(store_url: str, tmp_path: Path) -> None:
    async with opened(store_url, tmp_path, hours=25) as (desk, page):
        (point,) = await desk.office.all(ContactPoint)
        other = await desk.office.says("Hello", sender="mia")
        await desk.office.change(ContactPoint, ContactPoint.address == "mia", contact_id=point.contact_id)
        await desk.office.change(Case, Case.id == other.id, contact_id=point.contact_id)
        await page.goto(f"/inbox/all/{other.number}")
        await expect(page.locator("#text")).to_be_visible()
        await expect(page.locator("[data-window]")).to_be_hidden()
        await page.select_option("#way", value=str(point.id))
        await expect(page.locator("[data-over]")).to_be_visible()
        await expect(page.locator("#text")).to_be_hidden()
        await page.locator("#template-name").select_option(label="order_update")
        await page.get_by_label("Ad", exact=True).fill("Mia")
        await page.get_by_label("Sipariş", exact=True).fill("17")
        await page.click("#send")
        await expect(page.locator(".msg.out .text")).to_have_text(READS)
        await desk.office.work()
        assert desk.phone == ["order_update"]


async def test_a_note_is_written_as_ever(store_url: str, tmp_path: Path) -> None:
    async with opened(store_url, tmp_path, hours=25) as (_, page):
        await page.keyboard.press("n")
        await page.keyboard.type("She waits")
        await expect(page.locator("#template")).to_be_hidden()
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".msg.note .text")).to_have_text("She waits")
        await expect(page.locator("#template")).to_be_visible()


async def test_a_template_can_be_chosen_before_it_is_needed_and_the_text_stays(store_url: str, tmp_path: Path) -> None:
    async with opened(store_url, tmp_path) as (_, page):
        button = page.get_by_role("button", name="Template")
        await page.fill("#text", "half a thought")
        await button.click()
        await expect(page.locator("#text")).to_be_hidden()
        await expect(page.locator("#template-name")).to_be_focused()
        await expect(button).to_have_attribute("aria-pressed", "true")
        await button.click()
        await expect(page.locator("#text")).to_have_value("half a thought")
        await expect(page.locator("#text")).to_be_focused()


async def test_the_window_closes_while_the_page_is_open(store_url: str, tmp_path: Path) -> None:
    async with opened(store_url, tmp_path, hours=23, minutes=59, seconds=58) as (_, page):
        await page.wait_for_timeout(3000)
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await expect(page.locator("[data-over]")).to_be_visible()
        await expect(page.locator("#text")).to_be_hidden()
        await expect(page.locator("[data-over]")).to_have_text(re.compile("Choose a template"))
