"""Setting up statuses, fields, labels and dispositions: through the pages, by who may."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from omnidesk.store.models import Agent, AuditEntry, Disposition, FieldDefinition, Label, Role, Status
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size

OF_ADMINS = ("statuses", "case-fields", "contact-fields")
OF_SUPERVISORS = ("labels", "dispositions")


async def test_cy_is_refused_what_the_desk_sets_up(office: Office, visit: Visit) -> None:
    cy = await visit("Cy")
    for kind in (*OF_ADMINS, *OF_SUPERVISORS):
        assert (kind, (await cy.get(f"/settings/{kind}"))[0]) == (kind, 403)
        assert (kind, (await cy.post(f"/settings/{kind}", name_en="Mine", name="Mine"))[0]) == (kind, 403)
    assert [await office.all(model) for model in (Status, FieldDefinition, Label, Disposition)] == [[], [], [], []]


async def test_a_supervisor_sets_up_labels_and_dispositions_alone(office: Office, visit: Visit) -> None:
    async with office.database.transaction() as tx:
        (await tx.get(Agent, (await office.viewer("Bo")).agent_id)).role = Role.SUPERVISOR
    bo = await visit("Bo")
    for kind in OF_ADMINS:
        assert (kind, (await bo.get(f"/settings/{kind}"))[0]) == (kind, 403)
    assert (await bo.post("/settings/labels", name="vip", colour="red"))[0] == 303
    assert (await bo.post("/settings/dispositions", name_tr="Çözüldü"))[0] == 303
    [disposition] = await office.all(Disposition)
    assert (disposition.slug, disposition.name) == ("cozuldu", {"tr": "Çözüldü"})


async def test_an_entry_is_made_changed_moved_and_archived(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    for name in ("Escalated", "With engineering"):
        await ada.post("/settings/statuses", name_en=name, name_tr="", category="on_hold")
    first, second = await office.all(Status)
    assert [(one.slug, one.category, one.place) for one in (first, second)] == [
        ("escalated", "on_hold", 1), ("with-engineering", "on_hold", 2),
    ]  # fmt: skip
    await ada.post(f"/settings/statuses/{first.id}", name_en="Escalated", name_tr="Üst kademede", category="open")
    await ada.post(f"/settings/statuses/{second.id}/place", to="up")
    await ada.post(f"/settings/statuses/{second.id}/archiving", archived="true")
    first, second = await office.all(Status)
    assert (first.name["tr"], first.category, first.place, second.place, second.archived) == (
        "Üst kademede", "on_hold", 2, 1, True,
    )  # fmt: skip
    status, text = await ada.get(f"/settings/statuses/{second.id}")
    assert (status, "Bring back" in text) == (200, True)
    assert [entry.action for entry in await office.all(AuditEntry)][-1] == "status.archived"


@pytest.mark.parametrize(
    ("kind", "form", "wrong"),
    [
        ("statuses", {"category": "open"}, "Write a name."),
        ("statuses", {"name_en": "x" * 61, "category": "open"}, "at most 60 characters"),
        ("statuses", {"name_en": "Mine", "category": "new"}, "Choose one of the list."),
        ("labels", {"name": "vip", "colour": "blinking"}, "Choose one"),
        ("case-fields", {"name_en": "Order", "kind": "regex", "pattern": "(a"}, "This pattern"),
        ("case-fields", {"name_en": "Order", "kind": "regex", "pattern": r"(a)\1"}, "This pattern"),
        ("case-fields", {"name_en": "Product", "kind": "choice"}, "at least one choice"),
        ("contact-fields", {"name_en": "Order", "kind": "blob"}, "Choose one"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    visit: Visit, kind: str, form: dict[str, str], wrong: str
) -> None:  # fmt: skip
    ada = await visit("Ada")
    status, text = await ada.post(f"/settings/{kind}", **form)
    assert (status, wrong in text) == (422, True)
    for value in form.values():
        assert value[:20] in re.sub(r"<option[^>]*>", "", text) or value in (
            "open",
            "new",
            "blob",
            "blinking",
            "choice",
            "regex",
        )


async def test_two_who_change_a_field_at_once_lose_nothing(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    await ada.post(
        "/settings/case-fields", name_en="Product", kind="choice", choice_slug="", choice_en="Router", choice_tr=""
    )
    (field,) = await office.all(FieldDefinition)
    path = f"/settings/case-fields/{field.id}"
    seen = {"name_en": "Product", "version": str(field.version), "choice_tr": ["", ""]}
    theirs = {**seen, "choice_slug": ["router", ""], "choice_en": ["Router", "Phone"]}
    mine = {**seen, "choice_slug": ["router", ""], "choice_en": ["Router", "Tablet"]}
    assert (await ada.post(path, **theirs))[0] == 303
    status, text = await ada.post(path, **mine)
    assert (status, "Somebody changed this" in text) == (409, True)
    assert re.findall(r'name="choice_en"[^>]*value="([^"]+)"', text) == ["Router", "Tablet", "Phone"]
    assert re.findall(r'name="choice_slug" value="([^"]+)"', text) == ["router", "phone"]
    (field,) = await office.all(FieldDefinition)
    assert f'name="version" value="{field.version}"' in text
    assert [one["slug"] for one in field.choices] == ["router", "phone"]
    assert (await ada.post(path, **{**mine, "version": "nonsense"}))[0] == 409


async def test_a_choice_has_a_slug_of_ours(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    sent = {"choice_slug": ['"><img', "phone"], "choice_en": ["Router", "Tablet"], "choice_tr": ["", ""]}
    await ada.post("/settings/case-fields", name_en="Product", kind="choice", **sent)
    (field,) = await office.all(FieldDefinition)
    assert [one["slug"] for one in field.choices] == ["router", "tablet"]
    sent = {"choice_slug": ["x y", "router", "router"], "choice_en": ["Phone", "Modem", "Cable"], "choice_tr": [""] * 3}
    await ada.post(f"/settings/case-fields/{field.id}", name_en="Product", **sent)
    (field,) = await office.all(FieldDefinition)
    assert [(one["slug"], one["name"]["en"]) for one in field.choices] == [
        ("phone", "Phone"), ("router", "Modem"), ("cable", "Cable"),
    ]  # fmt: skip


async def test_names_that_are_taken_or_hostile_do_no_harm(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    for name in ("Open", "Open", "<script>alert(1)</script>", "İĞÜŞ"):
        assert (await ada.post("/settings/statuses", name_en=name, category="open"))[0] == 303
    assert [one.slug for one in await office.all(Status)] == ["open-2", "open-3", "script-alert-1-script", "igus"]
    _, text = await ada.get("/settings/statuses")
    assert "<script>alert" not in text
    assert (await ada.get("/settings/statuses/7"))[0] == 404
    assert (await ada.post("/settings/statuses/7", name_en="Gone"))[0] == 404


async def test_a_field_is_set_up_by_keyboard(office: Office, window: Any) -> None:
    page = await window("Ada", "/settings/case-fields", **size("wide"))
    await page.locator("[name=name_en]").focus()
    await page.keyboard.type("Product")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Ürün")
    await page.locator("[name=kind]").select_option("choice")
    await page.locator("[name=choice_en]").nth(0).focus()
    await page.keyboard.type("Router")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Modem")
    await picture(page, "settings-field-new")
    await page.keyboard.press("Enter")
    await expect(page.locator(".items [aria-current]")).to_contain_text("Product")
    await expect(page.locator("[role=status].chip")).to_have_text("Saved")
    [field] = await office.all(FieldDefinition)
    assert field.choices == [{"slug": "router", "name": {"en": "Router", "tr": "Modem"}}]
    await picture(page, "settings-field")
    phone = await window("Bo", "/settings", **size("phone"))
    await expect(phone).to_have_url(re.compile("/settings/notices"))
    phone = await window("Ada", "/settings/labels", **size("phone"), color_scheme="dark")
    await picture(phone, "settings-labels-phone")
