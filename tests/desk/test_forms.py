"""Forms that the bot asks, and what is filled in before the first message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.contract.channel import FormField
from omnidesk.contract.forms import checked
from omnidesk.store.models import Interaction
from tests.desk.chats import open_chat, point_of
from tests.office import Office

FIELDS = (
    FormField("email", "Email", "email", required=True), FormField("phone", "Phone", "phone"),
    FormField("amount", "Amount", "number"), FormField("day", "Day", "date"),
    FormField("size", "Size", "choice", choices=("S", "M")), FormField("agreed", "Agreed", "checkbox"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "taken", "wrong"),
    [
        ({"email": " Mia@Example.COM "}, {"email": "mia@example.com"}, {}),
        ({}, {}, {"email": "required"}),
        ({"email": "mia"}, {}, {"email": "email"}),
        ({"email": "a@b.c, d@e.f"}, {}, {"email": "email"}),
        ({"email": "a@b.c\nBcc: d@e.f"}, {}, {"email": "email"}),
        ({"email": "m@x.tr", "phone": "0532 123 45 67"}, {"email": "m@x.tr", "phone": "+905321234567"}, {}),
        ({"email": "m@x.tr", "phone": "me"}, {"email": "m@x.tr"}, {"phone": "phone"}),
        ({"email": "m@x.tr", "amount": "12,50", "unknown": "x"}, {"email": "m@x.tr", "amount": "12.50"}, {}),
        ({"email": "m@x.tr", "amount": "Infinity", "day": "2026-02-30"}, {"email": "m@x.tr"},
         {"amount": "number", "day": "date"}),
        ({"email": "m@x.tr", "size": "L"}, {"email": "m@x.tr"}, {"size": "choice"}),
        ({"email": "m@x.tr", "size": "M", "agreed": "on"}, {"email": "m@x.tr", "size": "M", "agreed": "true"}, {}),
        ({"email": "m" * 501}, {}, {"email": "too_long"}),
    ],
)  # fmt: skip
def test_answers_are_checked(answers: dict[str, str], taken: dict[str, str], wrong: dict[str, str]) -> None:
    assert checked(FIELDS, answers) == (taken, wrong)


@given(st.dictionaries(st.sampled_from([one.name for one in FIELDS]), st.text()))
def test_any_answer_is_taken_or_refused_and_what_is_taken_is_taken_again(answers: dict[str, str]) -> None:
    taken, wrong = checked(FIELDS, answers)
    assert not taken.keys() & wrong.keys()
    again, _ = checked(FIELDS, taken)
    assert again == taken


@pytest.fixture
async def chat(office: Office) -> Office:
    await open_chat(office, bot="echo")
    return office


async def asked(office: Office, inbox: str = "chat") -> str:
    await office.says("ask", inbox=inbox, sender="visitor-1")
    entry = (await office.reception(inbox).transcript("visitor-1")).entries[-1]
    assert entry.form is not None
    assert [one.name for one in entry.form.fields] == ["email", "note"]
    assert entry.form == office.channel(inbox).sent[-1].form
    assert not entry.answered
    return entry.form.id


async def test_a_form_is_answered_once_and_the_bot_gets_the_answers(chat: Office) -> None:
    form = await asked(chat)
    cursor = (await chat.reception("chat").transcript("visitor-1")).cursor
    said = {"email": "mia@example.com", "unknown": "x"}
    await chat.says("", inbox="chat", sender="visitor-1", form=form, answers=said)
    assert chat.channel("chat").sent[-1].text == "2: got {'email': 'mia@example.com'}"
    news = (await chat.reception("chat").transcript("visitor-1", cursor)).entries
    assert [(one.answered, one.text) for one in news][:2] == [(True, "Where?"), (False, "Email: mia@example.com")]
    assert (await point_of(chat, "visitor-1")).away_email == "mia@example.com"
    await chat.says("", inbox="chat", sender="visitor-1", form=form, answers={"email": "eve@example.com"})
    assert chat.channel("chat").sent[-1].text == "3: eve@example.com"
    assert (await point_of(chat, "visitor-1")).away_email == "mia@example.com"


@pytest.mark.parametrize("form", ["17", "0", "x", "9" * 18, "-1", "٣"])
async def test_a_form_that_nobody_asked_is_a_text_like_others(chat: Office, form: str) -> None:
    await asked(chat)
    await chat.says("", inbox="chat", sender="visitor-1", form=form, answers={"email": "mia@example.com"})
    assert chat.channel("chat").sent[-1].text == "2: mia@example.com"


async def test_the_form_of_another_visitor_is_not_answered(chat: Office) -> None:
    form = await asked(chat)
    await chat.says("", inbox="chat", sender="visitor-2", form=form, answers={"email": "eve@example.com"})
    entry = (await chat.reception("chat").transcript("visitor-1")).entries[-1]
    assert not entry.answered


async def test_where_there_are_no_forms_the_questions_are_lines(office: Office) -> None:
    await office.says("ask", inbox="smsbot", sender="+905321234567")
    (sent,) = office.sms("smsbot").sent
    assert sent.form is None
    assert sent.text == "Where?\n\n– Email\n– Note"


async def test_what_was_filled_in_before_the_first_message_stands_with_it(office: Office) -> None:
    await open_chat(office)
    more = {"answers": {"order": "A-17"}, "labels": {"order": "Order number"}, "claims": {"email": "m@example.com"}}
    await office.says("Hello", inbox="chat", sender="visitor-1", name="Mia", **more)
    (first,) = [one for one in await office.all(Interaction) if one.text == "Hello"]
    assert first.payload["answers"] == {"order": "A-17"}
    assert first.payload["labels"] == {"order": "Order number"}
    assert (await point_of(office, "visitor-1")).away_email == "m@example.com"
