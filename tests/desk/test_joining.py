"""Which case a message joins: by a token, by what it answers, by who wrote it; else it opens one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col

from omnidesk.desk import actions
from omnidesk.desk.incoming import joining
from omnidesk.store.models import Case, Category, Contact, ContactPoint, Inbox, Interaction, Participant
from tests.office import Office


def token_of(office: Office, case: Case) -> str:
    return joining.case_token(office.keys, case.id)


async def mail(office: Office, text: str, **said: Any) -> Case:
    return await office.says(text, inbox=said.pop("inbox", "mail"), **said)


async def said_in(office: Office, case: Case) -> list[str]:
    return [row.interaction.text for row in await office.log(case) if row.interaction.kind == "message"]


@contextmanager
def statements(office: Office) -> Iterator[list[str]]:
    """What the writing connection is asked while this is open."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(office.database.writer.sync_engine, "before_cursor_execute", note)
    yield asked
    event.remove(office.database.writer.sync_engine, "before_cursor_execute", note)


# By token


async def test_a_token_leads_to_its_case_from_any_inbox_of_its_contact(office: Office) -> None:
    case = await mail(office, "Hello")
    for inbox, token in (("mail", token_of(office, case)), ("mail2", token_of(office, case).upper())):
        joined = await mail(office, "Again", inbox=inbox, token=token, references=["unknown@x"])
        assert joined.id == case.id
    assert (await office.case(case.number)).inbox_id == office.inboxes.by_slug("mail2").row.id


async def test_a_token_is_stronger_than_references(office: Office) -> None:
    one = await mail(office, "One", message_id="one@x")
    two = await mail(office, "Two", message_id="two@x")
    assert (await mail(office, "Three", token=token_of(office, one), references=["two@x"])).id == one.id
    assert (await mail(office, "Four", references=["two@x"])).id == two.id


async def test_a_token_that_we_did_not_make_leads_nowhere(office: Office) -> None:
    case = await mail(office, "Hello")
    good = token_of(office, case)
    text, _, signature = good.rpartition(".")
    forged = [
        f"{text}.{signature[:-1]}{'a' if signature[-1] != 'a' else 'b'}", f"{text}x.{signature}", text, "", ".",
        "ç" * 9, office.keys.sign("survey", text), f"{text}.", f".{signature}",
    ]  # fmt: skip
    for number, token in enumerate(forged):
        assert (await mail(office, "Hello", token=token, sender=f"eve{number}")).id != case.id


async def test_a_token_of_a_case_that_is_no_more_leads_nowhere(office: Office) -> None:
    token = joining.case_token(office.keys, 4711)
    case = await mail(office, "Hello", token=token)
    assert case.number == 1001


# By thread


async def test_of_references_the_nearest_known_one_counts(office: Office) -> None:
    one = await mail(office, "One", message_id="one@x")
    two = await mail(office, "Two", message_id="two@x")
    for references, expected in (
        (["unknown@x", "two@x", "one@x"], two),
        (["one@x", "two@x"], one),
        ([f"unknown{number}@x" for number in range(49)] + ["one@x"], one),
    ):
        assert (await mail(office, "Re", references=references)).id == expected.id


async def test_a_mail_that_refers_to_nothing_opens_a_case_though_its_sender_is_known(office: Office) -> None:
    first = await mail(office, "One")
    assert (await mail(office, "Two")).id != first.id
    assert len(await office.all(Contact)) == 1


async def test_a_mail_joins_by_the_id_of_our_answer(office: Office) -> None:
    case = await mail(office, "Hello")
    await office.act("Ada", actions.reply, case.number, "Hi")
    (sent,) = office.channel("mail").sent
    assert (await mail(office, "Thanks", references=[f"fake-{sent.message_key}"])).id == case.id


async def test_the_same_mail_to_two_inboxes_is_one_case_and_a_note(office: Office) -> None:
    for together in (False, True):
        name = f"same {together}"
        first_id = await office.receive("Hello", inbox="mail", external_id=name, message_id=name, sender=name)
        if not together:
            await office.work()
        await office.receive("Hello", inbox="mail2", external_id=name, message_id=name, sender=name)
        await office.work()
        (said,) = [row for row in await office.all(Interaction) if row.external_id == first_id]
        (case,) = [row for row in await office.all(Case) if row.id == said.case_id]
        notes = [row.interaction.payload for row in await office.log(case)]
        assert [note["inbox"] for note in notes if note.get("event") == "also_to"] == ["Second mail"]


