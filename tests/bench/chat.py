"""What the web chat costs the page that shows it: bytes, and milliseconds until its launcher is painted."""

import gzip

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, async_playwright

from channels.webchat.widget import script
from tests.bench.figures import Figure, percentile
from tests.browser import CHROMIUM, launch

TIMES = 9
_PAGE = """<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
<script src="/chat/shop/widget.js" async></script>"""
# What lies in a shadow root has no paint entry of its own: the frame after its first style is the one that shows it.
_SHOWN = """() => new Promise((done) => {
  const look = () => {
    const launcher = document.querySelector("omnidesk-chat")?.shadowRoot?.querySelector(".launch");
    if (launcher?.checkVisibility()) requestAnimationFrame(() => setTimeout(() => done(performance.now())));
    else requestAnimationFrame(look);
  };
  look();
})"""


async def measure() -> list[Figure]:
    """In a browser that comes for the first time and in one that has the script already."""
    text = script("Example shop")
    figures = [Figure("widget.js, gzipped, everything in it", f"{len(gzip.compress(text.encode())) / 1000:.1f} KB")]
    if not CHROMIUM.exists():
        return [*figures, Figure("Chromium is missing", "")]
    server = TestServer(_shop(text))
    await server.start_server()
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        first, again = await _visits(browser, str(server.make_url("/")))
    await server.close()
    return [
        *figures,
        Figure("launcher painted, first visit, from asking for the page", _said(first)),
        Figure("the same, seen before", _said(again)),
    ]


def _shop(text: str) -> web.Application:
    app = web.Application()

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=_PAGE, content_type="text/html")

    async def widget(_: web.Request) -> web.Response:
        response = web.Response(
            text=text, content_type="text/javascript", headers={"Cache-Control": "public, max-age=300"}
        )
        response.enable_compression()
        return response

    app.router.add_get("/", page)
    app.router.add_get("/chat/shop/widget.js", widget)
    return app


async def _visits(browser: Browser, url: str) -> tuple[list[float], list[float]]:
    first: list[float] = []
    again: list[float] = []
    for _ in range(TIMES):
        context = await browser.new_context()
        page = await context.new_page()
        for times in (first, again):
            await page.goto(url, wait_until="commit")
            times.append(float(await page.evaluate(_SHOWN)))
        await context.close()
    return first, again


def _said(times: list[float]) -> str:
    return f"p50 {percentile(times, 0.5):.0f} ms, worst {max(times):.0f} ms"
