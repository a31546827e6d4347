"""Who has left a chat gets the agent's answer by mail, and answers it into the chat."""

from typing import Any

import pytest

from omnidesk.contract.channel import ChannelError, Failure, Sender
from omnidesk.desk import actions
from omnidesk.store.models import Case, ContactPoint
from tests.desk.chats import away_mails, contact_of, events_of, mails, open_chat, point_of
from tests.office import Office

LEFT = {"claims": {"email": "mia@example.com"}}


@pytest.fixture
async def chat(office: Office) -> Office:
    await open_chat(office)
    return office


async def asks(office: Office, text: str = "Where is my parcel?", **said: Any) -> Case:
    return await office.says(text, inbox="chat", sender="visitor-1", **{**LEFT, **said})


async def seen(office: Office, kind: Any = "seen") -> None:
    reception = office.reception("chat")
    entries = (await reception.transcript("visitor-1")).entries
    await reception.signal("visitor-1", kind, [one.id for one in entries if one.direction == "outbound"][-1])


async def test_an_answer_that_nobody_sees_goes_by_mail_after_a_wait(chat: Office) -> None:
    case = await asks(chat)
    await chat.act("Bo", actions.reply, case.number, "It is on its way.")
    assert mails(chat) == []
    chat.clock.skip(minutes=3)
    await chat.work()
    (mail,) = mails(chat)
    assert (mail.to, mail.from_name) == ("mia@example.com", "Bo")
    assert mail.text.startswith("It is on its way.")
    assert "left our chat" in mail.text
    assert [one.address for one in mail.addressees] == ["mia@example.com"]
    chat.clock.skip(hours=1)
    await chat.work()
    assert len(mails(chat)) == 1


async def test_what_was_seen_in_the_chat_is_not_mailed(chat: Office) -> None:
    case = await asks(chat)
    await chat.act("Bo", actions.reply, case.number, "It is on its way.")
    await seen(chat)
    chat.clock.skip(minutes=3)
    await chat.work()
    assert mails(chat) == []
    assert [one.state for one in await away_mails(chat)] == ["cancelled"]


async def test_a_mail_waits_while_the_person_is_there(chat: Office) -> None:
    case = await asks(chat)
    await chat.act("Bo", actions.reply, case.number, "It is on its way.")
    await seen(chat, "delivered")
    chat.clock.skip(seconds=90)
    await chat.change(ContactPoint, ContactPoint.address == "visitor-1", here_at=chat.database.now())
    chat.clock.skip(seconds=60)
    await chat.work()
    assert mails(chat) == []
    chat.clock.skip(seconds=90)
    await chat.work()
    assert len(mails(chat)) == 1


async def test_later_words_in_the_chat_do_not_wait_for_the_mail(chat: Office) -> None:
    case = await asks(chat)
    await chat.act("Bo", actions.reply, case.number, "One")
    await chat.act("Bo", actions.reply, case.number, "Two")
    assert [one.text for one in chat.channel("chat").sent] == ["One", "Two"]
    chat.clock.skip(minutes=3)
    await chat.work()
    assert [one.text.split("\n")[0] for one in mails(chat)] == ["One", "Two"]


async def test_what_the_bot_says_and_who_left_no_address_is_not_mailed(office: Office) -> None:
    await open_chat(office, bot="echo")
    await office.says("Hello", inbox="chat", sender="visitor-1", **LEFT)
    case = await office.says("person", inbox="chat", sender="visitor-2")
    await office.act("Bo", actions.reply, case.number, "Hello!")
    office.clock.skip(minutes=3)
    await office.work()
    assert await away_mails(office) == []


async def test_a_reply_to_the_mail_lands_in_the_chat(chat: Office) -> None:
    case = await asks(chat)
    await chat.act("Bo", actions.reply, case.number, "It is on its way.")
    chat.clock.skip(minutes=3)
    await chat.work()
    token = mails(chat)[0].token
    again = await chat.says("Thank you!", inbox="mail", sender="mia@example.com", token=token)
    assert (again.id, again.channel) == (case.id, "fakechat")
    said = (await chat.reception("chat").transcript("visitor-1")).entries
    assert [(one.direction, one.text) for one in said] == [
        ("inbound", "Where is my parcel?"), ("outbound", "It is on its way."), ("inbound", "Thank you!")
    ]  # fmt: skip
    assert (await point_of(chat, "mia@example.com")).contact_id == (await point_of(chat, "visitor-1")).contact_id


