"""Copies of a reply: only whom an agent names gets one, each has a delivery of its own, and all are one message."""

from collections.abc import Sequence
from typing import Any

import pytest

from omnidesk.contract.channel import Addressee
from omnidesk.desk import actions
from omnidesk.desk.outgoing import copies
from omnidesk.desk.outgoing.copies import Copies
from omnidesk.desk.outgoing.deliveries import key_of
from omnidesk.errors import Invalid
from omnidesk.store.models import Case, ContactPoint, Delivery, Participant
from tests.office import Office


async def reply(office: Office, case: Case, *, cc: Sequence[str] = (), bcc: Sequence[str] = ()) -> None:
    """Ada answers, with copies; nothing is sent yet."""
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.reply(tx, viewer, case.number, "Hello", copies=Copies(office.inboxes, cc, bcc))


async def deliveries(office: Office) -> list[tuple[str, str, str]]:
    return [(row.address, row.role, row.state) for row in await office.all(Delivery)]


async def offered(office: Office, case: Case) -> list[tuple[str, bool, bool]]:
    case = await office.case(case.number)
    async with office.database.session() as session:
        found = await copies.offered(session, office.inboxes, case)
    return [(one.address, one.ticked, one.named) for one in found]


async def test_each_copy_is_a_delivery_and_all_are_one_message(office: Office) -> None:
    case = await office.says("Hi", inbox="mail", sender="mia", name="Mia")
    await reply(office, case, cc=["max", "zoe"], bcc=["boss"])
    assert await deliveries(office) == [
        ("mia", "to", "queued"), ("max", "cc", "queued"), ("zoe", "cc", "queued"), ("boss", "bcc", "queued"),
    ]  # fmt: skip
    await office.work()
    sent = office.channel("mail").sent
    assert {one.to for one in sent} == {"mia", "max", "zoe", "boss"}
    assert {one.addressees for one in sent} == {
        (Addressee("mia", "Mia"), Addressee("max", role="cc"), Addressee("zoe", role="cc"))
    }
    assert len({one.message_key for one in sent}) == 1
    assert len({one.key for one in sent}) == 4
    assert len({one.token for one in sent}) == 1
    assert {state for _, _, state in await deliveries(office)} == {"sent"}


async def test_who_is_named_twice_gets_one_copy_and_the_contact_none(office: Office) -> None:
    case = await office.says("Hi", inbox="mail", sender="mia")
    await reply(office, case, cc=["max", " max ", "mia"], bcc=["max"])
    assert [(address, role) for address, role, _ in await deliveries(office)] == [("mia", "to"), ("max", "cc")]
    assert len(await office.all(ContactPoint)) == 2


@pytest.mark.parametrize(
    ("inbox", "said", "field", "words"),
    [
        ("mail", {"cc": [" "]}, "cc", "is no address"),
        ("mail", {"bcc": ["x" * 400]}, "bcc", "is no address"),
        ("mail", {"cc": [f"p{number}" for number in range(21)]}, "cc", "at most 20 people, and these are 21"),
        ("mail", {"bcc": ["max"] * 101}, "cc", "at most 20 people, and these are 101"),
        ("desk", {"cc": ["max"]}, "cc", "one person alone"),
    ],
)
async def test_what_gets_no_copy_is_told(
    office: Office, inbox: str, said: dict[str, Any], field: str, words: str
) -> None:  # fmt: skip
    case = await office.says("Hi", inbox=inbox)
    with pytest.raises(Invalid, match=words) as caught:
        await reply(office, case, **said)
    assert field in caught.value.fields
    assert await deliveries(office) == []
    assert len(await office.all(ContactPoint)) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"working": False, "failure": "550 unknown"}, r"max gets nothing \(550 unknown\)"),
        ({"consent": False}, "max asked for no more messages"),
    ],
)
async def test_who_wants_nothing_or_is_not_there_gets_no_copy(
    office: Office, changes: dict[str, Any], words: str
) -> None:  # fmt: skip
    case = await office.says("Hi", inbox="mail", sender="mia")
    await office.says("Hi", inbox="mail", sender="max")
    await office.change(ContactPoint, ContactPoint.address == "max", **changes)
    with pytest.raises(Invalid, match=words):
        await reply(office, case, bcc=["max"])
    points = {point.address: (point.working, point.consent) for point in await office.all(ContactPoint)}
    assert points["max"] == (changes.get("working", True), changes.get("consent", True))


async def test_a_copy_tells_nothing_of_an_address_that_is_known(office: Office) -> None:
    """Who writes from an address can be reached there; who is written to perhaps not."""
    case = await office.says("Hi", inbox="mail", sender="mia")
    await office.says("Hi", inbox="mail", sender="max", name="Max")
    await reply(office, case, cc=["max"])
    await office.work()
    assert office.channel("mail").sent[0].addressees[1] == Addressee("max", "Max", "cc")


