"""One person writes by four channels, each with its real transport; an agent links them and sees one log."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import pytest
from aiohttp import ClientSession, web
from playwright.async_api import Page, expect
from pydantic import SecretStr

from omnidesk.app import create_app, installed_channels
from omnidesk.desk import configuration
from omnidesk.desk.configuration import DeskFiles, InboxEntry
from omnidesk.keys import INBOXES
from omnidesk.settings import Http, Settings
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.models import Case, Interaction, Kind
from omnidesk.web.pages import PAGES
from tests.cast import DESK
from tests.channels import sms_desk, telegram_desk
from tests.channels.telegram_stand_in import Telegram
from tests.channels.twilio_stand_in import Twilio
from tests.fakes import FakeResponder
from tests.office import Office, TestClock
from tests.running import free_port
from tests.web.test_browser import picture, size

_SAID = ["From the web page", "And by mail", "And by SMS", "And by Telegram"]


@pytest.fixture
async def providers() -> AsyncIterator[tuple[Twilio, Telegram]]:
    """Twilio and Telegram."""
    async with Twilio().serving() as twilio, Telegram().serving() as telegram:
        yield twilio, telegram


@pytest.fixture
async def app(
    store_url: str, tmp_path: Any, clock: TestClock, providers: tuple[Twilio, Telegram]
) -> AsyncIterator[web.Application]:
    """The desk with a mailbox, a chat, a number and a bot at Telegram, all at work."""
    twilio, telegram = providers
    mailbox = {"address": "support@desk.example", "listen_port": free_port(), "smtp": {"host": "127.0.0.1"}}
    inboxes = (
        InboxEntry(slug="mail", channel="email", name="Mail", team="support", settings=mailbox),
        InboxEntry(slug="chat", channel="webchat", name="Chat", team="support"),
        sms_desk.line(twilio, bot=None),
        telegram_desk.inbox(telegram, bot=None),
    )
    secret = "a secret of the tests"
    database = Database(store_url)
    async with database.transaction() as tx:
        files = DeskFiles.model_validate({**dict(DESK), "inboxes": inboxes})
        await configuration.bring_in(tx, Keys(secret), installed_channels(), files, [])
    await database.close()
    settings = Settings(
        data_dir=tmp_path, database_url=store_url, secret_key=SecretStr(secret),
        http=Http(public_url=twilio.public_url),
    )  # fmt: skip
    app = create_app(settings, installed_channels(), FakeResponder(), clock=clock)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    app[PAGES].public_url = twilio.desk_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield app
    await runner.cleanup()


async def chats(url: str, text: str) -> None:
    """Mia writes into the chat of a web page."""
    async with ClientSession() as http, http.ws_connect(f"{url}/chat/chat/socket") as socket:
        await socket.send_json({"type": "hello"})
        await socket.send_json({"type": "message", "id": "message-1", "text": text})
        async for heard in socket:
            if json.loads(heard.data)["type"] == "stored":
                break


async def mails(app: web.Application, text: str) -> None:
    """Mia writes a mail."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Mia Demir <mia@example.com>", "support@desk.example", "My parcel"
    mail.set_content(text)
    port = app[INBOXES].by_slug("mail").channel.settings.listen_port
    await aiosmtplib.send(mail, hostname="127.0.0.1", port=port)


async def said(office: Office) -> list[str]:
    """What people wrote so far, in the order of the log."""
    rows = sorted(await office.all(Interaction), key=lambda row: row.id)
    return [row.text.strip() for row in rows if (row.kind, row.direction) == (Kind.MESSAGE, "inbound")]


async def until_said(office: Office, count: int) -> None:
    """Wait until so many messages stand in the log."""
    async with asyncio.timeout(20):
        while len(await said(office)) < count:  # noqa: ASYNC110 - other tasks write it
            await asyncio.sleep(0.05)


async def belongs_to_mia(page: Page, contact_id: int) -> None:
    """An agent says on the page of a stranger: this address belongs to Mia Demir, who writes mail."""
    await page.goto(f"/contacts/{contact_id}")
    await page.locator(".belongs summary").click()
    await expect(page.locator(".belongs input")).to_be_focused()
    await page.keyboard.type("mia@example")
    await page.locator(".belongs .options button").click()
    await page.get_by_role("button", name="Link", exact=True).click()
    await expect(page.locator("h1")).to_have_text("Mia Demir")


async def test_what_comes_by_four_channels_is_one_log_two_clicks_away(
    office: Office, providers: tuple[Twilio, Telegram], url: str, window: Any
) -> None:
    twilio, telegram = providers
    ways: tuple[Callable[[], Awaitable[Any]], ...] = (
        lambda: chats(url, _SAID[0]), lambda: mails(office.app, _SAID[1]), lambda: twilio.say(_SAID[2]),
        lambda: telegram.say(_SAID[3]),
    )  # fmt: skip
    for count, way in enumerate(ways, 1):
        await way()
        await until_said(office, count)
    page = await window("Ada", "/contacts", **size("wide"))
    mail, *others = sorted(await office.all(Case), key=lambda case: case.channel != "email")
    for case in others:
        await belongs_to_mia(page, case.contact_id)
    await page.goto("/inbox/all")
    await page.locator(f"#row-{mail.number}").click()
    await page.locator("#side .person a").click()
    await expect(page.locator("h1")).to_have_text("Mia Demir")
    await expect(page.locator("#lines .msg.in .text")).to_have_text(_SAID)
    await picture(page, "four-channels")
    assert await said(office) == _SAID
