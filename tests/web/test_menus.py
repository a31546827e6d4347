"""Menus under quick hands: what was called off does not come, and nothing moves the focus once it is there."""

import asyncio
from typing import Any

from playwright.async_api import expect

from tests.office import Office
from tests.web.test_browser import size


async def test_a_menu_that_is_opened_closed_and_opened_again_comes_once(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    waits = iter((0.6, 0.1, 0.1))
    came = []

    async def slowly(route: Any) -> None:
        await asyncio.sleep(next(waits))
        came.append(route.request.url)
        await route.continue_()

    await page.route("**/assignment", slowly)
    await page.keyboard.press("a")
    await page.wait_for_timeout(60)
    await page.keyboard.press("Escape")
    await page.wait_for_timeout(60)
    await page.keyboard.press("a")
    field = page.locator("#assign .sheet [data-filter]")
    await expect(field).to_be_focused()
    await page.keyboard.type("bo")
    await page.wait_for_timeout(900)
    await expect(field).to_be_focused()
    await expect(field).to_have_value("bo")


async def test_a_menu_that_is_closed_before_it_came_stays_empty(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))

    async def slowly(route: Any) -> None:
        await asyncio.sleep(0.3)
        await route.continue_()

    await page.route("**/assignment", slowly)
    await page.keyboard.press("a")
    await page.wait_for_timeout(60)
    await page.keyboard.press("Escape")
    await page.wait_for_timeout(700)
    await expect(page.locator("#assign .sheet > *")).to_have_count(0)
    await page.keyboard.press("r")
    await expect(page.locator("#text")).to_be_focused()
