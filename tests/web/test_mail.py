"""How mail is shown: who wrote it as far as that is known, and its pictures only when somebody asks for them."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import expect

from omnidesk.keys import FETCHER
from omnidesk.store.models import Case
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763d8bf7f3f0005fe02fe0def46"
    "b80000000049454e44ae426082"
)
"""One blue dot."""
on_one_database = pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)


@pytest.fixture
async def elsewhere() -> AsyncIterator[tuple[str, list[str]]]:
    """A server with pictures: where it is, and what it was asked for."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        kind = "image/svg+xml" if request.path.endswith("svg") else "image/png"
        return web.Response(body=PNG, content_type=kind)

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", asked
    await runner.cleanup()


def newsletter(place: str) -> str:
    return (
        f'<h2>News</h2><p>Hello Mia,</p><p><img data-remote="{place}/logo.png?a=1&amp;b=2" width="120" height="60"'
        f' alt="Our logo"></p><p>And <img data-remote="{place}/evil.svg" alt="a drawing"> this.</p>'
    )


async def with_pictures(office: Office, place: str) -> Case:
    return await office.says("News\n\nHello Mia,", html=newsletter(place), inbox="mail", name="Shop", sender="shop")


def reaches_loopback(office: Office) -> None:
    """What the test serves is the open internet."""
    office.app[FETCHER].allows = lambda address: address == "127.0.0.1"


@on_one_database
async def test_pictures_from_elsewhere_are_shown_when_asked_for_and_fetched_by_us(
    office: Office, window: Any, elsewhere: tuple[str, list[str]]
) -> None:
    place, asked = elsewhere
    reaches_loopback(office)
    case = await with_pictures(office, place)
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    await page.get_by_text("Show original").click()
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_text("Hello Mia,")).to_be_visible()
    await picture(page, "mail-without-pictures")
    assert asked == []
    await page.get_by_role("link", name="Show them").click()
    logo = frame.get_by_role("img", name="Our logo")
    await expect(logo).to_have_attribute("src", re.compile(r"^/pictures/"))
    await expect(logo).to_have_js_property("naturalWidth", 1)
    await picture(page, "mail-with-pictures")
    assert sorted(asked) == ["/evil.svg", "/logo.png"]
    await expect(frame.get_by_role("img", name="a drawing")).to_have_js_property("naturalWidth", 0)
    assert [url for url in requests if place in url] == []


@on_one_database
async def test_links_of_a_mail_open_in_a_window_of_their_own(
    office: Office, window: Any, elsewhere: tuple[str, list[str]]
) -> None:
    place, asked = elsewhere
    case = await office.says("See", html=f'<a href="{place}/page" rel="noopener noreferrer">See</a>', inbox="mail")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await page.get_by_text("Show original").click()
    async with page.context.expect_page() as opened:
        await page.frame_locator("iframe").get_by_role("link", name="See").click()
    await (await opened.value).wait_for_load_state()
    assert asked[0] == "/page"
    assert page.url.endswith(f"/inbox/all/{case.number}")


@on_one_database
async def test_the_desk_fetches_nothing_of_its_own_network(
    office: Office, visit: Visit, elsewhere: tuple[str, list[str]]
) -> None:
    place, asked = elsewhere
    case = await with_pictures(office, place)
    ada = await visit("Ada")
    _, html = await ada.get(f"/cases/{case.number}/interactions/2/original?pictures=1")
    paths = re.findall(r'src="(/pictures/[^"]+)"', html)
    assert [(await ada.get(path))[0] for path in paths] == [404, 404]
    assert asked == []


