"""What another process said to a chat that is open here."""

import asyncio

from omnidesk.contract.channel import Nudge
from omnidesk.desk.incoming.overhearing import Overhearing
from omnidesk.events import TranscriptChanged
from tests.office import Office


async def test_what_another_process_said_is_overheard(office: Office) -> None:
    before, ours = office.database.now(), office.database.ids.worker
    case = await office.says("Hello")
    told: list[TranscriptChanged] = []
    end = office.database.bus.on(TranscriptChanged, told.append)
    await Overhearing(office.database).look(before)
    assert told == []  # this process has told its chats already
    office.database.ids.worker = ours + 1
    until = await Overhearing(office.database).look(before)
    assert [event.contact_point_id for event in told] == [case.contact_point_id]
    office.database.ids.worker = ours
    end()
    assert until >= before


async def test_a_chat_is_woken_by_it(office: Office) -> None:
    before, ours = office.database.now(), office.database.ids.worker
    await office.says("Hello")
    async with office.reception("desk").follow("mia") as nudges, asyncio.timeout(5):
        office.database.ids.worker = ours + 1
        await Overhearing(office.database).look(before)
        office.database.ids.worker = ours
        assert await anext(nudges) == Nudge("changed")
