"""The live socket: it tells what changed, to those who may see it, and nothing else."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from omnidesk.desk import actions, presence
from omnidesk.events import CaseChanged, Typing
from omnidesk.keys import BUS
from omnidesk.store.models import AgentSession
from omnidesk.web import live
from omnidesk.web.live import LIVE
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.visitor import Visitor


async def open_live(visitor: Visitor, **shown: Any) -> ClientWebSocketResponse:
    """A page's socket that has said what it shows."""
    socket = await visitor.session.ws_connect("/live", origin=visitor.url)
    await socket.send_json({"show": shown})
    await asyncio.sleep(0.05)
    return socket


async def heard(socket: ClientWebSocketResponse, wait: float = 0.3) -> list[dict[str, Any]]:
    """What a socket is told within a while, presence and notices aside."""
    found = []
    try:
        async with asyncio.timeout(wait):
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    found.append(json.loads(message.data))
    except TimeoutError:
        pass
    return [message for message in found if message.keys().isdisjoint({"agents", "notices"})]


async def test_a_change_is_told_with_whether_it_belongs_to_the_view(office: Office, visit: Visit) -> None:
    ada, bo = await visit("Ada"), await visit("Bo")
    unassigned, resolved = await open_live(ada, view="all"), await open_live(bo, view="resolved")
    case = await office.says("Hello", name="Mia")
    assert {"case": case.number, "version": case.version, "in_view": True} in await heard(unassigned)
    assert {"elsewhere": [case.number]} in await heard(resolved, 1)


async def test_cy_hears_nothing_of_a_case_he_may_not_see(office: Office, visit: Visit) -> None:
    cy = await visit("Cy")
    case = await office.says("My secret parcel", name="Mia")
    socket = await open_live(cy, view="all", case=None)
    await office.says("And more")
    await socket.send_json({"show": {"view": "all", "case": case.number}})
    await socket.send_json({"typing": case.number})
    office.app[BUS].publish(Typing(case.id, case.contact_point_id, "contact", "Mia"))
    assert [message for message in await heard(socket) if message != {"gone": case.number}] == []


async def test_typing_is_told_to_pages_that_show_the_case_but_not_to_oneself(office: Office, visit: Visit) -> None:
    case = await office.says("Hello", name="Mia")
    bo = await open_live(await visit("Bo"), view="all", case=case.number)
    elsewhere = await open_live(await visit("Bo"), view="all", case=None)
    ada = await open_live(await visit("Ada"), view="all", case=case.number)
    await heard(ada)
    await ada.send_json({"typing": case.number})
    assert {"typing": case.number, "author": "agent", "name": "Ada"} in await heard(bo)
    assert await heard(ada, 0.05) == []
    assert [message for message in await heard(elsewhere, 0.05) if "typing" in message] == []


async def test_a_page_that_does_not_read_is_told_to_refresh_and_stops_nobody(office: Office, visit: Visit) -> None:
    case = await office.says("Hello", name="Mia")
    await open_live(await visit("Ada"), view="all")
    live = office.app[LIVE]
    (slow,) = live.sockets
    for _ in range(300):
        slow.tell("x")
    assert slow.queue.qsize() <= 100
    quick = await open_live(await visit("Bo"), view="all")
    office.app[BUS].publish(CaseChanged(case.id, case.version))
    assert [message["case"] for message in await heard(quick)] == [case.number]


def _shows(number: int) -> str:
    return json.dumps({"show": {"case": number}, "typing": number})


async def test_junk_from_a_page_is_ignored(office: Office, visit: Visit) -> None:
    socket = await open_live(await visit("Ada"), view="all")
    for junk in (
        "",
        "nonsense",
        "[]",
        '{"show": 7}',
        '{"typing": "x"}',
        _shows(10**30),
        _shows(2**31),
        '{"show": {"view": "evil"}}',
    ):
        await socket.send_str(junk)
    await socket.send_json({"show": {"view": "all"}})
    await asyncio.sleep(0.05)
    case = await office.says("Hello")
    assert case.number in [message.get("case") for message in await heard(socket)]


async def test_an_open_page_keeps_its_agent_online(office: Office, visit: Visit) -> None:
    await open_live(await visit("Ada"), view="mine")
    await asyncio.sleep(0.1)
    case = await office.says("Hello", name="Mia")
    assert case.assignee_id == (await office.viewer("Ada")).agent_id


async def test_a_page_whose_agent_can_not_be_kept_online_is_sent_to_come_back(
    office: Office, visit: Visit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(*_: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(presence, "touch", away)
    socket = await open_live(await visit("Ada"), view="mine")
    while (message := await socket.receive(timeout=2)).type is WSMsgType.TEXT:
        pass
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1013)
    assert "keeping Ada online failed" in caplog.text
    assert "Unhandled exception" not in caplog.text


async def test_a_page_of_somebody_who_signed_out_elsewhere_is_closed(
    office: Office, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_PRESENCE_SECONDS", 0.1)
    ada = await visit("Ada")
    socket = await open_live(ada, view="mine")
    await ada.post("/sign-out")
    while (message := await socket.receive(timeout=2)).type is WSMsgType.TEXT:
        pass
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1008)


async def test_a_change_that_could_not_be_told_makes_pages_fetch_everything(
    office: Office, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = await open_live(await visit("Ada"), view="all")

    async def away(*_: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(office.app[LIVE], "_tell", away)
    office.app[BUS].publish(CaseChanged(1, 1))
    assert await heard(socket) == [{"refresh": True}]


async def test_sockets_are_told_that_the_server_goes_away(office: Office, visit: Visit) -> None:
    socket = await open_live(await visit("Ada"), view="mine")
    closing = asyncio.create_task(office.app[LIVE].close())
    while (message := await socket.receive(timeout=2)).type is WSMsgType.TEXT:
        pass
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1001)
    await closing


async def test_events_reach_pages_while_a_case_is_worked_on(office: Office, visit: Visit) -> None:
    case = await office.says("Hello", name="Mia")
    socket = await open_live(await visit("Bo"), view="mine", case=case.number)
    await heard(socket, 0.1)
    async with office.database.transaction() as tx:
        await actions.assign(tx, await office.viewer("Ada"), case.number, (await office.viewer("Bo")).agent_id)
    assert [message["in_view"] for message in await heard(socket)] == [True]
    assert len(await office.all(AgentSession)) == 1
