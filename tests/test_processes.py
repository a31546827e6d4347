"""Several processes on one PostgreSQL: each does its share, and one that is killed is missed by nobody."""

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession, WSMsgType
from sqlmodel import col, select

from omnidesk.app import installed_channels
from omnidesk.desk import agents, configuration
from omnidesk.desk.configuration import AgentEntry, DeskFiles, TeamEntry
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.models import Agent, Case, Interaction, Kind, RawMessage, RawState, Role
from omnidesk.web.csrf import SESSION_COOKIE
from tests.channels.sms_desk import line
from tests.channels.telegram_desk import inbox
from tests.channels.telegram_stand_in import Telegram
from tests.channels.twilio_stand_in import Twilio, message
from tests.running import Running

SECRET = "a secret of the tests"
PARTS = ((), (), ("--only", "web"), ("--only", "workers"))
PERSONS, MESSAGES = 24, 12
on_postgresql = pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)


class Fleet:
    """The processes, the desk they share, and the providers on the other side."""

    def __init__(self, url: str, folder: Path, twilio: Twilio, telegram: Telegram) -> None:
        environment = {
            "OMNIDESK_DATABASE_URL": url, "OMNIDESK_SECRET_KEY": SECRET, "OMNIDESK_HTTP__PUBLIC_URL": twilio.public_url
        }  # fmt: skip
        self.running = [
            Running(folder / str(number), "serve", arguments=part, environment=environment)
            for number, part in enumerate(PARTS)
        ]
        self.database = Database(url, worker=1000)
        self.twilio = twilio
        self.telegram = telegram

    @property
    def doors(self) -> list[Running]:
        """Those that answer webhooks and pages."""
        return self.running[:3]

    async def texts(self) -> dict[str, list[str]]:
        """What each person said, in the order of the log."""
        async with self.database.session() as session:
            said = select(Interaction.author_name, Interaction.contact_id, Interaction.text).where(
                Interaction.kind == Kind.MESSAGE, Interaction.direction == "inbound"
            )
            found = defaultdict(list)
            for _, contact_id, text in await session.exec(said.order_by(Interaction.case_id, Interaction.position)):  # type: ignore[arg-type]
                found[str(contact_id)].append(text)
            return found

    async def everything_is_processed(self) -> None:
        """Wait until nothing waits any more."""
        waiting = select(RawMessage.id).where(RawMessage.state != RawState.DONE).limit(1)
        unrouted = select(Case.id).where(col(Case.needs_routing)).limit(1)
        async with asyncio.timeout(60), self.database.session() as session:
            while (await session.exec(waiting)).first() or (await session.exec(unrouted)).first():  # noqa: ASYNC110
                await asyncio.sleep(0.1)


@pytest.fixture
async def fleet(store_url: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    """Four processes: two that do everything, one for pages, one for work."""
    async with Twilio().serving() as twilio, Telegram().serving() as telegram:
        made = Fleet(store_url, tmp_path, twilio, telegram)
        desk = DeskFiles(
            teams=(TeamEntry(slug="support", name="Support"),),
            agents=(AgentEntry(email="ada@example.com", name="Ada", role=Role.ADMIN, teams=("support",)),),
            inboxes=(line(twilio), inbox(telegram)),
        )
        async with made.database.transaction() as tx:
            await configuration.bring_in(tx, Keys(SECRET), installed_channels(), desk, [])
        await asyncio.gather(*(asyncio.to_thread(process.start) for process in made.running))
        try:
            yield made
        finally:
            await asyncio.gather(*(asyncio.to_thread(process.kill) for process in made.running))
            await made.database.close()


async def writes(fleet: Fleet, person: int) -> None:
    """A person writes one message after the other, each until one of the processes has acknowledged it."""
    doors = itertools.cycle(fleet.doors[person % 3 :] + fleet.doors[: person % 3])
    for number in range(MESSAGES):
        said = message(f"SM{person:04}{number:04}", f"{person}/{number}", f"+90532000{person:04}")
        for door in doors:
            try:
                fleet.twilio.desk_url = door.url
                if (await fleet.twilio.post("/sms/line/messages", said))[0] == 200:
                    break
            except ClientError:
                pass
            await asyncio.sleep(0.1)


async def chats(fleet: Fleet, person: int) -> None:
    """Somebody writes to the bot at Telegram."""
    writer = {"id": 9000 + person, "is_bot": False, "first_name": f"T{person}"}
    for number in range(MESSAGES):
        await fleet.telegram.say(f"t{person}/{number}", writer)
        await asyncio.sleep(0.5)


@on_postgresql
async def test_killing_any_of_four_processes_loses_and_doubles_nothing(fleet: Fleet) -> None:
    writing = asyncio.gather(
        *(writes(fleet, person) for person in range(PERSONS)), *(chats(fleet, person) for person in range(4))
    )
    for process in fleet.running:
        await asyncio.sleep(1)
        await asyncio.to_thread(process.kill)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(process.start)
    async with asyncio.timeout(90):
        await writing
        while fleet.telegram.updates:  # noqa: ASYNC110 - the poller may just have moved to another process
            await asyncio.sleep(0.1)
    await fleet.everything_is_processed()
    texts = sorted((await fleet.texts()).values())
    sms = [[f"{person}/{number}" for number in range(MESSAGES)] for person in range(PERSONS)]
    telegram = [[f"t{person}/{number}" for number in range(MESSAGES)] for person in range(4)]
    assert texts == sorted([*sms, *telegram])
    assert fleet.telegram.pollers_at_once == 1


@on_postgresql
async def test_a_page_of_one_process_shows_at_once_what_came_in_through_another(fleet: Fleet) -> None:
    async with fleet.database.transaction() as tx:
        ada = (await tx.session.exec(select(Agent))).one()
        token = await agents.open_session(tx, ada.id, "a browser")
    pages, other = fleet.running[2], fleet.running[0]
    cookies, origin = {SESSION_COOKIE: token}, {"Origin": fleet.twilio.public_url}
    async with ClientSession(cookies=cookies) as client, client.ws_connect(f"{pages.url}/live", headers=origin) as page:
        await page.send_json({"show": {"view": "all", "case": None}})
        await asyncio.sleep(0.5)
        fleet.twilio.desk_url = other.url
        await fleet.twilio.post("/sms/line/messages", message("SM1", "Where is my parcel?"))
        async with asyncio.timeout(3):
            async for heard in page:
                if heard.type is WSMsgType.TEXT and "case" in json.loads(heard.data):
                    break
