"""A desk with one more inbox, whose provider is a stand-in: the real application, served on loopback."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from playwright.async_api import Page, async_playwright
from pydantic import SecretStr

from omnidesk.app import create_app, installed_channels
from omnidesk.contract.responder import Responder
from omnidesk.desk import configuration
from omnidesk.desk.configuration import BotFile, DeskFiles, InboxEntry
from omnidesk.settings import Http, Settings
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.web import csrf
from tests.browser import launch, watch
from tests.cast import BOTS, CHANNELS, DESK
from tests.fakes import FakeResponder
from tests.office import Office, TestClock
from tests.web.conftest import session_of

_SECRET = "a secret of the tests"


@asynccontextmanager
async def hosted_desk(
    url: str,
    folder: Path,
    inbox: InboxEntry,
    *,
    public_url: str,
    port: int = 0,
    responder: Responder | None = None,
    files: DeskFiles = DESK,
    bots: Sequence[BotFile] = BOTS,
) -> AsyncIterator[tuple[Office, str]]:
    """The desk of these files with one more inbox, on an empty database with the newest tables, and where it serves.

    Its workers are run by hand, and nothing listens.
    """
    clock = TestClock()
    described = DeskFiles.model_validate({**dict(files), "inboxes": (*files.inboxes, inbox)})
    database = Database(url)
    channels = {**installed_channels(), **CHANNELS}
    async with database.transaction() as tx:
        await configuration.bring_in(tx, Keys(_SECRET), channels, described, list(bots))
    await database.close()
    settings = Settings(
        data_dir=folder, database_url=url, secret_key=SecretStr(_SECRET), http=Http(public_url=public_url)
    )  # fmt: skip
    app = create_app(settings, channels, responder or FakeResponder(), clock=clock, only="web")
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield Office(app, clock), f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def ada_browses(office: Office, url: str) -> AsyncIterator[Page]:
    """A page of a browser in which Ada is signed in. What it complains about fails the test."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        context = await browser.new_context(base_url=url, viewport={"width": 1200, "height": 900})
        context.set_default_timeout(5000)
        cookie = await session_of(office, "Ada")
        await context.add_cookies([{"name": csrf.SESSION_COOKIE, "value": cookie, "url": url}])
        page = await context.new_page()
        complaints = watch(page)
        yield page
        await browser.close()
        assert complaints == []
