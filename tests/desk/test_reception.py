"""What a channel is told by the desk of its inbox."""

import asyncio

import pytest

from omnidesk.contract.channel import Nudge
from omnidesk.desk.incoming import reception
from omnidesk.events import Typing
from tests.office import Office


async def test_a_nudge_that_was_lost_is_made_up_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "_LOOK_AGAIN_SECONDS", 0.05)
    case = await office.says("Hello")
    async with office.reception("desk").follow("mia") as nudges, asyncio.timeout(5):
        assert [await anext(nudges), await anext(nudges)] == [Nudge("changed"), Nudge("changed")]
        office.database.bus.publish(Typing(case.id, case.contact_point_id, "agent", "Bo"))
        assert await anext(nudges) == Nudge("typing", "Bo")
        assert await anext(nudges) == Nudge("changed")
