"""Saving a list under a name."""

from typing import Any

from playwright.async_api import expect
from sqlmodel import col

from omnidesk.desk import actions, changes
from omnidesk.store.models import Agent, SavedView
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size


async def test_a_filtered_list_is_saved_and_found_again(office: Office, window: Any) -> None:
    urgent, other = await office.says("Fire"), await office.says("Rain", sender="other")
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        case = await actions.for_work(tx, viewer, urgent.number)
        await changes.VERBS["priority"](tx, viewer, case, "urgent")
    page = await window("Ada", "/inbox/all?priority=urgent", **size("wide"))
    await page.locator("#saving summary").click()
    await page.locator("#saving [name=name]").fill("On fire")
    await picture(page, "save-view")
    await page.keyboard.press("Enter")
    await expect(page.locator(".views [aria-current=page]")).to_have_text("On fire 1")
    await expect(page.locator(".row .subj")).to_have_text(["Fire"])
    await picture(page, "saved-view")
    await page.goto("/inbox/all")
    await expect(page.locator(f"#row-{other.number}")).to_be_visible()
    await page.get_by_role("link", name="On fire").click()
    await expect(page.locator(".row .subj")).to_have_text(["Fire"])
    await page.get_by_role("button", name="Delete view").click()
    await page.locator(".toast.ok button").click()
    await expect(page.locator(".views [aria-current=page]")).to_have_text("On fire 1")


async def test_a_view_is_its_agent_s_until_a_supervisor_shares_one(office: Office, visit: Visit) -> None:
    ada, bo, cy = await visit("Ada"), await visit("Bo"), await visit("Cy")
    assert (await bo.post("/saved-views", name="Mine alone", view="all", query="priority=urgent"))[0] in (200, 303)
    assert (await bo.post("/saved-views", name="Shared", view="all", query="", whose="all"))[0] == 403
    assert (await ada.post("/saved-views", name="For all", view="all", query="priority=low", whose="all"))[0] in (
        200,
        303,
    )
    assert "Mine alone" in (await bo.get("/inbox/all"))[1]
    for page in ((await ada.get("/inbox/all"))[1], (await cy.get("/inbox/all"))[1]):
        assert "Mine alone" not in page
        assert "For all" in page
    own, shared = await office.all(SavedView)
    assert (await cy.post(f"/saved-views/{own.id}/deletion"))[0] == 404
    assert (await cy.post(f"/saved-views/{shared.id}/deletion"))[0] == 403
    await office.change(Agent, col(Agent.name) == "Bo", role="viewer")
    assert (await bo.post("/saved-views", name="x", view="all"))[0] == 403


async def test_what_makes_no_sense_is_refused(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    for form, status in (
        ({"name": " ", "view": "all"}, 422), ({"name": "x" * 61, "view": "all"}, 422),
        ({"name": "x", "view": "nothing"}, 404), ({"name": "x", "view": "all", "query": "priority=nonsense"}, 422),
        ({"name": "x", "view": "all", "whose": "7"}, 422),
        ({"name": "x", "view": "all", "whose": "x"}, 422),
    ):  # fmt: skip
        assert (form, (await ada.post("/saved-views", **form))[0]) == (form, status)


async def test_a_view_is_renamed_and_shows_another_list(office: Office, window: Any, visit: Visit) -> None:
    ada = await visit("Ada")
    await ada.post("/saved-views", name="Fire", view="all", query="priority=urgent")
    await ada.post("/saved-views", name="Rain", view="all", query="priority=low")
    page = await window("Ada", "/inbox/all?priority=high", **size("wide"))
    await page.locator("#saving summary").click()
    await picture(page, "save-changes")
    await page.locator(".instead").get_by_role("button", name="Fire").click()
    await expect(page.locator(".views [aria-current=page]")).to_have_text("Fire")
    await page.locator("#renaming summary").click()
    name = page.locator("#renaming [name=name]")
    await expect(name).to_be_focused()
    await name.fill("RAIN")
    await name.press("Enter")
    await expect(page.locator(".toast.bad")).to_contain_text("There is a view with this name already")
    await expect(name).to_have_value("RAIN")
    await name.fill("Hot")
    await name.press("Enter")
    await expect(page.locator(".views [aria-current=page]")).to_have_text("Hot")
    assert {(one.name, one.query) for one in await office.all(SavedView)} == {
        ("Hot", "priority=high"), ("Rain", "priority=low"),
    }  # fmt: skip


async def test_only_who_may_changes_a_view(office: Office, visit: Visit) -> None:
    ada, bo, cy = await visit("Ada"), await visit("Bo"), await visit("Cy")
    await bo.post("/saved-views", name="Mine", view="all", query="priority=low")
    await ada.post("/saved-views", name="Shared", view="all", query="priority=low", whose="all")
    own, shared = [f"/saved-views/{one.id}" for one in await office.all(SavedView)]
    assert [(await cy.post(path, name="x"))[0] for path in (own, shared)] == [404, 403]
    assert (await ada.post(own, name="x"))[0] == 404
    for form, status in (({"name": " "}, 422), ({"query": "priority=nonsense"}, 422), ({"name": "Mine"}, 303)):
        assert (form, (await bo.post(own, **form))[0]) == (form, status)
    await bo.post(f"{own}/deletion")
    assert (await bo.post(own, name="y"))[0] == 404


async def test_names_are_one_s_own_once_and_others_views_do_not_count(office: Office, visit: Visit) -> None:
    ada, bo = await visit("Ada"), await visit("Bo")
    for index in range(50):
        await ada.post("/saved-views", name=f"Shared {index}", view="all", query="priority=low", whose="all")
    assert (await ada.post("/saved-views", name="More", view="all", query="priority=low", whose="all"))[0] == 409
    assert (await bo.post("/saved-views", name="Mine", view="all", query="priority=low"))[0] == 303
    assert (await bo.post("/saved-views", name="MINE", view="all", query="priority=high"))[0] == 409
    assert (await ada.post("/saved-views", name="Mine", view="all", query="priority=low"))[0] == 303
    assert (await bo.post("/saved-views", name="Plain", view="all", query=""))[0] == 422
