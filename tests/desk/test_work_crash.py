"""The real server is killed while it does what agents asked for: each thing is done, once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlmodel import col, func, select, union_all

from omnidesk.app import installed_channels
from omnidesk.desk import access, actions, bulk, configuration, tokens
from omnidesk.desk.configuration import AgentEntry, DeskFiles, InboxEntry, TeamEntry
from omnidesk.desk.drafts import Writing
from omnidesk.desk.outgoing import planned
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.models import (
    Agent,
    BulkItem,
    BulkJob,
    BulkState,
    Case,
    Interaction,
    ItemState,
    Kind,
    PlannedReply,
    Priority,
    Role,
)
from tests.running import Running

SECRET = "a secret of the tests"
CASES, KILLS = 90, 2


class Desk:
    """A running server with cases that Ada answers, and its database."""

    def __init__(self, server: Running, database: Database) -> None:
        self.server = server
        self.database = database

    async def rows(self, kind: type[Any]) -> list[Any]:
        """All rows of a table."""
        async with self.database.session() as session:
            return list(await session.exec(select(kind)))

    async def works_though_killed(self, left: Any) -> None:
        """Start the server and kill it amid its work again and again, then let it end; `left` selects what is left."""
        for part in range(KILLS, 0, -1):
            await asyncio.to_thread(self.server.start)
            await self._until(left, CASES * part // (KILLS + 1))
            await asyncio.to_thread(self.server.kill)
        await asyncio.to_thread(self.server.start)
        await self._until(left, 0)
        assert await asyncio.to_thread(self.server.stop) == 0

    async def _until(self, left: Any, many: int) -> None:
        async with asyncio.timeout(60):
            while await self._count(left) > many:  # noqa: ASYNC110 - another process works
                await asyncio.sleep(0.002)

    async def _count(self, statement: Any) -> int:
        async with self.database.session() as session:
            return int((await session.exec(select(func.count()).select_from(statement.subquery()))).one())


@pytest.fixture
async def desk(store_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """The desk; its server does not run."""
    database = Database(store_url, worker=1000)
    files = DeskFiles(
        teams=(TeamEntry(slug="support", name="Support"),),
        agents=(AgentEntry(email="ada@example.com", name="Ada", role=Role.ADMIN, teams=("support",)),),
        inboxes=(InboxEntry(slug="api", channel="api", name="API", team="support"),),
    )
    async with database.transaction() as tx:
        await configuration.bring_in(tx, Keys(SECRET), installed_channels(), files, [])
        token = await tokens.create(tx, "tests")
    environment = {"OMNIDESK_DATABASE_URL": store_url, "OMNIDESK_SECRET_KEY": SECRET}
    server = Running(tmp_path / "server", "serve", environment=environment)
    await asyncio.to_thread(server.start)
    headers = {"Authorization": f"Bearer {token}"}
    async with ClientSession(server.url, headers=headers) as client, asyncio.timeout(60):
        for number in range(CASES):
            said = {"external_id": f"m{number}", "from": {"id": f"p{number}", "name": "Mia"}, "text": "Hello"}
            async with client.post("/api/v1/inboxes/api/messages", json=said) as answer:
                assert answer.status == 202
        made = Desk(server, database)
        while len(await made.rows(Case)) < CASES:  # noqa: ASYNC110 - another process works
            await asyncio.sleep(0.05)
    await asyncio.to_thread(server.kill)
    yield made
    await asyncio.to_thread(server.kill)
    await database.close()


_JOBS = union_all(
    select(BulkItem.id).where(BulkItem.state == ItemState.WAITING),
    select(BulkJob.id).where(BulkJob.state == BulkState.RUNNING),
)


async def test_killed_again_and_again_it_does_a_job_on_each_case_once(desk: Desk) -> None:
    (ada,) = await desk.rows(Agent)
    async with desk.database.transaction() as tx:
        viewer = await access.viewer_of(tx.session, ada.id)
        await bulk.begin(tx, viewer, {"priority": "urgent"}, [case.id for case in await desk.rows(Case)])
    await desk.works_though_killed(_JOBS)
    (job,) = await desk.rows(BulkJob)
    assert (job.state, job.done, job.failed) == (BulkState.DONE, CASES, 0)
    assert {case.priority for case in await desk.rows(Case)} == {Priority.URGENT}
    said = Counter(row.case_id for row in await desk.rows(Interaction) if "priority" in str(row.payload.get("event")))
    assert set(said.values()) == {1}
    assert len(said) == CASES


async def test_killed_again_and_again_it_sends_each_reply_that_waited_once(desk: Desk) -> None:
    (ada,) = await desk.rows(Agent)
    for case in await desk.rows(Case):
        async with desk.database.transaction() as tx:
            viewer = await access.viewer_of(tx.session, ada.id)
            locked = await actions.for_work(tx, viewer, case.number)
            await planned.plan(tx, viewer, locked, Writing("Dear Mia"), send_at=tx.now + timedelta(seconds=1))
    await desk.works_though_killed(select(PlannedReply.id))
    async with desk.database.session() as session:
        replies = select(Interaction).where(Interaction.kind == Kind.MESSAGE, Interaction.author_kind == "agent")
        said = Counter(row.case_id for row in await session.exec(replies.order_by(col(Interaction.id))))
    assert set(said.values()) == {1}
    assert len(said) == CASES
