"""The pages on which canned replies and macros are set up."""

from typing import Any

import pytest
from playwright.async_api import expect

from omnidesk.desk.macros import Written
from omnidesk.store.models import Macro, MacroKind
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_accessibility import violations
from tests.web.test_browser import picture, size
from tests.web.test_case_shape import furnished
from tests.web.test_macros import GREETING, URGENT, made

REPLIES = "/settings/canned-replies"


async def test_an_agent_keeps_one_for_themselves_changes_deletes_and_brings_it_back(
    office: Office, visit: Visit
) -> None:
    bo = await visit("Bo")
    form = {"name": "Mine", "owner": "me", "text_tr": "Merhaba\r\nsize"}
    assert (await bo.post(REPLIES, **form))[0] == 303
    (macro,) = await office.all(Macro)
    assert macro.texts == {"tr": "Merhaba\nsize"}
    at = f"{REPLIES}/{macro.id}"
    assert (await bo.post(at, **{**form, "name": "Still mine", "version": "1"}))[0] == 303
    assert (await bo.post(at, **{**form, "version": "1"}))[0] == 409
    assert "Still mine" in (await bo.get(at))[1]
    assert (await bo.post(f"{at}/deletion"))[0] == 303
    assert (await bo.get(at))[0] == 404
    assert f"{at}/restoring" in (await bo.get(f"{REPLIES}?deleted={macro.id}"))[1]
    assert (await bo.post(f"{at}/restoring"))[0] == 303
    assert (await bo.get(at))[0] == 200


async def test_shared_ones_are_changed_by_supervisors(office: Office, visit: Visit) -> None:
    macro_id = await made(office, GREETING)
    bo = await visit("Bo")
    at = f"{REPLIES}/{macro_id}"
    assert '<fieldset class="fields" disabled' in (await bo.get(at))[1]
    assert (await bo.post(at, name="x", owner="me", text_en="x", version="1"))[0] == 403
    assert (await bo.post(f"{at}/deletion"))[0] == 403
    assert (await bo.post(REPLIES, name="x", owner="all", text_en="x"))[0] == 403


async def test_cy_is_refused_what_belongs_to_others(office: Office, visit: Visit) -> None:
    (team_id,) = (await office.viewer("Bo")).team_ids
    ours = await made(office, Written(MacroKind.CANNED_REPLY, "Secret", "", {"en": "x"}, team_id=team_id))
    own = await made(office, Written(MacroKind.CANNED_REPLY, "Secret too", "", {"en": "x"}, mine=True), "Bo")
    cy = await visit("Cy")
    assert "Secret" not in (await cy.get(REPLIES))[1]
    for macro_id in (ours, own):
        at = f"{REPLIES}/{macro_id}"
        assert (await cy.get(at))[0] == 404
        for path in (at, f"{at}/deletion", f"{at}/restoring"):
            assert (await cy.post(path, name="x", text_en="x"))[0] == 404


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": " "}, "at most 120"),
        ({"name": "x"}, "at least one language"),
        ({"name": "x", "text_en": "y", "owner": "5"}, "can't be chosen"),
    ],
)
async def test_what_is_wrong_is_told_beside_what_was_typed(visit: Visit, form: dict[str, str], said: str) -> None:
    status, text = await (await visit("Ada")).post(REPLIES, **form)
    assert (status, said in text) == (422, True)


async def test_the_preview_shows_both_languages_and_names_unknown_variables(visit: Visit) -> None:
    texts = {"text_en": "Hi {{contact.first_name}} {{contact.nam}} <b>", "text_tr": "Selam {{agent.name}}"}
    status, text = await (await visit("Ada")).post(f"{REPLIES}/preview", **texts)
    assert status == 200
    assert all(part in text for part in ("Hi Mia", "&lt;b&gt;", "Selam Ada", "There is no variable contact.nam."))


async def test_a_macro_is_made_in_the_browser(office: Office, window: Any) -> None:
    await made(office, URGENT)
    page = await window("Ada", "/settings/macros", **size("wide"))
    await picture(page, "macros-list")
    await page.get_by_role("link", name="New", exact=True).click()
    await page.get_by_label("Name", exact=True).fill("Wait for details")
    await page.get_by_label("Shortcut, typed after").fill("details")
    add = page.locator("#add-action")
    await add.click()
    await add.click()
    await page.locator(".action").nth(1).get_by_label("Action").select_option("add_labels")
    await page.locator(".action").nth(1).get_by_label("Labels").fill("vip, details")
    await page.locator(".action").nth(1).get_by_label("Move up").click()
    await page.get_by_label("Text in English").fill("Hello {{contact.first_name}}")
    await expect(page.locator("#preview")).to_contain_text("Hello Mia")
    await picture(page, "macros-form")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".told")).to_contain_text("Saved.")
    macro = next(macro for macro in await office.all(Macro) if macro.shortcut == "details")
    assert macro.actions == [{"add_labels": ["vip", "details"]}, {"status": "waiting"}]
    await picture(page, "macros-saved")
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Wait for details")


async def test_the_list_is_searched_while_one_types(office: Office, window: Any) -> None:
    await made(office, GREETING)
    await made(office, Written(MacroKind.CANNED_REPLY, "İade", "", {"tr": "Tamam"}))
    page = await window("Ada", REPLIES, **size("phone"))
    await expect(page.locator("#items a")).to_have_count(2)
    await page.locator("#question").fill("iade")
    await expect(page.locator("#items a")).to_have_count(1)
    await page.locator("#items a").click()
    await expect(page.get_by_label("Text in Turkish")).to_have_value("Tamam")
    await picture(page, "replies-phone")


async def test_the_pages_and_the_menu_keep_to_the_rules(office: Office, window: Any) -> None:
    case = await office.says("Help")
    macro_id = await made(office, URGENT)
    page = await window("Ada", f"/settings/macros/{macro_id}", **size("wide"))
    assert await violations(page) == []
    await page.goto(REPLIES)
    assert await violations(page) == []
    await page.goto(f"/inbox/all/{case.number}")
    await page.keyboard.press("r")
    await page.keyboard.type("/")
    await expect(page.locator("#picks [role=option]")).to_have_count(1)
    assert await violations(page) == []


async def test_own_statuses_fields_and_outcomes_are_chosen_in_a_macro(office: Office, window: Any) -> None:
    await furnished(office)
    page = await window("Ada", "/settings/macros/new", **size("wide"))
    await page.get_by_label("Name", exact=True).fill("Chair sold")
    await page.locator("#add-action").click()
    row = page.locator("#actions .action")
    await row.nth(0).get_by_label("Action").select_option("field.product")
    await row.nth(0).get_by_label("Product").select_option("chair")
    await page.locator("#add-action").click()
    await row.nth(1).get_by_label("Action").select_option("resolve_as")
    await page.locator("#add-action").click()
    await row.nth(2).get_by_label("Action").select_option("snooze")
    await row.nth(2).get_by_label("Snooze").select_option("4hours")
    await picture(page, "macros-more")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".told")).to_contain_text("Saved.")
    (macro,) = await office.all(Macro)
    assert macro.actions == [{"fields": {"product": "chair"}}, {"resolve_as": "solved"}, {"snooze": "4hours"}]
    await expect(row.nth(0).get_by_label("Product")).to_have_value("chair")
    assert await violations(page) == []
