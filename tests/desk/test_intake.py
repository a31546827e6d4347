"""A raw message becomes an interaction on the right case, whatever happens on the way."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlmodel import col, delete

from omnidesk.contract.channel import RawMessage as Raw
from omnidesk.desk import actions
from omnidesk.desk.incoming import intake as intakes
from omnidesk.desk.incoming import parsing
from omnidesk.desk.incoming.intake import Intake
from omnidesk.keys import BLOBS, RECEIVER
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database, Transaction
from omnidesk.store.models import Attachment, Case, Inbox, Interaction, LaneClaim, Lease, RawMessage, RawState
from tests.fakes import ProgramStopped
from tests.office import Office

POISON: dict[str, Any] = {"automatic": "maybe"}
"""What can be read but not stored."""


LARGE = {"padding": "x" * parsing.INLINE}


class Gate(Blobs):
    """Blobs that are read only once as many as `needs` wish to be, or `open` is set."""

    def __init__(self, office: Office, needs: int = 1_000) -> None:
        super().__init__(str(office.blobs_folder))
        self.open = asyncio.Event()
        self.asked = asyncio.Event()
        self._left = needs

    async def get(self, name: str) -> bytes:
        self.asked.set()
        self._left -= 1
        if not self._left:
            self.open.set()
        await self.open.wait()
        return await super().get(name)


def sized(office: Office, *, large: bool, blobs: Blobs | None = None) -> Intake:
    """The intake of one size of messages."""
    blobs = blobs or office.app[BLOBS]
    hand = "large" if large else ""
    return Intake(
        office.database, blobs, office.keys, office.inboxes, holder=office.holder, hand=hand, batch=100, large=large
    )  # fmt: skip


async def texts(office: Office) -> list[str]:
    """What was said, in the order it was processed."""
    return [row.text for row in await office.all(Interaction) if row.kind == "message"]


async def states(office: Office) -> list[str]:
    return [row.state for row in await office.all(RawMessage)]


async def test_the_first_message_opens_a_case(office: Office) -> None:
    case = await office.says("Where is my parcel?", name="Mia")
    assert (case.number, case.subject, case.category, case.holder) == (1001, "Where is my parcel?", "new", "team")
    assert case.contact_name == "Mia"
    assert await office.events(case) == ["opened", "routed"]


async def test_a_repeated_message_is_stored_once(office: Office) -> None:
    await office.says("Hello", external_id="same")
    await office.says("Hello", external_id="same")
    assert len(await office.all(RawMessage)) == 1
    assert await texts(office) == ["Hello"]


async def test_a_second_message_joins_the_open_case(office: Office) -> None:
    first = await office.says("Hello")
    second = await office.says("Are you there?")
    assert first.id == second.id
    assert len(await office.all(Case)) == 1


async def test_messages_waiting_together_keep_the_order_of_each_sender(office: Office) -> None:
    for number in range(30):
        await office.receive(f"{number}", sender=f"s{number % 3}")
    await office.work()
    for row in await office.all(Case):
        said = [int(found.interaction.text) for found in await office.log(row) if found.interaction.kind == "message"]
        assert said == sorted(said)
        assert len(said) == 10


async def test_a_lane_longer_than_a_batch_keeps_its_order(office: Office) -> None:
    for number in range(25):
        await office.receive(f"{number}")
    worker = office.intake(office.holder, batch=10)
    while await worker.run():
        pass
    assert await texts(office) == [f"{number}" for number in range(25)]


async def test_a_claimed_lane_is_left_alone(office: Office) -> None:
    await office.lease("elsewhere/1/a")
    other = office.intake("elsewhere/1/a")
    await office.receive("stop the program")
    with pytest.raises(ProgramStopped):
        await other.run()
    await office.receive("Hello")
    await office.receive("Hello from another", sender="zoe")
    await office.work()
    assert await texts(office) == ["Hello from another"]


async def test_what_a_dead_process_had_claimed_is_taken_over(office: Office) -> None:
    await office.receive("before")
    await office.receive("stop the program", sender="zoe")
    await office.lease("elsewhere/1/a")
    with pytest.raises(ProgramStopped):
        await office.intake("elsewhere/1/a").run()
    await office.work()
    assert await texts(office) == []
    async with office.database.transaction() as tx:
        await tx.session.exec(delete(Lease).where(col(Lease.holder) == "elsewhere/1/a"))
    office.clock.skip(seconds=1)
    with pytest.raises(ProgramStopped):
        await office.work()
    assert await texts(office) == ["before"]


async def test_a_process_wrongly_taken_for_dead_loses_its_claims_and_stores_nothing(office: Office) -> None:
    """The lease of `elsewhere` ends while it reads; both read the messages, one of them stores them."""
    quick = office.intake(office.holder)

    class Overtaken(Blobs):
        async def get(self, name: str) -> bytes:
            async with office.database.transaction() as tx:
                await tx.session.exec(delete(Lease).where(col(Lease.holder) == "elsewhere/1/a"))
            while await quick.run():
                pass
            return await super().get(name)

    slow = office.intake("elsewhere/1/a", blobs=Overtaken(str(office.blobs_folder)))
    await office.lease("elsewhere/1/a")
    for number in range(3):
        await office.receive(f"{number}")
    await office.receive("zoe", sender="zoe")
    await office.receive("x" * 70_000, sender="yan")
    assert await slow.run()
    assert not await slow.run()
    assert sorted(await texts(office)) == ["0", "1", "2", "x" * 70_000, "zoe"]
    assert set(await states(office)) == {RawState.DONE}
    assert await office.all(LaneClaim) == []


async def test_a_round_that_could_not_end_is_taken_up_by_the_next(office: Office) -> None:
    await office.receive("stop the program")
    await office.receive("Hello", sender="zoe")
    for _ in range(2):
        with pytest.raises(ProgramStopped):
            await office.work()
    await office.work()
    assert await texts(office) == ["Hello"]


async def test_what_stops_the_program_is_tried_alone_and_quarantined_at_its_third_start(office: Office) -> None:
    for number in range(5):
        await office.receive(f"before {number}", sender=f"b{number}")
    await office.receive("stop the program", external_id="bad")
    await office.receive("after")
    for _ in range(2):
        with pytest.raises(ProgramStopped):
            await office.work()
    assert sorted(await texts(office)) == [f"before {number}" for number in range(5)]
    await office.work()
    (bad,) = [row for row in await office.all(RawMessage) if row.state == RawState.QUARANTINED]
    assert (bad.external_id, bad.attempts) == ("bad", 3)
    assert "stopped the program" in bad.reason
    assert (await texts(office))[-1] == "after"
    assert await office.all(LaneClaim) == []


async def test_one_bad_message_harms_no_other_and_its_followers_wait_for_it(office: Office) -> None:
    await office.receive("one")
    await office.receive("bad", **POISON)
    await office.receive("two")
    for number in range(5):
        await office.receive(f"other {number}", sender=f"s{number}")
    await office.work()
    assert sorted(await texts(office)) == ["one", *[f"other {number}" for number in range(5)]]
    await office.receive("three")
    await office.work()
    assert "three" not in await texts(office)
    office.clock.skip(seconds=6)
    await office.work()
    assert "two" not in await texts(office)
    office.clock.skip(seconds=61)
    await office.work()
    assert (await texts(office))[-2:] == ["two", "three"]
    (bad,) = [row for row in await office.all(RawMessage) if row.state == RawState.QUARANTINED]
    assert bad.attempts == 3
    assert bad.reason == "an error of ours while processing it; it is in the log of the program"
    innocent = [row for row in await office.all(RawMessage) if row.id != bad.id]
    assert {row.attempts for row in innocent} == {1}


async def test_a_store_that_is_away_for_a_moment_costs_a_message_nothing_but_time(office: Office) -> None:
    await office.receive("x" * 70_000)
    await office.receive("then")
    await office.receive("meanwhile", sender="zoe")
    away = office.blobs_folder.rename(office.blobs_folder.with_name("away"))
    await office.work()
    assert await texts(office) == ["meanwhile"]
    away.rename(office.blobs_folder)
    office.clock.skip(seconds=6)
    await office.work()
    assert await texts(office) == ["meanwhile", "x" * 70_000, "then"]
    assert set(await states(office)) == {RawState.DONE}


async def test_a_store_that_stays_away_is_asked_less_and_less_often_without_an_end(office: Office) -> None:
    await office.receive("x" * 70_000)
    away = office.blobs_folder.rename(office.blobs_folder.with_name("away"))
    rests = []
    for _ in range(10):
        await office.work()
        (row,) = await office.all(RawMessage)
        assert (row.state, row.attempts, row.reason) == (RawState.WAITING, 0, "")
        rests.append(round((row.not_before - office.clock()).total_seconds()))
        office.clock.skip(seconds=rests[-1] + 1)
    assert rests == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    away.rename(office.blobs_folder)
    await office.work()
    assert await states(office) == [RawState.DONE]


async def test_a_database_that_flaps_stops_no_message(office: Office) -> None:
    """It goes away in the middle of round after round, so that not even the failure can be noted."""

    class Flapping(Database):
        away = False

        @asynccontextmanager
        async def transaction(self, *, durable: bool = True) -> AsyncIterator[Transaction]:
            if self.away:
                raise ConnectionRefusedError("the database is away")
            async with super().transaction(durable=durable) as tx:
                yield tx

    class Switch(Blobs):
        flaps = 5

        async def get(self, name: str) -> bytes:
            self.flaps -= 1
            database.away = self.flaps >= 0
            return await super().get(name)

    database = Flapping(office.database.url, worker=7)
    worker = office.intake(office.holder, database=database, blobs=Switch(str(office.blobs_folder)))
    await office.receive("x" * 70_000)
    await office.receive("then")
    for _ in range(5):
        with pytest.raises(ConnectionRefusedError):
            await worker.run()
        database.away = False
    assert await worker.run()
    assert await texts(office) == ["x" * 70_000, "then"]
    assert {row.attempts for row in await office.all(RawMessage)} == {1}
    await database.close()


async def test_a_round_that_is_cut_off_gives_back_what_it_took(office: Office) -> None:
    gate = Gate(office)
    for number in range(3):
        await office.receive(f"{number}")
    await office.receive("x" * 70_000, sender="zoe")
    round_of_it = asyncio.create_task(office.intake(office.holder, blobs=gate).run())
    await gate.asked.wait()
    round_of_it.cancel()
    with pytest.raises(asyncio.CancelledError):
        await round_of_it
    assert {(row.state, row.attempts) for row in await office.all(RawMessage)} == {(RawState.WAITING, 0)}
    assert await office.all(LaneClaim) == []
    await office.work()
    assert await texts(office) == ["0", "1", "2", "x" * 70_000]


async def test_small_messages_do_not_wait_for_large_ones(office: Office) -> None:
    gate = Gate(office)
    small, large = sized(office, large=False), sized(office, large=True, blobs=gate)
    await office.receive("large", sender="zoe", **LARGE)
    reading = asyncio.create_task(large.run())
    await gate.asked.wait()
    await office.receive("Hello")
    assert await small.run()
    assert await texts(office) == ["Hello"]
    gate.open.set()
    assert await reading
    assert await texts(office) == ["Hello", "large"]
    assert {row.attempts for row in await office.all(RawMessage)} == {1}
    assert await office.all(LaneClaim) == []


async def test_a_sender_who_mixes_sizes_is_heard_in_order(office: Office) -> None:
    small, large = sized(office, large=False), sized(office, large=True)
    for number in range(6):
        await office.receive(f"{number}", **(LARGE if number in (2, 3) else {}))
    assert not await large.run()
    assert await small.run()
    assert await texts(office) == ["0", "1"]
    assert not await small.run()
    assert await large.run()
    assert await texts(office) == ["0", "1", "2", "3"]
    assert not await large.run()
    assert await small.run()
    assert await texts(office) == [f"{number}" for number in range(6)]


async def test_two_large_messages_are_read_at_once(office: Office) -> None:
    for number in range(2):
        await office.receive(f"{number}", sender=f"s{number}", **LARGE)
    async with asyncio.timeout(20):
        assert await sized(office, large=True, blobs=Gate(office, needs=2)).run()
    assert sorted(await texts(office)) == ["0", "1"]


async def test_what_a_dead_process_had_claimed_of_large_messages_is_taken_over(office: Office) -> None:
    await office.receive("large", **LARGE)
    async with office.database.transaction() as tx:
        (row,) = await office.all(RawMessage)
        tx.add_row(LaneClaim, {"lane": row.lane, "holder": "elsewhere/1/a/large"})
    await office.lease("elsewhere/1/a")
    large = sized(office, large=True)
    assert not await large.run()
    async with office.database.transaction() as tx:
        await tx.session.exec(delete(Lease).where(col(Lease.holder) == "elsewhere/1/a"))
    office.clock.skip(seconds=1)
    assert await large.run()
    assert await texts(office) == ["large"]


async def test_a_channel_that_asks_without_an_end_holds_up_nobody(office: Office) -> None:
    async def hang(raw: Raw) -> Raw:
        return await asyncio.Future()

    office.channel("desk").prepare = hang  # type: ignore[method-assign]
    await office.receive("Unprepared")
    await office.receive("Of somebody else", inbox="billing")
    async with asyncio.timeout(10):
        assert await office.intake(office.holder, patience=0.01).run()
    assert sorted(case.preview for case in await office.all(Case)) == ["Of somebody else", "Unprepared"]


async def test_a_very_long_text_is_cut_and_comes_whole_as_a_file(office: Office) -> None:
    long = "ş" * 100_001
    case = await office.says(long)
    (found,) = [row for row in await office.log(case) if row.interaction.kind == "message"]
    (file,) = await office.all(Attachment)
    assert found.interaction.text == long[:100_000]
    assert (file.interaction_id, file.filename) == (found.interaction.id, "message.txt")
    assert (await office.app[BLOBS].get(file.blob)).decode() == long


async def test_messages_of_an_inbox_that_can_not_be_used_wait_and_hold_up_nobody(office: Office) -> None:
    await office.receive("lost", inbox="billing")
    await office.receive("Hello")
    await office.change(Inbox, col(Inbox.slug) == "billing", channel="not installed")
    await office.inboxes.load()
    await office.work()
    assert await texts(office) == ["Hello"]
    await office.change(Inbox, col(Inbox.slug) == "billing", channel="fake")
    await office.inboxes.load()
    await office.work()
    assert await texts(office) == ["Hello", "lost"]


async def test_what_can_not_be_understood_is_quarantined_with_its_reason(office: Office) -> None:
    desk = office.inboxes.by_slug("desk").row.id
    await office.app[RECEIVER].receive(desk, Raw("junk", "mia", b"\xff not json"))
    await office.receive("break the parser")
    await office.receive("nobody", sender="")
    await office.receive("Hello")
    await office.work()
    junk, broken, nobody, hello = await office.all(RawMessage)
    assert junk.reason.startswith("not what the fake channel says")
    assert broken.reason == "an error of ours while reading it; it is in the log of the program"
    assert nobody.reason == "it does not say who sent it"
    assert [junk.state, broken.state, nobody.state, hello.state] == [*["quarantined"] * 3, "done"]
    assert {row.attempts for row in (junk, broken, nobody, hello)} == {1}


async def test_a_large_message_is_read_in_a_process_of_its_own(office: Office) -> None:
    """Read in the program itself it would stop it, and not only its reader."""
    padding = "x" * parsing.INLINE
    await office.receive("Hello", padding=padding)
    await office.receive("stop the program", padding=padding, sender="zoe")
    await office.receive("take all memory", padding=padding, sender="yan")
    await office.work()
    good, stopped, hungry = await office.all(RawMessage)
    assert [good.state, stopped.state, hungry.state] == ["done", "quarantined", "quarantined"]
    assert stopped.reason == "reading it ended the process that read it"
    assert hungry.reason.startswith("reading it takes more than")
    assert await texts(office) == ["Hello"]


async def test_absurd_values_of_a_message_are_stored_without_harm(office: Office) -> None:
    long = "x" * 10_000
    case = await office.says(
        "nul\x00 and \ud800", sender="m\x00ia", name=long, subject=f"\x00{long}", message_id=long,
        references=[long, "", "\x00", "\ud800"], token="\ud800" + long, button="\x00:\ud800",
        files={"na\x00me\ud800.txt": "content", long: ""},
    )  # fmt: skip
    said = (await office.log(case))[1].interaction
    assert said.text == "nul and ?"
    assert len(case.subject) == 200
    assert len(case.contact_name) == 200
    again = await office.says("again", sender="mia")
    assert again.id == case.id


@pytest.mark.parametrize("language", ["de", "klingon"])
async def test_a_language_that_is_not_ours_stops_no_answer(office: Office, language: str) -> None:
    case = await office.says("", inbox="mail", language=language)
    assert case.language == language
    await office.act("Ada", actions.reply, case.number, "Hello")
    (sent,) = office.channel("mail").sent
    assert (sent.subject, sent.language) == ("Re: Your message", "en")


async def test_of_several_things_in_one_batch_the_sender_is_learnt_from_all(office: Office) -> None:
    await office.receive("one", name="Mia", proven=True)
    await office.receive("two")
    await office.work()
    (case,) = await office.all(Case)
    assert case.contact_name == "Mia"


async def test_how_many_wait_is_known(office: Office) -> None:
    await office.receive("one")
    await office.receive("two")
    assert await intakes.waiting(office.database) == 2
    await office.work()
    assert await intakes.waiting(office.database) == 0


async def test_the_raw_message_leads_to_its_case(office: Office) -> None:
    case = await office.says("Hello")
    (raw,) = await office.all(RawMessage)
    assert raw.case_id == case.id
    (said,) = [row for row in await office.all(Interaction) if row.kind == "message"]
    assert said.raw_id == raw.id
    assert json.loads(json.dumps(raw.envelope)) == {}
