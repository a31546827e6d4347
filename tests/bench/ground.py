"""What benchmarks stand on: the application on an empty store of either kind."""

import asyncio
import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr
from sqlmodel import col, func, select

from omnidesk.app import create_app, installed_channels
from omnidesk.desk.configuration import InboxEntry
from omnidesk.settings import Settings
from omnidesk.store.models import Case, RawMessage, RawState
from omnidesk.web.pages import PAGES
from tests.cast import CHANNELS, furnish
from tests.fakes import FakeResponder
from tests.office import Office, TestClock
from tests.postgres import execute, running_server, url_of

SECRET = "a secret"


@contextmanager
def stores() -> Iterator["Stores"]:
    """Makes empty stores until the context ends."""
    with running_server() as server, tempfile.TemporaryDirectory() as folder:
        yield Stores(server, Path(folder))


class Stores:
    """Empty stores, as many as are asked for."""

    def __init__(self, server: object, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._count = 0

    async def make(self, kind: str) -> str:
        """The URL of an empty store: `sqlite` or `postgresql`."""
        self._count += 1
        if kind == "sqlite":
            return f"sqlite:///{self._folder / f'{self._count}.sqlite3'}"
        await execute(self._server, f"CREATE DATABASE bench{self._count}")
        return url_of(self._server, f"bench{self._count}")


@asynccontextmanager
async def office(url: str, *inboxes: InboxEntry, work: bool = True) -> AsyncIterator[Office]:
    """The application on a store, with its workers running and these inboxes beside those of the cast."""
    with tempfile.TemporaryDirectory() as folder:
        channels = {**installed_channels(), **CHANNELS} if inboxes else CHANNELS
        await furnish(url, SECRET, inboxes, channels)
        settings = Settings(data_dir=Path(folder), database_url=url, secret_key=SecretStr(SECRET))
        clock = TestClock()
        app = create_app(settings, channels, FakeResponder(), clock=clock, only=None if work else "web")
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        app[PAGES].public_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        gc.collect()
        gc.freeze()  # as a server does
        try:
            yield Office(app, clock)
        finally:
            await runner.cleanup()


def address(desk: Office) -> str:
    """Where it answers."""
    return desk.app[PAGES].public_url


@contextmanager
def all_cores_busy() -> Iterator[None]:
    """A process on each core that only computes."""
    cores = range(os.cpu_count() or 1)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in cores]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


async def all_done(desk: Office) -> None:
    """Wait until everything that was received is on its case, and every case with its team."""
    async with desk.database.session() as session:
        raw = select(func.count()).select_from(RawMessage).where(RawMessage.state == RawState.WAITING)
        unrouted = select(func.count()).select_from(Case).where(col(Case.needs_routing))
        while (await session.exec(raw)).one() or (await session.exec(unrouted)).one():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
