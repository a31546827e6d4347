"""Fixtures of the API: the desk on a port, and programs with tokens of the cast."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp import ClientSession, web

from omnidesk.desk import tokens
from omnidesk.settings import Settings
from tests.api.desk import serving
from tests.api.program import Program
from tests.office import Office, TestClock


@pytest.fixture
async def served(settings: Settings, clock: TestClock) -> AsyncIterator[tuple[web.Application, str]]:
    """The application and where it answers."""
    async with serving(settings, clock) as served:
        yield served


@pytest.fixture
def app(served: tuple[web.Application, str]) -> web.Application:
    """The application."""
    return served[0]


@pytest.fixture
def url(served: tuple[web.Application, str]) -> str:
    """Where it answers."""
    return served[1]


async def new_token(office: Office, name: str | None = None, *scopes: str) -> str:
    """A token that acts as one of the cast, or for itself."""
    email = f"{name.lower()}@example.com" if name else None
    async with office.database.transaction() as tx:
        return await tokens.create(tx, "shop", agent=email, scopes=scopes)


MakeProgram = Callable[..., Awaitable[Program]]


@pytest.fixture
async def program(office: Office, url: str) -> AsyncIterator[MakeProgram]:
    """`await program("Bo", "cases:read")`: a program that acts as Bo within scopes; without a name for itself."""
    async with AsyncExitStack() as stack:

        async def make(name: str | None = None, *scopes: str) -> Program:
            session = await stack.enter_async_context(ClientSession(url))
            return Program(session, await new_token(office, name, *scopes))

        yield make


@pytest.fixture
async def shop(program: MakeProgram) -> Program:
    """A program that acts for itself and may do everything."""
    return await program()