async def test_a_copy_that_fails_fails_alone(office: Office) -> None:
    case = await office.says("Hi", inbox="mail", sender="mia")
    await reply(office, case, cc=["max"])
    await office.work()
    (message_id,) = {row.provider_id for row in await office.all(Delivery)}
    said: dict[str, Any] = {"id": message_id, "state": "failed", "error": "550 no Max", "failure": "hard"}
    await office.receive("", inbox="mail", address="max", **said)
    await office.work()
    assert await deliveries(office) == [("mia", "to", "sent"), ("max", "cc", "failed")]
    assert [point.working for point in await office.all(ContactPoint)] == [True, False]


async def test_a_failure_at_an_address_of_nobody_is_told_and_blames_nobody(office: Office) -> None:
    """The mail was passed on to somewhere else."""
    case = await office.says("Hi", inbox="mail", sender="mia")
    await reply(office, case, cc=["max"])
    await office.work()
    key = office.channel("mail").sent[0].message_key
    failed: dict[str, Any] = {"id": "?", "key": key, "state": "failed", "error": "550 no Pia", "failure": "hard"}
    await office.receive("", inbox="mail", address="pia", **failed)
    await office.work()
    assert {state for _, _, state in await deliveries(office)} == {"sent"}
    assert all(point.working for point in await office.all(ContactPoint))
    told = [row.interaction.payload for row in await office.log(case)][-1]
    assert (told["event"], told["address"], told["error"]) == ("delivery_failed", "pia", "550 no Pia")


async def test_only_whom_an_agent_ticks_is_addressed(office: Office) -> None:
    case = await office.says("Hi", inbox="mail", sender="mia", message_id="1@x", copied=[{"address": "max"}])
    await office.says("Me too", inbox="mail", sender="zoe", references=["1@x"])
    assert len(await office.all(Participant)) == 1
    await office.act("Ada", actions.reply, case.number, "Hello")
    assert [one.to for one in office.channel("mail").sent] == ["mia"]
    assert await offered(office, case) == [("zoe", False, True), ("max", False, False)]


async def test_the_last_cc_stays_ticked_and_a_bcc_is_forgotten(office: Office) -> None:
    case = await office.says(
        "Hi", inbox="mail", sender="mia", copied=[{"address": "max", "name": "Max"}, {"address": "pia", "role": "cc"}]
    )
    assert await offered(office, case) == [("max", False, True), ("pia", False, True)]
    await reply(office, case, cc=["max"], bcc=["boss"])
    await office.work()
    assert await offered(office, case) == [("max", True, True), ("pia", False, True)]
    await reply(office, case)
    assert await offered(office, case) == [("max", False, True), ("pia", False, True)]


async def test_a_channel_to_one_person_offers_nobody(office: Office) -> None:
    case = await office.says("Hi", copied=[{"address": "max"}])
    assert await offered(office, case) == []


async def test_who_answers_a_copy_takes_part(office: Office) -> None:
    case = await office.says("Hi", inbox="mail", sender="mia")
    await reply(office, case, cc=["max"])
    await office.work()
    token = office.channel("mail").sent[0].token
    again = await office.says("I know", inbox="mail", sender="max", token=token)
    assert again.id == case.id
    assert again.contact_point_id == case.contact_point_id
    assert [row.contact_point_id for row in await office.all(Participant)] != [case.contact_point_id]


async def test_a_bounce_of_what_an_earlier_version_sent_is_found_by_its_own_key(office: Office) -> None:
    case = await office.says("Hi", inbox="mail", sender="mia")
    await reply(office, case)
    await office.work()
    (delivery,) = await office.all(Delivery)
    await office.change(Delivery, Delivery.id == delivery.id, provider_id=None)
    key = key_of(office.keys, delivery.id)
    await office.receive("", inbox="mail", id=f"{key}@old", key=key, state="failed", error="550", address="mia.b")
    await office.work()
    assert await deliveries(office) == [("mia", "to", "failed")]


async def test_automatic_messages_go_to_the_contact_alone(office: Office) -> None:
    case = await office.says("Hi", inbox="mail", sender="mia", copied=[{"address": "max"}])
    await reply(office, case, cc=["max"])
    await office.act("Ada", actions.resolve, case.number)
    office.clock.skip(hours=30)
    await office.work()
    survey = office.channel("mail").sent[-1]
    assert (survey.to, [one.address for one in survey.addressees]) == ("mia", ["mia"])
    assert survey.automatic
