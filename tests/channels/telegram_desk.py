"""A desk with a bot at Telegram: the real application, served on loopback, and the stand-in."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omnidesk.desk.configuration import InboxEntry
from omnidesk.desk.incoming.listening import Listener
from omnidesk.keys import LEASES
from omnidesk.store.models import RawMessage, RawState
from tests.channels.hosted import hosted_desk
from tests.channels.telegram_stand_in import TOKEN, Telegram
from tests.office import Office
from tests.running import free_port


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
            while not await self._has(f" {update['update_id']} "):  # noqa: ASYNC110 - a row has no event
                await asyncio.sleep(0.02)
        await self.office.work()
        assert not [row.reason for row in await self.office.all(RawMessage) if row.state == RawState.QUARANTINED]

    async def _has(self, number: str) -> bool:
        return any(number in row.external_id for row in await self.office.all(RawMessage))


def inbox(telegram: Telegram, **changed: Any) -> InboxEntry:
    """The inbox of the bot."""
    settings = {"token": TOKEN, "api_base": telegram.url, "mode": changed.pop("mode", "polling")}
    entry = {"slug": "bot-tg", "channel": "telegram", "name": "Telegram", "team": "support", "settings": settings}
    return InboxEntry.model_validate(entry | changed)


@asynccontextmanager
async def telegram_desk(
    url: str, folder: Path, *, desk: Mapping[str, Any] | None = None, **changed: Any
) -> AsyncIterator[TelegramDesk]:
    """A desk (see `hosted_desk`) with the bot, listening."""
    port = free_port()
    public_url = f"http://127.0.0.1:{port}"
    async with (
        Telegram().serving() as telegram,
        hosted_desk(
            url, folder, inbox(telegram, **changed), public_url=public_url, port=port, **(desk or {})
        ) as (office, _),
    ):  # fmt: skip
        live, leases = office.inboxes.by_slug("bot-tg"), office.app[LEASES]
        listener = Listener(office.database, leases, live, office.reception("bot-tg"))
        listening = asyncio.create_task(listener.run())
        await listener.ready.wait()
        try:
            yield TelegramDesk(office, telegram)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
