"""The outbox: a delivery has one truthful state, keeps its order and its key, and reaches its end."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import event
from sqlmodel import col, delete

from omnidesk.contract.channel import ChannelError, Failure, RawMessage, Receipt
from omnidesk.desk import actions
from omnidesk.desk.outgoing import deliveries, receipts
from omnidesk.desk.outgoing.deliveries import key_of
from omnidesk.keys import BUS
from omnidesk.store.models import Case, ContactPoint, Delivery, DeliveryState, EarlyReceipt, Interaction, Lease
from omnidesk.workers import Worker, Workers
from tests.office import Office

AWAY = ChannelError("the provider is away")
NO_SUCH_ADDRESS = ChannelError("no such address", failure=Failure.HARD)


async def states(office: Office) -> list[str]:
    return [row.state for row in await office.all(Delivery)]


async def answered(office: Office, *texts: str, sender: str = "mia", inbox: str = "desk") -> Case:
    """A case with Ada's answers, not sent yet."""
    case = await office.says("Hello", sender=sender, inbox=inbox)
    await answer(office, case, *texts)
    return case


async def answer(office: Office, case: Case, *texts: str) -> None:
    viewer = await office.viewer("Ada")
    for text in texts:
        async with office.database.transaction() as tx:
            await actions.reply(tx, viewer, case.number, text)


async def until(office: Office, state: str) -> None:
    """Wait until one of the deliveries is in this state."""
    async with asyncio.timeout(5):
        while state not in await states(office):  # noqa: ASYNC110 - it is a row that changes
            await asyncio.sleep(0.01)


async def until_sent(office: Office, count: int) -> None:
    """Wait until so many are sent."""
    async with asyncio.timeout(5):
        while (await states(office)).count("sent") < count:  # noqa: ASYNC110 - they are rows that change
            await asyncio.sleep(0.01)


def sent(office: Office, inbox: str = "desk") -> list[str]:
    return [outbound.text for outbound in office.channel(inbox).sent]


async def send(office: Office) -> None:
    """All that can be sent now."""
    worker = office.outbox(office.holder)
    while await worker.run():
        pass


async def receipt(office: Office, state: str, message_id: str = "", **said: Any) -> None:
    """The provider tells of the message that was sent last."""
    message_id = message_id or f"fake-{office.channel('desk').sent[-1].key}"
    await office.receive("", id=message_id, state=state, **said)
    await office.work()


async def test_an_answer_is_queued_then_sent(office: Office) -> None:
    await answered(office, "Hi")
    assert await states(office) == ["queued"]
    await send(office)
    (row,) = await office.all(Delivery)
    assert (row.state, row.provider_id, row.error) == ("sent", f"fake-{key_of(office.keys, row.id)}", "")
    assert sent(office) == ["Hi"]


async def test_a_delivery_on_its_way_says_so(office: Office) -> None:
    gate = office.channel("desk").slow = asyncio.Event()
    await answered(office, "Hi")
    sending = asyncio.create_task(office.outbox(office.holder).run())
    await until(office, "sending")
    gate.set()
    await sending
    assert await states(office) == ["sent"]


async def test_a_conversation_keeps_its_order_through_failures(office: Office) -> None:
    mia, zoe = await office.says("Hello"), await office.says("Hello", sender="zoe")
    await answer(office, mia, "one", "two", "three")
    office.channel("desk").refuse = [AWAY]
    await send(office)
    await answer(office, zoe, "elsewhere")
    await send(office)
    assert sent(office) == ["elsewhere"]
    office.clock.skip(seconds=31)
    await send(office)
    assert sent(office) == ["elsewhere", "one", "two", "three"]


