"""Snoozing, team, priority and labels from the page."""

from typing import Any

import pytest
from playwright.async_api import expect
from sqlmodel import col

from omnidesk.store.models import Team
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size


async def test_a_case_is_labelled_and_prioritised_by_keyboard(office: Office, window: Any) -> None:
    case = await office.says("Where is my parcel?", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.keyboard.press("l")
    await expect(page.locator("#pick-labels [data-filter]")).to_be_focused()
    await page.keyboard.type("late parcel")
    await picture(page, "labels-new")
    await page.keyboard.press("Enter")
    await expect(page.locator("#side .chip", has_text="late parcel")).to_be_visible()
    await page.keyboard.press("p")
    await expect(page.locator("#pick-priority [data-filter]")).to_be_focused()
    await page.keyboard.type("urg")
    await page.keyboard.press("Enter")
    await expect(page.locator("#side .chip.bad")).to_have_text("Urgent")
    await expect(page.locator("#lines")).to_contain_text("Ada changed the priority: Normal → Urgent")
    await picture(page, "labelled")
    await page.locator("#side .chip button").click()
    await expect(page.locator("#side .chip", has_text="late parcel")).to_have_count(0)


async def test_a_case_is_snoozed_and_woken_by_keyboard(office: Office, window: Any) -> None:
    case = await office.says("Where is my parcel?", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.keyboard.press("z")
    await picture(page, "snooze-menu")
    await page.keyboard.press("Enter")
    await expect(page.locator("#case-head")).to_contain_text("snoozed until the customer writes")
    await expect(page.locator(f"#row-{case.number}")).to_have_count(0)
    await page.keyboard.press("z")
    await expect(page.locator(f"#row-{case.number}")).to_have_count(1)


async def test_spam_is_marked_and_taken_back_with_one_click(office: Office, window: Any) -> None:
    case = await office.says("Buy this", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.locator("#more summary").click()
    await picture(page, "more-menu")
    await page.get_by_role("button", name="Mark as spam and block the sender").click()
    await expect(page.locator(f"#row-{case.number}")).to_have_count(0)
    await expect(page.locator("#side")).to_contain_text("blocked")
    await page.locator(".toast.ok button").click()
    await expect(page.locator(f"#row-{case.number}")).to_have_count(1)
    await expect(page.locator("#side .points")).not_to_contain_text("blocked")


async def test_the_properties_are_changed_on_a_phone(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia")
    page = await window("Bo", f"/inbox/all/{case.number}", **size("phone"))
    await page.locator("#side-button").click()
    await page.locator("#pick-priority summary").click()
    await picture(page, "priority-phone")
    await page.locator("#pick-priority button", has_text="Yüksek").click()
    await expect(page.locator("#side .chip.warn")).to_have_text("Yüksek")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("snooze", {"until": "reply"}), ("waking", {}), ("team", {"team": "support"}),
        ("priority", {"priority": "high"}), ("labels", {"label": "x"}),
        ("spam", {"block": "true"}), ("spam/undoing", {}),
    ],
)  # fmt: skip
async def test_cy_is_refused(office: Office, visit: Visit, path: str, form: dict[str, str]) -> None:
    case = await office.says("My secret parcel")
    cy, ada = await visit("Cy"), await visit("Ada")
    assert (await cy.post(f"/cases/{case.number}/{path}", **form))[0] == 404
    assert (await cy.get(f"/cases/{case.number}/options/labels"))[0] == 404
    assert (await ada.post(f"/cases/{case.number}/{path}", **form))[0] in (200, 204, 303)


async def test_what_makes_no_sense_is_refused_kindly(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    ada = await visit("Ada")
    for path, form in (
        ("snooze", {"until": "soon"}), ("snooze", {"until": "2020-01-01T09:00"}), ("snooze", {}),
        ("team", {"team": "nobody"}), ("priority", {"priority": "x"}), ("labels", {"label": " "}),
        ("labels", {"label": "x" * 51}), ("labels", {"label": "\u202e\u200b"}),
    ):  # fmt: skip
        assert (path, form, (await ada.post(f"/cases/{case.number}/{path}", **form))[0]) == (path, form, 422)


async def test_who_gives_a_case_to_a_closed_team_is_told_that_it_went(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    await office.change(Team, col(Team.slug) == "billing", closed=True)
    bo = await visit("Bo")
    assert (await bo.post(f"/cases/{case.number}/team", team="billing"))[0] in (204, 303, 404)
    assert (await office.case(case.number)).shelf == "open"