@on_one_database
async def test_only_the_page_of_a_message_gives_a_way_to_its_pictures(
    office: Office, visit: Visit, elsewhere: tuple[str, list[str]]
) -> None:
    place, asked = elsewhere
    reaches_loopback(office)
    case = await with_pictures(office, place)
    original = f"/cases/{case.number}/interactions/2/original"
    cy, nobody, ada = await visit("Cy"), await visit(None), await visit("Ada")
    assert (await cy.get(f"{original}?pictures=1"))[0] == 404
    assert "/pictures/" not in (await ada.get(original))[1]
    _, html = await ada.get(f"{original}?pictures=1")
    path = re.findall(r'src="(/pictures/[^"]+)"', html)[0]
    async with nobody.session.get(path) as answer:
        assert (answer.status, await answer.read(), answer.content_type) == (200, PNG, "image/png")
        assert answer.headers["Cache-Control"] == "private, max-age=86400"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert asked == ["/logo.png"]
    forged = re.sub(r"-1-", "-2-", path) if "-1-" in path else path[:-1] + ("a" if path[-1] != "a" else "b")
    for wrong in (forged, "/pictures/x", "/pictures/1-0-99999999999.x"):
        assert (await nobody.get(wrong))[0] == 404
    office.clock.skip(days=2)
    assert (await nobody.get(path))[0] == 404


async def test_a_sender_in_doubt_is_marked_and_one_who_is_proven_is_not(office: Office, visit: Visit) -> None:
    case = await office.says("First", inbox="mail", message_id="1", proven=True)
    await office.says("Second", inbox="mail", references=["1"], doubt="unproven")
    await office.says("Third", inbox="mail", references=["1"], doubt="forged", reply_to="other@evil.example")
    await office.says("Fourth", inbox="mail", references=["1"], sender="bo@y.example", doubt="unproven")
    ada = await visit("Ada")
    _, html = await ada.get(f"/inbox/all/{case.number}")
    lines = {text: line for line in re.findall(r"<article.*?</article>", html, re.S) for text in TEXTS if text in line}
    marks = {text: [mark for mark in MARKS if mark in lines[text]] for text in TEXTS}
    assert marks == {
        "First": [], "Second": ["not proven"], "Third": ["May be forged", "other@evil.example"],
        "Fourth": ["takes part", "not proven"],
    }  # fmt: skip
    assert (await office.case(case.number)).contact_id == case.contact_id


@on_one_database
async def test_one_click_answers_where_a_message_asks_for_it(office: Office, window: Any) -> None:
    case = await office.says("Money back", inbox="mail", sender="form@shop.example", reply_to="mia@x.example")
    page = await window("Ada", f"/inbox/all/{case.number}", **size("wide"))
    await expect(page.locator("#reply-to")).to_have_text("form@shop.example")
    await page.get_by_role("button", name="Answer there").click()
    await expect(page.locator("#lines")).to_contain_text("Ada: answers go to mia@x.example")
    await expect(page.locator("#reply-to")).to_have_text("mia@x.example")
    await picture(page, "mail-answered-there")


TEXTS = ("First", "Second", "Third", "Fourth")
MARKS = ("takes part", "not proven", "May be forged", "other@evil.example")

WIDE = (
    '<table width="900" border="1"><tr>' + "<td>Ürün</td><td>Fiyat</td>" * 8 + "</tr></table>"
    f"<p>{'çokuzunbirkelime' * 20}</p><pre>{'a line that is long ' * 10}</pre>"
    '<p dir="rtl">مرحبا، أين طلبي؟</p><blockquote>Was: <b>quoted</b></blockquote>'
)


@on_one_database
@pytest.mark.parametrize(("screen", "theme"), [("wide", "light"), ("phone", "dark")])
async def test_a_mail_fits_the_screen(office: Office, window: Any, screen: str, theme: str) -> None:
    case = await office.says(
        "Wide\n\nمرحبا، أين طلبي؟", html=WIDE, whole="Wide\n\n> quoted", inbox="mail", name="Mia", message_id="1",
        doubt="unproven", reply_to="mia.demir@elsewhere.example",
    )  # fmt: skip
    await office.says("Send money now", inbox="mail", references=[], name="Boss", sender="boss", doubt="forged")
    page = await window("Ada", f"/inbox/all/{case.number}", color_scheme=theme, **size(screen))
    await page.get_by_text("Show original").click()
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_text("quoted")).to_be_visible()
    await office.says("One more", inbox="mail", references=["1"])
    await expect(page.locator("#lines").get_by_text("One more")).to_be_visible()
    await expect(frame.get_by_text("quoted")).to_be_visible()
    await picture(page, f"mail-{screen}")
    width = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0
    assert await page.locator("iframe").evaluate("frame => frame.getBoundingClientRect().right <= innerWidth")
