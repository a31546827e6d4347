"""What the inbox weighs, and how soon Chromium has painted the largest of it."""

import gzip
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright
from yarl import URL

from omnidesk.desk import agents
from omnidesk.web.csrf import SESSION_COOKIE
from omnidesk.web.requests import ZONE_COOKIE
from tests.bench.figures import Figure, percentile
from tests.bench.ground import address
from tests.bench.town import Town
from tests.browser import CHROMIUM, launch
from tests.office import Office

TIMES = 9
_ZONE = "Europe/Istanbul"
_WEIGHED = {"document": "HTML", "stylesheet": "CSS", "script": "JS"}
_LARGEST = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
})"""


async def measure(desk: Office, where: str, town: Town) -> list[Figure]:
    """List and case, in a browser that comes for the first time and in one that has been there."""
    if not CHROMIUM.exists():
        return [Figure("Chromium is missing", "")]
    ada = await desk.viewer("Ada")
    async with desk.database.transaction() as tx:
        token = await agents.open_session(tx, ada.agent_id, "bench")
    figures = []
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        for what, path in (("list", "/inbox/all"), ("case", f"/inbox/all/{town.short}")):
            figures += await _looked_at(browser, address(desk) + path, token, f"{where}: {what}")
    return figures


async def _looked_at(browser: Browser, url: str, token: str, what: str) -> list[Figure]:
    sizes, files, html = await _weigh(await _context(browser, url, token), url)
    shares = " + ".join(f"{name} {size / 1000:.0f}" for name, size in sizes.items())
    cold, warm = await _painted(browser, url, token)
    async with _plain(html) as plain:
        raw_cold, raw_warm = await _painted(browser, plain, token)
    return [
        Figure(f"{what}: gzipped, {shares} KB, {files} files", f"{sum(sizes.values()) / 1000:.0f} KB"),
        Figure(f"{what}: largest contentful paint, first visit", _said(cold), _said(raw_cold)),
        Figure(f"{what}: the same, seen before", _said(warm), _said(raw_warm)),
    ]


async def _context(browser: Browser, url: str, token: str) -> BrowserContext:
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, timezone_id=_ZONE)
    origin = str(URL(url).origin())
    cookies = {SESSION_COOKIE: token, ZONE_COOKIE: _ZONE}  # the page for signing in had set the second one
    await context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookies.items()])
    return context


async def _weigh(context: BrowserContext, url: str) -> tuple[dict[str, int], int, bytes]:
    """Bytes by kind as gzip makes them, the number of files, and the page itself."""
    page, asked = await context.new_page(), dict[str, str]()

    def note(request: Request) -> None:
        asked.setdefault(request.url, request.resource_type)

    page.on("request", note)
    await page.goto(url, wait_until="networkidle")
    await page.close()
    bodies = {kind: [await _fetched(context, one) for one in asked if asked[one] == kind] for kind in _WEIGHED}
    await context.close()
    sizes = {name: sum(len(gzip.compress(body)) for body in bodies[kind]) for kind, name in _WEIGHED.items()}
    return sizes, sum(map(len, bodies.values())), bodies["document"][0]


async def _fetched(context: BrowserContext, url: str) -> bytes:
    return await (await context.request.get(url)).body()


async def _painted(browser: Browser, url: str, token: str) -> tuple[list[float], list[float]]:
    """Milliseconds from asking for the page to the largest paint: of first visits, and of second ones."""
    first, again = [], []
    for _ in range(TIMES):
        context = await _context(browser, url, token)
        page = await context.new_page()
        first.append(await _largest(page, url))
        again.append(await _largest(page, url))
        await context.close()
    return first, again


async def _largest(page: Page, url: str) -> float:
    await page.goto(url, wait_until="load")
    return float(await page.evaluate(_LARGEST))


@asynccontextmanager
async def _plain(html: bytes) -> AsyncIterator[str]:
    """The same page without styles and scripts, from memory; its address."""
    bare = re.sub(rb"<(script|link)[^>]*>", b"", html)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=bare, content_type="text/html", charset="utf-8")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("/"))
    await server.close()


def _said(times: list[float]) -> str:
    return f"p50 {percentile(times, 0.5):.0f} ms, worst {max(times):.0f} ms"