async def test_a_message_id_used_again_for_another_mail_is_another_mail(office: Office) -> None:
    first = await mail(office, "One", message_id="same@x")
    second = await mail(office, "Two", message_id="same@x")
    assert first.id != second.id
    assert (await mail(office, "Re", references=["same@x"])).id == second.id


async def test_a_stranger_on_a_thread_takes_part_once_and_is_never_the_contact(office: Office) -> None:
    case = await mail(office, "Hello", name="Mia", message_id="one@x")
    for number in range(3):
        await office.receive(f"Me too {number}", inbox="mail", sender="zoe", name="Zoe", references=["one@x"])
        if number != 1:
            await office.work()
    after = await office.case(case.number)
    assert (after.contact_id, after.contact_point_id, after.contact_name) == (
        case.contact_id, case.contact_point_id, "Mia",
    )  # fmt: skip
    assert len(await office.all(Participant)) == 1
    assert (await office.events(case)).count("participant_added") == 1
    authors = {row.author_name for row in await office.all(Interaction) if row.text.startswith("Me too")}
    assert authors == {"Zoe"}


# By person


async def test_a_person_joins_the_case_last_written_in(office: Office) -> None:
    one = await office.says("One")
    await office.change(Inbox, col(Inbox.slug) == "desk", join="new")
    await office.inboxes.load()
    two = await office.says("Two")
    assert one.id != two.id
    await office.change(Inbox, col(Inbox.slug) == "desk", join=None)
    await office.inboxes.load()
    assert (await office.says("Three")).id == two.id
    assert (await office.says("Four", token=token_of(office, one))).id == one.id
    assert (await office.says("Five")).id == one.id


async def test_a_person_has_a_case_of_their_own_in_each_inbox(office: Office) -> None:
    desk, billing = await office.says("One"), await office.says("Two", inbox="billing")
    assert desk.id != billing.id
    assert desk.contact_id == billing.contact_id
    assert (await office.says("Three")).id == desk.id


async def test_an_open_case_is_joined_before_a_closed_one_written_in_later(office: Office) -> None:
    open_ = await office.says("One")
    await office.change(Inbox, col(Inbox.slug) == "desk", join="new")
    await office.inboxes.load()
    closed = await office.says("Two")
    await office.change(Case, col(Case.id) == closed.id, category=Category.CLOSED)
    await office.change(Inbox, col(Inbox.slug) == "desk", join="person")
    await office.inboxes.load()
    assert (await office.says("Three")).id == open_.id


async def test_a_form_opens_a_case_each_time(office: Office) -> None:
    await office.change(Inbox, col(Inbox.slug) == "desk", join="new")
    await office.inboxes.load()
    assert (await office.says("One")).id != (await office.says("Two")).id


async def test_a_participant_who_writes_without_a_thread_opens_a_case_also_in_the_same_batch(office: Office) -> None:
    case = await office.says("Hello")
    await office.receive("Me too", sender="zoe", token=token_of(office, case))
    await office.receive("And by the way", sender="zoe")
    await office.work()
    assert await said_in(office, case) == ["Hello", "Me too"]
    assert len(await office.all(Case)) == 2


# Within one batch


@pytest.mark.parametrize("inbox", ["desk", "mail"])
async def test_messages_of_one_batch_join_the_case_opened_in_it(office: Office, inbox: str) -> None:
    for number in range(4):
        await office.receive(
            f"{number}", inbox=inbox, message_id=f"{number}@x", references=[f"{number - 1}@x"] if number else []
        )
    await office.work()
    (case,) = await office.all(Case)
    assert await said_in(office, case) == ["0", "1", "2", "3"]
    assert [row.interaction.position for row in await office.log(case)] == [1, 2, 3, 4, 5, 6]


# What is over


