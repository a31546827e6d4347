"""A text longer than its channel takes goes out as several messages, each once."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col

from omnidesk.contract.channel import Button, ChannelError, Outbound
from omnidesk.desk import actions
from omnidesk.desk.outgoing import deliveries
from omnidesk.store.models import Attachment, Case, Delivery, DeliveryPart, Interaction, MessageReference
from tests.fakes import FakeChannel, FakeSms, ProgramStopped
from tests.office import Office

FIRST, SECOND, THIRD = "a" * 1500, "b" * 1500, "c" * 100
LONG = "\n\n".join((FIRST, SECOND, THIRD))


async def long_answer(office: Office, **changed: Any) -> Case:
    """Ada's long answer by SMS, not sent yet."""
    case = await office.says("Hello", inbox="sms")
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.reply(tx, viewer, case.number, LONG, capabilities=office.inboxes.capabilities_of)
    if changed:
        answer = (await office.all(Interaction))[-1]
        await office.change(Interaction, col(Interaction.id) == answer.id, **changed)
    return case


async def send(office: Office) -> None:
    worker = office.outbox(office.holder)
    while await worker.run():
        pass


def sent(office: Office) -> list[str]:
    return [outbound.text for outbound in office.sms().sent]


async def state(office: Office) -> str:
    (delivery,) = await office.all(Delivery)
    return str(delivery.state)


async def with_files(office: Office, monkeypatch: pytest.MonkeyPatch, text: str, *names: str, **can: Any) -> Case:
    """Ada's answer with files, not sent yet, at a provider to which each file is a message of its own."""
    monkeypatch.setattr(FakeChannel, "capabilities", replace(FakeChannel.capabilities, files_apart=True, **can))
    case = await office.says("Here", files=dict.fromkeys(names, "bytes"))
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.reply(tx, viewer, case.number, text or "-")
    answer = (await office.all(Interaction))[-1]
    await office.change(Interaction, col(Interaction.id) == answer.id, text=text)
    await office.change(Attachment, col(Attachment.id) > 0, interaction_id=answer.id)
    return case


def seen(office: Office) -> list[tuple[str, list[str]]]:
    """What went out: each message with its text and its files."""
    return [(one.text, [file.filename for file in one.files]) for one in office.channel("desk").sent]


async def receipt(office: Office, part: int, state: str, **said: Any) -> None:
    """The provider tells of a part, by its own id of it."""
    await office.receive("", inbox="sms", id=f"fake-{office.sms().sent[part - 1].key}", state=state, **said)
    await office.work()


async def test_a_long_answer_goes_out_in_order_and_is_one_message(office: Office) -> None:
    case = await long_answer(office)
    await send(office)
    assert sent(office) == [FIRST, SECOND, THIRD]
    keys = [outbound.key for outbound in office.sms().sent]
    (delivery,) = await office.all(Delivery)
    assert keys == [deliveries.key_of(office.keys, delivery.id, part) for part in (1, 2, 3)]
    assert (delivery.state, delivery.provider_id) == ("sent", f"fake-{keys[2]}")
    referred = {one.message_id for one in await office.all(MessageReference) if one.case_id == case.id}
    assert {f"fake-{key}" for key in keys} <= referred


async def test_choices_come_with_the_last_part(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeSms, "capabilities", replace(FakeSms.capabilities, buttons=3))
    await long_answer(office, payload={"buttons": [{"id": "a", "text": "Parcel"}]})
    await send(office)
    assert [outbound.buttons for outbound in office.sms().sent] == [(), (), (Button("a", "Parcel"),)]


async def test_what_was_taken_before_a_crash_does_not_go_again(office: Office) -> None:
    await long_answer(office)
    taken: list[Outbound] = []

    async def stop_at_the_third(outbound: Outbound) -> str:
        if len(taken) == 2:
            raise ProgramStopped
        taken.append(outbound)
        return f"fake-{outbound.key}"

    office.sms().send = stop_at_the_third  # type: ignore[method-assign]
    with pytest.raises(ProgramStopped):
        await asyncio.gather(office.outbox(office.holder)._send(await _claimed(office)))
    assert [one.state for one in await office.all(DeliveryPart)] == ["sent", "sent", "queued"]
    del office.sms().send
    await send(office)
    assert sent(office) == [THIRD]
    assert await state(office) == "sent"


async def _claimed(office: Office) -> Delivery:
    (delivery,) = await office.all(Delivery)
    await office.change(Delivery, col(Delivery.id) == delivery.id, state="sending", holder=office.holder)
    (delivery,) = await office.all(Delivery)
    assert isinstance(delivery, Delivery)
    return delivery


async def test_a_part_that_is_put_off_is_tried_again_alone(office: Office) -> None:
    await long_answer(office)
    refusals: list[ChannelError | None] = [None, ChannelError("away")]
    original = office.sms().send

    async def refuse_the_second(outbound: Outbound) -> str:
        if refusals and (refusal := refusals.pop(0)):
            raise refusal
        return await original(outbound)

    office.sms().send = refuse_the_second  # type: ignore[method-assign]
    await send(office)
    assert (sent(office), await state(office)) == ([FIRST], "queued")
    office.clock.skip(seconds=31)
    await send(office)
    assert (sent(office), await state(office)) == ([FIRST, SECOND, THIRD], "sent")


