"""Inboxes are taken up as they change, without a restart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from omnidesk.contract.channel import ChannelError, Desk
from omnidesk.desk.incoming import listening
from omnidesk.desk.incoming.listening import Listener, Listeners
from omnidesk.keys import LEASES
from omnidesk.store.models import Inbox
from tests.fakes import FakeChannel
from tests.office import Office

heard: list[str] = []


@asynccontextmanager
async def listen(channel: FakeChannel, desk: Desk) -> AsyncIterator[None]:
    """Note when listening begins and ends."""
    heard.append(f"+{desk.slug}")
    try:
        yield
    finally:
        heard.append(f"-{desk.slug}")


async def test_a_changed_inbox_ends_and_begins_again_and_the_others_go_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(FakeChannel, "listen", listen)
    heard.clear()
    listeners = Listeners(
        office.inboxes, office.app[LEASES], lambda inbox: office.reception(inbox.row.slug), listens=True
    )
    await listeners.start()
    assert {"+desk", "+mail"} <= set(heard)
    heard.clear()
    await listeners.look()
    assert heard == []
    await office.change(Inbox, col(Inbox.slug) == "desk", name="Front desk", version=2)
    await listeners.look()
    await asyncio.sleep(0.2)
    assert heard == ["-desk", "+desk"]
    assert office.inboxes.by_slug("desk").row.name == "Front desk"
    await office.change(Inbox, col(Inbox.slug) == "desk", enabled=False, version=3)
    await listeners.look()
    await asyncio.sleep(0.2)
    assert heard == ["-desk", "+desk", "-desk"]
    await listeners.stop()
    assert "-mail" in heard


async def test_an_inbox_that_no_longer_fits_is_told_and_the_others_go_on(office: Office) -> None:
    await office.change(Inbox, col(Inbox.slug) == "desk", channel="pigeon", version=2)
    await office.inboxes.refresh()
    assert "desk" not in [inbox.row.slug for inbox in office.inboxes.all()]
    row = next(row for row in await office.all(Inbox) if row.slug == "desk")
    assert row.health.startswith("can't be used")


@asynccontextmanager
async def listener(office: Office) -> AsyncIterator[Listener]:
    """The one of the desk, while it runs."""
    made = Listener(office.database, office.app[LEASES], office.inboxes.by_slug("desk"), office.reception("desk"))
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_pauses_grow_until_it_went_well_for_long(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    went_well, over = iter([0, 0, 0, 301, 0]), asyncio.Event()
    clock = [0.0]

    @asynccontextmanager
    async def breaks(channel: FakeChannel, desk: Desk) -> AsyncIterator[None]:
        seconds = next(went_well, None)
        if seconds is None:
            over.set()
            await asyncio.Event().wait()
        clock[0] += seconds or 0
        raise ChannelError("the port is taken")
        yield

    monkeypatch.setattr(FakeChannel, "listen", breaks)
    monkeypatch.setattr(listening, "_FIRST_SECONDS", 0.01)
    monkeypatch.setattr(listening, "monotonic", lambda: clock[0])
    async with listener(office), asyncio.timeout(5):
        await over.wait()
    pauses = [record.args[2] for record in caplog.records if "trying again" in record.msg and record.args]  # type: ignore[index]
    assert pauses == [0.01, 0.02, 0.04, 0.01, 0.02]


async def test_a_store_that_is_away_ends_nobodys_listening(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    heard.clear()
    monkeypatch.setattr(FakeChannel, "listen", listen)
    monkeypatch.setattr(listening, "_FIRST_SECONDS", 0.01)

    def away(*_: object, **__: object) -> None:
        raise OperationalError("BEGIN", {}, Exception("the server closed the connection"))

    with monkeypatch.context() as patch:
        patch.setattr(office.database, "transaction", away)
        async with listener(office) as made:
            await asyncio.wait_for(made.ready.wait(), 5)
            patch.undo()
            async with asyncio.timeout(5):
                while heard != ["+desk"]:  # noqa: ASYNC110 - a channel has no event
                    await asyncio.sleep(0.01)
