"""The widget in a real browser, on a page with a strict policy, against a real server."""

from typing import Any

import pytest
from playwright.async_api import expect

from channels.webchat.adapter import WebChat
from channels.webchat.settings import Limits
from channels.webchat.words import tables
from tests.browser import NEEDS_CHROMIUM
from tests.channels.webchat_desk import YES_NO, Shop, until
from tests.channels.webchat_page import OpenPage, ask, bubbles, field, start, stored_keys, write

ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00010501012718e366"
    "0000000049454e44ae426082"
)

pytestmark = [pytest.mark.asyncio(loop_scope="session"), NEEDS_CHROMIUM]


async def test_a_question_is_answered_and_read(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop)
    await expect(page.locator(".state span")).to_have_text("Delivered")
    shop.desk.read(mia)
    await expect(page.locator(".state span")).to_have_text("Read")
    shop.desk.type(mia, "Ada")
    await expect(page.get_by_label("Ada is typing")).to_be_visible()
    shop.desk.say(mia, "It arrives tomorrow.", author="agent", name="Ada")
    await expect(page.locator(".who bdi")).to_have_text("Ada")
    await expect(page.get_by_label("Ada is typing")).to_be_hidden()
    assert await bubbles(page) == ["Where is my order?", "It arrives tomorrow."]
    await until(lambda: (mia, "seen") in shop.desk.signals)


async def test_typing_stays_until_something_new_is_said(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop)
    shop.desk.say(mia, "One moment.", author="agent", name="Ada")
    shop.desk.type(mia, "Ada")
    await until(lambda: (mia, "seen") in shop.desk.signals)
    shop.desk.read(mia)
    await expect(page.locator(".state span")).to_have_text("Read")
    await expect(page.get_by_label("Ada is typing")).to_be_visible()


async def test_a_pressed_button_disappears_and_is_said(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop)
    shop.desk.say(mia, "You can reset it yourself.", buttons=YES_NO)
    await page.get_by_role("button", name="Talk to a person").click()
    await until(lambda: shop.desk.inbound[-1].button == "person")
    await expect(page.locator(".quick")).to_have_count(0)
    await expect(field(page)).to_be_focused()
    assert (await bubbles(page))[-1] == "Talk to a person"


async def test_only_the_newest_entry_offers_buttons(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop)
    shop.desk.say(mia, "Was it this?", buttons=YES_NO)
    await expect(page.locator(".quick button")).to_have_count(2)
    shop.desk.say(mia, "Ada joined the chat", author="system", name="")
    await expect(page.locator(".event")).to_have_text("Ada joined the chat")
    await expect(page.locator(".quick")).to_have_count(0)


async def test_a_survey_is_answered_in_the_log(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop)
    shop.desk.ask(mia, "How well did we help?")
    survey = page.get_by_role("group", name="How well did we help?")
    await survey.get_by_role("button", name="4 of 5").click()
    await expect(survey.get_by_text("Thank you, we have noted your answer.")).to_be_visible()
    await until(lambda: shop.desk.inbound[-1].button == "survey-1:4")
    assert await bubbles(page) == ["Where is my order?"]
    await page.reload()
    await expect(survey.get_by_role("button", name="4 of 5")).to_have_attribute("aria-pressed", "true")
    await expect(survey.get_by_role("button", name="5 of 5")).to_be_disabled()


async def test_coming_back_shows_everything_and_counts_what_is_new(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop)
    await page.close()
    shop.desk.say(mia, "It arrives tomorrow.")
    shop.desk.say(mia, "Before noon.")
    page = await open_page()
    launcher = page.get_by_role("button", name="Open chat, unread messages: 2")
    await launcher.click()
    await expect(page.locator(".bubble")).to_have_count(3)
    await until(lambda: (mia, "seen") in shop.desk.signals)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Open chat", exact=True)).to_be_focused()


