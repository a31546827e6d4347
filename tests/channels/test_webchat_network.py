"""The widget when the network, the server or a tab goes: nothing is lost, and nothing is doubled."""

import asyncio

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser import NEEDS_CHROMIUM
from tests.channels.webchat_desk import MemoryDesk, Shop, until
from tests.channels.webchat_page import OpenPage, ask, bubbles, field, start, write

pytestmark = [pytest.mark.asyncio(loop_scope="session"), NEEDS_CHROMIUM]


async def test_without_a_network_it_says_so_and_sends_later_once(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop, "First")
    await page.context.set_offline(True)
    await expect(page.get_by_role("status")).to_contain_text("No connection.")
    await write(page, "Second")
    await write(page, "Third")
    shop.desk.say(mia, "Written meanwhile", author="agent", name="Ada")
    await page.context.set_offline(False)
    await until(lambda: shop.desk.texts() == ["First", "Second", "Third"])
    await expect(page.locator(".bubble")).to_have_count(4)
    await expect(page.get_by_role("status")).to_be_hidden()
    assert sorted(await bubbles(page)) == ["First", "Second", "Third", "Written meanwhile"]


async def test_a_server_that_dies_between_storing_and_saying_so_doubles_nothing(
    open_page: OpenPage, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await open_page()
    await ask(page, shop, "First")
    receive, stored = MemoryDesk.receive, asyncio.Event()

    async def never_says_so(*arguments: object) -> bool:
        await receive(*arguments)  # type: ignore[arg-type]
        stored.set()
        await asyncio.sleep(60)
        return True

    monkeypatch.setattr(MemoryDesk, "receive", never_says_so)
    await write(page, "Second")
    await stored.wait()
    monkeypatch.undo()
    await shop.stop()
    await shop.start()
    await write(page, "Third")
    await until(lambda: shop.desk.texts() == ["First", "Second", "Third"])
    await expect(page.locator(".state span").last).to_have_text("Delivered")
    assert await bubbles(page) == ["First", "Second", "Third"]


async def test_a_visitor_who_only_reads_and_types_keeps_the_line(
    open_page: OpenPage, shop: Shop, context: BrowserContext
) -> None:
    await context.clock.install()
    page = await open_page()
    mia = await ask(page, shop)
    await expect(page.locator(".state span")).to_have_text("Delivered")
    (line,) = shop.desk.followers[mia]
    shop.desk.say(mia, "Where did you order it?", author="agent", name="Ada")
    await until(lambda: (mia, "seen") in shop.desk.signals)
    await expect(page.locator(".bubble")).to_have_count(2)
    await page.clock.run_for(500)
    await field(page).fill("In the")
    await until(lambda: (mia, "typing") in shop.desk.signals)
    await page.clock.fast_forward(11_000)
    await expect(page.get_by_role("status")).to_be_hidden()
    await write(page, "In the app")
    await until(lambda: len(shop.desk.texts()) == 2)
    assert shop.desk.followers[mia] == [line]


async def test_a_server_with_another_key_makes_a_new_visitor_once(open_page: OpenPage, shop: Shop) -> None:
    tabs = [await open_page(), await open_page()]
    mia = await ask(tabs[0], shop, "First")
    await start(tabs[1])
    await expect(tabs[1].locator(".bubble")).to_have_count(1)
    await shop.stop()
    shop.desk.key = b"another key"
    await shop.start()
    await write(tabs[0], "Second")
    await until(lambda: shop.desk.texts() == ["First", "Second"])
    await write(tabs[1], "Third")
    await until(lambda: shop.desk.texts() == ["First", "Second", "Third"])
    for tab in tabs:
        await expect(tab.get_by_role("status")).to_be_hidden()
        await expect(tab.locator(".bubble")).to_have_count(2)
    strangers = {raw.sender for raw in shop.desk.received[1:]}
    assert len(strangers) == 1
    assert mia not in strangers


async def test_what_others_left_in_the_storage_does_no_harm(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await ask(page, shop)
    await expect(page.locator(".state span")).to_have_text("Delivered")
    await page.evaluate("""() => {
        const key = Object.keys(localStorage)[0].replace(/token$/, "queue:");
        for (const broken of ["{", "null", "7", '{"id": "x"}', "[]"]) localStorage.setItem(key + broken, broken);
        localStorage.setItem("shop:cart", "{");
        Storage.prototype.getItem = new Proxy(Storage.prototype.getItem, {
            apply: (get, storage, [name]) => name === "shop:cart" ? (window.looked = true) : get.call(storage, name),
        });
    }""")
    await write(page, "Still there?")
    await until(lambda: len(shop.desk.texts()) == 2)
    assert await page.evaluate("window.looked") is None
    await page.reload()
    await write(page, "And now?")
    await until(lambda: len(shop.desk.texts()) == 3)


async def test_two_tabs_that_write_their_first_words_at_once_are_one_visitor(open_page: OpenPage, shop: Shop) -> None:
    tabs = [await open_page() for _ in range(3)]
    for tab in tabs:
        await start(tab)
        await field(tab).fill(f"From tab {tabs.index(tab)}")
    await asyncio.gather(*(field(tab).press("Enter") for tab in tabs))
    await until(lambda: len(shop.desk.texts()) == 3)
    for tab in tabs:
        await expect(tab.locator(".bubble")).to_have_count(3)
    assert len({raw.sender for raw in shop.desk.received}) == 1
    assert sorted(shop.desk.texts()) == [f"From tab {index}" for index in range(3)]


async def test_what_another_tab_wrote_offline_is_sent_by_the_one_that_is_left(open_page: OpenPage, shop: Shop) -> None:
    first, second = await open_page(), await open_page()
    await ask(first, shop, "First")
    await start(second)
    await expect(second.locator(".bubble")).to_have_count(1)
    await shop.stop()
    await write(first, "Second")
    await write(second, "Third")
    await first.close()
    await shop.start()
    await until(lambda: sorted(shop.desk.texts()) == ["First", "Second", "Third"])
    await expect(second.locator(".bubble")).to_have_count(3)


async def test_what_is_being_written_is_kept_over_a_reload_and_the_chat_stays_open(
    open_page: OpenPage, shop: Shop
) -> None:
    page = await open_page()
    await ask(page, shop)
    await field(page).fill("And then I")
    await page.reload()
    await expect(field(page)).to_have_value("And then I")
    await expect(field(page)).not_to_be_focused()
    await field(page).press("Enter")
    await until(lambda: shop.desk.texts()[-1] == "And then I")
    await page.reload()
    await expect(field(page)).to_have_value("")
    await page.keyboard.press("Escape")


async def test_a_long_talk_is_drawn_as_far_as_somebody_looks(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop)
    await page.close()
    for number in range(10_000):
        shop.desk.say(mia, f"Line {number}", author="agent", name="Ada")
    page = await open_page()
    await page.get_by_role("button", name="Open chat, unread messages: 10000").click()
    await expect(page.locator(".bubble")).to_have_count(60)
    assert (await bubbles(page))[-1] == "Line 9999"
    await page.get_by_role("button", name="Earlier messages").click()
    await expect(page.locator(".bubble")).to_have_count(120)


async def test_what_comes_while_one_reads_further_up_is_marked_not_forced(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    mia = await ask(page, shop)
    for number in range(40):
        shop.desk.say(mia, f"Line {number}", author="agent", name="Ada")
    await expect(page.locator(".bubble")).to_have_count(41)
    scroll = page.get_by_role("group", name="Messages")
    await scroll.evaluate("scroll => { scroll.scrollTop = 0 }")
    shop.desk.say(mia, "Are you still there?", author="agent", name="Ada")
    fresh = page.get_by_role("button", name="New messages: 1")
    await expect(fresh).to_be_visible()
    assert await scroll.evaluate("scroll => scroll.scrollTop") == 0
    assert await page.evaluate("new Promise((done) => Omnidesk.on('unread', done))") == 1
    await fresh.click()
    await expect(page.get_by_text("Are you still there?")).to_be_in_viewport()
    await expect(fresh).to_be_hidden()
