"""Surveys: asked once per resolution, answered by the right person, never in the way of the work."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from omnidesk.desk import actions, surveys
from omnidesk.errors import Conflict, Invalid, NotFound
from omnidesk.store.models import Case, Interaction, Invitation, Survey
from tests.office import Office

ALL = col(Survey.id) > 0


async def resolved(office: Office, **said: Any) -> Case:
    """A case that was resolved, and whose survey was sent."""
    case = await office.says("Hello", **said)
    return await office.act("Bo", actions.resolve, case.number)


async def invitation(office: Office) -> Invitation:
    found: list[Invitation] = await office.all(Invitation)
    return found[-1]


async def press(office: Office, button: str, sender: str = "mia", **said: Any) -> None:
    await office.receive("4", sender=sender, button=button, **said)
    await office.work()


async def answer(office: Office, token: str, score: int, comment: str = "") -> None:
    async with office.database.transaction() as tx:
        await surveys.answer(tx, office.keys, token, score, comment)


async def page(office: Office, token: str) -> surveys.SurveyPage:
    async with office.database.session() as session:
        return await surveys.open_page(session, office.keys, token, office.clock())


async def test_resolving_asks_by_buttons_where_the_channel_has_them(office: Office) -> None:
    case = await resolved(office)
    asked = await invitation(office)
    assert (asked.state, asked.case_id, asked.cycle) == ("sent", case.id, 1)
    (row,) = [row for row in await office.all(Interaction) if row.kind == "survey"]
    assert (row.text, row.automatic, row.payload["scale"]) == ("How was it?", True, [1, 2, 3, 4, 5])
    (sent,) = office.channel("desk").sent
    assert (sent.text, sent.automatic, sent.links) == ("How was it?", True, ())


async def test_resolving_asks_by_a_page_where_the_channel_has_no_buttons(office: Office) -> None:
    await resolved(office, inbox="mail", sender="mia@example.com")
    (sent,) = office.channel("mail").sent
    token = surveys.token_of(office.keys, (await invitation(office)).id)
    assert [link.url.rpartition("/")[2] for link in sent.links] == [f"{token}?score={score}" for score in range(1, 6)]
    assert "great" in sent.links[-1].text


async def test_the_question_is_in_the_contacts_language(office: Office) -> None:
    case = await office.says("Merhaba")
    await office.change(Case, col(Case.id) == case.id, language="tr")
    await office.act("Bo", actions.resolve, case.number)
    assert office.channel("desk").sent[-1].text == "Nasıldı?"
    other = await office.says("Hallo", sender="other")
    await office.change(Case, col(Case.id) == other.id, language="de")
    await office.act("Bo", actions.resolve, other.number)
    assert office.channel("desk").sent[-1].text == "How was it?"


async def test_a_survey_waits_for_its_delay_and_knows_when_it_is_due(office: Office) -> None:
    await office.change(Survey, ALL, delay=3600)
    await resolved(office)
    (worker,) = [worker for worker in office.workers if worker.name == "surveys"]
    assert worker.next_due is not None
    asked = await invitation(office)
    assert (asked.state, await worker.next_due()) == ("armed", asked.send_at)
    office.clock.skip(minutes=61)
    await office.work()
    assert (await invitation(office)).state == "sent"
    assert await worker.next_due() is None


@pytest.mark.parametrize("how", ["contact", "reopen", "reply"])
async def test_reopening_before_it_goes_cancels_it(office: Office, how: str) -> None:
    await office.change(Survey, ALL, delay=3600)
    case = await resolved(office)
    match how:
        case "contact":
            await office.says("It is broken again")
        case "reopen":
            await office.act("Bo", actions.reopen, case.number)
        case _:
            await office.act("Bo", actions.reply, case.number, "One more thing")
    office.clock.skip(hours=2)
    await office.work()
    assert (await invitation(office)).state == "cancelled"
    assert not [row for row in await office.all(Interaction) if row.kind == "survey"]


async def test_nobody_is_asked_after_automatic_mail(office: Office) -> None:
    case = await resolved(office, automatic=True)
    assert await office.all(Invitation) == []
    assert (await office.events(case))[-1] == "survey_skipped"


@pytest.mark.parametrize("asks", [False, True])
async def test_after_the_bot_alone_people_are_asked_only_if_the_survey_says_so(office: Office, asks: bool) -> None:
    await office.change(Survey, ALL, ask_after_bot=asks)
    await office.says("Hello", inbox="bot")
    office.clock.skip(minutes=31)
    await office.work()
    assert len(await office.all(Invitation)) == int(asks)


async def test_a_survey_that_is_switched_off_asks_nobody(office: Office) -> None:
    await office.change(Survey, ALL, enabled=False)
    await resolved(office)
    assert await office.all(Invitation) == []


async def test_a_pressed_button_answers_and_changes_no_status(office: Office) -> None:
    case = await resolved(office)
    button = surveys.button_of((await invitation(office)).id)
    await press(office, f"{button}:4")
    given = await invitation(office)
    assert (given.state, given.score) == ("answered", 4)
    found = await office.case(case.number)
    assert (found.category, found.cycle) == ("resolved", 1)
    last = (await office.log(case))[-1].interaction
    assert (last.kind, last.direction, last.payload["score"]) == ("survey", "inbound", 4)
    await press(office, f"{button}:5")
    assert (await invitation(office)).score == 5


async def test_a_score_that_is_none_is_not_recorded(office: Office) -> None:
    await resolved(office)
    button = surveys.button_of((await invitation(office)).id)
    for score in ("0", "6", "9", "-1", "5:5", "", "²", "٣", "4 "):
        await press(office, f"{button}:{score}")
        assert (await office.all(Invitation))[0].score is None, score


async def test_a_made_up_button_is_a_message_like_any_other(office: Office) -> None:
    case = await office.says("Hello")
    for button in ("survey:1:5", f"survey:{2**63}:5", "survey:" + "9" * 40 + ":5", "survey::5", "survey"):
        pressed = await office.says("5", button=button)
        assert pressed.id == case.id, button


async def test_nobody_answers_for_somebody_else(office: Office) -> None:
    await resolved(office)
    await press(office, f"{surveys.button_of((await invitation(office)).id)}:1", sender="eve")
    assert (await invitation(office)).score is None


async def test_an_expired_button_is_not_recorded(office: Office) -> None:
    await resolved(office)
    office.clock.skip(days=14, minutes=1)
    await press(office, f"{surveys.button_of((await invitation(office)).id)}:5")
    late = await invitation(office)
    assert late.score is None
    (case,) = [case for case in await office.all(Case) if case.id == late.case_id]
    assert "survey_late" in await office.events(case)
    assert case.category != "open"  # an answer is no message: it reopens nothing


async def test_looking_at_the_page_records_nothing(office: Office) -> None:
    """Link scanners open every link of a mail."""
    await resolved(office)
    token = surveys.token_of(office.keys, (await invitation(office)).id)
    before = len(await office.all(Interaction))
    shown = await page(office, token)
    assert (shown.question, shown.labels[0], shown.scale) == ("How was it?", "bad", [1, 2, 3, 4, 5])
    assert (shown.score, shown.answered, shown.expired, shown.company) == (None, False, False, "Desk")
    assert (await invitation(office)).state == "sent"
    assert len(await office.all(Interaction)) == before


async def test_an_answer_from_the_page_may_be_changed_and_each_change_is_logged_once(office: Office) -> None:
    case = await resolved(office)
    token = surveys.token_of(office.keys, (await invitation(office)).id)
    await answer(office, token, 2, "  slow ")
    await answer(office, token, 2, "slow")
    await answer(office, token, 5)
    said = [row.interaction for row in await office.log(case) if row.interaction.kind == "survey"][1:]
    assert [(row.payload["score"], row.text) for row in said] == [(2, "slow"), (5, "")]
    shown = await page(office, token)
    assert (shown.score, shown.comment, shown.answered) == (5, "", True)


async def test_an_expired_page_says_so_and_takes_nothing(office: Office) -> None:
    await resolved(office)
    token = surveys.token_of(office.keys, (await invitation(office)).id)
    office.clock.skip(days=14, minutes=1)
    assert (await page(office, token)).expired
    with pytest.raises(Conflict) as caught:
        await answer(office, token, 5)
    assert caught.value.code == "expired"


async def test_a_forged_token_or_score_is_refused(office: Office) -> None:
    await resolved(office)
    token = surveys.token_of(office.keys, (await invitation(office)).id)
    for forged in ("", "17", f"1{token}", office.keys.sign("case", "17"), surveys.token_of(office.keys, 17)):
        with pytest.raises(NotFound):
            await answer(office, forged, 5)
        with pytest.raises(NotFound):
            await page(office, forged)
    for score in (0, 6, -1):
        with pytest.raises(Invalid):
            await answer(office, token, score)


async def test_each_resolution_asks_anew(office: Office) -> None:
    case = await resolved(office)
    await press(office, f"{surveys.button_of((await invitation(office)).id)}:2")
    office.clock.skip(days=1)
    await office.says("Still broken")
    await office.act("Bo", actions.resolve, case.number)
    first, second = await office.all(Invitation)
    assert (first.cycle, first.score, second.cycle, second.state) == (1, 2, 2, "sent")
    assert second.expires_at == second.sent_at + timedelta(days=14)


async def asked_by_number(office: Office, inbox: str = "sms") -> Case:
    case = await resolved(office, inbox=inbox)
    assert (await invitation(office)).state == "sent"
    return case


async def test_a_channel_without_buttons_asks_for_a_number(office: Office) -> None:
    await asked_by_number(office)
    text = office.sms().sent[-1].text
    assert text.splitlines()[0] == "How was it?"
    assert text.splitlines()[-1] == "5 – great"


async def test_a_hosted_channel_with_buttons_gets_them_under_the_question(office: Office) -> None:
    await resolved(office)
    asked = await invitation(office)
    (sent,) = office.channel("desk").sent
    assert sent.text == "How was it?"
    assert [button.id for button in sent.buttons] == [f"{surveys.button_of(asked.id)}:{score}" for score in range(1, 6)]
    assert sent.buttons[-1].text == "5 – great"


@pytest.mark.parametrize("text", ["5", " 5 ", "5!", "5."])
async def test_a_digit_is_the_answer_and_reopens_nothing(office: Office, text: str) -> None:
    case = await asked_by_number(office)
    await office.receive(text, inbox="sms")
    await office.work()
    after = await office.case(case.number)
    assert ((await invitation(office)).score, after.category, after.cycle) == (5, "resolved", 1)


@pytest.mark.parametrize("text", ["9", "0", "55", "5 parcels", "my 5", "", "five"])
async def test_another_text_is_a_message(office: Office, text: str) -> None:
    case = await asked_by_number(office)
    await office.receive(text, inbox="sms")
    await office.work()
    assert ((await invitation(office)).score, (await office.case(case.number)).category) == (None, "open")


async def test_a_digit_after_something_else_was_said_is_a_message(office: Office) -> None:
    case = await asked_by_number(office)
    for text in ("Which floor is your shop on?", "5"):
        await office.receive(text, inbox="sms")
        await office.work()
    assert (await invitation(office)).score is None
    assert (await office.case(case.number)).preview == "5"


async def test_a_digit_days_later_is_a_message(office: Office) -> None:
    case = await asked_by_number(office)
    office.clock.skip(days=2)
    await office.receive("5", inbox="sms")
    await office.work()
    assert ((await invitation(office)).score, (await office.case(case.number)).category) == (None, "open")


async def test_by_mail_a_digit_is_a_message(office: Office) -> None:
    await resolved(office, inbox="mail", sender="mia@example.com")
    await office.says("5", inbox="mail", sender="mia@example.com")
    assert (await invitation(office)).score is None


async def test_the_survey_that_was_made_last_is_asked(office: Office) -> None:
    office.clock.skip(minutes=1)
    texts = {"question": {"en": "Another?"}, "labels": {"en": ["a", "b", "c", "d", "e"]}}
    async with office.database.transaction() as tx:
        for slug in ("another", "and-another"):
            tx.new(Survey, slug=slug, texts=texts if slug == "another" else {}, created_at=tx.now)
    case = await office.says("Hello")
    await office.act("Bo", actions.resolve, case.number)
    assert office.channel("desk").sent[-1].text.startswith("Another?")


@pytest.mark.parametrize(
    ("text", "score"),
    [("4", 4), ("4.", 4), ("good", 4), ("4 – Good", 4), ("GREAT!", 5), ("6", None), ("not good", None)],
)
async def test_a_number_or_the_words_of_the_scale_answer(office: Office, text: str, score: int | None) -> None:
    await resolved(office, inbox="sms")
    await office.receive(text, inbox="sms")
    await office.work()
    found = await invitation(office)
    assert found.score == score
    assert [row.text for row in await office.all(Interaction) if row.kind == "message" and row.text == text] == (
        [] if score else [text]
    )


async def test_of_two_scores_that_come_together_the_first_counts(office: Office) -> None:
    await resolved(office, inbox="sms")
    for text in ("5", "1"):
        await office.receive(text, inbox="sms")
    await office.work()
    assert (await invitation(office)).score == 5
