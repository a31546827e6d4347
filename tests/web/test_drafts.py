"""Drafts: kept on the server for the one who writes, brought back in any window of theirs."""

import json
from typing import Any

from playwright.async_api import expect

from omnidesk.store.models import Draft
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size


async def keep(ada: Any, number: int, text: str, version: str = "0", **more: str) -> tuple[int, Any]:
    status, answer = await ada.post(f"/cases/{number}/draft", text=text, version=version, **more)
    return status, json.loads(answer) if status == 200 else None


async def kept(agent: Any, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((await agent.get(f"/cases/{number}/draft"))[1])
    return found


async def test_a_draft_is_for_its_writer_alone(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    ada, bo, cy = await visit("Ada"), await visit("Bo"), await visit("Cy")
    status, written = await keep(ada, case.number, "Dear Mia")
    assert status == 200
    found = await kept(ada, case.number)
    assert (found["text"], found["version"]) == ("Dear Mia", written["version"])
    assert (await kept(bo, case.number))["text"] == ""
    assert (await cy.get(f"/cases/{case.number}/draft"))[0] == 404
    assert (await cy.post(f"/cases/{case.number}/draft", text="mine"))[0] == 404
    assert "Dear Mia" not in (await bo.get(f"/inbox/all/{case.number}"))[1]


async def test_the_list_marks_a_draft_for_its_writer_alone(office: Office, visit: Visit) -> None:
    case, other = await office.says("Hello"), await office.says("Hi", sender="other")
    ada, bo = await visit("Ada"), await visit("Bo")
    _, written = await keep(ada, case.number, "Dear Mia")
    mark, row = "chip flag draft", f"/inbox/all/rows/{case.number}"
    assert (await ada.get("/inbox/all"))[1].count(mark) == 1
    assert mark in (await ada.get(row))[1]
    assert mark not in (await ada.get(f"/inbox/all/rows/{other.number}"))[1]
    assert mark not in (await bo.get("/inbox/all"))[1] + (await bo.get(row))[1]
    await keep(ada, case.number, "", written["version"])
    assert mark not in (await ada.get("/inbox/all"))[1]


async def test_the_mark_comes_and_goes_while_one_writes(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia")
    other = await window("Ada", "/inbox/all", **size("wide"))
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.keyboard.press("r")
    await page.keyboard.type("Dear Mia")
    for one in (page, other):
        await expect(one.locator(f"#row-{case.number} .draft")).to_have_text("Draft")
    await picture(page, "draft-mark")
    await page.keyboard.press("Control+Enter")
    for one in (page, other):
        await expect(one.locator(f"#row-{case.number} .draft")).to_have_count(0)


async def test_a_window_that_is_behind_overwrites_nothing(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    ada = await visit("Ada")
    _, first = await keep(ada, case.number, "one")
    assert (await keep(ada, case.number, "two"))[0] == 409
    _, second = await keep(ada, case.number, "three", first["version"])
    assert (await keep(ada, case.number, "four", first["version"]))[0] == 409
    assert (await keep(ada, case.number, "", first["version"]))[0] == 409
    assert await keep(ada, case.number, "", second["version"]) == (200, {"version": "0"})
    assert await office.all(Draft) == []
    assert (await keep(ada, case.number, "five", second["version"]))[0] == 409


async def test_a_draft_goes_when_it_is_sent_and_stays_when_it_is_refused(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    ada = await visit("Ada")
    await keep(ada, case.number, "Dear Mia")
    said = {"kind": "reply", "text": "Dear Mia", "last_seen": "0"}
    assert (await ada.post(f"/cases/{case.number}/interactions", **said))[0] == 409
    assert len(await office.all(Draft)) == 1
    await ada.post(f"/cases/{case.number}/interactions", **said, anyway="true")
    assert await office.all(Draft) == []


async def test_what_is_no_draft_is_refused(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    ada = await visit("Ada")
    for wrong in ({"text": "x" * 50_001}, {"kind": "song", "text": "la"}, {"upload": "made up"}, {"version": "-1"}):
        assert (await ada.post(f"/cases/{case.number}/draft", **wrong))[0] == 422
    assert await office.all(Draft) == []


async def test_two_windows_of_one_agent_do_not_fight(office: Office, window: Any) -> None:
    case = await office.says("Hello")
    here = await window("Ada", f"/inbox/all/{case.number}")
    there = await window("Ada", f"/inbox/all/{case.number}")
    await here.fill("#text", "Written here")
    await expect(here.locator("#saved")).to_have_text("Draft saved")
    await expect(there.locator("#text")).to_have_value("Written here")
    await there.locator("#text").focus()
    await here.fill("#text", "Written here, and on")
    await expect(there.locator("#other-window")).to_be_visible()
    await expect(there.locator("#text")).to_have_value("Written here")
    await there.get_by_role("button", name="Keep mine").click()
    await expect(there.locator("#other-window")).to_be_hidden()
    await expect(here.locator("#other-window")).to_be_visible()
    await here.get_by_role("button", name="Take it over").click()
    await expect(here.locator("#text")).to_have_value("Written here")
    await here.reload()
    await expect(here.locator("#text")).to_have_value("Written here")
    await here.click("#send")
    await expect(here.locator(".msg.out")).to_have_count(1)
    await here.reload()
    await expect(here.locator("#text")).to_have_value("")
    assert await office.all(Draft) == []


async def test_a_file_of_a_draft_is_still_said_to_go_as_a_link(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia", sender="+905321112233", inbox="sms")
    page = await window("Ada", f"/inbox/all/{case.number}")
    await page.set_input_files("#files", {"name": "bill.txt", "mimeType": "text/plain", "buffer": b"12.50"})
    await expect(page.locator("#saved")).to_have_text("Draft saved")
    await page.reload()
    await expect(page.locator(".uploads .as-link")).to_have_text("goes as a link")


async def test_a_draft_of_many_bytes_is_kept(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}")
    await page.fill("#text", "ş" * 14_000)  # six bytes each, as a form sends them
    await expect(page.locator("#saved")).to_have_text("Draft saved")
    assert [len(draft.text) for draft in await office.all(Draft)] == [14_000]
