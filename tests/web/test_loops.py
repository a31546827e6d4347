"""What did not arrive, what goes in circles, and what programs write: as agents and supervisors see it."""

from typing import Any

from playwright.async_api import Page, expect
from sqlmodel import col

from omnidesk.contract.channel import ChannelError, Failure
from omnidesk.desk import actions
from omnidesk.store.models import Agent, Case, ContactPoint, Delivery, Inbox, Loop, Role
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_accessibility import violations
from tests.web.test_browser import picture, size

GONE = ChannelError("550 5.1.1 <mia@x.example>: Recipient address rejected", failure=Failure.HARD)


async def looping(office: Office, inbox: str = "bot") -> Case:
    """A robot says the same again and again, and the bot has stopped."""
    text = "Thank you for your mail. I am out of the office."
    case = await office.says(text, inbox=inbox, sender="robot", name="Robot")
    for _ in range(4):
        case = await office.says(text, inbox=inbox, sender="robot", name="Robot")
    return case


async def unreached(office: Office) -> Case:
    """Mia's address is gone; she has written by SMS and in a chat as well."""
    await office.says("Hello by SMS", inbox="sms", sender="+905321234567")
    await office.says("Hello in the chat", inbox="desk", sender="mia")
    case = await office.says("Where is it?", inbox="mail", sender="mia@x.example", name="Mia", message_id="m0")
    await office.change(ContactPoint, col(ContactPoint.id) > 0, contact_id=case.contact_id)
    await office.change(Case, col(Case.id) > 0, contact_id=case.contact_id)
    office.channel("mail").refuse = [GONE]
    return await office.act("Ada", actions.reply, case.number, "It comes tomorrow.")


async def test_loops_are_for_supervisors_who_may_see_their_cases(office: Office, visit: Visit) -> None:
    await looping(office)
    (loop,) = await office.all(Loop)
    cy = await visit("Cy")
    for path in (f"/loops/{loop.id}/allowing", f"/loops/{loop.id}/stopping"):
        assert (await cy.post(path))[0] == 403
    assert (await cy.get("/loops"))[0] == 403
    await office.change(Agent, col(Agent.name) == "Cy", role=Role.SUPERVISOR)
    status, text = await cy.get("/loops")
    assert (status, "robot" in text, "Nothing goes in circles" in text) == (200, False, True)
    assert 'class="badge"' not in (await cy.get("/inbox/mine"))[1]
    hidden, missing = await cy.post(f"/loops/{loop.id}/allowing"), await cy.post("/loops/7/allowing")
    assert hidden[0] == 404
    assert hidden[1].replace(str(loop.id), "7") == missing[1]


async def test_a_loop_is_shown_with_its_case_and_counted_until_somebody_decides(office: Office, visit: Visit) -> None:
    case = await looping(office)
    (loop,) = await office.all(Loop)
    ada = await visit("Ada")
    _, text = await ada.get("/loops")
    assert all(part in text for part in ("robot", f"#{case.number}", "says the same again", 'class="badge">1<'))
    assert (await ada.post(f"/loops/{loop.id}/stopping"))[0] == 303
    _, text = await ada.get("/loops")
    assert ("stopped for good" in text, "Stop for good" in text, 'class="badge"' in text) == (True, False, False)
    assert (await ada.post(f"/loops/{loop.id}/allowing"))[0] == 303
    assert "Nothing goes in circles" in (await ada.get("/loops"))[1]


async def test_cy_can_neither_send_elsewhere_nor_is_told_of_the_message(office: Office, visit: Visit) -> None:
    await unreached(office)
    (delivery,) = await office.all(Delivery)
    (point,) = [row for row in await office.all(ContactPoint) if row.address == "mia"]
    cy = await visit("Cy")
    hidden = await cy.post(f"/deliveries/{delivery.id}/elsewhere", point=str(point.id))
    missing = await cy.post("/deliveries/7/elsewhere", point=str(point.id))
    assert hidden[0] == 404
    assert hidden[1].replace(str(delivery.id), "7") == missing[1]
    assert (await cy.post(f"/deliveries/{delivery.id}/elsewhere", point="x"))[0] == 422


async def test_a_viewer_is_offered_nothing_to_do(office: Office, visit: Visit) -> None:
    case = await unreached(office)
    (delivery,) = await office.all(Delivery)
    await office.change(Agent, col(Agent.name) == "Bo", role=Role.VIEWER)
    bo = await visit("Bo")
    _, text = await bo.get(f"/inbox/all/{case.number}")
    assert ("550 5.1.1" in text, "/elsewhere" in text, "/working" in text) == (True, False, False)
    assert (await bo.post(f"/deliveries/{delivery.id}/elsewhere", point="1"))[0] == 403
    assert (await bo.post(f"/points/{delivery.contact_point_id}/working"))[0] == 403


