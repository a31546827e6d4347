"""The way back of a link: to each their own cases, and nothing of one person for the other."""

import pytest
from sqlmodel import col, select

from omnidesk.desk import actions
from omnidesk.desk.outgoing import reaching
from omnidesk.errors import Conflict, NotAllowed
from omnidesk.store.models import (
    Case,
    Contact,
    ContactPoint,
    Delivery,
    DeliveryState,
    Inbox,
    Interaction,
    Invitation,
    Kind,
    Participant,
    Team,
)
from tests.desk.test_linking import link, point_of, undo, visitor_and_sender
from tests.office import Office

SECRET = "My secret: the blue door"


async def answer_through(office: Office, case: Case, inbox: str, text: str, by: str = "Bo") -> Case:
    """An agent answers a case by an inbox."""
    row = office.inboxes.by_slug(inbox).row

    async with office.database.transaction() as tx:
        await reaching.answer_through(tx, await office.viewer(by), case.number, row)
    return await office.act(by, actions.reply, case.number, text)


async def owner(office: Office, case: Case) -> int:
    return (await office.case(case.number)).contact_id


async def answered(office: Office, case: Case) -> tuple[str, str, str]:
    """The address, inbox and channel that a case is answered by."""
    now = await office.case(case.number)
    async with office.database.session() as session:
        point = await session.get_one(ContactPoint, now.contact_point_id)
        inbox = await session.get_one(Inbox, now.inbox_id)
    return point.address, inbox.slug, now.channel


async def test_the_stranger_gets_nothing_of_a_case_that_was_answered_to_them(office: Office) -> None:
    chat = await office.says("Hello from the chat", sender="visitor-1")
    mail = await office.says(SECRET, inbox="mail", sender="mia@example.com", name="Mia Demir", message_id="<1@x>")
    made = await link(office, "visitor-1", "mia@example.com")
    await answer_through(office, mail, "desk", "About your secret")
    assert SECRET in await office.transcript("visitor-1")
    await undo(office, made)
    again = await office.says("And the red one", inbox="mail", sender="mia@example.com", references=["<1@x>"])
    assert (again.id, await owner(office, mail)) == (mail.id, mail.contact_id)
    assert await answered(office, mail) == ("mia@example.com", "mail", "fakemail")
    assert await owner(office, chat) == chat.contact_id
    assert await office.transcript("visitor-1") == ["Hello from the chat"]
    assert "address_left" in await office.events(mail)


async def test_what_the_stranger_says_next_opens_no_door(office: Office) -> None:
    chat = await office.says("Hello from the chat", sender="visitor-1")
    mail = await office.says(SECRET, inbox="mail", sender="mia@example.com", name="Mia Demir")
    made = await link(office, "visitor-1", "mia@example.com")
    await answer_through(office, mail, "desk", "About your secret")
    await undo(office, made)
    later = await office.says("Who are you?", sender="visitor-1")
    assert later.id == chat.id
    await office.act("Bo", actions.reply, mail.number, "Only for Mia")
    assert [one.to for one in office.channel("mail").sent] == ["mia@example.com"]
    assert await office.transcript("visitor-1") == ["Hello from the chat", "Who are you?"]


async def test_an_answer_on_the_thread_of_another_stays_there_as_a_strangers(office: Office) -> None:
    ada = await office.says("Ada's question", inbox="mail", sender="a@example.com", name="A", message_id="<1@x>")
    bea = await office.says("Bea's question", inbox="mail", sender="b@example.com", name="B")
    made = await link(office, "b@example.com", "a@example.com")
    joined = await office.says("Bea answers", inbox="mail", sender="b@example.com", references=["<1@x>"])
    assert joined.id == ada.id
    await undo(office, made)
    assert (await owner(office, ada), await owner(office, bea)) == (ada.contact_id, bea.contact_id)
    assert await answered(office, ada) == ("a@example.com", "mail", "fakemail")
    (said,) = [row for row in await office.all(Interaction) if row.text == "Bea answers"]
    assert (said.contact_id, said.author_id, said.author_name) == (ada.contact_id, bea.contact_id, "B")
    (taking_part,) = await office.all(Participant)
    assert (taking_part.case_id, taking_part.contact_point_id) == (ada.id, (await point_of(office, "b@example.com")).id)


async def test_a_case_that_came_along_goes_back_though_it_is_answered_elsewhere(office: Office) -> None:
    chat, mail = await visitor_and_sender(office)
    made = await link(office, "visitor-1", "mia@example.com")
    await answer_through(office, chat, "mail", "Dear Mia")
    (sent,) = office.channel("mail").sent
    await office.says("What visitor?", inbox="mail", sender="mia@example.com", token=sent.token)
    assert (await office.case(chat.number)).channel == "fakemail"
    await undo(office, made)
    now = await office.case(chat.number)
    assert (now.contact_id, now.contact_name) == (chat.contact_id, chat.contact_name)
    assert await answered(office, chat) == ("visitor-1", "desk", "fake")
    assert await office.transcript("visitor-1") == ["Hello from the chat"]
    assert await owner(office, mail) == mail.contact_id


async def test_a_case_that_was_opened_since_is_not_called_by_the_others_name(office: Office) -> None:
    await visitor_and_sender(office)
    made = await link(office, "visitor-1", "mia@example.com")
    later = await office.says("Something new", sender="visitor-1", inbox="bot")
    assert later.contact_name == "Mia Demir"
    await undo(office, made)
    now = await office.case(later.number)
    assert (now.contact_name, now.contact_id) == ("visitor-1", (await point_of(office, "visitor-1")).contact_id)
    said = [row for row in await office.all(Interaction) if row.text == "Something new"]
    assert [(row.author_id, row.author_name) for row in said] == [(now.contact_id, "visitor-1")]


