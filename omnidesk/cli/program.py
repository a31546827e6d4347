"""What commands share: the settings and the store, opened when first needed."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from omnidesk.settings import Settings, config_folder, load, secret_of

if TYPE_CHECKING:
    from omnidesk.contract.channel import Desk
    from omnidesk.desk.inboxes import Inboxes
    from omnidesk.store.db import Database

Result = TypeVar("Result")

_CHATTY = ("alembic", "apscheduler", "mail.log", "httpx", "httpcore", "telegram", "aiosqlite")
"""Libraries that are never heard below a warning, whatever the level: httpx and httpcore tell each URL, in which
Telegram's token stands, and the last two tell what is sent and stored, word for word."""


class Program:
    """The program around a command (`omnidesk.contract.command.Host`)."""

    def __init__(self) -> None:
        self.config: Path | None = None

    @property
    def folder(self) -> Path:
        """The configuration folder."""
        return config_folder(self.config)

    @property
    def settings(self) -> Settings:
        """The process settings. Raises SettingsError."""
        return load(self.folder, os.environ)

    @property
    def data_dir(self) -> Path:
        """The data folder."""
        return self.settings.data_dir

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a command's work."""
        logging.basicConfig(level=self.settings.log.level, format="%(levelname)s %(name)s %(message)s")
        for chatty in _CHATTY:
            logging.getLogger(chatty).setLevel(logging.WARNING)
        return asyncio.run(work)

    @asynccontextmanager
    async def store(self) -> AsyncIterator["Database"]:
        """The store, with the newest tables, and ids of its own."""
        from omnidesk.store import migrating
        from omnidesk.store.db import Database
        from omnidesk.store.leases import Leases

        database = Database(self.settings.store_url)
        try:
            await migrating.upgrade(database.url)
            leases = Leases(database)
            await leases.start()
            try:
                yield database
            finally:
                await leases.end()
        finally:
            await database.close()

    @asynccontextmanager
    async def inboxes(self) -> AsyncIterator["Inboxes"]:
        """The store's inboxes with their channels, as far as they can be used; only a server notes which can't."""
        from omnidesk.app import installed_channels
        from omnidesk.desk.inboxes import Inboxes
        from omnidesk.store.keys import Keys

        async with self.store() as database:
            inboxes = Inboxes(database, Keys(secret_of(self.settings)), installed_channels())
            await inboxes.load(note=False)
            yield inboxes

    async def inbox_settings(self, slug: str) -> Any:
        """The settings of an inbox, validated by its channel."""
        async with self.inboxes() as inboxes:
            return inboxes.by_slug(slug).channel.settings

    @asynccontextmanager
    async def open_desk(self, slug: str) -> AsyncIterator["Desk"]:
        """The desk of one inbox, for commands that bring messages in; a running server processes them."""
        from omnidesk.desk.incoming.receiving import Receiver
        from omnidesk.desk.incoming.reception import Reception
        from omnidesk.desk.outgoing.letters import Letters
        from omnidesk.store.blobs import Blobs
        from omnidesk.store.keys import Keys

        settings = self.settings
        async with self.inboxes() as inboxes:
            blobs = Blobs(settings.blob_store)
            letters = Letters(inboxes.database, blobs, Keys(secret_of(settings)), settings.public_url)
            receiver = Receiver(inboxes.database, blobs)
            yield Reception(inboxes.database, letters, receiver, inboxes.by_slug(slug), inboxes=inboxes)
