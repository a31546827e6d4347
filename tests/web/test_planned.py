"""Sending: undone within its seconds, put off, and together with a status."""

from typing import Any

from playwright.async_api import expect

from omnidesk.desk import actions
from omnidesk.store.models import Agent, Draft, PlannedReply
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size


async def test_a_reply_is_undone_and_sent_again(office: Office, window: Any) -> None:
    await office.change(Agent, Agent.name == "Ada", undo_send_seconds=30)
    case = await office.says("Hello", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    beside = await window("Bo", f"/inbox/all/{case.number}", **size("wide"))
    await page.fill("#text", "Dear Mai")
    await page.click("#send")
    await expect(page.locator(".planned [data-left]")).to_contain_text("Sending in")
    await expect(page.locator("#text")).to_have_value("")
    await picture(page, "undo-send")
    await expect(beside.locator(".planned")).to_contain_text("Dear Mai")
    await expect(beside.locator(".planned button")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#text")).to_have_value("Dear Mai")
    await expect(page.locator("#text")).to_be_focused()
    await expect(page.locator(".planned")).to_have_count(0)
    await page.fill("#text", "Dear Mia")
    await page.keyboard.press("Control+Enter")
    await page.get_by_role("button", name="Send now").click()
    await office.work()
    await expect(page.locator(".msg.out .text")).to_have_text("Dear Mia")
    await expect(page.locator(".planned")).to_have_count(0)
    assert await office.all(PlannedReply) == await office.all(Draft) == []


async def test_a_reply_is_put_off_and_ended_by_the_customer(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.fill("#text", "Did it help?")
    await page.locator("#ways summary").click()
    await picture(page, "ways-to-send")
    await page.get_by_role("button", name="tomorrow at 9:00").click()
    await expect(page.locator(".planned")).to_contain_text("9:00")
    (reply,) = await office.all(PlannedReply)
    assert (reply.later, reply.send_at.hour, reply.send_at.minute) == (True, 6, 0)  # nine in Istanbul
    await office.says("It did, thanks!", name="Mia")
    await expect(page.locator(".planned")).to_contain_text("the customer wrote first")
    await picture(page, "not-sent")
    await page.get_by_role("button", name="Edit").click()
    await expect(page.locator("#text")).to_have_value("Did it help?")


async def test_a_reply_resolves_by_keyboard(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.keyboard.press("r")
    await page.keyboard.type("Done.")
    await page.keyboard.press("Control+Shift+Enter")
    await expect(page.locator("#lines .event").last).to_contain_text("Ada resolved the case")
    assert (await office.case(case.number)).category == "resolved"


async def test_cy_is_refused(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    ada, cy = await visit("Ada"), await visit("Cy")
    said = {"kind": "reply", "text": "Later", "later": "hour"}
    assert (await cy.post(f"/cases/{case.number}/interactions", **said))[0] == 404
    await ada.post(f"/cases/{case.number}/interactions", **said)
    (reply,) = await office.all(PlannedReply)
    for what in ("sending", "editing", "cancelling"):
        assert (await cy.post(f"/cases/{case.number}/planned/{reply.id}/{what}"))[0] == 404


async def test_a_time_that_is_none_is_refused(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    ada = await visit("Ada")
    for later in ("soon", "2001-01-01T09:00", "9999-12-31T23:59", "0001-01-01T00:00"):
        said = {"kind": "reply", "text": "Later", "later": later}
        assert (await ada.post(f"/cases/{case.number}/interactions", **said))[0] == 422
    assert await office.all(PlannedReply) == []


async def test_what_can_be_undone_is_in_sight_below_a_long_conversation(office: Office, window: Any) -> None:
    await office.change(Agent, Agent.name == "Ada", undo_send_seconds=30)
    case = await office.says("Hello", name="Mia")
    for number in range(20):
        await office.says(f"Are you there? {number}")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.fill("#text", "Here I am.")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("button", name="Undo")).to_be_in_viewport()


async def test_what_a_colleague_overtook_is_asked_about(office: Office, window: Any) -> None:
    await office.change(Agent, Agent.name == "Ada", undo_send_seconds=30)
    case = await office.says("Hello", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.fill("#text", "Dear Mia")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".planned [data-left]")).to_be_visible()
    await office.act("Bo", actions.resolve, case.number)
    await expect(page.locator(".planned")).to_contain_text("the case was resolved")
    await picture(page, "overtaken")
    await page.get_by_role("button", name="Send anyway").click()
    await office.work()
    await expect(page.locator(".msg.out .text")).to_have_text("Dear Mia")
    assert (await office.case(case.number)).category == "open"


async def test_a_reply_to_what_a_colleague_just_resolved_is_asked_about(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    await office.act("Bo", actions.resolve, case.number)
    ada = await visit("Ada")
    said = {"kind": "reply", "text": "Dear Mia", "last_seen": str(case.last_position), "log_version": "0"}
    status, page = await ada.post(f"/cases/{case.number}/interactions", **said)
    assert status == 409
    assert "Bo resolved the case meanwhile" in page
    assert "Somebody wrote" not in page