async def test_a_reply_leads_back_by_its_references_too(chat: Office) -> None:
    case = await asks(chat)
    await chat.act("Bo", actions.reply, case.number, "It is on its way.")
    chat.clock.skip(minutes=3)
    await chat.work()
    (mail,) = await away_mails(chat)
    again = await chat.says("Thanks", inbox="mail", sender="mia@example.com", references=[mail.provider_id])
    assert again.id == case.id


async def test_somebody_else_who_was_sent_the_mail_only_takes_part(chat: Office) -> None:
    case = await asks(chat)
    await chat.act("Bo", actions.reply, case.number, "It is on its way.")
    chat.clock.skip(minutes=3)
    await chat.work()
    await chat.says("I am her brother", inbox="mail", sender="eve@example.com", token=mails(chat)[0].token)
    assert len(await events_of(chat, "participant_added")) == 1
    assert (await contact_of(chat, "eve@example.com")).id != (await contact_of(chat, "visitor-1")).id


async def test_an_address_of_somebody_else_stays_theirs(chat: Office) -> None:
    await chat.says("An old question", inbox="mail", sender="mia@example.com", name="Mia Demir")
    chat.clock.skip(minutes=1)
    case = await asks(chat)
    await chat.act("Bo", actions.reply, case.number, "It is on its way.")
    chat.clock.skip(minutes=3)
    await chat.work()
    again = await chat.says("Thanks", inbox="mail", sender="mia@example.com", token=mails(chat)[-1].token)
    assert again.id == case.id
    assert (await contact_of(chat, "mia@example.com")).id != (await contact_of(chat, "visitor-1")).id


async def test_two_processes_mail_it_once(chat: Office) -> None:
    case = await asks(chat)
    await chat.act("Bo", actions.reply, case.number, "It is on its way.")
    chat.clock.skip(minutes=3)
    await chat.lease("other/1/1")
    other = chat.outbox("other/1/1")
    assert await other.run()
    await chat.work()
    assert len(mails(chat)) == 1


async def test_an_address_that_does_not_exist_is_forgotten_and_the_chat_works_on(chat: Office) -> None:
    case = await asks(chat)
    await chat.act("Bo", actions.reply, case.number, "It is on its way.")
    chat.channel("mail").refuse.append(ChannelError("no such mailbox", failure=Failure.HARD))
    chat.clock.skip(minutes=3)
    await chat.work()
    point = await point_of(chat, "visitor-1")
    assert (point.working, point.away_email) == (True, "")


async def test_a_visitor_says_later_where_they_can_be_reached(chat: Office) -> None:
    await asks(chat, claims={})
    reception = chat.reception("chat")
    await reception.introduce(Sender("visitor-1"), {"email": "mia@example.com"})
    known = await reception.acquaintance("visitor-1")
    assert known is not None
    assert known.email == "mia@example.com"
    assert await reception.acquaintance("nobody") is None


async def test_a_transcript_is_mailed_three_times_a_day(chat: Office) -> None:
    case = await asks(chat)
    await chat.act("Bo", actions.reply, case.number, "It is <on> its way.")
    reception = chat.reception("chat")
    for _ in range(3):
        await reception.mail_transcript("visitor-1", "mia@example.com")
    with pytest.raises(ChannelError, match="often"):
        await reception.mail_transcript("visitor-1", "eve@example.com")
    await chat.work()
    first = mails(chat)[0]
    assert first.automatic
    assert "Where is my parcel?" in first.text
    assert "It is <on> its way." in first.text
    assert (await chat.reception("chat").transcript("visitor-1")).entries[-1].text == "It is <on> its way."


async def test_nobody_who_said_nothing_gets_a_transcript(chat: Office) -> None:
    with pytest.raises(ChannelError):
        await chat.reception("chat").mail_transcript("stranger", "mia@example.com")
    with pytest.raises(ChannelError):
        await chat.reception("desk").mail_transcript("mia", "mia@example.com")