async def test_answers_go_to_an_address_that_works_by_the_inbox_used_last(office: Office) -> None:
    await office.says("Hello", sender="visitor-1")
    mail = await office.says("One", inbox="mail2", sender="mia@example.com", name="Mia")
    await office.says("Two", sender="mia-chat")
    await link(office, "mia-chat", "mia@example.com")
    made = await link(office, "visitor-1", "mia@example.com")
    await answer_through(office, mail, "desk", "By chat")
    before = await office.case(mail.number)
    await office.becomes(before, contact_point_id=(await point_of(office, "visitor-1")).id)
    await office.change(ContactPoint, col(ContactPoint.address) == "mia@example.com", working=False)
    await undo(office, made)
    assert await answered(office, mail) == ("mia-chat", "desk", "fake")


async def test_without_another_address_an_address_is_not_taken_away(office: Office) -> None:
    await office.says("Hello", sender="visitor-1")
    mail = await office.says(SECRET, inbox="mail", sender="mia@example.com", name="Mia")
    await office.says("Hi", sender="eve")
    made = await link(office, "visitor-1", "mia@example.com")
    await answer_through(office, mail, "desk", "By chat")
    await link(office, "mia@example.com", "eve")
    with pytest.raises(Conflict) as refused:
        await undo(office, made)
    assert refused.value.code == "no_other_address"
    await office.says("Also me", inbox="mail", sender="mia2@example.com")
    await link(office, "mia2@example.com", "visitor-1")
    await undo(office, made)
    assert await answered(office, mail) == ("mia2@example.com", "mail", "fakemail")


async def test_what_waits_to_be_sent_to_the_stranger_is_not_sent(office: Office) -> None:
    await office.says("Hello", sender="visitor-1")
    mail = await office.says(SECRET, inbox="mail", sender="mia@example.com", name="Mia")
    made = await link(office, "visitor-1", "mia@example.com")
    bo, desk = await office.viewer("Bo"), office.inboxes.by_slug("desk").row
    async with office.database.transaction() as tx:
        await reaching.answer_through(tx, bo, mail.number, desk)
        await actions.reply(tx, bo, mail.number, "About your secret")
    await undo(office, made)
    await office.work()
    (delivery,) = await office.all(Delivery)
    assert (delivery.state, office.channel("desk").sent) == (DeliveryState.FAILED, [])
    async with office.database.transaction() as tx:
        await actions.retry_delivery(tx, bo, delivery.id)
    await office.work()
    assert office.channel("desk").sent == []


async def test_a_survey_that_the_stranger_was_asked_is_closed(office: Office) -> None:
    await office.says("Hello", sender="visitor-1")
    mail = await office.says(SECRET, inbox="mail", sender="mia@example.com", name="Mia")
    made = await link(office, "visitor-1", "mia@example.com")
    await answer_through(office, mail, "desk", "By chat")
    await office.act("Bo", actions.resolve, mail.number)
    (asked,) = await office.all(Invitation)
    assert asked.contact_point_id == (await point_of(office, "visitor-1")).id
    await undo(office, made)
    said = await office.says("5", sender="visitor-1", button=f"survey:{asked.id}:5")
    (kept,) = await office.all(Invitation)
    assert (said.id != mail.id, kept.score, kept.contact_id) == (True, None, mail.contact_id)
    assert kept.contact_point_id == (await point_of(office, "mia@example.com")).id


async def test_an_address_that_was_linked_on_brings_the_first_ones_case_back_all_the_same(office: Office) -> None:
    chat, _ = await visitor_and_sender(office)
    await office.says("Hi", sender="eve")
    await office.says("Me too", inbox="sms", sender="+1")
    await link(office, "+1", "mia@example.com")
    first = await link(office, "visitor-1", "mia@example.com")
    await answer_through(office, chat, "mail", "Dear Mia")
    second = await link(office, "mia@example.com", "eve")
    assert await owner(office, chat) == (await point_of(office, "eve")).contact_id
    await undo(office, first)
    await undo(office, second)
    assert await owner(office, chat) == chat.contact_id
    assert await answered(office, chat) == ("visitor-1", "desk", "fake")


async def test_bo_undoes_nothing_that_changes_a_hidden_case(office: Office) -> None:
    await office.says("Hello", sender="visitor-1")
    mail = await office.says(SECRET, inbox="mail", sender="mia@example.com", name="Mia")
    made = await link(office, "visitor-1", "mia@example.com")
    await answer_through(office, mail, "desk", "By chat")
    async with office.database.session() as session:
        billing = (await session.exec(select(Team.id).where(Team.slug == "billing"))).one()
    await office.becomes(mail, team_id=billing, assignee_id=None)
    with pytest.raises(NotAllowed, match="closed team"):
        await undo(office, made)
    await undo(office, made, by="Ada")
    assert await owner(office, mail) == mail.contact_id


async def test_each_row_is_in_the_log_of_whose_case_it_is_on(office: Office) -> None:
    chat, mail = await visitor_and_sender(office)
    made = await link(office, "visitor-1", "mia@example.com")
    await answer_through(office, mail, "desk", "By chat")
    await office.says("From the chat, in the case of Mia", sender="visitor-1")
    await answer_through(office, chat, "mail", "By mail")
    await undo(office, made)
    of = {case.id: case.contact_id for case in await office.all(Case)}
    rows = await office.all(Interaction)
    assert [row.contact_id for row in rows if row.case_id] == [of[row.case_id] for row in rows if row.case_id]
    assert {row.contact_id for row in rows} == {one.id for one in await office.all(Contact)}
    texts = [row.text for row in rows if row.case_id == mail.id and row.kind == Kind.MESSAGE]
    assert texts == ["Hello by mail", "By chat", "From the chat, in the case of Mia"]
