"""What a visitor can do beside writing: fields, forms, mails, pictures, sounds; and what the host's page can do."""

import gzip
import hmac
import json
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from channels.webchat.adapter import WebChat
from channels.webchat.identity import hash_of
from channels.webchat.settings import Limits, WebChatSettings
from channels.webchat.widget import script
from channels.webchat.words import tables
from omnidesk.contract.channel import Form, FormField, Opening
from tests.browser import NEEDS_CHROMIUM
from tests.channels.test_webchat_widget import ONE_PIXEL
from tests.channels.webchat_desk import YES_NO, Shop, until
from tests.channels.webchat_page import OpenPage, ask, bubbles, field, start, stored_keys, write

pytestmark = [pytest.mark.asyncio(loop_scope="session"), NEEDS_CHROMIUM]

SECRET = "a secret of thirty-two characters"
_AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
_RULES = """async () => (await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}))
    .violations.map(found => `${found.id}: ${found.nodes.map(node => node.html.slice(0, 160)).join(" | ")}`)"""


async def settle(shop: Shop, **settings: Any) -> None:
    """Give the inbox other settings."""
    await shop.stop()
    shop.channel.settings = WebChatSettings.model_validate({"title": "Example shop", **settings})
    await shop.start()


def name_field(page: Page) -> Locator:
    """Where a new visitor says who they are."""
    return page.locator(".field").filter(has_text="name").locator("input")


async def faults(page: Page) -> list[str]:
    """What is against the rules of WCAG, in light and dark."""
    found = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await page.evaluate(_AXE)
        found += [f"{scheme}: {one}" for one in await page.evaluate(_RULES)]
    return found


async def test_fields_before_the_first_message_go_along_with_it(open_page: OpenPage, shop: Shop) -> None:
    await settle(shop, prechat=[{"name": "name", "required": True}, {"name": "email"}])
    page = await open_page()
    await start(page)
    await expect(name_field(page)).to_be_focused()
    await write(page, "Where is my order?")
    await expect(page.get_by_text("Please fill this in.")).to_be_visible()
    await expect(name_field(page)).to_be_focused()
    assert shop.desk.received == []
    await name_field(page).fill("Mia")
    await page.locator("input[type=email]").fill("mia@nowhere")
    await field(page).press("Enter")
    await expect(page.get_by_text("looks like mia@example.com")).to_be_visible()
    await page.locator("input[type=email]").fill("mia@example.com")
    assert await stored_keys(page) == []
    await field(page).press("Enter")
    await until(lambda: shop.desk.texts() == ["Where is my order?"])
    said = json.loads(shop.desk.received[0].body)
    assert said["profile"] == {"name": "Mia", "email": "mia@example.com"}
    await expect(name_field(page)).to_be_hidden()


async def test_what_was_written_before_the_questions_were_known_comes_back_in_order(
    open_page: OpenPage, shop: Shop
) -> None:
    page = await open_page()
    await start(page)
    await until(lambda: any(shop.desk.followers.values()))
    await shop.stop()
    await write(page, "First")
    await write(page, "Second")
    await settle(shop, prechat=[{"name": "email", "required": True}])
    await expect(field(page)).to_have_value("First\nSecond")
    await expect(page.locator(".fault")).to_be_visible()
    await page.locator("input[type=email]").fill("mia@example.com")
    await field(page).press("Enter")
    await until(lambda: shop.desk.texts() == ["First\nSecond"])


async def test_what_the_server_finds_wrong_in_the_fields_is_shown_at_them(open_page: OpenPage, shop: Shop) -> None:
    await settle(shop, prechat=[{"name": "phone", "required": True}])
    page = await open_page()
    await start(page)
    await page.get_by_label("Phone").fill("123456789012345678")
    await write(page, "Where is my order?")
    await expect(page.locator(".fault")).to_be_visible()
    await expect(page.get_by_label("Phone")).to_have_value("123456789012345678")
    await expect(field(page)).to_have_value("Where is my order?")
    await page.get_by_label("Phone").fill("+90 532 123 45 67")
    await field(page).press("Enter")
    await until(lambda: shop.desk.texts() == ["Where is my order?"])