async def test_each_kind_of_failure_is_a_sentence_with_the_other_sides_words(office: Office, visit: Visit) -> None:
    case = await office.says("Where is it?", inbox="mail", sender="mia", name="Mia", message_id="m0")
    ada, bo = await visit("Ada"), await visit("Bo")
    said = {
        Failure.HARD: ("there is no such address", "böyle bir adres yok"),
        Failure.SOFT: ("could not be reached for too long", "uzun süre ulaşılamadı"),
        Failure.POLICY: ("did not want this message", "bu mesajı istemedi"),
        Failure.FULL: ("the mailbox is full", "posta kutusu dolu"),
    }
    for failure, (english, turkish) in said.items():
        office.channel("mail").refuse = [ChannelError("<b>5.0.0</b> no", permanent=True, failure=failure)]
        await office.act("Ada", actions.reply, case.number, "Tomorrow.")
        _, text = await ada.get(f"/inbox/all/{case.number}")
        assert english in text
        assert "&lt;b&gt;5.0.0&lt;/b&gt; no" in text
        assert turkish in (await bo.get(f"/inbox/all/{case.number}"))[1]


async def test_what_failed_is_sent_by_another_channel_with_one_click(office: Office, window: Any) -> None:
    case = await unreached(office)
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await expect(page.locator(".delivery.failed")).to_contain_text("there is no such address")
    await expect(page.locator(".delivery small")).to_have_text("550 5.1.1 <mia@x.example>: Recipient address rejected")
    await expect(page.locator(".composer .warning:not([hidden])")).to_contain_text("mia@x.example does not work.")
    await expect(page.locator("#side .failure")).to_contain_text("550 5.1.1")
    assert await violations(page) == []
    await shown(page, "elsewhere")
    await page.get_by_role("button", name="Send by fakesms").click()
    await expect(page.locator(".msg.out .text")).to_have_text(["It comes tomorrow."] * 2)
    await expect(page.locator(".delivery.failed")).to_contain_text("said elsewhere")
    await expect(page.locator(".delivery button")).to_have_count(0)
    await expect(page.locator("#reply-to")).to_have_text("+905321234567")
    await expect(page.locator(".composer .warning:not([hidden])")).to_have_count(0)
    await office.work()
    assert [out.to for out in office.channel("sms").sent] == ["+905321234567"]
    await page.locator("#side").get_by_role("button", name="It works again").click()
    await expect(page.locator("#side .failure")).to_have_count(0)


async def test_what_is_put_off_says_when_it_is_tried_and_can_be_tried_now(office: Office, window: Any) -> None:
    case = await office.says("Where is it?", inbox="mail", sender="mia@x.example", name="Mia", message_id="m0")
    office.channel("mail").refuse = [ChannelError("451 4.7.1 Greylisted, please come back later")]
    await office.act("Ada", actions.reply, case.number, "Tomorrow.")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await expect(page.locator(".delivery")).to_contain_text("Not yet. Next try at ")
    await expect(page.locator(".delivery small")).to_have_text("451 4.7.1 Greylisted, please come back later")
    await shown(page, "put-off")
    await page.get_by_role("button", name="Try now").click()
    await office.work()
    await expect(page.locator(".delivery")).to_have_text("sent")
    (delivery,) = await office.all(Delivery)
    late = {"state": "delayed", "error": "4.4.1 no answer", "failure": "soft"}
    await office.receive("", inbox="mail", id=delivery.provider_id, **late)
    await office.work()
    await expect(page.locator(".delivery")).to_contain_text("The other side's server is still trying, since ")
    await shown(page, "delayed")


async def test_what_programs_write_is_a_line_until_it_is_opened(office: Office, window: Any) -> None:
    case = await office.says("Where is it?", inbox="mail", sender="mia@x.example", name="Mia", message_id="m0")
    await office.act("Ada", actions.reply, case.number, "It comes tomorrow.")
    await office.says(
        "I am away until Monday.\n\nIn urgent cases call Bo.", inbox="mail", sender="mia@x.example", message_id="m1",
        references=["m0"], automatic=True, subject="Out of office: Re: Where is it?",
    )  # fmt: skip
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    robot = page.locator(".robot")
    await expect(robot.locator("summary")).to_contain_text("Out of office: Re: Where is it?")
    await expect(robot.locator(".bubble")).to_be_hidden()
    await shown(page, "robot")
    await robot.locator("summary").click()
    await expect(robot.locator(".bubble")).to_contain_text("In urgent cases call Bo.")
    await page.mouse.move(0, 0)
    assert await violations(page) == []
    await shown(page, "robot-open")


async def test_a_loop_is_seen_on_the_case_and_on_its_page(office: Office, window: Any) -> None:
    await office.change(Inbox, col(Inbox.slug) == "bot", bot="echo")
    case = await looping(office)
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await expect(page.locator("#lines")).to_contain_text("The bot has stopped: robot says the same again and again")
    await shown(page, "loop-case")
    await page.goto("/loops")
    await expect(page.locator(".held li")).to_have_count(1)
    assert await violations(page) == []
    await shown(page, "loops")
    await page.get_by_role("button", name="Allow again").click()
    await expect(page.locator(".empty")).to_be_visible()
    await shown(page, "loops-none")


async def shown(page: Page, name: str) -> None:
    """Pictures in both themes and on a phone."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await picture(page, f"{name}-{scheme}")
    await page.emulate_media(color_scheme="light")
    wide = page.viewport_size
    await page.set_viewport_size(size("phone")["viewport"])
    await picture(page, f"{name}-phone")
    if wide is not None:
        await page.set_viewport_size(wide)
