"""The inbox in a real browser: what an agent sees without reloading, and what she does with mouse and keyboard."""

import asyncio
import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from omnidesk.contract.channel import ChannelError
from omnidesk.desk.casework import merging
from omnidesk.web import csrf
from omnidesk.web.live import LIVE
from tests.office import Office

SCREENS = {"wide": (1440, 900), "narrow": (1024, 800), "phone": (390, 844)}
PICTURES = os.environ.get("OMNIDESK_PICTURES")
"""A folder for screenshots that somebody looks at."""


def size(name: str) -> dict[str, Any]:
    """The options of a window."""
    width, height = SCREENS[name]
    return {"viewport": {"width": width, "height": height}}


async def picture(page: Page, name: str) -> None:
    """Keep a screenshot when somebody wants to look."""
    if PICTURES:
        await page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), caret="initial")


async def test_a_new_case_appears_moves_and_leaves_without_a_reload(office: Office, window: Any) -> None:
    first = await office.says("The first", name="Mia", sender="mia")
    page = await window("Ada", "/inbox/all", **size("wide"))
    rows = page.locator(".row .subj")
    await expect(rows).to_have_text(["The first"])
    await expect(page.locator("#view-all .n")).to_have_text("1")
    await office.says("The second", name="Mia B", sender="other")
    await expect(rows).to_have_text(["The second", "The first"])
    await expect(page.locator("#view-all .n")).to_have_text("2")
    await office.says("Once more", name="Mia", sender="mia")
    await expect(rows).to_have_text(["Once more", "The second"])
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator(".subject")).to_have_text("The first")
    await expect(page.locator("#resolution")).to_have_attribute("data-htmx-powered", "true")
    await page.wait_for_load_state("networkidle")
    await page.keyboard.press("e")
    await expect(page.locator(".toast.ok")).to_contain_text(f"Case #{first.number} is resolved.")
    await expect(rows).to_have_text(["The second"])
    await page.locator(".toast.ok button").click()
    await expect(rows).to_have_count(2)
    assert (await office.case(first.number)).category == "open"


async def test_nothing_moves_under_the_pointer(office: Office, window: Any) -> None:
    await office.says("The first", sender="mia")
    await office.says("The second", sender="other")
    page = await window("Ada", "/inbox/all", **size("wide"))
    rows = page.locator(".row .subj")
    await page.locator(".row").nth(0).hover()
    await office.says("The third", sender="third")
    await expect(page.locator("#fresh")).to_have_text("1 new")
    await expect(rows).to_have_text(["The second", "The first"])
    await page.locator("#fresh").click()
    await expect(rows).to_have_text(["The third", "The second", "The first"])


