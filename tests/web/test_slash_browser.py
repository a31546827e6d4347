"""The composer's "/" and "@" in a real browser."""

from typing import Any

from playwright.async_api import expect

from omnidesk.desk import actions, properties
from omnidesk.desk.macros import Written
from omnidesk.store.models import Contact, MacroKind, Mention
from tests.office import Office
from tests.web.test_browser import picture, size
from tests.web.test_macros import GREETING, URGENT, made


async def test_a_canned_reply_is_chosen_by_keyboard(office: Office, window: Any) -> None:
    case = await office.says("Where is my parcel?", name="Mia Yıldız")
    await office.change(Contact, Contact.id == case.contact_id, name="Mia Yıldız")
    await made(office, GREETING)
    await made(office, URGENT)
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.keyboard.press("r")
    await page.keyboard.type("Well, a/b and /")
    await expect(page.locator("#picks [role=option]")).to_have_count(2)
    await page.keyboard.press("ArrowDown")
    await picture(page, "slash")
    await expect(page.locator("#text")).to_have_attribute("aria-activedescendant", "pick-" + await chosen(page))
    await page.keyboard.type("HI")
    await expect(page.locator("#picks [role=option]")).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(page.locator("#text")).to_have_value("Well, a/b and Hello Mia Yıldız, {{contact.email}}")
    await expect(page.locator("#unfilled")).to_contain_text("{{contact.email}}")
    await picture(page, "slash-missing")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#conflict")).to_contain_text("There is still {{contact.email}} in your text.")
    await page.locator("#conflict button[name=unfilled]").click()
    await expect(page.locator(".msg.out .text")).to_contain_text("Hello Mia Yıldız")


async def chosen(page: Any) -> str:
    """The id of the option that is chosen."""
    return str(await page.locator("#picks [aria-selected=true]").get_attribute("data-id"))


async def test_escape_closes_and_the_menu_stays_closed_there(office: Office, window: Any) -> None:
    case = await office.says("Help")
    await made(office, GREETING)
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.keyboard.press("r")
    await page.keyboard.type("/h")
    await expect(page.locator("#picker")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#picker")).to_be_hidden()
    await page.keyboard.type("i")
    await expect(page.locator("#text")).to_be_focused()
    await expect(page.locator("#picker")).to_be_hidden()
    await expect(page.locator("#text")).to_have_value("/hi")


async def test_a_macro_acts_at_once_and_can_be_undone(office: Office, window: Any) -> None:
    case = await office.says("Help")
    await made(office, URGENT)
    page = await window("Ada", f"/inbox/all/{case.number}", **size("phone"))
    await page.locator("#text").click()
    await page.locator("#canned").click()
    await picture(page, "slash-phone")
    await page.locator("#picks [role=option]").click()
    await expect(page.locator("#text")).to_have_value("On it.")
    await expect(page.locator(".toast")).to_contain_text("Macro applied: Make urgent")
    await expect(page.locator("#lines")).to_contain_text("Ada applied the macro Make urgent")
    assert (await office.case(case.number)).priority == "urgent"
    await page.locator(".toast button").click()
    await expect(page.locator("#lines")).to_contain_text("Ada undid the macro Make urgent")
    assert (await office.case(case.number)).priority == "normal"


async def test_colleagues_are_offered_in_notes_alone(office: Office, window: Any) -> None:
    case = await office.says("Help")
    page = await window("Ada", f"/inbox/all/{case.number}", color_scheme="dark", **size("wide"))
    await page.keyboard.press("r")
    await page.keyboard.type("@")
    await expect(page.locator("#picker")).to_be_hidden()
    await page.keyboard.press("Escape")
    await page.locator("#text").fill("")
    await page.locator("#text").blur()
    await page.keyboard.press("n")
    await page.keyboard.type("Ask @")
    await expect(page.locator("#picks [aria-disabled=true]")).to_have_count(2)
    await picture(page, "mention-dark")
    await page.keyboard.type("b")
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_have_value("Ask @Bo ")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".msg.note .mention")).to_have_text("@Bo")
    await picture(page, "mention-said")
    assert len(await office.all(Mention)) == 1


async def test_a_macro_is_undone_from_the_log_while_the_case_is_as_it_left_it(office: Office, window: Any) -> None:
    case = await office.says("Help")
    await made(office, URGENT)
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.keyboard.press("r")
    await page.keyboard.type("/u")
    await expect(page.locator("#picks [role=option]")).to_have_count(1)
    await page.keyboard.press("Enter")
    undo = page.get_by_role("button", name="Undo the macro Make urgent")
    await expect(undo).to_be_visible()
    await picture(page, "macro-undo-in-the-log")
    await office.act("Bo", properties.prioritise, case.number, "low")
    await expect(undo).to_have_count(0)
    await office.act("Bo", properties.prioritise, case.number, "urgent")
    await page.reload()
    await undo.click()
    await expect(page.locator("#lines")).to_contain_text("Ada undid the macro Make urgent")
    await expect(undo).to_have_count(0)
    assert (await office.case(case.number)).priority == "normal"


async def test_what_a_macro_can_t_do_here_is_said_and_nothing_done(office: Office, window: Any) -> None:
    case = await office.says("Help")
    await office.act("Ada", actions.resolve, case.number)
    await made(office, Written(MacroKind.MACRO, "Later", "l", actions=({"priority": "low"}, {"snooze": "tomorrow"})))
    page = await window("Ada", f"/inbox/resolved/{case.number}", **size("wide"))
    await page.keyboard.press("r")
    await page.keyboard.type("/l")
    await expect(page.locator("#picks [role=option]")).to_contain_text("Snooze: until tomorrow at 9:00")
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast.bad")).to_contain_text("This case is done. Reopen it first.")
    await picture(page, "macro-refused")
    assert (await office.case(case.number)).priority == "normal"
