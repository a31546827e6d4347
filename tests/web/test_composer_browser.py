"""The composer under quick hands: nothing is sent twice, nothing that is typed is lost."""

from typing import Any

from playwright.async_api import Page, expect

from omnidesk.desk.casework import merging
from omnidesk.store.models import Case, Draft, Interaction
from tests.office import Office


async def opened(window: Any, case: Case) -> Page:
    """The case as Ada has it, with the caret in the reply."""
    page: Page = await window("Ada", f"/inbox/all/{case.number}")
    await page.keyboard.press("r")
    await expect(page.locator("#text")).to_be_focused()
    return page


async def texts(office: Office) -> list[str]:
    return [row.text for row in await office.all(Interaction) if row.kind == "message" and row.author_kind == "agent"]


async def test_who_sends_twice_in_one_breath_sends_once(office: Office, window: Any) -> None:
    case = await office.says("Hello")
    page = await opened(window, case)
    await page.keyboard.type("Dear Mia")
    await page.evaluate(
        """() => {
            const press = () => document.getElementById("text").dispatchEvent(
                new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true }));
            press(); press();
            document.getElementById("send").click();
        }"""
    )
    await expect(page.locator("#lines")).to_contain_text("Dear Mia")
    await page.wait_for_timeout(500)
    assert await texts(office) == ["Dear Mia"]


async def test_what_is_typed_while_a_reply_is_on_its_way_stays(office: Office, window: Any) -> None:
    case = await office.says("Hello")
    page = await opened(window, case)

    async def slowly(route: Any) -> None:
        await page.keyboard.up("Control")
        await page.keyboard.type(" and the next thought")
        await route.continue_()

    await page.route("**/interactions", slowly)
    await page.keyboard.type("Dear Mia")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#lines")).to_contain_text("Dear Mia")
    await expect(page.locator("#text")).to_have_value("and the next thought")
    assert await texts(office) == ["Dear Mia"]
    await expect(page.locator("#saved")).to_contain_text("Draft saved")
    assert [draft.text for draft in await office.all(Draft)] == ["and the next thought"]


async def test_what_is_typed_while_a_menu_is_on_its_way_is_meant_for_it(office: Office, window: Any) -> None:
    case = await office.says("Hello")
    page = await window("Ada", f"/inbox/all/{case.number}")

    async def slowly(route: Any) -> None:
        await page.keyboard.type("Bo")
        await route.continue_()

    await page.route("**/assignment", slowly, times=1)
    await page.keyboard.press("a")
    await expect(page.locator("#assign-filter")).to_have_value("Bo")
    await page.keyboard.press("Enter")
    await expect(page.locator("#lines")).to_contain_text("assigned the case to Bo")


async def test_what_is_typed_into_a_new_task_is_no_shortcut(office: Office, window: Any) -> None:
    case = await office.says("Hello")
    page = await window("Ada", f"/inbox/all/{case.number}", viewport={"width": 1440, "height": 900})
    await page.locator("#side").get_by_text("Add a task").click()
    await page.keyboard.type("Call the carrier")
    await page.keyboard.press("Enter")
    await expect(page.locator("#side")).to_contain_text("Call the carrier")


async def test_who_writes_while_a_case_is_merged_into_theirs_writes_on(office: Office, window: Any) -> None:
    one = await office.says("One", inbox="mail", message_id="one@x")
    other = await office.says("Two", inbox="mail", message_id="two@x")
    page = await opened(window, other)
    await page.keyboard.type("My ans")
    await office.act("Bo", merging.merge, one.number, other.number)
    await page.keyboard.type("wer")
    await expect(page.locator("#lines")).to_contain_text("One")
    await page.keyboard.type(" is this")
    await expect(page.locator("#text")).to_have_value("My answer is this")
    merged = await office.case(other.number)
    await expect(page.locator("#log-version")).to_have_value(str(merged.log_version))


async def test_what_was_written_goes_along_with_the_case(office: Office, window: Any) -> None:
    one = await office.says("One", inbox="mail", message_id="one@x")
    other = await office.says("Two", inbox="mail", message_id="two@x")
    page = await opened(window, one)
    await page.keyboard.type("My answer")
    await expect(page.locator("#saved")).to_contain_text("Draft saved")
    await office.act("Bo", merging.merge, one.number, other.number)
    await expect(page.locator("main.case")).to_have_attribute("data-number", str(other.number))
    await expect(page.locator("#text")).to_have_value("My answer")


async def test_a_message_in_the_middle_of_a_sentence_stops_it(office: Office, window: Any) -> None:
    case = await office.says("Can I have a refund?")
    page = await opened(window, case)
    await page.keyboard.type("Yes, you get")
    await office.says("WAIT, I do not want a refund")
    await expect(page.locator("#lines")).to_contain_text("WAIT")
    await page.keyboard.type(" a refund.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#conflict")).to_contain_text("WAIT")
    assert await texts(office) == []
    await page.locator("#conflict [data-read-first]").click()
    await page.keyboard.press("r")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#lines .out")).to_contain_text("a refund.")


async def test_a_file_that_does_not_go_along_stops_the_message(office: Office, window: Any) -> None:
    case = await office.says("Hello")
    page = await opened(window, case)
    await page.keyboard.type("See the file")
    await page.route("**/uploads", lambda route: route.fulfill(status=413))
    await page.locator("#files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
    await expect(page.locator(".uploads .failed")).to_be_visible()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".toast")).to_contain_text("does not go along")
    assert await texts(office) == []
    await page.locator(".uploads .failed button").click()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#lines")).to_contain_text("See the file")
