"""Receiving: what `receive` returned for is on the disk, once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from omnidesk.contract.channel import RawMessage as Raw
from omnidesk.desk.incoming import receiving
from omnidesk.desk.incoming.receiving import Receiver
from omnidesk.keys import BLOBS, RECEIVER
from omnidesk.store.db import Database
from omnidesk.store.models import ExternalId, RawMessage
from tests.office import Office


@contextmanager
def commits(database: Database) -> Iterator[list[int]]:
    """The commits of the writing connection while this is open."""
    counted: list[int] = []

    def count(_connection: object) -> None:
        counted.append(1)

    event.listen(database.writer.sync_engine, "commit", count)
    yield counted
    event.remove(database.writer.sync_engine, "commit", count)


def desk_of(office: Office) -> int:
    return office.inboxes.by_slug("desk").row.id


async def ids_stored(office: Office) -> list[str]:
    return [row.external_id for row in await office.all(RawMessage)]


async def test_a_message_is_durable_when_receive_returns(office: Office) -> None:
    await office.receive("Hello", external_id="durable")
    another = Database(office.database.url)
    async with another.session() as session:
        row = await session.get(ExternalId, (desk_of(office), "durable"))
        assert row is not None
        assert await session.get(RawMessage, row.raw_id) is not None
    await another.close()


async def test_many_senders_at_once_share_few_commits(office: Office) -> None:
    with commits(office.database) as counted:
        await asyncio.gather(*[office.receive("Hello", sender=f"s{number}") for number in range(64)])
    assert len(await office.all(RawMessage)) == 64
    assert len(counted) <= 3


async def test_one_alone_does_not_wait_for_others(office: Office) -> None:
    with commits(office.database) as counted:
        await office.receive("Hello")
    assert len(counted) == 1


async def test_messages_of_one_group_keep_their_order(office: Office) -> None:
    expected = [f"m{number:03}" for number in range(250)]
    await asyncio.gather(*[office.receive("Hello", external_id=name) for name in expected])
    assert await ids_stored(office) == expected


async def test_a_duplicate_in_the_same_group_is_told_so(office: Office) -> None:
    receiver, raw = office.app[RECEIVER], Raw("same", "mia", b"{}")
    told = await asyncio.gather(*[receiver.receive(desk_of(office), raw) for _ in range(5)])
    assert told == [True, False, False, False, False]
    assert await ids_stored(office) == ["same"]


async def test_a_duplicate_in_a_later_group_is_told_so(office: Office) -> None:
    receiver, raw = office.app[RECEIVER], Raw("same", "mia", b"{}")
    assert await receiver.receive(desk_of(office), raw)
    assert not await receiver.receive(desk_of(office), raw)
    assert await ids_stored(office) == ["same"]


async def test_of_a_message_that_reaches_two_processes_one_stores_it(office: Office) -> None:
    another = Database(office.database.url, worker=7)
    receivers = [office.app[RECEIVER], Receiver(another, office.app[BLOBS])]
    for number in range(20):
        raw = Raw(f"m{number}", "mia", b"{}")
        told = await asyncio.gather(*[receiver.receive(desk_of(office), raw) for receiver in receivers])
        assert sorted(told) == [False, True]
    assert len(await office.all(RawMessage)) == 20
    await another.close()


async def test_the_same_id_in_another_inbox_is_another_message(office: Office) -> None:
    await office.receive("Hello", external_id="same")
    await office.receive("Hello", external_id="same", inbox="billing")
    assert await ids_stored(office) == ["same", "same"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x" * 5000, "x" * 5000 + "y"),
        ("nul\x00id", "nulid"),
        ("surrogate\ud800", "surrogate?"),
        ("line\nbreak", "line break"),
        ("ş" * 255, "ş" * 256),
    ],
)
async def test_any_external_id_is_stored_and_known_again(office: Office, one: str, other: str) -> None:
    receiver = office.app[RECEIVER]
    assert await receiver.receive(desk_of(office), Raw(one, "mia", b"{}"))
    assert await receiver.receive(desk_of(office), Raw(other, "mia", b"{}"))
    assert not await receiver.receive(desk_of(office), Raw(one, "mia", b"{}"))
    assert not await receiver.receive(desk_of(office), Raw(other, "mia", b"{}"))


async def test_any_sender_is_stored(office: Office) -> None:
    receiver = office.app[RECEIVER]
    assert await receiver.receive(desk_of(office), Raw("1", "m\x00i\ud800a", b"{}", {"helo": "\x00\ud800"}))
    (row,) = await office.all(RawMessage)
    assert row.sender == "mi?a"


async def test_a_failure_in_a_group_is_told_to_that_one_alone(office: Office) -> None:
    receiver, nowhere = office.app[RECEIVER], 4711
    told = await asyncio.gather(
        receiver.receive(desk_of(office), Raw("before", "mia", b"{}")),
        receiver.receive(nowhere, Raw("lost", "mia", b"{}")),
        receiver.receive(desk_of(office), Raw("after", "mia", b"{}")),
        return_exceptions=True,
    )
    assert told[0] is True
    assert isinstance(told[1], IntegrityError)
    assert told[2] is True
    assert await ids_stored(office) == ["before", "after"]


async def test_a_sender_that_goes_away_does_not_take_the_group_along(office: Office) -> None:
    receiver = office.app[RECEIVER]
    gone = asyncio.create_task(receiver.receive(desk_of(office), Raw("gone", "mia", b"{}")))
    stays = asyncio.create_task(receiver.receive(desk_of(office), Raw("stays", "mia", b"{}")))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays
    assert await ids_stored(office) == ["gone", "stays"]


async def test_a_large_body_goes_to_a_blob(office: Office) -> None:
    receiver = office.app[RECEIVER]
    small, large = b"s" * receiving.IN_ROW, b"l" * (receiving.IN_ROW + 1)
    await receiver.receive(desk_of(office), Raw("small", "mia", small))
    await receiver.receive(desk_of(office), Raw("large", "mia", large))
    in_row, in_blob = await office.all(RawMessage)
    assert (in_row.blob, in_row.size) == (None, len(small))
    assert (in_blob.body, in_blob.size) == (b"", len(large))
    assert await office.app[BLOBS].get(in_blob.blob) == large


async def test_a_lane_is_a_sender_in_an_inbox(office: Office) -> None:
    for sender, inbox in (("mia", "desk"), ("mia", "desk"), ("mia", "billing"), ("zoe", "desk")):
        await office.receive("Hello", sender=sender, inbox=inbox)
    first, again, elsewhere, another = [row.lane for row in await office.all(RawMessage)]
    assert first == again
    assert len({first, elsewhere, another}) == 3


@pytest.mark.parametrize("size", [receiving.IN_ROW // 2, receiving.IN_ROW + 1])
async def test_a_small_message_does_not_overtake_a_long_one_of_its_sender(office: Office, size: int) -> None:
    receiver, desk = office.app[RECEIVER], desk_of(office)
    long, short = Raw("long", "mia", b"l" * size), Raw("short", "mia", b"{}")
    await asyncio.gather(receiver.receive(desk, long), receiver.receive(desk, short))
    rows = sorted(await office.all(RawMessage), key=lambda row: row.id)
    assert [row.external_id for row in rows] == ["long", "short"]
