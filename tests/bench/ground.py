"""What benchmarks stand on: the application on an empty store of either kind."""

import gc
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from omnidesk.app import create_app
from omnidesk.settings import Settings
from tests.cast import CHANNELS, furnish
from tests.fakes import FakeResponder
from tests.office import Office, TestClock
from tests.postgres import execute, running_server, url_of

_SECRET = "a secret"


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
async def office(url: str, *, work: bool = True) -> AsyncIterator[Office]:
    """The application on a store, with its workers running."""
    with tempfile.TemporaryDirectory() as folder:
        await furnish(url, _SECRET)
        settings = Settings(data_dir=Path(folder), database_url=url, secret_key=SecretStr(_SECRET))
        app = create_app(settings, CHANNELS, FakeResponder(), only=None if work else "web")
        runner = web.AppRunner(app)
        await runner.setup()
        gc.collect()
        gc.freeze()  # as a server does
        try:
            yield Office(app, TestClock())
        finally:
            await runner.cleanup()