async def test_nothing_is_remembered_before_the_first_message(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await start(page)
    await until(lambda: any(shop.desk.followers.values()))
    await field(page).fill("only typed")
    assert await stored_keys(page) == []
    await field(page).press("Enter")
    await until(lambda: shop.desk.texts() == ["only typed"])
    await expect(page.locator(".state span")).to_have_text("Delivered")
    assert await stored_keys(page) == ["token"]
    assert await page.context.cookies() == []


async def test_what_is_written_offline_is_sent_once_when_the_server_is_back(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await ask(page, shop, "First")
    await shop.stop()
    await expect(page.get_by_role("status")).to_contain_text("No connection.")
    await write(page, "Second")
    await write(page, "Third")
    await expect(page.locator(".state span").last).to_have_text("Sending…")
    await shop.start()
    await until(lambda: len(shop.desk.texts()) == 3)
    await expect(page.get_by_role("status")).to_be_hidden()
    await expect(page.locator(".state span")).to_have_text("Delivered")
    assert shop.desk.texts() == ["First", "Second", "Third"]
    assert await bubbles(page) == ["First", "Second", "Third"]


async def test_what_is_written_offline_survives_a_closed_tab(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop, "First")
    shop.desk.open.clear()
    await write(page, "Second")
    await expect(page.locator(".state span").last).to_have_text("Sending…")
    await page.close()
    shop.desk.open.set()
    page = await open_page()
    await until(lambda: "Second" in shop.desk.texts())
    await start(page)
    await expect(page.locator(".state span")).to_have_text("Delivered")
    assert [raw.sender for raw in shop.desk.received] == [mia, mia]


async def test_two_tabs_are_one_visitor(open_page: OpenPage, shop: Shop) -> None:
    first, second = await open_page(), await open_page()
    await start(second)
    await until(lambda: any(shop.desk.followers.values()))
    await ask(first, shop, "From the first tab")
    await expect(second.locator(".bubble")).to_have_count(1)
    await write(second, "From the second tab")
    await expect(first.locator(".bubble")).to_have_count(2)
    assert len({raw.sender for raw in shop.desk.received}) == 1


class Strict(WebChat):
    """Takes one message a minute."""

    limits = Limits(messages_per_minute=1)


async def test_messages_too_fast_are_kept_and_follow(open_page: OpenPage, shop: Shop) -> None:
    await shop.stop()
    shop.channel = Strict(shop.channel.settings)
    await shop.start()
    page = await open_page()
    await ask(page, shop, "First")
    await write(page, "Second")
    await expect(page.get_by_role("status")).to_contain_text("Your messages are kept")
    assert await bubbles(page) == ["First", "Second"]
    assert "token" in await stored_keys(page)
    assert len(await stored_keys(page)) == 2


async def test_a_text_too_long_stays_in_the_field(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await start(page)
    await write(page, "ş" * 4001)
    await expect(page.get_by_role("status")).to_contain_text("4000 characters fit")
    await expect(field(page)).to_have_value("ş" * 4001)


async def test_a_file_is_sent_and_shown(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await start(page)
    picture: Any = {"name": "receipt.png", "mimeType": "image/png", "buffer": ONE_PIXEL}
    await page.locator("input[type=file]").set_input_files([picture])
    await expect(page.get_by_text("receipt.png")).to_be_visible()
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("img", name="receipt.png")).to_be_visible()
    (attachment,) = shop.desk.inbound[0].attachments
    assert shop.desk.uploads[attachment.upload or ""] == ONE_PIXEL


async def test_an_attached_file_can_be_taken_back(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await start(page)
    picture: Any = {"name": "receipt.png", "mimeType": "image/png", "buffer": ONE_PIXEL}
    await page.locator("input[type=file]").set_input_files([picture])
    await page.get_by_role("button", name="Remove receipt.png").click()
    await expect(page.locator(".chip")).to_have_count(0)
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()


async def test_what_is_said_is_never_markup(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop, "<img src=x onerror=alert(1)>")
    shop.desk.say(mia, "<b>See</b> https://shop.example/reset. Not javascript:alert(1)", name="<i>Bot</i>")
    await expect(page.locator(".who bdi")).to_have_text("<i>Bot</i> · bot")
    assert await page.locator(".log img, .log b, .log i").count() == 0
    assert (await bubbles(page))[0] == "<img src=x onerror=alert(1)>"
    link = page.locator(".bubble a")
    await expect(link).to_have_attribute("href", "https://shop.example/reset")
    await expect(link).to_have_text("https://shop.example/reset")


async def test_keys_write_send_and_close_and_the_page_hears_none(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await page.evaluate("window.heard = 0; addEventListener('keydown', () => window.heard++)")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    before = await page.evaluate("heard")
    await expect(field(page)).to_be_focused()
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await until(lambda: shop.desk.texts() == ["one\ntwo"])
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert await page.evaluate("heard") == before


async def test_what_did_not_change_is_not_drawn_again(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await start(page)
    shop.desk.open.clear()
    await write(page, "Hello")
    await page.evaluate("window.bubble = document.querySelector('omnidesk-chat').shadowRoot.querySelector('.bubble')")
    shop.desk.open.set()
    await expect(page.locator(".state span")).to_have_text("Delivered")
    shop.desk.say(shop.desk.received[0].sender, "Hello Mia")
    await expect(page.locator(".bubble")).to_have_count(2)
    assert await page.evaluate("window.bubble.isConnected")


async def test_a_turkish_page_has_a_turkish_chat(open_page: OpenPage, shop: Shop) -> None:
    turkish = tables()["tr"]
    page = await open_page(lang="tr-TR")
    await page.get_by_role("button", name=turkish["open"]).click()
    await page.get_by_placeholder(turkish["placeholder"]).fill("Siparişim nerede?")
    await page.get_by_role("button", name=turkish["send"]).click()
    await expect(page.locator(".state span")).to_have_text(turkish["delivered"])
    assert shop.desk.inbound[0].sender.language == "tr"


async def test_on_a_phone_it_fills_the_screen(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await page.set_viewport_size({"width": 390, "height": 844})
    await start(page)
    assert await page.get_by_role("dialog").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    await page.get_by_role("button", name="Close chat").click()
    await expect(page.get_by_role("button", name="Open chat")).to_be_focused()