async def test_an_answer_is_written_by_keyboard_and_its_delivery_is_shown(office: Office, window: Any) -> None:
    case = await office.says("Where is my parcel?", name="Mia", inbox="mail")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.keyboard.press("r")
    await page.keyboard.type("It comes tomorrow.")
    await page.keyboard.press("Control+Enter")
    said = page.locator(".msg.out .text")
    await expect(said).to_have_text("It comes tomorrow.")
    await expect(page.locator(".msg.out .delivery")).to_have_text("in the queue")
    await expect(page.locator("#text")).to_have_value("")
    await office.work()
    await expect(page.locator(".msg.out .delivery")).to_have_text("sent")
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await page.keyboard.type("A nice one.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".msg.note .text")).to_have_text("A nice one.")
    assert [row.interaction.kind for row in await office.log(case) if row.interaction.kind != "event"] == [
        "message", "message", "note",
    ]  # fmt: skip


async def test_a_refused_message_can_be_sent_again(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia", inbox="mail")
    office.channel("mail").refuse.append(ChannelError("the mailbox is full", permanent=True))
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.fill("#text", "Hello Mia")
    await page.click("#send")
    await expect(page.locator(".msg.out")).to_be_visible()
    await office.work()
    await expect(page.locator(".delivery")).to_contain_text("not sent: the mailbox is full")
    await picture(page, "refused")
    await page.locator(".delivery button").click()
    await expect(page.locator(".delivery")).to_have_text("in the queue")
    await office.work()
    await expect(page.locator(".delivery")).to_have_text("sent")


async def test_what_others_write_appears_at_the_end_unless_one_reads_above(office: Office, window: Any) -> None:
    case = await office.says("Line one", name="Mia")
    await office.says("A line\n" * 60, name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    lines = page.locator("#timeline")
    await expect(page.locator(".msg").last).to_be_in_viewport()
    await office.says("I am at the end", name="Mia")
    await expect(page.get_by_text("I am at the end").last).to_be_in_viewport()
    await lines.evaluate("element => element.scrollTop = 0")
    await office.says("You can't see me", name="Mia")
    await expect(page.locator("#below")).to_be_visible()
    assert await lines.evaluate("element => element.scrollTop") == 0
    await page.locator("#below").click()
    await expect(page.locator("#lines").get_by_text("You can't see me")).to_be_in_viewport()
    await expect(page.locator("#below")).to_be_hidden()


async def test_a_reply_on_stale_reading_asks_first_and_keeps_the_text(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia")
    await office.says("A line\n" * 60, name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.locator("#timeline").evaluate("element => element.scrollTop = 0")
    await page.wait_for_timeout(100)
    await office.says("Wait, I found it!", name="Mia")
    await expect(page.locator("#below")).to_be_visible()
    await page.fill("#text", "We will search for it.")
    await page.click("#send")
    await expect(page.locator(".conflict")).to_contain_text("Wait, I found it!")
    await expect(page.locator("#text")).to_have_value("We will search for it.")
    await picture(page, "conflict")
    await page.get_by_role("button", name="Send anyway").click()
    await expect(page.locator(".msg.out .text")).to_have_text("We will search for it.")
    await expect(page.locator(".conflict")).to_have_count(0)


async def test_a_draft_with_its_file_survives_leaving_and_reloading(
    office: Office, window: Any, tmp_path: Path
) -> None:
    one = await office.says("One", sender="one", inbox="mail")
    two = await office.says("Two", sender="two", inbox="mail")
    (tmp_path / "not şu.txt").write_text("a file")
    page = await window("Ada", f"/inbox/all/{one.number}", **size("wide"))
    await page.fill("#text", "Half a sent")
    await page.set_input_files("#files", tmp_path / "not şu.txt")
    await expect(page.locator(".uploads li[data-handle]")).to_contain_text("not şu.txt")
    await page.locator(f"#row-{two.number}").click()
    await expect(page.locator("main.case")).to_have_attribute("data-number", str(two.number))
    await expect(page.locator("#text")).to_have_value("")
    await page.go_back()
    await expect(page.locator("#text")).to_have_value("Half a sent")
    await page.reload()
    await expect(page.locator("#text")).to_have_value("Half a sent")
    await expect(page.locator(".uploads li")).to_contain_text("not şu.txt")
    await page.locator("#text").press("End")
    await page.keyboard.type("ence.")
    await page.click("#send")
    await expect(page.locator(".msg.out .file")).to_contain_text("not şu.txt")
    await expect(page.locator(".uploads li")).to_have_count(0)


async def test_a_case_is_assigned_by_keyboard(office: Office, window: Any) -> None:
    case = await office.says("Hello", name="Mia")
    page = await window("Ada", f"/inbox/unassigned/{case.number}", **size("wide"))
    await page.keyboard.press("a")
    await expect(page.locator("#assign-filter")).to_be_focused()
    await picture(page, "assign")
    await page.keyboard.type("bo")
    await page.keyboard.press("Enter")
    await expect(page.locator("#side")).to_contain_text("Bo")
    await expect(page.locator("#lines .event").last).to_contain_text("Ada assigned the case to Bo")
    await expect(page.locator("#assign")).not_to_have_attribute("open", "")
    await expect(page.locator(".row")).to_have_count(0)
    assert (await office.case(case.number)).assignee_id == (await office.viewer("Bo")).agent_id


async def test_a_bots_case_is_taken_over(office: Office, window: Any) -> None:
    case = await office.says("Hello bot", name="Mia", inbox="bot")
    page = await window("Ada", f"/inbox/bot/{case.number}", **size("wide"))
    await expect(page.locator(".bot-bar")).to_contain_text("The bot is talking with Mia")
    await expect(page.locator(".msg.bot .why")).to_contain_text("echo 1.00")
    await page.get_by_role("button", name="Take over").click()
    await expect(page.locator(".bot-bar")).to_have_count(0)
    await expect(page.locator("#lines")).to_contain_text("Ada took over from the bot")
    assert (await office.case(case.number)).holder == "team"


async def test_a_gap_in_the_connection_is_made_up_for(
    office: Office, window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await office.says("Before", name="Mia")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await expect(page.locator(".msg")).to_have_count(1)
    live = office.app[LIVE]
    while not live.sockets:  # noqa: ASYNC110 - the browser opens it when it likes
        await asyncio.sleep(0.05)
    await page.context.set_offline(True)
    with monkeypatch.context() as refusing:  # the browser's being offline lets a new socket slip through now and then
        refusing.setattr(csrf, "is_ours", lambda *_: False)
        await live.close()
        await office.says("During", name="Mia")
        await expect(page.locator("#offline")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.locator(".msg .text").last).to_have_text("During", timeout=10000)
    await expect(page.locator(".row .subj")).to_have_text("During")
    await expect(page.locator(".toast")).to_have_text("Connected again.")


async def test_the_phone_shows_the_list_then_the_case_and_goes_back(office: Office, window: Any) -> None:
    await office.says("Hello", name="Mia")
    page = await window("Ada", "/inbox/all", **size("phone"), has_touch=True)
    await expect(page.locator(".list")).to_be_visible()
    await page.locator(".row").tap()
    await expect(page.locator("main.case")).to_be_visible()
    await expect(page.locator(".list")).to_be_hidden()
    await page.locator("#side-button").tap()
    await expect(page.locator("#side")).to_be_visible()
    await page.locator("#side .side-button").tap()
    await page.locator("#back").tap()
    await expect(page.locator(".list")).to_be_visible()
    await page.locator(".view-button").tap()
    await page.locator("#view-resolved").tap()
    await expect(page.locator(".list .empty")).to_contain_text("Nothing resolved yet")


async def test_the_phone_reaches_tasks_and_commands_with_a_thumb(office: Office, window: Any) -> None:
    page = await window("Ada", "/inbox/all", **size("phone"), has_touch=True)
    await page.locator(".me summary").tap()
    await picture(page, "phone-more")
    targets = page.locator(".me :is(summary, .sheet button, .sheet a):visible")
    assert [
        box["height"] for one in await targets.all() if (box := await one.bounding_box()) and box["height"] < 44
    ] == []
    assert await page.locator(".me .sheet").evaluate("sheet => sheet.scrollWidth <= sheet.clientWidth")
    await page.get_by_role("button", name="Find a command").tap()
    await expect(page.locator("#palette input")).to_be_focused()
    await expect(page.locator(".me .sheet")).to_be_hidden()
    await page.keyboard.press("Escape")
    await page.locator(".me summary").tap()
    await page.get_by_role("link", name="My tasks").tap()
    await expect(page.locator("h1")).to_have_text("My tasks")
    await page.goto("/settings/notices")
    await picture(page, "phone-notices")
    small = """() => [...document.querySelectorAll(".notice-settings :is(input:not([type=hidden]), select, button, a)")]
        .map(one => one.closest("label") ?? one).filter(one => one.checkVisibility())
        .filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 200))"""
    assert await page.evaluate(small) == []


async def test_language_and_theme_are_kept(office: Office, window: Any) -> None:
    await office.says("Merhaba", name="Mia")
    page = await window("Ada", "/inbox/all", **size("wide"))
    await page.locator(".me summary").click()
    await picture(page, "menu")
    await page.get_by_role("button", name="Türkçe").click()
    await expect(page.locator("#list-title")).to_have_text("Tüm açık talepler")
    await page.locator(".me summary").click()
    await page.get_by_role("button", name="Koyu").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 18, 22)"
    await page.keyboard.press("?")
    await expect(page.locator("#shortcuts")).to_be_visible()
    await picture(page, "shortcuts")
    await page.keyboard.press("Escape")
    await expect(page.locator("#shortcuts")).to_be_hidden()


async def test_no_page_is_wider_than_its_window(office: Office, window: Any) -> None:
    long = "Donaudampfschifffahrtsgesellschaftskapitän" * 8
    case = await office.says(f"{long} https://example.com/{long}", name=long, inbox="bot")
    page = await window("Ada", "/quarantine", **size("wide"))
    for path in (f"/inbox/bot/{case.number}", "/inbox/all", "/quarantine", "/nowhere"):
        await page.goto(path)
        for screen, (width, height) in SCREENS.items():
            for scheme in ("light", "dark"):
                await page.set_viewport_size({"width": width, "height": height})
                await page.emulate_media(color_scheme=scheme)
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, screen)
                await picture(page, f"{path.strip('/').replace('/', '-')}-{screen}-{scheme}")


async def test_what_a_mail_quotes_is_one_click_away(office: Office, window: Any) -> None:
    whole = "It works, thank you.\n\n> Did you restart it?"
    case = await office.says("It works, thank you.", whole=whole, inbox="mail", sender="mia@example.com")
    assert case.preview == "It works, thank you."
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    message = page.locator(".msg.in")
    await expect(message.get_by_text("Did you restart it?")).to_be_hidden()
    await message.get_by_text("Show the rest").click()
    await expect(message.get_by_text("Did you restart it?")).to_be_visible()
    await picture(page, "the-rest")


async def test_who_works_down_the_list_goes_on_where_they_were(office: Office, window: Any) -> None:
    numbers = [(await office.says(f"Question {index}", sender=f"mia{index}")).number for index in range(5)]
    page = await window("Ada", "/inbox/all")
    done: list[int] = []
    for _ in range(3):
        await page.keyboard.press("j")
        await page.keyboard.press("Enter")
        await expect(page.locator("main.case")).to_have_attribute("data-number", re.compile(r"\d"))
        number = numbers[4 - len(done)]
        await expect(page.locator(f"main.case[data-number='{number}']")).to_be_visible()
        await page.keyboard.press("n")
        await expect(page.locator("#text")).to_be_focused()
        await page.keyboard.type("Seen")
        await expect(page.locator("#text")).to_have_value("Seen")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#lines .note")).to_contain_text("Seen")
        await page.keyboard.press("Escape")
        done.append(number)
    assert done == numbers[:1:-1]
    await page.keyboard.press("e")  # the opened one leaves the list
    await expect(page.locator(f"#row-{done[-1]}")).to_have_count(0)
    await page.keyboard.press("j")
    await expect(page.locator(f"#row-{numbers[1]}")).to_be_focused()


async def test_the_focus_is_where_it_was_after_a_menu(office: Office, window: Any) -> None:
    case = await office.says("Hello")
    page = await window("Ada", "/inbox/all")
    await page.locator(f"#row-{case.number}").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("main.case[data-number]")).to_be_visible()
    await page.locator(f"#row-{case.number}").focus()
    await page.keyboard.press("a")
    await page.get_by_placeholder("Find an agent").wait_for()
    await page.keyboard.press("Escape")
    await expect(page.locator(f"#row-{case.number}")).to_be_focused()
    await page.keyboard.press("a")
    await page.locator("#assign .sheet [data-filter]").fill("Bo")
    await page.keyboard.press("Enter")
    await expect(page.locator("#lines")).to_contain_text("assigned the case to Bo")
    await expect(page.locator(f"#row-{case.number}")).to_be_focused()


async def test_who_leaves_the_answer_is_back_at_the_case_and_no_key_is_typed_into_it(
    office: Office, window: Any
) -> None:
    case = await office.says("Hello")
    page = await window("Ada", "/inbox/all")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator("main.case[data-number]")).to_be_visible()
    await page.keyboard.press("r")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator(f"#row-{case.number}")).to_be_focused()
    await page.keyboard.press("l")
    await page.get_by_placeholder("Find or make a label").wait_for()
    await page.keyboard.press("Escape")
    await page.keyboard.press("z")
    await expect(page.locator("#snooze")).to_have_attribute("open", "")
    await expect(page.locator("#text")).to_have_value("")


async def test_a_merged_case_offers_nothing_but_the_other_one(office: Office, window: Any) -> None:
    one = await office.says("One", inbox="mail", message_id="one@x")
    other = await office.says("Two", inbox="mail", message_id="two@x")
    await office.act("Ada", merging.merge, one.number, other.number)
    page = await window("Ada", f"/inbox/all/{one.number}")
    await expect(page.locator(".merged")).to_contain_text("merged into another one")
    await expect(page.locator("#composer, #assign, #resolution, #more, #snooze")).to_have_count(0)
    await page.locator(".merged a").click()
    await expect(page.locator("main.case")).to_have_attribute("data-number", str(other.number))
