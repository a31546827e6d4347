"""Whom a reply goes to, in a real browser: ticks, typed addresses, reply to all, and pictures in the text."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from omnidesk.contract.channel import ChannelError, Failure
from omnidesk.store.models import Attachment, Case, Delivery
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_accessibility import violations
from tests.web.test_browser import picture, size

NAMED = [{"address": "max@x.example", "name": "Max Öz"}, {"address": "zoe@x.example", "role": "cc"}]
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC"
PASTE = """([png, names]) => {
  const clipboardData = new DataTransfer();
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  for (const name of names) clipboardData.items.add(new File([bytes], name, { type: "image/png" }));
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
  document.getElementById("text").dispatchEvent(event);
}"""


async def mail(office: Office, **said: Any) -> Case:
    """A mail of Mia's that names two others."""
    said = {"name": "Mia", "copied": NAMED, **said}
    return await office.says("Where is my parcel?", inbox="mail", sender="mia@x.example", **said)


async def sent(office: Office) -> list[tuple[str, str]]:
    return [(row.address, row.role) for row in await office.all(Delivery)]


async def test_who_is_ticked_gets_a_copy_and_stays_ticked(office: Office, window: Any) -> None:
    case = await mail(office)
    page: Page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await expect(page.locator(".msg.in .named")).to_have_text(["To: Max Öz", "Cc: zoe@x.example"])
    await expect(page.locator("#addressees")).to_be_hidden()
    await page.click("#copying")
    await expect(page.locator(".offer")).to_have_text(["Max Öz", "zoe@x.example"])
    assert await page.locator(".offer input:checked").count() == 0
    await page.keyboard.press("Space")  # the first tick has the focus
    await page.fill("input.address[name=bcc]", "boss@y.example")
    await picture(page, "addressing-wide")
    await page.fill("#text", "On its way.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".msg.out .named")).to_have_text(["Cc: max@x.example", "Bcc: boss@y.example"])
    await expect(page.locator("input.address[name=bcc]")).to_have_value("")
    await expect(page.locator(".offer input:checked")).to_have_value("max@x.example")
    assert await sent(office) == [("mia@x.example", "to"), ("max@x.example", "cc"), ("boss@y.example", "bcc")]
    office.channel("mail").refuse = [ChannelError("no such user", failure=Failure.HARD)]
    await office.work()
    states = page.locator(".msg.out .delivery")
    await expect(states).to_contain_text(["mia@x.example: ", "max@x.example: ", "boss@y.example: "])
    await expect(page.locator(".msg.out .delivery.failed")).to_have_count(1)
    await expect(page.locator(".msg.out .delivery.sent")).to_have_count(2)
    await picture(page, "addressing-sent")


async def test_reply_to_all_ticks_whom_the_last_mail_names(office: Office, window: Any) -> None:
    case = await mail(office)
    page: Page = await window("Ada", f"/inbox/all/{case.number}", **size("phone"))
    await page.click("#reply-all")
    await expect(page.locator(".offer input:checked")).to_have_count(2)
    await page.fill("input.address[name=cc]", "pia@x.example; zoe@x.example")
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await picture(page, "addressing-phone")
    await page.locator("input.address[name=cc]").press("Enter")
    await expect(page.locator("#text")).to_be_focused()
    assert await sent(office) == []
    await page.keyboard.type("On its way.")
    await page.click("#send")
    await expect(page.locator(".msg.out")).to_have_count(1)
    assert {role for _, role in (await sent(office))[1:]} == {"cc"}
    assert len(await sent(office)) == 4


async def test_what_was_chosen_survives_others_and_a_reload(office: Office, window: Any) -> None:
    case = await mail(office, message_id="1@x")
    page: Page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.click("#copying")
    await page.locator(".offer").first.click()
    await page.fill("#text", "On its")
    await office.says("Me too", inbox="mail", sender="pia@x.example", references=["1@x"])
    await expect(page.locator(".msg.in")).to_have_count(2)
    await expect(page.locator(".offer input:checked")).to_have_value("max@x.example")
    await page.reload()
    await expect(page.locator(".offer input:checked")).to_have_value("max@x.example")
    await expect(page.locator(".offer")).to_have_text(["pia@x.example", "Max Öz", "zoe@x.example"])


async def test_who_takes_part_is_offered_as_soon_as_they_write(office: Office, window: Any) -> None:
    case = await mail(office, copied=[], message_id="1@x")
    page: Page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await expect(page.locator("#reply-all")).to_be_hidden()
    await office.says("Me too", inbox="mail", sender="pia@x.example", name="Pia", references=["1@x"])
    await expect(page.locator("#reply-all")).to_be_visible()
    await page.click("#reply-all")
    await expect(page.locator(".offer")).to_have_text(["Pia"])


async def test_a_chat_and_a_note_have_nobody_to_copy(office: Office, window: Any) -> None:
    chat, case = await office.says("Hi"), await mail(office)
    page: Page = await window("Ada", f"/inbox/all/{chat.number}", **size("wide"))
    await expect(page.locator("#copying")).to_be_hidden()
    await page.goto(f"/inbox/all/{case.number}")
    await page.click("#copying")
    await page.keyboard.press("Escape")
    await page.locator(".tabs label").nth(1).click()
    await expect(page.locator("#addressees")).to_be_hidden()
    await expect(page.locator("#copying")).to_be_hidden()


async def test_a_wrong_address_is_told_and_the_text_is_kept(office: Office, window: Any) -> None:
    case = await mail(office)
    page: Page = await window("Bo", f"/inbox/all/{case.number}", **size("wide"))
    await page.click("#copying")
    await page.fill("input.address[name=cc]", "x" * 330)
    await page.fill("#text", "Yolda.")
    await page.click("#send")
    await expect(page.locator(".toast.bad")).to_contain_text("bir adres değil")
    await expect(page.locator("#text")).to_have_value("Yolda.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_pasted_picture_stands_where_it_was_put(office: Office, window: Any, scheme: str) -> None:
    case = await mail(office)
    page: Page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"), color_scheme=scheme)
    await page.fill("#text", "Here:  and there.")
    await page.evaluate("document.getElementById('text').setSelectionRange(6, 6)")
    await page.evaluate(PASTE, [PNG, ["image.png", "image.png"]])
    await expect(page.locator("#text")).to_have_value("Here: [image.png][image-2.png] and there.")
    await expect(page.locator(".uploads li[data-handle]")).to_have_count(2)
    await page.locator(".uploads button").nth(1).click()
    await expect(page.locator("#text")).to_have_value("Here: [image.png] and there.")
    await page.click("#reply-all")
    await picture(page, f"picture-writing-{scheme}")
    await page.click("#send")
    shown = page.locator(".msg.out .text img")
    await expect(shown).to_have_attribute("alt", "image.png")
    assert await shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 10
    await expect(page.locator(".msg.out .files")).to_have_count(0)
    await picture(page, f"picture-sent-{scheme}")
    (row,) = await office.all(Attachment)
    assert row.inline
    await office.work()
    (file,) = office.channel("mail").sent[0].files
    assert (file.filename, file.content_id) == ("image.png", row.content_id)


async def test_only_who_may_work_on_it_sees_whom_a_case_names(office: Office, visit: Visit) -> None:
    case = await mail(office)
    assert "Max Öz" in (await (await visit("Ada")).get(f"/cases/{case.number}/addressees"))[1]
    status, text = await (await visit("Cy")).get(f"/cases/{case.number}/addressees")
    assert (status, "Max" in text) == (404, False)


async def test_an_address_is_shown_as_text(office: Office, visit: Visit) -> None:
    name = "<script>alert(1)</script>"
    case = await mail(office, copied=[{"address": "max@x.example", "name": name}])
    text = (await (await visit("Ada")).get(f"/inbox/all/{case.number}"))[1]
    assert name not in text
    assert text.count("&lt;script&gt;alert(1)") >= 2
