"""Deliveries: what a channel can't carry is refused before anything is written."""

import pytest

from omnidesk.contract.channel import Capabilities
from omnidesk.desk import actions
from omnidesk.desk.files import Stored
from omnidesk.desk.outgoing import deliveries
from omnidesk.errors import Invalid
from omnidesk.store.models import Attachment, Delivery
from tests.office import Office

MB = 1024 * 1024
CAN = Capabilities(attachments=10 * MB, max_length=20)


def files(*sizes: int) -> list[Stored]:
    return [Stored(f"{number}.pdf", "application/pdf", size, "") for number, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("can", "text", "sizes", "field", "said"),
    [
        (CAN, "x" * 21, (), "text", "at most 20 characters in one message, and these are 21; shorten the text"),
        (CAN, "", (MB, 10 * MB + 1), "attachments", "1.pdf is larger than this channel takes (10 MB); remove it"),
        (CAN, "", (6 * MB, 5 * MB), "attachments", "together larger than this channel takes in one message (10 MB)"),
        (Capabilities(), "", (1,), "attachments", "takes no files; remove them"),
    ],
)
def test_what_is_too_much_is_named_with_the_limit_and_the_way_out(
    can: Capabilities, text: str, sizes: tuple[int, ...], field: str, said: str
) -> None:
    with pytest.raises(Invalid) as caught:
        deliveries.must_take(can, text, files(*sizes))
    assert list(caught.value.fields) == [field]
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("can", "text", "sizes"),
    [(CAN, "x" * 20, (5 * MB, 5 * MB)), (Capabilities(), "x" * 10_000, ()), (CAN, "", (10 * MB,))],
)
def test_what_just_fits_is_taken(can: Capabilities, text: str, sizes: tuple[int, ...]) -> None:
    deliveries.must_take(can, text, files(*sizes))


async def test_a_reply_that_the_channel_of_the_case_cannot_carry_writes_nothing(office: Office) -> None:
    case = await office.says("Hello")
    ada = await office.viewer("Ada")
    before = await office.case(case.number)
    for sizes in ((1_000_001,), (600_000, 600_000)):
        with pytest.raises(Invalid):
            async with office.database.transaction() as tx:
                await actions.reply(
                    tx, ada, case.number, "Here", attachments=files(*sizes),
                    capabilities=office.inboxes.capabilities_of,
                )  # fmt: skip
    assert (await office.all(Delivery), await office.all(Attachment)) == ([], [])
    assert await office.case(case.number) == before


async def test_a_reply_in_an_inbox_that_cannot_be_used_now_waits(office: Office) -> None:
    case = await office.says("Hello")
    ada = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.reply(tx, ada, case.number, "Hi", capabilities=lambda inbox_id: None)
    (delivery,) = await office.all(Delivery)
    assert delivery.state == "queued"
