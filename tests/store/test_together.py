"""Shared commits: many at once cost few, and one that can't be written harms nobody."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import text

from omnidesk.store.db import Database, Transaction
from omnidesk.store.together import Together


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    database = Database(store_url)
    yield database
    await database.close()


async def test_what_comes_together_is_written_together_and_each_learns_its_own_fate(database: Database) -> None:
    groups: list[int] = []

    async def write(tx: Transaction, names: Sequence[str]) -> list[str]:
        groups.append(len(names))
        for name in names:
            if name == "bad":
                raise ValueError(name)
            put = text("INSERT INTO counters (name, value) VALUES (:name, 1)")
            await tx.session.exec(put.bindparams(name=name))  # type: ignore[call-overload]
        return [name.upper() for name in names]

    together = Together(database, write)
    names = [f"c{number}" for number in range(20)]
    outcomes = await asyncio.gather(*map(together.write, [*names, "bad"]), return_exceptions=True)
    assert outcomes[:20] == [name.upper() for name in names]
    assert isinstance(outcomes[20], ValueError)
    assert groups[0] > 1
    async with database.session() as session:
        count = text("SELECT count(*) FROM counters WHERE name LIKE 'c%' AND value = 1")
        assert (await session.exec(count)).scalar() == 20  # type: ignore[call-overload]


async def test_who_gives_up_waiting_takes_nobody_along(database: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def write(tx: Transaction, numbers: Sequence[int]) -> Sequence[int]:
        begun.set()
        await go_on.wait()
        return numbers

    together = Together(database, write)
    impatient, patient = (asyncio.create_task(together.write(number)) for number in (1, 2))
    await begun.wait()
    impatient.cancel()
    go_on.set()
    assert await patient == 2
    assert await together.write(3) == 3
