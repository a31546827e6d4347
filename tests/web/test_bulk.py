"""Choosing cases in the list and doing something with all of them."""

from typing import Any

from playwright.async_api import expect

from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size


async def test_cases_are_chosen_and_prioritised_by_keyboard_and_it_is_undone(office: Office, window: Any) -> None:
    made = [
        await office.says(f"Question {number}", sender=f"person{number}", name=f"Mia {number}") for number in range(4)
    ]
    page = await window("Ada", "/inbox/all", **size("wide"))
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("Shift+X")
    await expect(page.locator("#chosen-count")).to_have_text("3 chosen")
    await expect(page.locator(".row.is-chosen")).to_have_count(3)
    await page.keyboard.press("Shift+B")
    await expect(page.locator("#bulk [data-filter]")).to_be_focused()
    await page.keyboard.type("high")
    await picture(page, "bulk-menu")
    await page.keyboard.press("Enter")
    await expect(page.locator("#bulk-progress")).to_contain_text("0 of 3")
    await office.work()
    await expect(page.locator("#bulk-progress")).to_contain_text("Done on 3 cases.")
    await picture(page, "bulk-done")
    assert [(await office.case(case.number)).priority for case in made] == ["normal", "high", "high", "high"]
    await page.locator("#bulk-progress").get_by_role("button", name="Undo").click()
    await expect(page.locator("#bulk-progress progress")).to_be_visible()
    await office.work()
    await expect(page.locator("#bulk-progress")).to_contain_text("Undone on 3 cases.")
    assert (await office.case(made[3].number)).priority == "normal"


async def test_the_whole_view_is_resolved(office: Office, window: Any) -> None:
    made = [await office.says(f"Question {number}", sender=f"person{number}") for number in range(3)]
    page = await window("Ada", "/inbox/all", **size("wide"))
    await page.locator(".row .avatar").first.click()
    await expect(page.locator("#chosen-count")).to_have_text("1 chosen")
    await page.locator("#choose-all").click()
    await page.locator("#bulk summary").click()
    await page.locator("#bulk").get_by_role("button", name="Resolve", exact=True).click()
    await expect(page.locator("#bulk-progress")).to_contain_text("of 3")
    await office.work()
    await expect(page.locator(".row[data-number]")).to_have_count(0)
    assert {(await office.case(case.number)).category for case in made} == {"resolved"}


async def test_cy_changes_nothing_that_he_may_not_see(office: Office, visit: Visit) -> None:
    case = await office.says("My secret parcel")
    cy, ada = await visit("Cy"), await visit("Ada")
    assert (await cy.post("/bulk", does="priority:high", cases=str(case.number)))[0] == 422
    status, text = await ada.post("/bulk", does="priority:high", cases=str(case.number))
    assert status == 200
    job = text.partition("/bulk/")[2].partition('"')[0]
    assert (await cy.get(f"/bulk/{job}"))[0] == 404
    assert (await cy.post(f"/bulk/{job}/undoing"))[0] == 404


async def test_what_makes_no_sense_is_refused(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    ada = await visit("Ada")
    for form in (
        {"does": "priority:high"}, {"does": "priority:high", "cases": "x"}, {"does": "x", "cases": str(case.number)},
        {"does": "priority:x", "cases": str(case.number)}, {"cases": str(case.number)},
        {"does": "snooze:soon", "cases": str(case.number)},
        {"does": "snooze:2001-01-01T09:00", "cases": str(case.number)},
        {"does": "add_labels", "cases": str(case.number)},
    ):  # fmt: skip
        assert (form, (await ada.post("/bulk", **form))[0]) == (form, 422)
