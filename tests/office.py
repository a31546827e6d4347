"""An office for tests: the real application on a real database, its workers run by hand, its clock set by hand."""

import itertools
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlmodel import col, select, update

from omnidesk import clock
from omnidesk.app import make_workers
from omnidesk.contract.channel import RawMessage
from omnidesk.desk import access, cases, presence, transcripts
from omnidesk.desk.access import Viewer
from omnidesk.desk.incoming.intake import Intake
from omnidesk.desk.incoming.reception import Reception
from omnidesk.desk.outgoing.outbox import Outbox
from omnidesk.desk.timeline import TimelineRow, timeline
from omnidesk.keys import BLOBS, DATABASE, INBOXES, KEYS, LEASES, LETTERS, RECEIVER, SETTINGS
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database
from omnidesk.store.models import Agent, Case, Interaction, Kind, Lease, Row
from tests.fakes import FakeChannel, FakeSms

Verb = Callable[..., Awaitable[Any]]


class TestClock:
    """Runs with the real clock, ahead by what was skipped."""

    __test__ = False

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return clock.now() + self.ahead

    def skip(self, **ahead: float) -> None:
        """Let time pass: `skip(minutes=30)`."""
        self.ahead += timedelta(**ahead)


class Office:
    """Ada (admin) and Bo answer in the open team support; Cy in the closed team billing; Mia writes."""

    def __init__(self, app: web.Application, clock: TestClock) -> None:
        self.app = app
        self.clock = clock
        self.database = app[DATABASE]
        self.inboxes = app[INBOXES]
        self.keys = app[KEYS]
        self.workers = make_workers(app)
        self._numbers = itertools.count(1)

    async def work(self) -> None:
        """Let every worker do all there is to do now."""
        busy = True
        while busy:
            busy = any([await worker.run() for worker in self.workers])

    @property
    def holder(self) -> str:
        """What this process holds leases and claims as."""
        return self.app[LEASES].holder

    @property
    def blobs_folder(self) -> Path:
        """Where the blobs are."""
        return Path(self.app[SETTINGS].blob_store)

    def intake(
        self, holder: str, *, batch: int = 100, database: Database | None = None, blobs: Blobs | None = None,
        patience: float = 10,
    ) -> Intake:  # fmt: skip
        """The intake of a process; it lives when there is a lease (see `lease`)."""
        return Intake(
            database or self.database, blobs or self.app[BLOBS], self.keys, self.inboxes, holder=holder, batch=batch,
            patience=patience,
        )  # fmt: skip

    def outbox(self, holder: str, *, attempts: int = 12, patience: float = 60) -> Outbox:
        """The outbox of a process; it lives when there is a lease (see `lease`)."""
        letters = self.app[LETTERS]
        return Outbox(self.database, self.inboxes, letters, holder=holder, attempts=attempts, patience=patience)

    async def lease(self, holder: str) -> None:
        """A process on another host (`holder`: host/pid/chance) lives."""
        async with self.database.transaction() as tx:
            tx.add(Lease(name=f"worker:{holder}", holder=holder, expires_at=tx.now + timedelta(hours=1)))

    def reception(self, inbox: str) -> Reception:
        """The desk of an inbox."""
        return Reception(
            self.database, self.app[LETTERS], self.app[RECEIVER], self.inboxes.by_slug(inbox), inboxes=self.inboxes
        )

    def channel(self, inbox: str) -> FakeChannel:
        """The fake channel of an inbox."""
        channel = self.inboxes.by_slug(inbox).channel
        assert isinstance(channel, FakeChannel)
        return channel

    def sms(self, inbox: str = "sms") -> FakeSms:
        """The fake SMS channel of an inbox."""
        channel = self.channel(inbox)
        assert isinstance(channel, FakeSms)
        return channel

    async def receive(self, text: str, *, inbox: str = "desk", sender: str = "mia", **said: Any) -> str:
        """A message arrives and is durable; gives its external id."""
        external_id = said.pop("external_id", None) or f"m{next(self._numbers)}"
        body = json.dumps({"from": sender, "text": text, **said}).encode()
        await self.reception(inbox).receive(RawMessage(external_id, sender, body))
        return str(external_id)

    async def says(self, text: str, **said: Any) -> Case:
        """A message arrives and everything that follows from it is done; gives its case."""
        external_id = await self.receive(text, **said)
        await self.work()
        async with self.database.session() as session:
            found = select(Case).join(Interaction, col(Interaction.case_id) == col(Case.id))
            return (await session.exec(found.where(Interaction.external_id == external_id))).one()

    async def viewer(self, name: str) -> Viewer:
        """The viewer that an agent is."""
        async with self.database.session() as session:
            agent = (await session.exec(select(Agent).where(Agent.name == name))).one()
            return await access.viewer_of(session, agent.id)

    async def comes(self, name: str) -> Viewer:
        """An agent opens a page."""
        viewer = await self.viewer(name)
        await presence.touch(self.database, viewer.agent_id)
        return viewer

    async def act(self, name: str, verb: Verb, number: int, *said: Any, **more: Any) -> Case:
        """An agent does something with a case (a verb of `actions`), and all that follows is done; gives the case."""
        viewer = await self.viewer(name)
        async with self.database.transaction() as tx:
            await verb(tx, viewer, number, *said, **more)
        await self.work()
        return await self.case(number)

    async def change(self, model: type[Row], condition: Any, **values: Any) -> None:
        """Change rows behind the desk's back, as a setting made in the pages would."""
        async with self.database.transaction() as tx:
            await tx.session.exec(update(model).where(condition).values(**values))

    async def becomes(self, case: Case, **values: Any) -> None:
        """A case becomes so, as a verb that does not exist yet would make it."""
        async with self.database.transaction() as tx:
            this = await tx.get(Case, case.id)
            for name, value in values.items():
                setattr(this, name, value)
            cases.changed(tx, this)

    async def all(self, model: type[Row]) -> list[Any]:
        """All rows of a table, oldest first."""
        async with self.database.session() as session:
            order = getattr(model, "id", None)
            statement = select(model)
            return list(await session.exec(statement.order_by(order) if order is not None else statement))

    async def case(self, number: int) -> Case:
        """A case as it is now."""
        async with self.database.session() as session:
            return (await session.exec(select(Case).where(Case.number == number))).one()

    async def log(self, case: Case) -> list[TimelineRow]:
        """The log of a case."""
        async with self.database.session() as session:
            return await timeline(session, case)

    async def events(self, case: Case) -> list[str]:
        """The names of what happened to a case."""
        rows = await self.log(case)
        return [row.interaction.payload["event"] for row in rows if row.interaction.kind == Kind.EVENT]

    async def transcript(self, sender: str = "mia", inbox: str = "desk", after: str = "") -> list[str]:
        """What the person sees, one text after the other."""
        async with self.database.session() as session:
            point = await transcripts.point_id_of(session, self.inboxes.by_slug(inbox).row.channel, sender)
            found = await transcripts.read(session, self.app[LETTERS], point, after)
            return [entry.text for entry in found.entries]
