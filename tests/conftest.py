"""Fixtures: both databases, the office, a browser."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, async_playwright
from pydantic import SecretStr

from omnidesk.app import create_app, installed_channels
from omnidesk.desk import configuration
from omnidesk.keys import DATABASE, INBOXES, KEYS
from omnidesk.settings import Settings
from omnidesk.store import migrating
from tests.browser import launch
from tests.cast import BOTS, CHANNELS, DESK
from tests.fakes import FakeResponder
from tests.office import Office, TestClock
from tests.postgres import execute, running_server, url_of


def in_a_thread(work: Coroutine[Any, Any, Any]) -> None:
    """Run a coroutine in a loop of its own: the tests' loops are not to be touched."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest tables."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    in_a_thread(migrating.upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server of our own."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Any) -> str:
    """The name of a database with the newest tables."""
    in_a_thread(execute(postgres, "CREATE DATABASE template"))
    in_a_thread(migrating.upgrade(url_of(postgres, "template")))
    return "template"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, with the newest tables: each test runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "omnidesk.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres")
    name = f"t{abs(hash(request.node.nodeid))}"
    in_a_thread(execute(server, f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgres_template')}"))
    yield url_of(server, name)
    in_a_thread(execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def settings(store_url: str, tmp_path: Path) -> Settings:
    """Process settings of a test."""
    return Settings(data_dir=tmp_path, database_url=store_url, secret_key=SecretStr("a secret of the tests"))


@pytest.fixture
def clock() -> TestClock:
    """The clock of a test."""
    return TestClock()


@pytest.fixture
async def app(settings: Settings, clock: TestClock) -> AsyncIterator[web.Application]:
    """The application with the fake channels, started, without its workers."""
    app = create_app(settings, {**installed_channels(), **CHANNELS}, FakeResponder(), clock=clock, work=False)
    runner = web.AppRunner(app)
    await runner.setup()
    async with app[DATABASE].transaction() as tx:
        await configuration.bring_in(tx, app[KEYS], app[INBOXES].channels, DESK, BOTS)
    await app[INBOXES].load()
    yield app
    await runner.cleanup()


@pytest.fixture
def office(app: web.Application, clock: TestClock) -> Office:
    """The office."""
    return Office(app, clock)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser share its loop; on another loop they would hang without a word."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where tests leave pictures for people to look at."""
    folder = Path(__file__).parent / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder
