"""Replying by another way: at another address of the person; and what stops a reply."""

from typing import Any

from playwright.async_api import expect
from sqlmodel import col

from omnidesk.desk import actions
from omnidesk.store.models import Agent, Case, ContactPoint, Delivery, PlannedReply
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size


async def mias_phone(office: Office, case: Case) -> ContactPoint:
    """An address by SMS that is Mia's as well."""
    other = await office.says("Hi by phone", sender="+905321112233", inbox="sms")
    await office.change(ContactPoint, col(ContactPoint.id) == other.contact_point_id, contact_id=case.contact_id)
    await office.change(Case, col(Case.id) == other.id, category="closed", contact_id=case.contact_id)
    (point,) = [one for one in await office.all(ContactPoint) if one.id == other.contact_point_id]
    found: ContactPoint = point
    return found


async def test_a_reply_goes_by_another_way_and_the_answer_joins(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia", sender="mia@x.example", inbox="mail")
    point = await mias_phone(office, case)
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.fill("#text", "By phone now")
    await page.select_option("#way", str(point.id))
    await expect(page.locator("#counter")).to_contain_text("12 /")
    await expect(page.locator("#copying")).to_be_hidden()
    await picture(page, "another-way")
    await expect(page.locator("#saved")).to_have_text("Draft saved")
    await page.reload()
    await expect(page.locator("#way")).to_have_value(str(point.id))
    await page.click("#send")
    await expect(page.locator(".msg.out")).to_contain_text("By phone now")
    assert [one.address for one in await office.all(Delivery)] == [point.address]
    await expect(page.locator("#way")).to_have_value(str(point.id))
    await expect(page.locator("#way option")).to_have_count(2)
    answered = await office.says("Got it", sender="+905321112233", inbox="sms")
    assert answered.number == case.number


async def test_what_the_reply_is_called_follows_the_chosen_way(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia")
    point = await mias_phone(office, case)
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    label = page.locator("#reply-label")
    usual = await label.text_content()
    await page.select_option("#way", str(point.id))
    chosen = await label.text_content()
    assert chosen != usual
    await office.act("Bo", actions.note, case.number, "I have called them.")
    await expect(page.locator("#lines")).to_contain_text("I have called them.")
    await expect(label).to_have_text(chosen or "")
    await page.select_option("#way", str(case.contact_point_id))
    await expect(label).to_have_text(usual or "")


async def test_who_wrote_stop_is_answered_elsewhere(office: Office, window: Any) -> None:
    mail = await office.says("Hello", name="Mia", sender="mia@x.example", inbox="mail")
    point = await mias_phone(office, mail)
    case = await office.says("Where is it?", sender=point.address, inbox="sms")
    await office.receive("STOP", sender=point.address, inbox="sms")
    await office.work()
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await expect(page.locator("#reply-warning")).to_contain_text("asked for no more messages (STOP)")
    await page.fill("#text", "By mail, then")
    await expect(page.locator("#way")).to_have_value(str(case.contact_point_id))
    await page.select_option("#way", str(mail.contact_point_id))
    await page.click("#send")
    await expect(page.locator(".msg.out").last).to_contain_text("By mail, then")
    assert (await office.all(Delivery))[-1].address == "mia@x.example"
    await expect(page.locator("#reply-warning")).to_be_empty()


async def test_an_address_of_somebody_else_is_no_way(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    other = await office.says("Hello too", sender="eve")
    ada = await visit("Ada")
    said = {"kind": "reply", "text": "Hi", "at": str(other.contact_point_id)}
    assert (await ada.post(f"/cases/{case.number}/interactions", **said))[0] == 422
    assert (await ada.post(f"/cases/{case.number}/interactions", **said, later="hour"))[0] == 422
    assert await office.all(PlannedReply) == []


async def test_a_reply_stops_when_the_case_became_somebody_elses(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    ada, seen = await visit("Ada"), case.last_position
    await office.act("Bo", actions.take, case.number)
    said = {"kind": "reply", "text": "Hi", "last_seen": str(seen)}
    status, page = await ada.post(f"/cases/{case.number}/interactions", **said)
    assert (status, "given to Bo meanwhile" in page, "Somebody wrote" in page) == (409, True, False)
    bo = await visit("Bo")
    assert (await bo.post(f"/cases/{case.number}/interactions", **said))[0] == 303
    said = {"kind": "reply", "text": "Hi again", "last_seen": str(seen), "anyway": "true"}
    assert (await ada.post(f"/cases/{case.number}/interactions", **said))[0] == 303


async def test_resolving_takes_along_what_waits_to_be_undone(office: Office, window: Any) -> None:
    await office.change(Agent, Agent.name == "Ada", undo_send_seconds=30)
    case = await office.says("Hello", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.fill("#text", "Done.")
    await page.click("#send")
    await expect(page.locator(".planned")).to_contain_text("Sending in")
    await page.click("#resolution button")
    await expect(page.locator(".toast")).to_contain_text("is resolved")
    await office.work()
    await expect(page.locator(".msg.out")).to_contain_text("Done.")
    assert (await office.case(case.number)).category == "resolved"
    assert (await office.events(case))[-1] == "resolved"
