"""Inboxes are taken up as they change, without a restart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlmodel import col

from omnidesk.contract.channel import Desk
from omnidesk.desk.listening import Listeners
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
