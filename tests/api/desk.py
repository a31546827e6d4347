"""The desk of the cast with inboxes for programs: the real application on a port, its workers run by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from omnidesk.app import create_app, installed_channels
from omnidesk.desk import configuration
from omnidesk.desk.configuration import DeskFiles, InboxEntry, TeamEntry
from omnidesk.settings import Settings
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from tests.cast import CHANNELS
from tests.fakes import FakeResponder
from tests.office import TestClock

SECRET = "a secret of the tests"
FILES = DeskFiles(
    teams=(TeamEntry(slug="support", name="Support", closed=True),),
    inboxes=(
        InboxEntry(slug="api", channel="api", name="API", team="support"),
        InboxEntry(slug="api-bot", channel="api", name="API with a bot", team="support", bot="echo"),
        InboxEntry(slug="api-billing", channel="api", name="API of billing", team="billing"),
        InboxEntry(slug="api-off", channel="api", name="API of old", team="support", enabled=False),
    ),
)
"""What is there beside the cast's own; both teams are closed, so that Cy must never see what Ada and Bo do."""


@asynccontextmanager
async def serving(settings: Settings, clock: TestClock) -> AsyncIterator[tuple[web.Application, str]]:
    """The application, and where it answers."""
    channels = {**installed_channels(), **CHANNELS}
    database = Database(settings.store_url)
    async with database.transaction() as tx:
        await configuration.bring_in(tx, Keys(SECRET), channels, FILES, [])
    await database.close()
    app = create_app(settings, channels, FakeResponder(), clock=clock, only="web")
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield app, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