async def test_a_failure_is_tried_again_with_growing_delays_until_the_limit(office: Office) -> None:
    case = await answered(office, "Hi")
    office.channel("desk").refuse = [AWAY] * 4
    worker = office.outbox(office.holder, attempts=4)
    waits = []
    while (due := await worker.next_due()) is not None:
        waits.append(round((due - office.clock()).total_seconds(), -1))
        office.clock.skip(seconds=(due - office.clock()).total_seconds() + 0.1)
        assert await worker.run()
    assert waits == [0, 30, 60, 120]
    (row,) = await office.all(Delivery)
    assert (row.state, row.error, row.attempts) == ("failed", "the provider is away", 4)
    assert "delivery_failed" in await office.events(case)
    assert (await office.all(ContactPoint))[0].working


async def test_a_channel_that_keeps_trying_is_tried_for_as_long_as_it_says(office: Office) -> None:
    case = await answered(office, "Hi", inbox="mail")
    office.channel("mail").refuse = [ChannelError(f"451 4.3.{number} come back later") for number in range(99)]
    worker = office.outbox(office.holder, attempts=4)
    waits = []
    while (due := await worker.next_due()) is not None:
        waits.append(due - office.clock())
        office.clock.skip(seconds=waits[-1].total_seconds() + 0.1)
        assert await worker.run()
    assert timedelta(days=4, hours=18) < sum(waits, timedelta()) <= timedelta(days=5)
    assert [round(wait / timedelta(minutes=1)) for wait in waits[3:6]] == [2, 4, 8]
    (row,) = await office.all(Delivery)
    assert (row.state, row.error) == ("failed", f"451 4.3.{row.attempts - 1} come back later")
    assert "delivery_failed" in await office.events(case)
    assert (await office.all(ContactPoint))[0].working


async def test_delays_end_at_six_hours(office: Office) -> None:
    await answered(office, "Hi")
    await office.change(Delivery, col(Delivery.id) > 0, attempts=40)
    office.channel("desk").refuse = [AWAY]
    worker = office.outbox(office.holder, attempts=99)
    await worker.run()
    due = await worker.next_due()
    assert due is not None
    assert timedelta(hours=5, minutes=59) < due - office.clock() <= timedelta(hours=6)


async def test_a_permanent_failure_marks_the_address_and_is_told_on_the_case(office: Office) -> None:
    case = await answered(office, "Hi", "And another thing")
    office.channel("desk").refuse = [NO_SUCH_ADDRESS]
    await send(office)
    assert await states(office) == ["failed", "sent"]
    (point,) = await office.all(ContactPoint)
    assert (point.working, point.failure) == (False, "no such address")
    (told,) = [row for row in await office.all(Interaction) if row.payload.get("event") == "delivery_failed"]
    assert (told.case_id, told.payload["error"]) == (case.id, "no such address")


async def test_a_channel_that_breaks_is_tried_again(office: Office) -> None:
    await answered(office, "Hi")
    office.channel("desk").refuse = [RuntimeError("broken")]  # type: ignore[list-item]
    await send(office)
    (row,) = await office.all(Delivery)
    assert (row.state, row.error) == ("queued", "RuntimeError('broken')")
    office.clock.skip(seconds=31)
    await send(office)
    assert sent(office) == ["Hi"]


async def test_the_key_is_the_same_on_every_try(office: Office) -> None:
    await answered(office, "Hi")
    tried = []

    async def note(outbound: Any) -> str:
        tried.append(outbound.key)
        raise AWAY

    office.channel("desk").send = note  # type: ignore[method-assign]
    for _ in range(3):
        await send(office)
        office.clock.skip(hours=1)
    (row,) = await office.all(Delivery)
    assert tried == [key_of(office.keys, row.id)] * 3


async def test_a_failed_one_can_be_tried_again(office: Office) -> None:
    await answered(office, "Hi")
    office.channel("desk").refuse = [NO_SUCH_ADDRESS]
    await send(office)
    (row,) = await office.all(Delivery)
    async with office.database.transaction() as tx:
        deliveries.try_again(tx, await tx.get(Delivery, row.id))
    await send(office)
    (row,) = await office.all(Delivery)
    assert (row.state, row.attempts, row.error) == ("sent", 1, "")