async def test_a_resolved_case_is_reopened_while_its_inbox_reopens(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Ada", actions.resolve, case.number)
    office.clock.skip(days=6, hours=23)
    reopened = await office.says("It is broken again")
    assert (reopened.id, reopened.category, reopened.cycle, reopened.resolved_at) == (case.id, "open", 2, None)
    assert "reopened" in await office.events(case)


@pytest.mark.parametrize("inbox", ["desk", "mail"])
@pytest.mark.parametrize("days", [8, 15, 400])
async def test_what_was_over_for_too_long_is_linked_to_a_new_case(office: Office, inbox: str, days: int) -> None:
    old = await office.says("Hello", inbox=inbox, message_id="one@x")
    await office.act("Ada", actions.resolve, old.number)
    office.clock.skip(days=days)
    await office.work()
    new = await office.says("It is broken again", inbox=inbox, references=["one@x"])
    assert (new.id != old.id, new.linked_case_id, new.category) == (True, old.id, "new")
    (linked,) = [row.interaction for row in await office.log(new) if row.interaction.payload.get("event") == "linked"]
    assert linked.payload["number"] == old.number
    assert (await office.case(old.number)).category == (Category.RESOLVED if days == 8 else Category.CLOSED)
    assert (await office.says("And?", inbox=inbox, token=token_of(office, new))).id == new.id


@pytest.mark.parametrize("days", [0, 8, 15])
async def test_automatic_mail_is_logged_where_it_belongs_and_takes_nothing_up(office: Office, days: int) -> None:
    case = await mail(office, "Hello", message_id="one@x")
    await office.act("Ada", actions.resolve, case.number)
    office.clock.skip(days=days)
    await office.work()
    before = await office.case(case.number)
    joined = await mail(office, "I am away", references=["one@x"], automatic=True)
    assert (joined.id, joined.category, joined.cycle) == (case.id, before.category, 1)
    assert (await said_in(office, case))[-1] == "I am away"


async def test_automatic_mail_that_belongs_nowhere_opens_a_case_without_the_bot(office: Office) -> None:
    case = await office.says("I am a robot", inbox="bot", automatic=True)
    assert (case.holder, case.category) == ("team", "new")
    assert office.channel("bot").sent == []


# How many statements


async def batch(office: Office, senders: range, **said: Any) -> int:
    """Statements for a batch of one message each from these senders."""
    for number in senders:
        await office.receive("Hello", sender=f"s{number}", **said)
    with statements(office) as asked:
        await office.intake(office.holder).run()
    return len(asked)


async def test_a_longer_batch_of_new_cases_asks_no_more(office: Office) -> None:
    few = await batch(office, range(10), inbox="mail")
    assert await batch(office, range(10, 60), inbox="mail") <= few + 2
    assert len(await office.all(Case)) == 60


async def test_a_longer_batch_of_answers_asks_no_more(office: Office) -> None:
    await batch(office, range(50))
    few = await batch(office, range(10))
    assert await batch(office, range(50)) <= few + 2
    assert len(await office.all(Case)) == 50


async def test_a_longer_batch_of_strangers_asks_no_more(office: Office) -> None:
    case = await mail(office, "Hello", message_id="one@x")
    few = await batch(office, range(10), inbox="mail", references=["one@x"])
    assert await batch(office, range(50), inbox="mail", references=["one@x"]) <= few + 2
    assert len(await office.all(Participant)) == 50
    assert {row.case_id for row in await office.all(Interaction)} == {case.id}


async def test_the_first_message_tells_the_language(office: Office) -> None:
    case = await office.says("Merhaba, kargom hâlâ gelmedi, nerede acaba?", inbox="mail")
    assert case.language == "tr"


async def test_a_bounce_takes_part_in_nothing(office: Office) -> None:
    case = await office.says("Hello", inbox="mail", message_id="a@x")
    await office.says("undeliverable", inbox="mail", sender="daemon", references=["a@x"], automatic=True)
    assert await office.all(Participant) == []
    assert "participant_added" not in await office.events(case)


async def test_a_word_in_a_chat_whose_case_goes_on_elsewhere_joins_it(office: Office) -> None:
    case = await office.says("Hello", sender="mia")
    other = await office.says("By SMS", inbox="sms", sender="+905321234567")
    await office.change(ContactPoint, col(ContactPoint.id) == other.contact_point_id, contact_id=case.contact_id)
    await office.change(
        Case,
        col(Case.id) == case.id,
        contact_point_id=other.contact_point_id,
        inbox_id=other.inbox_id,
        channel="fakesms",
    )
    again = await office.says("And one thing more", sender="mia")
    assert again.number == case.number
    assert again.channel == "fake"  # answers go where the person wrote last
    await office.act("Ada", actions.resolve, case.number)
    assert (await office.says("Hi, it's me", sender="mia2")).number != case.number


async def test_an_automatic_answer_moves_no_case(office: Office) -> None:
    case = await office.says("Hello", sender="mia")
    other = await mail(office, "A mail", sender="mia@x.example")
    await office.change(ContactPoint, col(ContactPoint.id) == other.contact_point_id, contact_id=case.contact_id)
    away = await mail(office, "I am away", sender="mia@x.example", token=token_of(office, case), automatic=True)
    assert away.number == case.number
    assert away.channel == "fake"