async def test_a_form_of_the_bot_is_answered_once(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop)
    questions = (
        FormField("order", "Order number", "number", required=True),
        FormField("how", "How shall we reach you?", "choice", choices=("Mail", "Phone")),
    )
    shop.desk.say(mia, "Which order is it?", form=Form("order", questions, "Look it up"))
    await page.get_by_role("button", name="Look it up").click()
    await expect(page.get_by_label("Order number")).to_be_focused()
    await page.get_by_label("Order number").fill("1234")
    await page.get_by_label("How shall we reach you?").select_option("Phone")
    await page.get_by_role("button", name="Look it up").click()
    await until(lambda: shop.desk.inbound[-1].form == "order")
    assert shop.desk.inbound[-1].answers == {"order": "1234", "how": "Phone"}
    await expect(page.get_by_role("button", name="Look it up")).to_be_hidden()
    await expect(page.get_by_text("Thank you, we have your answers.")).to_be_visible()


class Narrow(WebChat):
    """Takes short frames."""

    limits = Limits(frame_bytes=2000)


async def test_what_is_too_much_for_a_frame_is_said_and_comes_back(open_page: OpenPage, shop: Shop) -> None:
    await shop.stop()
    shop.channel = Narrow(shop.channel.settings)
    await shop.start()
    page = await open_page()
    mia = await ask(page, shop)
    too_much = "too much to send at once"
    await write(page, "ş" * 1000)
    await expect(page.get_by_role("status")).to_contain_text(too_much)
    await expect(field(page)).to_have_value("ş" * 1000)
    await write(page, "Short")
    await expect(page.get_by_role("status")).to_be_hidden()
    shop.desk.say(mia, "What happened?", form=Form("what", (FormField("story", "Your story", "long"),), "Tell"))
    story = page.get_by_label("Your story")
    await story.fill("ş" * 1000)
    await page.get_by_role("button", name="Tell").click()
    await expect(page.get_by_role("status")).to_contain_text(too_much)
    await expect(story).to_have_value("ş" * 1000)
    await story.fill("It broke.")
    await page.get_by_role("button", name="Tell").click()
    await until(lambda: shop.desk.inbound[-1].answers == {"story": "It broke."})
    assert shop.desk.texts() == ["Where is my order?", "Short", ""]


async def test_when_nobody_is_there_it_says_when_and_takes_an_address(open_page: OpenPage, shop: Shop) -> None:
    shop.desk.is_open = Opening(open=False, opens_at=datetime(2030, 1, 7, 9, tzinfo=UTC))
    page = await open_page()
    await ask(page, shop)
    await expect(page.locator(".heading p")).to_contain_text("09:00")
    card = page.get_by_role("form", name="We answer by email too")
    await card.get_by_label("Email address").fill("mia@example.com")
    await card.get_by_role("button", name="Save").click()
    await until(lambda: "mia@example.com" in shop.desk.introduced.values())
    await expect(page.get_by_text("answers go to mia@example.com")).to_be_visible()


async def test_who_declines_is_not_asked_again(open_page: OpenPage, shop: Shop) -> None:
    shop.desk.is_open = Opening(open=False)
    page = await open_page()
    await ask(page, shop)
    await page.get_by_role("button", name="No, thank you").click()
    await write(page, "Really")
    await expect(page.get_by_role("form")).to_have_count(0)


async def test_what_was_said_is_sent_by_mail(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop)
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("button", name="Send this chat by email").click()
    await page.get_by_label("To which address?").fill("mia@example.com")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("This chat is on its way to mia@example.com.")
    assert shop.desk.mailed == [(mia, "mia@example.com")]