async def test_automatic_mail_to_one_address_has_a_ceiling(office: Office) -> None:
    cases = [await office.says("Hello", inbox="mail") for _ in range(5)]
    for case in cases:
        await answer(office, case, "automatic")
    await office.change(Delivery, col(Delivery.id) > 0, automatic=True)
    await answer(office, cases[0], "from Ada")
    await send(office)
    assert sorted(sent(office, "mail")) == ["automatic"] * 3 + ["from Ada"]
    assert sorted(await states(office)) == ["cancelled"] * 2 + ["sent"] * 4
    held = [await office.events(case) for case in cases]
    assert sum(events.count("automatic_held") for events in held) == 3  # told with the last one that goes
    office.clock.skip(hours=25)
    await answered(office, "later", inbox="mail")
    await office.change(Delivery, col(Delivery.state) == DeliveryState.QUEUED, automatic=True)
    await send(office)
    assert sent(office, "mail")[-1] == "later"


# Receipts


async def test_receipts_move_only_forward(office: Office) -> None:
    await answered(office, "Hi")
    await send(office)
    for state, expected in (
        ("delivered", "delivered"), ("delivered", "delivered"), ("read", "read"), ("delivered", "read"),
        ("failed", "read"),
    ):  # fmt: skip
        await receipt(office, state)
        assert await states(office) == [expected], state


async def test_a_failure_told_later_is_told_on_the_case_once(office: Office) -> None:
    case = await answered(office, "Hi")
    await send(office)
    for _ in range(3):
        await receipt(office, "failed", error="no such address", failure="hard")
    assert await states(office) == ["failed"]
    assert (await office.events(case)).count("delivery_failed") == 1
    assert not (await office.all(ContactPoint))[0].working
    await receipt(office, "delivered")
    assert await states(office) == ["failed"]


async def test_receipts_that_fit_nothing_are_harmless(office: Office) -> None:
    await answered(office, "Hi")
    for message_id in ("fake-unknown", "", "x\x00", "fake-1"):
        await receipt(office, "delivered", message_id or "?")
    assert await states(office) == ["sent"]


async def test_a_receipt_of_a_failed_try_says_nothing_of_the_next(office: Office) -> None:
    await answered(office, "Hi")
    await send(office)
    old = f"fake-{office.channel('desk').sent[-1].key}"
    await receipt(office, "failed")
    (row,) = await office.all(Delivery)
    async with office.database.transaction() as tx:
        deliveries.try_again(tx, await tx.get(Delivery, row.id))
    gate = office.channel("desk").slow = asyncio.Event()
    sending = asyncio.create_task(office.outbox(office.holder).run())
    desk = office.reception("desk")
    await desk.receive(RawMessage("late", "?", f'{{"id": "{old}", "state": "failed"}}'.encode()))
    await office.intake(office.holder).run()
    gate.set()
    await sending
    assert await states(office) == ["sent"]


async def test_a_receipt_that_is_quicker_than_the_answer_is_kept_for_it(office: Office) -> None:
    await answered(office, "Hi")
    gate = office.channel("desk").slow = asyncio.Event()
    sending = asyncio.create_task(office.outbox(office.holder).run())
    await until(office, "sending")
    (row,) = await office.all(Delivery)
    desk = office.reception("desk")
    for number, message_id in enumerate((f"fake-{key_of(office.keys, row.id)}", "of somebody else")):
        await desk.receive(RawMessage(f"early {number}", "?", json.dumps({"id": message_id, "state": "read"}).encode()))
    await office.intake(office.holder).run()
    assert await states(office) == ["sending"]
    gate.set()
    await sending
    assert await states(office) == ["read"]
    assert [left.message_id for left in await office.all(EarlyReceipt)] == ["of somebody else"]
    office.clock.skip(hours=2)
    await receipt(office, "read", "of nobody")
    assert office.inboxes.counts.unknown_receipts["desk"] == 3


