"""Fixtures of the pages: the desk on a port, programs and browsers signed in as one of the cast."""

import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, web
from playwright.async_api import Browser, Page, async_playwright
from sqlmodel import update

from omnidesk.app import create_app
from omnidesk.desk import agents
from omnidesk.keys import DATABASE
from omnidesk.settings import Settings
from omnidesk.store.models import Team
from omnidesk.web import csrf
from omnidesk.web.pages import PAGES
from tests.cast import CHANNELS
from tests.fakes import FakeResponder
from tests.office import Office, TestClock
from tests.web.visitor import Visitor


@pytest.fixture
async def app(settings: Settings, clock: TestClock) -> AsyncIterator[web.Application]:
    """The application on a free port, without its workers; `office.work()` does what they would do.

    Both teams are closed here, so that Cy must never see what Ada and Bo do.
    """
    app = create_app(settings, CHANNELS, FakeResponder(), clock=clock, only="web")
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with app[DATABASE].transaction() as tx:
        await tx.session.exec(update(Team).values(closed=True))
    app[PAGES].public_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield app
    await runner.cleanup()


@pytest.fixture
def url(app: web.Application) -> str:
    """Where the desk answers."""
    return app[PAGES].public_url


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A browser sees one kind of database: what differs between them lies below the handlers, and is tested there."""
    doubled = [item for item in items if "window" in getattr(item, "fixturenames", ()) and "postgresql" in item.name]
    config.hook.pytest_deselected(items=doubled)
    for item in doubled:
        items.remove(item)


Visit = Callable[[str | None], Any]


@pytest.fixture
async def visit(office: Office, url: str) -> AsyncIterator[Visit]:
    """`await visit("Ada")`: a program with Ada's session; `None`: nobody's."""
    async with AsyncExitStack() as stack:

        async def enter(name: str | None) -> Visitor:
            cookie = await session_of(office, name) if name else ""
            cookies = {csrf.SESSION_COOKIE: cookie} if cookie else {}
            session = ClientSession(url, cookies=cookies, cookie_jar=CookieJar(unsafe=True))
            return Visitor(await stack.enter_async_context(session), url, csrf.token_of(office.keys, cookie))

        yield enter


async def session_of(office: Office, name: str) -> str:
    """A new session of an agent: what its cookie holds."""
    viewer = await office.viewer(name)
    async with office.database.transaction() as tx:
        return await agents.open_session(tx, viewer.agent_id, "test")


@pytest.fixture(scope="session")
def devtools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Chromium for all tests; gives the address where it is driven."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is missing: sudo apt-get install chromium")
    folder = tmp_path_factory.mktemp("chromium")
    options = ["--headless", "--no-sandbox", "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    written = folder / "DevToolsActivePort"
    for _ in range(400):
        if written.exists() and written.read_text().strip():
            break
        time.sleep(0.05)
    yield f"http://127.0.0.1:{written.read_text().split()[0]}"
    process.terminate()
    process.wait()


@pytest.fixture
async def chromium(devtools: str) -> AsyncIterator[Browser]:
    """A connection of this test to Chromium."""
    async with async_playwright() as playwright:
        yield await playwright.chromium.connect_over_cdp(devtools)


@pytest.fixture
async def window(chromium: Browser, office: Office, url: str) -> AsyncIterator[Callable[..., Any]]:
    """`await window("Ada", "/inbox/mine")`: a page in a browser of its own. A fault in it fails the test."""
    faults: list[str] = []
    contexts = []

    async def open_page(name: str | None, path: str, **options: Any) -> Page:
        context = await chromium.new_context(
            base_url=url, timezone_id="Europe/Istanbul", reduced_motion="reduce", **options
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(20_000)  # a page of fifty files takes its time on a busy machine
        cookies = {"omnidesk_zone": "Europe/Istanbul"}
        if name:
            cookies[csrf.SESSION_COOKIE] = await session_of(office, name)
        await context.add_cookies([{"name": key, "value": value, "url": url} for key, value in cookies.items()])
        page = await context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        await page.goto(path)
        return page

    yield open_page
    for context in contexts:
        await context.close()
    meant = ("status of 4", "WebSocket", "INTERNET_DISCONNECTED", "Failed to fetch")
    assert [fault for fault in faults if not any(word in fault for word in meant)] == []