async def test_sound_is_off_until_it_is_turned_on(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await ask(page, shop)
    await page.get_by_role("button", name="More").click()
    switch = page.get_by_role("switch", name="Sound for new messages")
    await expect(switch).to_have_attribute("aria-checked", "false")
    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "true")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="More")).to_be_focused()
    await page.reload()
    await page.get_by_role("button", name="More").click()
    await expect(switch).to_have_attribute("aria-checked", "true")


async def test_pictures_are_small_and_enlarged(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await start(page)
    picture: Any = {"name": "receipt.png", "mimeType": "image/png", "buffer": ONE_PIXEL}
    await page.locator("input[type=file]").set_input_files([picture])
    await page.get_by_role("button", name="Send").click()
    await page.get_by_role("button", name="Enlarge picture receipt.png").click()
    large = page.get_by_role("dialog", name="receipt.png")
    await expect(large.get_by_role("img", name="receipt.png")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(large).to_be_hidden()
    await expect(page.get_by_role("dialog", name="Example shop")).to_be_visible()
    await expect(page.get_by_role("button", name="Enlarge picture receipt.png")).to_be_focused()


async def test_pasted_and_dropped_files_are_attached(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await start(page)
    for kind, target in (("paste", ".write textarea"), ("drop", ".panel")):
        await page.locator(target).evaluate(
            """(node, kind) => {
                const data = new DataTransfer();
                data.items.add(new File(["hello"], `${kind}.txt`, { type: "text/plain" }));
                const init = { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data };
                node.dispatchEvent(kind === "paste" ? new ClipboardEvent(kind, init) : new DragEvent(kind, init));
            }""",
            kind,
        )
        await expect(page.get_by_text(f"{kind}.txt")).to_be_visible()
    await page.get_by_role("button", name="Send").click()
    await until(lambda: len(shop.desk.inbound) == 1)
    assert [file.filename for file in shop.desk.inbound[0].attachments] == ["paste.txt", "drop.txt"]


async def test_a_page_opens_closes_and_hears_of_what_is_new(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop)
    await page.evaluate(
        "window.heard = []; for (const e of ['unread', 'open', 'close']) Omnidesk.on(e, (n) => heard.push([e, n])); 0"
    )
    await page.evaluate("Omnidesk.close()")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    shop.desk.say(mia, "It arrives tomorrow.", author="agent", name="Ada")
    await expect(page.get_by_role("button", name="Open chat, unread messages: 1")).to_be_visible()
    await page.evaluate("Omnidesk.open()")
    await expect(page.get_by_text("New messages", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Close chat", expanded=True)).to_be_visible()
    await until(lambda: (mia, "seen") in shop.desk.signals)
    heard = await page.evaluate("heard")
    assert sorted(heard[:2]) == [["close", None], ["unread", 0]]
    assert heard[2:] == [["unread", 1], ["open", None], ["unread", 0]]


async def test_the_tag_says_theme_colour_side_and_language(open_page: OpenPage, shop: Shop) -> None:
    shop.tag = 'data-theme="dark" data-colour="#f2c94c" data-position="left" data-language="tr" data-privacy="/kvkk"'
    page = await open_page()
    await page.get_by_role("button", name=tables()["tr"]["open"]).click()
    style = await page.locator(".panel").evaluate(
        "panel => { const s = getComputedStyle(panel); return [s.left, s.colorScheme] }"
    )
    assert style == ["24px", "dark"]
    await expect(page.get_by_role("link", name=tables()["tr"]["privacy"])).to_have_attribute("href", f"{shop.url}/kvkk")
    assert await faults(page) == []


async def test_a_user_of_the_host_finds_the_talk_in_another_browser_and_leaves_none_after_signing_out(
    open_page: OpenPage, shop: Shop, browser: Browser
) -> None:
    await settle(shop, identity_secret=SECRET)
    signature = hmac.new(SECRET.encode(), b"17", "sha256").hexdigest()
    shop.tag = f"""data-identity='{{"id": 17, "hash": "{signature}"}}'"""
    await ask(await open_page(), shop)
    elsewhere = await browser.new_context()
    page = await elsewhere.new_page()
    await page.goto(shop.url)
    await start(page)
    await expect(page.locator(".bubble")).to_contain_text("Where is my order?")
    await write(page, "Hello?")
    await until(lambda: shop.desk.texts()[-1] == "Hello?")
    assert len({raw.sender for raw in shop.desk.received}) == 1
    await page.evaluate("Omnidesk.identify(null)")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert await stored_keys(page) == []
    await start(page)
    await expect(page.locator(".bubble")).to_have_count(0)
    await elsewhere.close()


@pytest.mark.parametrize(
    "identity",
    ["e30.e30.e30", "{", '{"id": "17", "hash": "00"}', f'{{"id": "17", "hash": "{"0" * 64}"}}', "x" * 70_000],
)
async def test_a_wrong_identity_leaves_the_visitor_anonymous(open_page: OpenPage, shop: Shop, identity: str) -> None:
    await settle(shop, identity_secret=SECRET)
    shop.tag = f"data-identity='{identity}'"
    page = await open_page()
    await ask(page, shop)
    assert "token" in await stored_keys(page)


class Late(WebChat):
    """Waits for no hello."""

    limits = Limits(hello_seconds=0)


async def test_a_hello_that_comes_late_signs_nobody_out(open_page: OpenPage, shop: Shop) -> None:
    await settle(shop, identity_secret=SECRET)
    shop.tag = f"data-identity='{json.dumps({'id': '17', 'hash': hash_of(SECRET, '17')})}'"
    patient = shop.channel
    await shop.stop()
    shop.channel = Late(patient.settings)
    await shop.start()
    page = await open_page()
    await start(page)
    await expect(page.get_by_role("status")).to_contain_text("No connection.")
    await shop.stop()
    shop.channel = patient
    await shop.start()
    await write(page, "It is me")
    await until(lambda: shop.desk.texts() == ["It is me"])
    assert shop.desk.inbound[0].sender.proven


async def test_a_chat_for_signed_in_users_says_so_to_others(open_page: OpenPage, shop: Shop) -> None:
    await settle(shop, identity_secret=SECRET, identity_required=True)
    page = await open_page()
    await start(page)
    await expect(page.get_by_role("status")).to_have_text("Please sign in to write to us here.")


_FOCUSED = """() => {
  const focused = document.activeElement.shadowRoot?.activeElement;
  return focused?.ariaLabel ?? focused?.textContent;
}"""


async def test_everything_is_reached_by_keyboard(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop)
    shop.desk.say(mia, "Was it this?", buttons=YES_NO)
    await expect(page.locator(".quick button")).to_have_count(2)
    reached = []
    for _ in range(6):
        await page.keyboard.press("Shift+Tab")
        reached.append(await page.evaluate(_FOCUSED))
    assert reached == ["Attach a file", "Talk to a person", "The link never came", "Messages", "Close chat", "More"]


async def test_it_keeps_to_the_rules_of_accessibility(open_page: OpenPage, shop: Shop) -> None:
    shop.desk.is_open = Opening(open=False)
    await settle(
        shop, prechat=[{"name": "name", "required": True}, {"name": "topic", "label": "Topic", "choices": ["A"]}]
    )
    page = await open_page()
    assert await faults(page) == []
    await start(page)
    await name_field(page).fill("Mia")
    assert await faults(page) == []
    await write(page, "Hello")
    await until(lambda: shop.desk.texts() == ["Hello"])
    mia = shop.desk.received[-1].sender
    shop.desk.say(mia, "See https://shop.example", buttons=YES_NO)
    await expect(page.locator(".quick")).to_be_visible()
    assert await faults(page) == []
    shop.desk.ask(mia, "How well did we help?")
    await page.get_by_role("button", name="More").click()
    await expect(page.locator(".survey")).to_be_visible()
    assert await faults(page) == []
    assert await bubbles(page) == ["Hello", "See https://shop.example"]


async def test_all_of_it_is_under_thirty_kilobytes() -> None:
    assert len(gzip.compress(script("Example shop").encode())) < 30_000
