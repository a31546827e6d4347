"""A desk with a number at Twilio: the real application, served on loopback behind a public URL, and the stand-in."""

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
from omnidesk.settings import Http, Settings
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from tests.cast import BOTS, CHANNELS, DESK
from tests.channels.twilio_stand_in import ACCOUNT, DESK_NUMBER, TOKEN, Twilio
from tests.fakes import FakeResponder
from tests.office import Office, TestClock

_SECRET = "a secret of the tests"


@dataclass(frozen=True)
class SmsDesk:
    """The office, and Twilio on the other side."""

    office: Office
    twilio: Twilio

    async def hear(self, text: str, **said: Any) -> None:
        """Mia writes an SMS, and all that follows is done."""
        await self.twilio.say(text, **said)
        await self.office.work()

    @property
    def phone(self) -> list[str]:
        """What Mia's phone shows."""
        return [taken.body for taken in self.twilio.taken]


def line(twilio: Twilio, **changed: Any) -> InboxEntry:
    """The inbox of the number."""
    settings = {"account_sid": ACCOUNT, "auth_token": TOKEN, "from_number": DESK_NUMBER, "api_base": twilio.url}
    entry = {"slug": "line", "channel": "sms", "name": "Line", "team": "support", "settings": settings}
    return InboxEntry.model_validate(entry | changed)


@asynccontextmanager
async def sms_desk(
    url: str,
    folder: Path,
    *,
    responder: Responder | None = None,
    files: DeskFiles = DESK,
    bots: Sequence[BotFile] = BOTS,
    **inbox: Any,
) -> AsyncIterator[SmsDesk]:
    """The desk of these files with the number as one more inbox, on an empty database with the newest tables."""
    clock = TestClock()
    async with Twilio().serving() as twilio:
        described = files.model_copy(update={"inboxes": (*files.inboxes, line(twilio, **inbox))})
        database = Database(url)
        channels = {**installed_channels(), **CHANNELS}
        async with database.transaction() as tx:
            await configuration.bring_in(tx, Keys(_SECRET), channels, described, list(bots))
        await database.close()
        settings = Settings(
            data_dir=folder, database_url=url, secret_key=SecretStr(_SECRET), http=Http(public_url=twilio.public_url)
        )
        app = create_app(settings, channels, responder or FakeResponder(), clock=clock, only="web")
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        twilio.desk_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield SmsDesk(Office(app, clock), twilio)
        finally:
            await runner.cleanup()
