"""Fixtures for mailboxes, and for a shop's page with a web chat."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from channels.email.receiving import imap
from channels.webchat.adapter import WebChat
from channels.webchat.settings import WebChatSettings
from tests.browser import watch
from tests.channels.dovecot import Dovecot, dovecot
from tests.channels.webchat_desk import MemoryDesk, Shop
from tests.channels.webchat_page import OpenPage


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """A mail server."""
    with dovecot() as running:
        yield running


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks is tried again soon."""
    monkeypatch.setattr(imap, "_FIRST_WAIT", 0.1)


@pytest_asyncio.fixture(loop_scope="session")
async def shop() -> AsyncIterator[Shop]:
    """A shop with a chat, and the desk behind it."""
    shop = Shop(MemoryDesk(), WebChat(WebChatSettings(title="Example shop")))
    await shop.start()
    yield shop
    await shop.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A visitor's browser."""
    context = await browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(5000)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(context: BrowserContext, shop: Shop) -> AsyncIterator[OpenPage]:
    """Opens the shop's page; fails the test when the browser complained about anything but a lost connection."""
    complaints: list[str] = []

    async def opened(lang: str = "en") -> Page:
        page = await context.new_page()
        watch(page, complaints)
        await page.goto(f"{shop.url}/?lang={lang}")
        return page

    yield opened
    assert complaints == []
