"""Transactions: all or nothing, events only afterwards."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy.exc import StatementError
from sqlmodel import col, select, update

from omnidesk.errors import NotFound
from omnidesk.events import AgentChanged
from omnidesk.store.db import Database, Transaction
from omnidesk.store.models import Agent, ContactPoint, Counter, Membership, Row, SlaPolicy, SlaTimer, Team
from tests.office import TestClock


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    database = Database(store_url, clock=TestClock())
    yield database
    await database.close()


def team(tx: Transaction, slug: str = "support") -> Team:
    return Team(id=tx.new_id(), slug=slug, name=slug.title(), created_at=tx.now)


async def slugs(database: Database) -> list[str]:
    async with database.session() as session:
        return list(await session.exec(select(Team.slug).order_by(col(Team.id))))


async def test_events_leave_after_the_commit_and_once(database: Database) -> None:
    heard: list[Any] = []
    database.bus.on(AgentChanged, heard.append)
    async with database.transaction() as tx:
        tx.add(team(tx))
        tx.publish(AgentChanged(1))
        tx.publish(AgentChanged(2))
        tx.publish(AgentChanged(1))
        assert heard == []
    assert heard == [AgentChanged(1), AgentChanged(2)]


async def test_a_transaction_that_fails_leaves_nothing_and_tells_nobody(database: Database) -> None:
    heard: list[Any] = []
    database.bus.on(AgentChanged, heard.append)

    async def fail() -> None:
        async with database.transaction() as tx:
            tx.add(team(tx))
            await tx.flush()
            tx.publish(AgentChanged(1))
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        await fail()
    assert (heard, await slugs(database)) == ([], [])


async def test_parents_are_inserted_before_their_children(database: Database) -> None:
    async with database.transaction() as tx:
        support = team(tx)
        agent = Agent(id=tx.new_id(), email="ada@example.com", name="Ada", created_at=tx.now)
        tx.add_row(Membership, {"team_id": support.id, "agent_id": agent.id})
        tx.add(agent)
        tx.add(support)
    assert await slugs(database) == ["support"]


async def test_rows_are_updated_after_the_inserts_they_may_depend_on(database: Database) -> None:
    async with database.transaction() as tx:
        first, second = team(tx, "first"), team(tx, "second")
        tx.update_row(Team, first.id, {"slug": "one"})
        tx.update_row(Team, second.id, {"name": "Two", "slug": "two"})
        tx.add(first)
        tx.add(second)
    assert await slugs(database) == ["one", "two"]


async def test_what_is_settled_at_the_end_is_settled_once(database: Database) -> None:
    settled: list[list[str]] = []

    async def settle(tx: Transaction, teams: list[Team]) -> None:
        settled.append([team.slug for team in teams])

    async with database.transaction() as tx:
        first, second = team(tx, "first"), team(tx, "second")
        for one in (first, second, first):
            tx.at_end(settle, one)
    assert settled == [["first", "second"]]


@pytest.mark.parametrize(
    ("model", "noun"), [(Team, "team"), (ContactPoint, "address"), (SlaTimer, "clock"), (SlaPolicy, "sla policy")]
)
async def test_an_absent_row_is_not_found_in_the_words_of_people(
    database: Database, model: type[Row], noun: str
) -> None:
    async with database.transaction() as tx:
        with pytest.raises(NotFound, match=rf"^There is no {noun} 17\.$"):
            await tx.get(model, 17)


async def test_transactions_that_read_first_and_write_later_all_succeed(database: Database) -> None:
    async def count() -> None:
        async with database.transaction() as tx:
            counter = await tx.get(Counter, "case")
            await asyncio.sleep(0)
            counter.value += 1

    before = await value(database)
    await asyncio.gather(*(count() for _ in range(20)))
    assert await value(database) == before + 20


async def value(database: Database) -> int:
    async with database.session() as session:
        return (await session.exec(select(Counter.value))).one()


async def test_times_come_back_as_they_went_in_whatever_their_zone(database: Database) -> None:
    istanbul = datetime(2026, 3, 29, 4, 5, 6, 123456, tzinfo=timezone(timedelta(hours=3)))
    async with database.transaction() as tx:
        tx.add(Team(id=tx.new_id(), slug="support", name="Support", created_at=istanbul))
    async with database.session() as session:
        found = (await session.exec(select(Team).where(Team.created_at == istanbul))).one()
    assert (found.created_at, found.created_at.tzinfo) == (istanbul, UTC)


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 3, 29)  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a zone"):
        async with database.transaction() as tx:
            await tx.session.exec(update(Team).values(created_at=naive))
