"""What could not be understood is kept, and gets another chance."""

import pytest

from omnidesk.contract.channel import RawMessage as Raw
from omnidesk.desk.incoming import quarantine
from omnidesk.errors import NotFound
from omnidesk.keys import BLOBS, RECEIVER
from omnidesk.store.models import AuditEntry, Interaction, RawMessage, RawState
from tests.fakes import FakeChannel
from tests.office import Office

JUNK = b'<said from="mia">Hello</said>'


class MendedChannel(FakeChannel):
    """A later version of the fake, which understands what the first did not."""

    def parse(self, raw: Raw) -> list[object]:  # type: ignore[override]
        """The junk is a message too."""
        said = raw if raw.body != JUNK else Raw(raw.external_id, raw.sender, b'{"from": "mia", "text": "Hello"}')
        return list(super().parse(said))


async def quarantined(office: Office) -> RawMessage:
    desk = office.inboxes.by_slug("desk").row.id
    await office.app[RECEIVER].receive(desk, Raw("junk", "mia", JUNK))
    await office.work()
    (row,) = await office.all(RawMessage)
    assert isinstance(row, RawMessage)
    return row


async def process_again(office: Office, raw_id: int) -> None:
    async with office.database.transaction() as tx:
        await quarantine.process_again(tx, raw_id)
    await office.work()


async def test_it_is_listed_with_its_reason(office: Office) -> None:
    row = await quarantined(office)
    async with office.database.session() as session:
        (listed,) = await quarantine.list_quarantined(session)
        found = await quarantine.find(session, row.id)
    assert listed.id == found.id == row.id
    assert listed.reason.startswith("not what the fake channel says")


async def test_older_ones_follow_a_cursor(office: Office) -> None:
    desk = office.inboxes.by_slug("desk").row.id
    for number in range(5):
        await office.app[RECEIVER].receive(desk, Raw(f"junk{number}", "mia", JUNK))
    await office.work()
    found: list[list[str]] = []
    before = None
    for _ in range(3):
        async with office.database.session() as session:
            page = await quarantine.list_quarantined(session, before=before, limit=2)
        found.append([row.external_id for row in page])
        before = page[-1].id
    assert found == [["junk4", "junk3"], ["junk2", "junk1"], ["junk0"]]


@pytest.mark.parametrize("size", [1, 300_000])
async def test_it_can_be_read_as_it_came(office: Office, size: int) -> None:
    desk = office.inboxes.by_slug("desk").row.id
    await office.app[RECEIVER].receive(desk, Raw("junk", "mia", JUNK * size))
    (row,) = await office.all(RawMessage)
    assert await quarantine.body(office.app[BLOBS], row) == JUNK * size


async def test_it_is_processed_again_once_it_is_understood(office: Office) -> None:
    row = await quarantined(office)
    office.inboxes.channels = {**office.inboxes.channels, "fake": MendedChannel}
    await office.inboxes.load()
    await process_again(office, row.id)
    (mended,) = await office.all(RawMessage)
    assert (mended.state, mended.attempts, mended.reason) == (RawState.DONE, 1, "")
    (said,) = [row.text for row in await office.all(Interaction) if row.kind == "message"]
    assert said == "Hello"
    assert [entry.action for entry in await office.all(AuditEntry)] == ["quarantine.retry"]


async def test_processed_again_too_early_it_comes_back(office: Office) -> None:
    row = await quarantined(office)
    await process_again(office, row.id)
    (again,) = await office.all(RawMessage)
    assert (again.state, again.attempts) == (RawState.QUARANTINED, 1)
    assert again.reason == row.reason


async def test_processed_again_it_goes_before_a_later_message_that_was_tried_already(office: Office) -> None:
    row = await quarantined(office)
    await office.receive("bad", language=["no", "text"])
    await office.work()
    office.clock.skip(seconds=6)
    await process_again(office, row.id)
    again, later = await office.all(RawMessage)
    assert (again.state, again.attempts) == (RawState.QUARANTINED, 1)
    assert (later.state, later.attempts) == (RawState.WAITING, 2)


async def test_only_what_is_in_quarantine_can_be_released(office: Office) -> None:
    await office.says("Hello")
    (done,) = await office.all(RawMessage)
    for raw_id in (done.id, 4711):
        with pytest.raises(NotFound):
            await process_again(office, raw_id)
        async with office.database.session() as session:
            with pytest.raises(NotFound):
                await quarantine.find(session, raw_id)
