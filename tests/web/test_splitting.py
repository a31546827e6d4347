"""Splitting messages off by the pages."""

from typing import Any

from playwright.async_api import expect

from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size


async def test_messages_are_split_off_and_put_back(office: Office, window: Any) -> None:
    case = await office.says("My parcel?", name="Mia")
    await office.says("And my bill?")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.keyboard.press(".")
    await page.get_by_role("button", name="Split messages off").click()
    await page.locator(".splitting label", has_text="And my bill?").click()
    await page.locator("#split-subject").fill("The bill")
    await picture(page, "splitting")
    await page.get_by_role("button", name="Split off", exact=True).click()
    await expect(page.locator(".subject")).to_have_text("The bill")
    await expect(page.locator("#lines .msg .text")).to_have_text(["And my bill?"])
    await picture(page, "split")
    await page.locator("#lines .event").get_by_role("button", name="Undo").click()
    await expect(page.locator("#lines .msg .text")).to_have_text(["My parcel?", "And my bill?"])


async def test_cy_is_refused_and_nonsense_too(office: Office, visit: Visit) -> None:
    case = await office.says("My secret parcel")
    await office.says("My secret bill")
    cy, ada = await visit("Cy"), await visit("Ada")
    assert (await cy.get(f"/cases/{case.number}/splitting"))[0] == 404
    assert (await cy.post(f"/cases/{case.number}/splitting", message="2"))[0] == 404
    assert (await cy.post(f"/cases/{case.number}/splitting/undoing"))[0] == 404
    for message, status in (("x", 422), ("", 422), ("9" * 30, 422), ("-1", 422), ("²", 422), ("99999", 409)):
        assert (message, (await ada.post(f"/cases/{case.number}/splitting", message=message))[0]) == (message, status)
