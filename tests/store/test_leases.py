"""Leases: one holder at a time, and nobody waits for the dead."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from sqlmodel import select

from omnidesk.store.db import Database
from omnidesk.store.leases import TTL, Leases, place
from omnidesk.store.models import Lease
from tests.office import TestClock


@pytest.fixture
async def database(store_url: str, clock: TestClock) -> AsyncIterator[Database]:
    database = Database(store_url, clock=clock)
    yield database
    await database.close()


def process(database: Database, name: str) -> Leases:
    """The leases of a process on another host."""
    leases = Leases(database)
    leases.holder = f"{name}/1/abcd"
    return leases


async def held(database: Database) -> dict[str, str]:
    async with database.session() as session:
        return {lease.name: lease.holder.split("/")[0] for lease in await session.exec(select(Lease))}


async def test_a_lease_has_one_holder_until_it_is_given_back(database: Database) -> None:
    one, two = process(database, "one"), process(database, "two")
    assert await one.claim("listener:1")
    assert not await two.claim("listener:1")
    assert await one.claim("listener:1")
    await two.release("listener:1")
    assert not await two.claim("listener:1")
    await one.release("listener:1")
    assert await two.claim("listener:1")


async def test_of_many_who_claim_at_once_one_gets_it(database: Database) -> None:
    processes = [process(database, f"host{number}") for number in range(8)]
    assert sum(await asyncio.gather(*(one.claim("listener:1") for one in processes))) == 1


async def test_a_lease_that_nobody_renews_falls_to_the_next(database: Database, clock: TestClock) -> None:
    one, two = process(database, "one"), process(database, "two")
    await one.claim("listener:1")
    clock.skip(seconds=TTL.total_seconds() + 1)
    assert await two.claim("listener:1")
    assert not await one.claim("listener:1")


async def test_renewing_keeps_everything_a_process_holds(database: Database, clock: TestClock) -> None:
    one, two = process(database, "one"), process(database, "two")
    await one.start()
    await one.claim("listener:1")
    for _ in range(3):
        clock.skip(seconds=20)
        await one.renew()
    assert not await two.claim("listener:1")


async def test_the_dead_of_this_host_are_not_waited_for(database: Database) -> None:
    ended = await asyncio.create_subprocess_exec("/bin/true")
    await ended.wait()
    dead, other = process(database, "x"), process(database, "other")
    dead.holder = f"{place()}/{ended.pid}/abcd"
    await dead.start()
    await dead.claim("listener:1")
    assert await other.claim("listener:1")
    assert await held(database) == {"listener:1": "other"}


async def test_a_process_that_lives_on_this_host_is_waited_for(database: Database) -> None:
    alive, other = process(database, "x"), process(database, "other")
    alive.holder = f"{place()}/{os.getppid()}/abcd"
    await alive.claim("listener:1")
    assert not await other.claim("listener:1")


async def test_who_had_our_number_before_the_restart_is_dead(database: Database) -> None:
    """In a container every start has the same process id."""
    await Leases(database).claim("listener:1")
    assert await Leases(database).claim("listener:1")


async def test_our_number_in_another_container_of_this_name_is_waited_for(database: Database) -> None:
    """In containers every program is process 1."""
    twin = Leases(database)
    twin.holder = twin.holder.replace(place(), f"{place()}0")
    await twin.claim("listener:1")
    assert not await Leases(database).claim("listener:1")


async def test_worker_numbers_are_unique(store_url: str, clock: TestClock) -> None:
    databases = [Database(store_url, clock=clock) for _ in range(4)]
    await asyncio.gather(*(process(one, f"host{number}").start() for number, one in enumerate(databases)))
    assert {one.ids.worker for one in databases} == {0, 1, 2, 3}
    for one in databases:
        await one.close()


async def test_ending_gives_everything_back(database: Database) -> None:
    one = process(database, "one")
    await one.start()
    await one.claim("listener:1")
    await one.end()
    assert await held(database) == {}


async def test_who_was_taken_for_dead_takes_a_new_number(store_url: str, clock: TestClock) -> None:
    first, second = Database(store_url, clock=clock), Database(store_url, clock=clock)
    slept, other = process(first, "slept"), process(second, "other")
    await slept.start()
    clock.skip(seconds=20)
    await slept.claim("listener:1")
    clock.skip(seconds=TTL.total_seconds() - 10)
    await other.start()
    assert second.ids.worker == 0
    await slept.renew()
    assert first.ids.worker == 1
    assert await held(first) == {"worker:0": "other", "worker:1": "slept", "listener:1": "slept"}
    await first.close()
    await second.close()


async def test_a_new_number_never_repeats_an_id(database: Database, clock: TestClock) -> None:
    leases = process(database, "one")
    await leases.start()
    made = [database.ids.next(clock()) for _ in range(100)]
    await leases.end()
    clock.skip(hours=-1)
    await leases.start()
    assert database.ids.next(clock()) > made[-1]
