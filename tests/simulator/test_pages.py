"""The simulator's page: who may use it, what it does with what it is given, and that a desk in use has none of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, FormData, web
from sqlmodel import select

from omnidesk.app import create_app, installed_channels
from omnidesk.desk.configuration import InboxEntry
from omnidesk.keys import DATABASE, INBOXES
from omnidesk.settings import Settings, Simulator
from omnidesk.store.models import Attachment, AttachmentState, Inbox, Interaction, SimulatedMessage
from omnidesk.web.guard import ANYONE
from omnidesk.web.pages import PAGES
from tests.cast import CHANNELS, furnish
from tests.fakes import FakeResponder

PHONE = InboxEntry(slug="phone", channel="telegram", name="Telegram", team="support", bot="echo", simulated=True)
PATH = "/simulator/phone/phone?as=mia"
ALL = {**installed_channels(), **CHANNELS}


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[web.Application]:
    """The whole application with its workers, open to anyone as the demo is."""
    await furnish(settings.store_url, settings.secret_key.get_secret_value(), (PHONE,), ALL)
    app = create_app(_simulating(settings), ALL, FakeResponder(), simulator=ANYONE)
    runner = web.AppRunner(app, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    app[PAGES].public_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield app
    await runner.cleanup()


@pytest.fixture
async def client(app: web.Application) -> AsyncIterator[ClientSession]:
    """A browser on the page."""
    url = app[PAGES].public_url
    async with ClientSession(url, headers={"Origin": url, "HX-Request": "true"}) as client:
        yield client


def _simulating(settings: Settings, *, enabled: bool = True) -> Settings:
    return settings.model_copy(update={"simulator": Simulator(enabled=enabled)})


async def _soon(app: web.Application, what: Any) -> Any:
    """The first row of a statement, once it is there."""
    for _ in range(100):
        async with app[DATABASE].session() as session:
            if (row := (await session.exec(what)).first()) is not None:
                return row
        await asyncio.sleep(0.1)
    raise AssertionError("it never came")


async def test_what_is_said_takes_the_way_of_the_provider_and_the_answer_is_shown(
    app: web.Application, client: ClientSession
) -> None:
    said = await client.post(PATH, data={"text": "Where is my order?"})
    assert "Where is my order?" in await said.text()
    answer = await _soon(app, select(SimulatedMessage).where(SimulatedMessage.outgoing))
    shown = await (await client.get(PATH)).text()
    assert answer.text.split("\n")[0] in shown
    case = await _soon(app, select(Interaction).where(Interaction.text == "Where is my order?"))
    assert case.channel == "telegram"


async def test_a_file_comes_along_as_one_that_the_provider_keeps(app: web.Application, client: ClientSession) -> None:
    form = FormData({"text": "Look"})
    form.add_field("files", b"picture", filename="lamp.png", content_type="image/png")
    assert (await client.post(PATH, data=form)).status == 200
    stored = select(Attachment).where(Attachment.filename == "lamp.png", Attachment.state == AttachmentState.STORED)
    assert (await _soon(app, stored)).size == 7


async def test_nothing_is_said_with_nothing_and_nowhere(app: web.Application, client: ClientSession) -> None:
    assert (await client.post(PATH, data={"text": "  "})).status == 200
    assert (await client.get("/simulator/phone/none")).status == 404
    async with app[DATABASE].session() as session:
        assert (await session.exec(select(SimulatedMessage))).first() is None


async def test_time_runs_forward_only_and_not_for_ever(client: ClientSession) -> None:
    for minutes in ("", "-5", "0", "x", "1e9", "99999", "²"):
        assert (await client.post("/simulator/time", data={"minutes": minutes})).status == 400


async def test_another_site_can_say_nothing(app: web.Application) -> None:
    async with ClientSession(app[PAGES].public_url, headers={"Origin": "https://evil.example"}) as client:
        assert (await client.post(PATH, data={"text": "Hello"})).status == 403
        assert (await client.post("/simulator/time", data={"minutes": "60"})).status == 403


async def test_nobody_can_play_the_provider_of_an_inbox_without_one(client: ClientSession) -> None:
    assert (await client.post("/telegram/phone/updates", json={"update_id": 1})).status == 404


async def test_a_desk_in_use_has_no_such_page_and_no_such_inbox(settings: Settings) -> None:
    await furnish(settings.store_url, settings.secret_key.get_secret_value(), (PHONE,), ALL)
    app = create_app(_simulating(settings, enabled=False), ALL, FakeResponder(), only="web")
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        assert not [route for route in app.router.routes() if "simulator" in str(route.resource)]
        async with app[DATABASE].session() as session:
            row = (await session.exec(select(Inbox).where(Inbox.slug == "phone"))).one()
        assert "[simulator]" in app[INBOXES].problems[row.id]
    finally:
        await runner.cleanup()


async def test_administrators_only_where_it_is_no_demo(settings: Settings) -> None:
    app = create_app(_simulating(settings), ALL, FakeResponder(), only="web")
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as client:
            answer = await client.get("/simulator", allow_redirects=False)
            assert answer.status == 303
            assert "/sign-in" in answer.headers["Location"]
    finally:
        await runner.cleanup()
