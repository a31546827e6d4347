"""The widget on pages that make it hard: it looks and works the same, and leaves nothing in them."""

import pytest
from playwright.async_api import Page, expect

from tests.browser import NEEDS_CHROMIUM
from tests.channels.webchat_desk import YES_NO, Shop, until
from tests.channels.webchat_page import OpenPage, ask, write

pytestmark = [pytest.mark.asyncio(loop_scope="session"), NEEDS_CHROMIUM]

TAG = '<script src="/chat/shop/widget.js" async></script>'
RESET = """<style>
* { all: unset !important; display: inline !important; color: red !important; font: 40px serif !important;
    opacity: .2 !important; --accent: red !important; --height: 10px !important }
html { font-size: 62.5%; zoom: 1; transform: rotate(1deg); filter: blur(1px) }
omnidesk-chat { display: none !important; position: static !important; transform: scale(.1) !important }
button, textarea, dialog, [hidden] { display: block !important; width: 3px !important }
</style>"""
WAR = """<style>body { transform: translateZ(0); perspective: 1px; overflow: hidden }
.wall { position: fixed; inset: 0; z-index: 2147483647; background: #eee }</style><div class="wall">Buy now!</div>"""
FRAMEWORK = """<script>
Array.prototype.toJSON = function () { return "[" + this.join() + "]" };
String.prototype.toJSON = Date.prototype.toJSON = function () { return '"' + this + '"' };
Array.prototype.each = Array.prototype.remove = function () {};
Array.prototype.find = function (wanted) { for (const one of this) if (wanted(one)) return one };
Array.from = (list) => { const all = []; for (let i = 0; i < list.length; i++) all.push(list[i]); return all };
Object.prototype.extend = function () {};
Element.prototype.hide = Element.prototype.show = function () { this.hidden = true };
window.fetch = window.$ = () => { throw new Error("not here") };
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (text) { window.sent = (window.sent || 0) + 1; return send.call(this, text) };
addEventListener("keydown", (event) => event.preventDefault());
document.addEventListener("focusin", ({ target }) => { if (target.localName === "omnidesk-chat") target.blur() });
</script>"""
CLOBBER = """<form name="body"></form><img name="currentScript"><a id="Omnidesk" name="open"></a><p id="config"></p>"""
LOOSE = "default-src 'self' 'unsafe-inline'"
TRUSTED = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; style-src 'none'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEAD = '<!doctype html><html lang="en"><title>Shop</title>'
PAGES: dict[str, tuple[str, str]] = {
    "resets": (f"{HEAD}{RESET}<h1>Shop</h1>{TAG}", LOOSE),
    "trusted types": (f"{HEAD}<h1>Shop</h1>{TAG}", TRUSTED),
    "an old framework": (f"{HEAD}{FRAMEWORK}<h1>Shop</h1>{TAG}", LOOSE),
    "z-index": (f"{HEAD}<h1>Shop</h1>{WAR}{TAG}", LOOSE),
    "quirks mode": (f"<title>Shop</title><table height=100%><tr><td>Shop</table>{TAG}", LOOSE),
    "loaded twice": (f"{HEAD}<h1>Shop</h1>{TAG}{TAG}", LOOSE),
}
LOOK = """() => {
  const root = document.querySelector("omnidesk-chat").shadowRoot;
  const look = (selector, ...names) => {
    const style = getComputedStyle(root.querySelector(selector));
    return names.map((name) => style[name]).join();
  };
  const at = root.querySelector(".launch").getBoundingClientRect();
  return {
    panel: look(".panel", "width", "fontSize", "fontFamily", "direction", "position", "display", "color", "opacity"),
    bubble: look(".bubble.me", "backgroundColor", "color", "fontSize", "textAlign", "direction"),
    send: look(".send", "width", "height", "display"),
    write: look(".write textarea", "fontSize", "color", "display"),
    launch: [at.width, at.height, innerWidth - at.right, innerHeight - at.bottom].join(),
    top: document.elementFromPoint(at.x + 29, at.y + 29)?.localName,
    count: document.querySelectorAll("omnidesk-chat").length,
  };
}"""


async def show(page: Page, shop: Shop, name: str) -> None:
    shop.page, shop.policy = PAGES[name]
    await page.goto(f"{shop.url}/?page={name.replace(' ', '-')}")


async def story(page: Page, shop: Shop) -> None:
    """Ask, press a button, write again, close."""
    mia = await ask(page, shop)
    shop.desk.say(mia, "Did the link come?", buttons=YES_NO)
    await page.get_by_role("button", name="Talk to a person").click()
    await until(lambda: shop.desk.inbound[-1].button == "person")
    await write(page, "Are you there?")
    await until(lambda: shop.desk.texts()[-1] == "Are you there?")


@pytest.mark.parametrize("name", PAGES)
async def test_it_works_and_looks_the_same_on_a_page_with(name: str, open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await story(page, shop)
    expected = await page.evaluate(LOOK)
    await page.evaluate("localStorage.clear(), sessionStorage.clear()")
    shop.desk.inbound.clear()
    await show(page, shop, name)
    await story(page, shop)
    assert await page.evaluate(LOOK) == expected
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_on_a_page_from_right_to_left_it_is_on_the_left(open_page: OpenPage, shop: Shop) -> None:
    shop.page = f'<!doctype html><html lang="ar" dir="rtl"><title>متجر</title><h1>متجر</h1>{TAG}'
    page = await open_page()
    mia = await ask(page, shop, "أين طلبي؟")
    shop.desk.say(mia, "يصل غدا.", author="agent", name="ليلى")
    await expect(page.locator(".bubble")).to_have_count(2)
    box = await page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["x"] == 24
    assert await page.locator(".bubble").last.evaluate("bubble => getComputedStyle(bubble).direction") == "rtl"


async def test_names_in_the_page_that_hide_what_browsers_offer_do_no_harm(open_page: OpenPage, shop: Shop) -> None:
    shop.page = f"{HEAD}{CLOBBER}{TAG}"
    page = await open_page()
    await ask(page, shop)
    assert await page.evaluate("typeof Omnidesk.open") == "function"


async def test_it_stays_when_the_page_gets_another_body(open_page: OpenPage, shop: Shop) -> None:
    page = await open_page()
    await ask(page, shop)
    await page.evaluate("""() => {
      const body = document.createElement("body");
      body.append("The next page");
      document.body.replaceWith(body);
    }""")
    await write(page, "Still here")
    await until(lambda: shop.desk.texts()[-1] == "Still here")


async def test_nothing_but_its_one_name_leaks_into_the_page(open_page: OpenPage, shop: Shop) -> None:
    tagged, shop.page = shop.page, f"{HEAD}<h1>Shop</h1>"
    page = await open_page()
    before = set(await page.evaluate("Object.getOwnPropertyNames(window)"))
    shop.page = tagged
    await page.goto(f"{shop.url}/?with=chat")
    await expect(page.get_by_role("button", name="Open chat")).to_be_visible()
    assert set(await page.evaluate("Object.getOwnPropertyNames(window)")) - before == {"Omnidesk"}
    assert await page.evaluate("Object.keys(Omnidesk)") == ["open", "close", "identify", "on"]
    assert await page.evaluate("document.body.querySelectorAll('omnidesk-chat, style, link').length") == 0
