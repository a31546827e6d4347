"""Own fields, tasks, links and the question on resolving, in the browser."""

from typing import Any

from playwright.async_api import expect

from omnidesk.store.models import Disposition, FieldDefinition, Task
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size


async def furnished(office: Office) -> None:
    """A field that must be filled in, and an outcome."""
    async with office.database.transaction() as tx:
        choices = [{"slug": slug, "name": {"en": slug.title(), "tr": slug.title()}} for slug in ("chair", "table")]
        tx.new(
            FieldDefinition, subject="case", slug="product", kind="choice", choices=choices, required_to_resolve=True,
            name={"en": "Product", "tr": "Ürün"}, created_at=tx.now,
        )  # fmt: skip
        tx.new(
            FieldDefinition, subject="case", slug="order", kind="regex", pattern=r"TR-\d{5}", created_at=tx.now,
            name={"en": "Order", "tr": "Sipariş"},
        )  # fmt: skip
        tx.new(Disposition, slug="solved", name={"en": "Solved", "tr": "Çözüldü"}, created_at=tx.now)


async def test_resolving_asks_for_what_is_missing_and_for_the_outcome(office: Office, window: Any) -> None:
    await furnished(office)
    case = await office.says("Where is my parcel?", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.keyboard.press("e")
    await expect(page.locator("#resolving select")).to_be_visible()
    await picture(page, "resolving")
    await page.locator("#resolving select").select_option("chair")
    await page.locator("#resolving").get_by_role("button", name="Solved").click()
    await expect(page.locator(".toast.ok")).to_contain_text("is resolved")
    await expect(page.locator("#lines")).to_contain_text("Ada resolved the case · Solved")
    case = await office.case(case.number)
    assert (case.category, case.disposition, case.fields) == ("resolved", "solved", {"product": "chair"})


async def test_a_field_is_kept_in_place_and_a_wrong_value_is_told_beside_it(office: Office, window: Any) -> None:
    await furnished(office)
    case = await office.says("Hello", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    order = page.locator("#field-order-value")
    await order.fill("wrong")
    await order.press("Enter")
    await expect(page.locator("#field-order-value-wrong")).to_be_visible()
    await expect(order).to_have_value("wrong")
    await picture(page, "field-wrong")
    await order.fill("TR-88231")
    await order.press("Enter")
    await expect(page.locator("#field-order-value-wrong")).to_have_count(0)
    await expect(page.locator("#lines")).to_contain_text("TR-88231")
    assert (await office.case(case.number)).fields == {"order": "TR-88231"}


async def test_tasks_and_links_are_kept_beside_the_case(office: Office, window: Any) -> None:
    other = await office.says("The first parcel", sender="other", name="Max")
    case = await office.says("Hello", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.locator("#adding-task summary").click()
    await page.locator("#adding-task [name=text]").fill("Call the courier")
    await page.keyboard.press("Enter")
    await expect(page.locator("#tasks li")).to_contain_text("Call the courier")
    await page.locator("#adding-link summary").click()
    await page.locator("#adding-link [name=other]").fill(str(other.number))
    await page.keyboard.press("Enter")
    await expect(page.locator("#links li")).to_contain_text("The first parcel")
    await picture(page, "tasks-links")
    await page.locator("#tasks .tick").click()
    await expect(page.locator("#tasks .tick")).to_have_attribute("aria-checked", "true")
    await page.locator("#tasks .tick").click()
    await expect(page.locator("#tasks .tick")).to_have_attribute("aria-checked", "false")
    await page.goto("/tasks")
    await expect(page.locator(".tasks li")).to_contain_text("Call the courier")
    await picture(page, "my-tasks")


async def test_a_task_is_changed_in_its_place(office: Office, window: Any, visit: Visit) -> None:
    case, ada = await office.says("Hello", name="Mia"), await visit("Ada")
    await ada.post(f"/cases/{case.number}/tasks", text="Call the courier", due="2026-12-01")
    (task,) = await office.all(Task)
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.locator(f"#edit-task-{task.id} summary").focus()
    await page.keyboard.press("Enter")
    form = page.locator(".task-form")
    await expect(form.locator("[name=text]")).to_be_focused()
    await form.locator("[name=text]").fill("Write to the courier")
    await form.locator("[name=assignee]").select_option(label="Bo")
    await form.locator("[name=must_be_done]").check()
    await picture(page, "task-form")
    await form.locator("[name=text]").press("Enter")
    await expect(page.locator("#tasks li .what")).to_contain_text("Write to the courier")
    await expect(page.locator("#tasks li .what")).to_contain_text("Bo")
    await expect(form).to_have_count(0)
    await expect(page.locator(f"#edit-task-{task.id} summary")).to_be_focused()
    (changed,) = await office.all(Task)
    assert (changed.due_at, changed.must_be_done) == (task.due_at, True)


async def test_a_task_that_another_changed_is_not_overwritten(office: Office, visit: Visit) -> None:
    case, ada = await office.says("Hello", name="Mia"), await visit("Ada")
    await ada.post(f"/cases/{case.number}/tasks", text="Call the courier")
    (task,) = await office.all(Task)
    path, seen = f"/tasks/{task.id}", str(task.version)
    assert (await ada.post(path, text="Write", version=seen))[0] in (204, 303)
    assert (await ada.post(path, text="Shout", version=seen))[0] == 409
    (task,) = await office.all(Task)
    assert (task.text, task.assignee_id) == ("Write", None)
    seen = str(task.version)
    cy = str((await office.viewer("Cy")).agent_id)
    for wrong in ({"text": " "}, {"due": "9999-12-31"}, {"due": "0001-01-01"}, {"assignee": cy}, {"assignee": "7"}):
        form = {"text": "Write", "version": seen, **wrong}
        assert (wrong, (await ada.post(path, **form))[0]) == (wrong, 422)
    assert f'value="{cy}"' not in (await ada.get(path))[1]
    await ada.post(f"{path}/deletion")
    assert [(await ada.get(path))[0], (await ada.post(path, text="Write", version="9"))[0]] == [404, 404]


async def test_numbers_are_shown_as_they_are_typed(office: Office, visit: Visit) -> None:
    async with office.database.transaction() as tx:
        tx.new(FieldDefinition, subject="case", slug="price", kind="number", name={"en": "Price"}, created_at=tx.now)
    case, ada = await office.says("Hello", name="Mia"), await visit("Ada")
    await ada.post("/preferences", language="tr")
    for typed, kept in (("1.234,5", 1234.5), ("1.234", 1234)):
        await ada.post(f"/cases/{case.number}/fields/price", value=typed)
        assert (await office.case(case.number)).fields == {"price": kept}
    await ada.post(f"/cases/{case.number}/resolution", **{"fields.price": "2.345,25"})
    assert (await office.case(case.number)).fields == {"price": 2345.25}
    assert 'value="2345,25"' in (await ada.get(f"/inbox/all/{case.number}"))[1]


async def test_cy_is_refused(office: Office, visit: Visit) -> None:
    await furnished(office)
    case, other = await office.says("My secret parcel"), await office.says("Another", sender="other")
    cy, ada = await visit("Cy"), await visit("Ada")
    await ada.post(f"/cases/{case.number}/tasks", text="Secret task")
    (task,) = await office.all(Task)
    for path, form in (
        (f"/cases/{case.number}/tasks", {"text": "x"}), (f"/cases/{case.number}/status", {"status": "open"}),
        (f"/cases/{case.number}/fields/order", {"value": "TR-88231"}), (f"/tasks/{task.id}/ticking", {}),
        (f"/tasks/{task.id}", {"text": "x", "version": "1"}),
        (f"/cases/{case.number}/links", {"other": str(other.number), "kind": "related"}),
        (f"/tasks/{task.id}/deletion", {}), (f"/cases/{case.number}/links/removal", {"other": "1", "kind": "related"}),
    ):  # fmt: skip
        assert (path, (await cy.post(path, **form))[0]) == (path, 404)
    assert (await cy.get(f"/cases/{case.number}/resolution"))[0] == 404
    assert (await cy.get(f"/tasks/{task.id}"))[0] == 404
    assert "Secret" not in (await cy.get("/tasks"))[1]
    for path, form in (
        (f"/cases/{case.number}/tasks", {"text": " "}), (f"/cases/{case.number}/tasks", {"text": "x" * 501}),
        (f"/cases/{case.number}/links", {"other": str(case.number), "kind": "related"}),
        (f"/cases/{case.number}/links", {"other": "x", "kind": "related"}),
        (f"/cases/{case.number}/status", {"status": "nonsense"}),
    ):  # fmt: skip
        assert (path, form, (await ada.post(path, **form))[0]) == (path, form, 422)
