"""A desk with a bot at Telegram: the real application, served on loopback, and the stand-in."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import SecretStr

from omnidesk.app import create_app, installed_channels
from omnidesk.contract.responder import Responder
from omnidesk.desk import configuration
from omnidesk.desk.configuration import BotFile, DeskFiles, InboxEntry
from omnidesk.desk.listening import Listener
from omnidesk.keys import DATABASE, LEASES
from omnidesk.settings import Http, Settings
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.models import RawMessage, RawState
from tests.cast import BOTS, CHANNELS, DESK
from tests.channels.telegram_stand_in import TOKEN, Telegram
from tests.fakes import FakeResponder
from tests.office import Office, TestClock
from tests.running import free_port

_SECRET = "a secret of the tests"


@dataclass(frozen=True)
class TelegramDesk:
    """The office, and Telegram on the other side."""

    office: Office
    telegram: Telegram

    async def hear(self, text: str, **more: Any) -> None:
        """Mia writes, and all that follows is done."""
        await self.arrived(await self.telegram.say(text, **more))

    async def press(self, button: str) -> None:
        """Mia presses a button, and all that follows is done."""
        await self.arrived(await self.telegram.press(button))

    async def arrived(self, update: dict[str, Any]) -> None:
        """Wait until an update is stored, and do what follows."""
        async with asyncio.timeout(10):
            while not await self._has(str(update["update_id"])):  # noqa: ASYNC110 - a row has no event
                await asyncio.sleep(0.02)
        await self.office.work()
        assert not [row.reason for row in await self.office.all(RawMessage) if row.state == RawState.QUARANTINED]

    async def _has(self, external_id: str) -> bool:
        return external_id in [row.external_id for row in await self.office.all(RawMessage)]


def inbox(telegram: Telegram, **changed: Any) -> InboxEntry:
    """The inbox of the bot."""
    settings = {"token": TOKEN, "api_base": telegram.url, "mode": changed.pop("mode", "polling")}
    entry = {"slug": "bot-tg", "channel": "telegram", "name": "Telegram", "team": "support", "settings": settings}
    return InboxEntry.model_validate(entry | changed)


@asynccontextmanager
async def telegram_desk(
    url: str,
    folder: Path,
    *,
    responder: Responder | None = None,
    files: DeskFiles = DESK,
    bots: Sequence[BotFile] = BOTS,
    **changed: Any,
) -> AsyncIterator[TelegramDesk]:
    """The desk of these files with the bot as one more inbox, on an empty database with the newest tables."""
    clock, port = TestClock(), free_port()
    async with Telegram().serving() as telegram:
        described = files.model_copy(update={"inboxes": (*files.inboxes, inbox(telegram, **changed))})
        database = Database(url)
        channels = {**installed_channels(), **CHANNELS}
        async with database.transaction() as tx:
            await configuration.bring_in(tx, Keys(_SECRET), channels, described, list(bots))
        await database.close()
        settings = Settings(
            data_dir=folder, database_url=url, secret_key=SecretStr(_SECRET),
            http=Http(public_url=f"http://127.0.0.1:{port}"),
        )  # fmt: skip
        app = create_app(settings, channels, responder or FakeResponder(), clock=clock, only="web")
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        desk = Office(app, clock)
        listener = Listener(
            app[DATABASE], app[LEASES], desk.inboxes.by_slug("bot-tg"), desk.reception("bot-tg")
        )  # fmt: skip
        listening = asyncio.create_task(listener.run())  # the workers are run by hand
        await listener.ready.wait()
        try:
            yield TelegramDesk(desk, telegram)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await runner.cleanup()