async def test_it_has_arrived_when_the_last_of_its_parts_has(office: Office) -> None:
    await long_answer(office)
    await send(office)
    for part, said, expected in (
        (3, "delivered", "sent"), (1, "read", "sent"), (1, "delivered", "sent"), (2, "delivered", "delivered"),
        (2, "read", "delivered"), (3, "read", "read"), (3, "delivered", "read"), (2, "failed", "read"),
    ):  # fmt: skip
        await receipt(office, part, said)
        assert await state(office) == expected, (part, said)


async def test_it_failed_when_one_part_failed_and_only_that_one_goes_again(office: Office) -> None:
    case = await long_answer(office)
    await send(office)
    await receipt(office, 1, "delivered")
    await receipt(office, 2, "failed", error="unknown number", failure="hard")
    await receipt(office, 3, "delivered")
    (delivery,) = await office.all(Delivery)
    assert (delivery.state, delivery.error) == ("failed", "unknown number")
    assert (await office.events(case)).count("delivery_failed") == 1
    async with office.database.transaction() as tx:
        deliveries.try_again(tx, await tx.get(Delivery, delivery.id))
    await send(office)
    assert sent(office) == [FIRST, SECOND, THIRD, SECOND]
    assert await state(office) == "sent"


async def test_a_part_that_failed_keeps_the_next_ones_back(office: Office) -> None:
    await long_answer(office)
    original = office.sms().send

    async def fail_early(outbound: Outbound) -> str:
        await office.receive("", inbox="sms", id="?", key=outbound.key, state="failed", error="no such number")
        await office.intake(office.holder).run()
        return await original(outbound)

    office.sms().send = fail_early  # type: ignore[method-assign]
    await send(office)
    assert (sent(office), await state(office)) == ([FIRST], "failed")


async def test_receipts_that_are_quicker_than_their_parts_count(office: Office) -> None:
    await long_answer(office)
    original = office.sms().send

    async def tell_first(outbound: Outbound) -> str:
        await office.receive("", inbox="sms", id="?", key=outbound.key, state="delivered")
        await office.intake(office.holder).run()
        return await original(outbound)

    office.sms().send = tell_first  # type: ignore[method-assign]
    await send(office)
    assert await state(office) == "delivered"


async def test_a_file_that_is_put_off_does_not_let_the_text_go_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    await with_files(office, monkeypatch, "Thanks", "a.txt", "b.txt", "c.txt")
    original, refusals = office.channel("desk").send, [None, None, ChannelError("away")]

    async def refuse_the_second_file(outbound: Outbound) -> str:
        if refusals and (refusal := refusals.pop(0)):
            raise refusal
        return await original(outbound)

    monkeypatch.setattr(office.channel("desk"), "send", refuse_the_second_file)
    await send(office)
    assert (seen(office), await state(office)) == ([("Thanks", []), ("", ["a.txt"])], "queued")
    office.clock.skip(seconds=31)
    await send(office)
    assert seen(office) == [("Thanks", []), ("", ["a.txt"]), ("", ["b.txt"]), ("", ["c.txt"])]
    assert len({outbound.key for outbound in office.channel("desk").sent}) == 4
    assert await state(office) == "sent"


async def test_a_file_that_is_refused_is_named_and_the_others_arrive(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    await with_files(office, monkeypatch, "Thanks", "a.txt", "b.txt")
    original = office.channel("desk").send

    async def refuse_one(outbound: Outbound) -> str:
        if [file.filename for file in outbound.files] == ["a.txt"]:
            raise ChannelError("not this", permanent=True)
        return await original(outbound)

    monkeypatch.setattr(office.channel("desk"), "send", refuse_one)
    await send(office)
    (delivery,) = await office.all(Delivery)
    assert (seen(office), delivery.state) == ([("Thanks", []), ("", ["b.txt"])], "failed")
    assert delivery.error == "a.txt: not this"


@pytest.mark.parametrize(
    ("text", "names", "parts"),
    [
        ("Thanks", ["a.txt"], [("Thanks", ["a.txt"])]),
        ("Thanks, Mia", ["a.txt"], [("Thanks, Mia", []), ("", ["a.txt"])]),
        ("", ["a.txt", "b.txt"], [("", ["a.txt"]), ("", ["b.txt"])]),
        ("Thanks", [], [("Thanks", [])]),
    ],
)
async def test_a_text_stands_under_its_only_file_where_it_is_short_enough(
    office: Office, monkeypatch: pytest.MonkeyPatch, text: str, names: list[str], parts: list[tuple[str, list[str]]]
) -> None:
    await with_files(office, monkeypatch, text, *names, caption=6)
    await send(office)
    assert (seen(office), await state(office)) == (parts, "sent")


async def test_files_of_a_kind_that_is_not_taken_are_links_and_those_are_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """The links make the text too long for one message: it goes out as several, and none of it is lost."""
    monkeypatch.setattr(FakeChannel, "capabilities", replace(FakeChannel.capabilities, max_length=200))
    await with_files(office, monkeypatch, "x" * 190, "a.txt", file_types=frozenset({"image/png"}))
    await send(office)
    (text, files), (link, none) = seen(office)
    assert (text, files, none) == ("x" * 190, [], [])
    assert link.startswith("a.txt (1 KB): http")
