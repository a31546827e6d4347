"""Deliveries: what a channel can't carry is refused before anything is written."""

import pytest

from omnidesk.contract.channel import Capabilities
from omnidesk.desk import actions
from omnidesk.desk.outgoing import deliveries
from omnidesk.errors import Invalid
from omnidesk.store.models import Delivery
from tests.office import Office

CAN = Capabilities(max_length=20)


def test_a_text_of_too_many_parts_is_named_with_the_limit_and_the_way_out() -> None:
    with pytest.raises(Invalid) as caught:
        deliveries.must_take(CAN, "x" * 401)
    assert list(caught.value.fields) == ["text"]
    assert "at most 20 characters in one message, so this text would go out as 21 messages" in caught.value.message
    assert "Shorten it, or attach it as a file." in caught.value.message


@pytest.mark.parametrize(("can", "text"), [(CAN, "x" * 400), (CAN, ""), (Capabilities(), "x" * 50_000)])
def test_what_just_fits_is_taken(can: Capabilities, text: str) -> None:
    deliveries.must_take(can, text)


async def test_a_reply_that_the_channel_of_the_case_cannot_carry_writes_nothing(office: Office) -> None:
    case = await office.says("Hello", inbox="sms")
    ada = await office.viewer("Ada")
    before = await office.case(case.number)
    with pytest.raises(Invalid):
        async with office.database.transaction() as tx:
            await actions.reply(
                tx, ada, case.number, "x" * 32_001, capabilities=office.inboxes.capabilities_of
            )  # fmt: skip
    assert await office.all(Delivery) == []
    assert await office.case(case.number) == before


async def test_a_reply_in_an_inbox_that_cannot_be_used_now_waits(office: Office) -> None:
    case = await office.says("Hello")
    ada = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.reply(tx, ada, case.number, "Hi", capabilities=lambda inbox_id: None)
    (delivery,) = await office.all(Delivery)
    assert delivery.state == "queued"
