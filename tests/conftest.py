"""Fixtures: both databases, the office, a browser."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, async_playwright
from pydantic import SecretStr

from omnidesk.app import create_app, installed_channels
from omnidesk.settings import Desk, Settings
from omnidesk.store import migrating
from tests.browser import launch
from tests.cast import CHANNELS, furnish
from tests.fakes import FakeResponder
from tests.office import Office, TestClock
from tests.postgres import execute, running_server, url_of

SECRET = "a secret of the tests"
INSTALLED = installed_channels()

# Hypothesis's deadline of 200 ms is a timing: on a busy machine the first example, which loads modules, misses it.
hypothesis.settings.register_profile("omnidesk", deadline=None)
hypothesis.settings.load_profile("omnidesk")


def in_a_thread(work: Coroutine[Any, Any, Any]) -> None:
    """Run a coroutine in a loop of its own: the tests' loops are not to be touched."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two SQLite files: `empty`, with the newest tables, and `desk`, with the desk of the cast."""
    folder = tmp_path_factory.mktemp("templates")
    in_a_thread(migrating.upgrade(f"sqlite:///{folder / 'empty'}"))
    in_a_thread(furnish(f"sqlite:///{folder / 'desk'}", SECRET))
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server of our own."""
    with running_server() as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # tests pull no plugs
            in_a_thread(execute(server, f"ALTER SYSTEM SET {setting} = off"))
        in_a_thread(execute(server, "SELECT pg_reload_conf()"))
        yield server


@pytest.fixture(scope="session")
def postgres_templates(postgres: Any) -> Any:
    """The server with two databases: `empty`, with the newest tables, and `desk`, with the desk of the cast."""
    for name in ("empty", "desk"):
        in_a_thread(execute(postgres, f"CREATE DATABASE {name}"))
    in_a_thread(migrating.upgrade(url_of(postgres, "empty")))
    in_a_thread(furnish(url_of(postgres, "desk"), SECRET))
    return postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own with the newest tables: each test runs on both kinds."""
    with _copied(request, tmp_path, "empty") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same with the desk of the cast."""
    with _copied(request, tmp_path, "desk") as url:
        yield url


@contextmanager
def _copied(request: pytest.FixtureRequest, folder: Path, template: str) -> Iterator[str]:
    if request.param == "sqlite":
        path = folder / "omnidesk.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_templates") / template, path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_templates")
    name = f"t{abs(hash(request.node.nodeid))}"
    in_a_thread(execute(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield url_of(server, name)
    in_a_thread(execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def settings(desk_url: str, tmp_path: Path) -> Settings:
    """Process settings of a test."""
    at_once = Desk(undo_send_seconds=0)
    return Settings(data_dir=tmp_path, database_url=desk_url, secret_key=SecretStr(SECRET), desk=at_once)


@pytest.fixture
def clock() -> TestClock:
    """The clock of a test."""
    return TestClock()


@pytest.fixture
async def app(settings: Settings, clock: TestClock) -> AsyncIterator[web.Application]:
    """The application with the fake channels, started, without its workers."""
    app = create_app(settings, {**INSTALLED, **CHANNELS}, FakeResponder(), clock=clock, only="web")
    runner = web.AppRunner(app)
    await runner.setup()
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
