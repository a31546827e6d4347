"""A proven address leads to the same contact, and nobody is taken for somebody else."""

import asyncio

import pytest

from omnidesk.desk import actions
from omnidesk.desk.directory import unlinking
from omnidesk.store.models import ContactLink, ContactPoint, Delivery, Invitation
from tests.desk.chats import contact_of, events_of, open_chat, point_of
from tests.office import Office

MIA = {"proofs": {"email": "mia@example.com"}}


@pytest.fixture
async def chat(office: Office) -> Office:
    await open_chat(office)
    return office


async def test_a_proven_address_that_nobody_has_becomes_the_persons(chat: Office) -> None:
    await chat.says("Hello", inbox="chat", sender="user-1", proven=True, **MIA)
    point = await point_of(chat, "mia@example.com")
    assert point.proven
    assert point.channel == "fakemail"
    mail = await chat.says("By mail now", inbox="mail", sender="mia@example.com")
    assert mail.contact_id == (await contact_of(chat, "user-1")).id


async def test_who_is_known_by_mail_is_the_same_in_the_chat(chat: Office) -> None:
    mail = await chat.says("By mail", inbox="mail", sender="mia@example.com", name="Mia Demir")
    case = await chat.says("In the chat", inbox="chat", sender="user-1", **MIA)
    assert (case.contact_id, case.contact_name) == (mail.contact_id, "Mia Demir")
    (event,) = await events_of(chat, "recognised_by")
    assert event.payload["address"] == "mia@example.com"
    await chat.says("More", inbox="chat", sender="user-1", **MIA)
    assert len(await events_of(chat, "recognised_by")) == 1


async def test_earlier_cases_go_along_and_come_back_by_undo(chat: Office) -> None:
    before = await chat.says("Not signed in yet", inbox="chat", sender="visitor-1")
    stranger = before.contact_id
    mail = await chat.says("By mail", inbox="mail", sender="mia@example.com")
    after = await chat.says("Signed in", inbox="chat", sender="visitor-1", **MIA)
    assert (after.id, after.contact_id) == (before.id, mail.contact_id)
    (made,) = await chat.all(ContactLink)
    viewer = await chat.viewer("Bo")
    async with chat.database.transaction() as tx:
        await unlinking.undo(tx, viewer, made.id)
    assert (await chat.case(before.number)).contact_id == stranger


async def test_two_proven_people_stay_two_and_an_agent_is_told(chat: Office) -> None:
    eve = await chat.says("I am Eve", inbox="mail", sender="eve@example.com", proven=True)
    first = await chat.says("Hello", inbox="chat", sender="user-1", **MIA)
    await chat.act("Bo", actions.resolve, first.number)
    chat.clock.skip(days=30)
    await chat.work()
    second = await chat.says("Hello again", inbox="chat", sender="user-1", proofs={"email": "eve@example.com"})
    assert second.contact_id == first.contact_id != eve.contact_id
    assert len(await events_of(chat, "proven_elsewhere")) == 1


async def test_a_phone_number_is_looked_for_where_phones_are(chat: Office) -> None:
    sms = await chat.says("By SMS", inbox="sms", sender="+905321234567")
    case = await chat.says("In the chat", inbox="chat", sender="user-1", proofs={"phone": "+905321234567"})
    assert case.contact_id == sms.contact_id


async def test_two_messages_at_once_prove_the_same(chat: Office) -> None:
    await chat.says("By mail", inbox="mail", sender="mia@example.com")
    await chat.receive("One", inbox="chat", sender="user-1", **MIA)
    await chat.receive("Two", inbox="chat", sender="user-1", **MIA)
    await chat.work()
    assert (await contact_of(chat, "user-1")).id == (await contact_of(chat, "mia@example.com")).id
    assert len(await chat.all(ContactLink)) == 1


async def test_a_talk_before_signing_in_goes_on_at_the_users_address(chat: Office) -> None:
    case = await chat.says("Not signed in", inbox="chat", sender="visitor-1")
    reception = chat.reception("chat")
    assert await reception.take_over("visitor-1", "user-1")
    assert not await reception.take_over("visitor-1", "user-1")
    assert not await reception.take_over("nobody", "user-1")
    again = await chat.says("Signed in", inbox="chat", sender="user-1", proven=True)
    assert again.id == case.id
    said = (await reception.transcript("user-1")).entries
    assert [one.text for one in said] == ["Not signed in", "Signed in"]
    assert (await reception.transcript("visitor-1")).entries == ()


async def test_a_talk_on_a_second_device_joins_the_users(chat: Office) -> None:
    known = await chat.says("From my phone", inbox="chat", sender="user-1", proven=True)
    other = await chat.says("From my laptop", inbox="chat", sender="visitor-2")
    assert await chat.reception("chat").take_over("visitor-2", "user-1")
    assert (await chat.case(other.number)).contact_id == known.contact_id
    texts = {one.text for one in (await chat.reception("chat").transcript("user-1")).entries}
    assert texts == {"From my phone", "From my laptop"}


async def test_what_was_on_its_way_meanwhile_is_the_users(chat: Office) -> None:
    await chat.says("First", inbox="chat", sender="visitor-1")
    await chat.receive("Late", inbox="chat", sender="visitor-1")
    await chat.reception("chat").take_over("visitor-1", "user-1")
    await chat.work()
    assert [one.text for one in (await chat.reception("chat").transcript("user-1")).entries] == ["First", "Late"]


async def test_signing_in_takes_along_what_was_sent_what_waits_and_what_was_asked(chat: Office) -> None:
    case = await chat.says("Not signed in", inbox="chat", sender="visitor-1")
    await chat.act("Bo", actions.reply, case.number, "Sent")
    case = await chat.act("Bo", actions.resolve, case.number)
    async with chat.database.transaction() as tx:
        await actions.reply(tx, await chat.viewer("Bo"), case.number, "Waits", capabilities=lambda _: None)
    version = (await chat.case(case.number)).version
    await chat.reception("chat").take_over("visitor-1", "user-1")
    user = await point_of(chat, "user-1")
    moved = [*await chat.all(Delivery), *await chat.all(Invitation)]
    assert {row.contact_point_id for row in moved} == {user.id}
    (waiting,) = [row for row in await chat.all(Delivery) if row.state == "queued"]
    assert waiting.address == "user-1"
    assert (await chat.case(case.number)).version == version + 1
    await chat.work()
    said = (await chat.reception("chat").transcript("user-1")).entries
    assert [one.text for one in said][:2] == ["Not signed in", "Sent"]


async def test_two_devices_that_sign_in_at_once_are_one_user(chat: Office) -> None:
    for visitor in ("visitor-1", "visitor-2"):
        await chat.says("Hello", inbox="chat", sender=visitor)
    taken = [chat.reception("chat").take_over(visitor, "user-1") for visitor in ("visitor-1", "visitor-2")]
    assert await asyncio.gather(*taken) == [True, True]
    user = await point_of(chat, "user-1")
    known_as = {row.known_as_id for row in await chat.all(ContactPoint) if row.address.startswith("visitor")}
    assert known_as == {user.id}