async def test_a_receipt_that_comes_while_the_answer_is_noted_is_not_lost(office: Office) -> None:
    if office.database.is_sqlite:
        pytest.skip("SQLite has one writer")
    await answered(office, "Hi")
    (row,) = await office.all(Delivery)
    said = (row.inbox_id, Receipt("the id", "read"))
    await office.change(Delivery, col(Delivery.id) == row.id, state="sending")
    async with office.database.transaction() as noting:
        sent = await noting.get(Delivery, row.id)
        sent.state, sent.provider_id = DeliveryState.SENT, "the id"
        await noting.flush()
        await receipts.catch_up(noting, office.keys, [(row.inbox_id, "the id")])
        taking = asyncio.create_task(take_all(office, said))
        await asyncio.wait([taking], timeout=0.5)
    assert await taking == []
    assert await states(office) == ["read"]
    assert await office.all(EarlyReceipt) == []


async def take_all(office: Office, *said: tuple[int, Receipt]) -> list[int]:
    async with office.database.transaction() as tx:
        return await receipts.take_all(tx, office.keys, said)


async def plans(office: Office) -> list[str]:
    """How the database means to find what is due, and what to send."""
    seen: list[tuple[str, Any]] = []
    engines = {office.database.reader.sync_engine, office.database.writer.sync_engine}

    def keep(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        # engines that share their connections hear it twice
        if statement.startswith("SELECT deliveries.") and (statement, parameters) not in seen:
            seen.append((statement, parameters))

    for engine in engines:
        event.listen(engine, "before_cursor_execute", keep)
    worker = office.outbox(office.holder)
    await worker.next_due()
    assert not await worker.run()
    for engine in engines:
        event.remove(engine, "before_cursor_execute", keep)
    explain = "EXPLAIN QUERY PLAN" if office.database.is_sqlite else "EXPLAIN"
    async with office.database.reader.connect() as connection:
        return [
            "\n".join(str(row[-1]) for row in await connection.exec_driver_sql(f"{explain} {statement}", parameters))
            for statement, parameters in seen
        ]


async def test_what_is_due_is_found_without_looking_at_all_that_is_queued(office: Office) -> None:
    await answered(office, "Hi")
    (row,) = await office.all(Delivery)
    later = office.clock() + timedelta(hours=1)
    await office.change(Delivery, col(Delivery.id) == row.id, not_before=later)
    async with office.database.transaction() as tx:
        for number in range(1, 5001):
            tx.add_row(Delivery, {**row.model_dump(), "id": row.id + number, "not_before": later})
    async with office.database.transaction() as tx:
        await tx.session.exec(sqlalchemy.text("ANALYZE"))  # type: ignore[call-overload]
    found = await plans(office)
    assert len(found) == 2
    for plan in found:
        assert "ix_deliveries_due" in plan, plan
        assert "TEMP B-TREE" not in plan, plan
        assert "Seq Scan" not in plan, plan


# More than one process


async def test_what_a_dead_process_was_sending_is_sent_again_and_of_a_living_one_not(office: Office) -> None:
    zoe, yan = [await office.says("Hello", sender=sender) for sender in ("zoe", "yan")]
    await answer(office, zoe, "dead")
    await answer(office, yan, "alive")
    first, second = await office.all(Delivery)
    await office.lease("elsewhere/1/a")
    for row, holder in ((first, "elsewhere/2/b"), (second, "elsewhere/1/a")):
        await office.change(Delivery, col(Delivery.id) == row.id, state=DeliveryState.SENDING, holder=holder)
    await send(office)
    assert sent(office) == ["dead"]
    assert await states(office) == ["sent", "sending"]


async def test_who_was_taken_for_dead_changes_nothing_of_what_another_took_over(office: Office) -> None:
    await answered(office, "Hi")
    slow = office.outbox("elsewhere/1/a")
    await office.lease("elsewhere/1/a")
    gate = office.channel("desk").slow = asyncio.Event()
    sending = asyncio.create_task(slow.run())
    await until(office, "sending")
    async with office.database.transaction() as tx:
        await tx.session.exec(delete(Lease).where(col(Lease.holder) == "elsewhere/1/a"))
    office.channel("desk").slow = None
    await send(office)
    office.channel("desk").refuse = [NO_SUCH_ADDRESS]
    gate.set()
    await sending
    (row,) = await office.all(Delivery)
    assert (row.state, row.holder) == ("sent", office.holder)


async def test_two_processes_send_each_message_once_and_in_order(office: Office) -> None:
    cases = [await office.says("Hello", sender=f"s{number}") for number in range(8)]
    for number, case in enumerate(cases):
        await answer(office, case, *[f"{number} {place}" for place in range(4)])
    await office.lease("elsewhere/1/a")

    async def all_of(holder: str) -> None:
        worker = office.outbox(holder)
        while await worker.next_due() is not None:
            await worker.run()

    await asyncio.gather(all_of(office.holder), all_of("elsewhere/1/a"))
    await until_sent(office, 32)
    texts = sent(office)
    assert len(texts) == 32
    for number in range(8):
        assert [text for text in texts if text.startswith(f"{number} ")] == [f"{number} {place}" for place in range(4)]


async def test_what_could_not_be_noted_is_sent_again(office: Office) -> None:
    """The provider took it, the database went away before that was written."""
    await answered(office, "Hi")
    await office.change(
        Delivery, col(Delivery.id) > 0, state=DeliveryState.SENDING, holder=office.holder, attempts=1
    )  # fmt: skip
    await send(office)
    assert await states(office) == ["sent"]


# One does not hold up another


async def test_a_slow_inbox_holds_up_no_other(office: Office) -> None:
    slow = [await office.says("Hello", sender=f"s{number}", inbox="billing") for number in range(12)]
    quick = [await office.says("Hello", sender=f"q{number}") for number in range(3)]
    for case in slow:
        await answer(office, case, "slow")
    gate = office.channel("billing").slow = asyncio.Event()
    outbox = office.outbox(office.holder)
    workers = Workers(office.app[BUS], [Worker("outbox", outbox.run, outbox.next_due)], poll_seconds=15)
    workers.start()
    await until(office, "sending")
    for case in quick:
        await answer(office, case, "quick")
    await until_sent(office, 3)
    assert sent(office) == ["quick"] * 3
    assert sent(office, "billing") == []
    gate.set()
    await until_sent(office, 15)
    await workers.stop()
    assert len(sent(office, "billing")) == 12


async def test_a_provider_that_never_answers_is_given_up_and_tried_again(office: Office) -> None:
    for case in [await office.says("Hello", inbox=inbox) for inbox in ("billing", "desk")]:
        await answer(office, case, "Hi")
    office.channel("billing").slow = asyncio.Event()
    outbox = office.outbox(office.holder, patience=0.2)
    while await outbox.run():
        pass
    dead, alive = await office.all(Delivery)
    assert (alive.state, dead.state, dead.failure) == ("sent", "queued", "soft")
    assert dead.error == "the provider did not answer within 0.2 seconds"
    assert dead.not_before > office.clock() + timedelta(seconds=20)


async def test_what_waits_behind_another_wakes_nobody(office: Office) -> None:
    """Else the worker would look for it without a pause."""
    await answered(office, "one", "two")
    office.channel("desk").refuse = [AWAY]
    await send(office)
    due = await office.outbox(office.holder).next_due()
    assert isinstance(due, datetime)
    assert due > office.clock() + timedelta(seconds=20)


async def test_an_inbox_that_can_not_be_used_keeps_its_messages(office: Office) -> None:
    await answered(office, "Hi")
    live = office.inboxes._by_id
    office.inboxes._by_id = {}
    await send(office)
    assert await states(office) == ["queued"]
    office.inboxes._by_id = live
    await send(office)
    assert await states(office) == ["sent"]


@pytest.mark.parametrize("inbox", ["desk", "mail"])
async def test_an_answer_goes_to_the_address_that_wrote(office: Office, inbox: str) -> None:
    await answered(office, "Hi", inbox=inbox)
    await send(office)
    (outbound,) = office.channel(inbox).sent
    assert (outbound.to, outbound.text, outbound.from_name) == ("mia", "Hi", "Ada")
