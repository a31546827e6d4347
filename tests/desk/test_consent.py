"""Consent words: STOP ends what is automatic, START brings it back, and neither opens or changes a case."""

import pytest
from sqlmodel import col

from omnidesk.desk import actions
from omnidesk.desk.casework import merging
from omnidesk.errors import Invalid
from omnidesk.store.models import Case, Category, ContactPoint, Delivery, Inbox, Interaction, Invitation, Kind
from tests.office import Office


async def point(office: Office) -> ContactPoint:
    (found,) = await office.all(ContactPoint)
    assert isinstance(found, ContactPoint)
    return found


async def writes(office: Office, text: str, inbox: str = "sms") -> None:
    await office.receive(text, inbox=inbox)
    await office.work()


async def test_a_strangers_stop_opens_no_case_and_is_confirmed_once(office: Office) -> None:
    for text in ("STOP", " Stop! ", "RET"):
        await writes(office, text)
    assert await office.all(Case) == []
    assert not (await point(office)).consent
    (confirmed,) = office.sms().sent
    assert "START" in confirmed.text
    assert (confirmed.to, confirmed.token, confirmed.references) == ("mia", "", ())
    rows = await office.all(Interaction)
    assert [(row.case_id, row.position, row.direction) for row in rows[:2]] == [
        (None, 0, "inbound"),
        (None, 0, "outbound"),
    ]
    assert [row.text for row in rows if row.direction == "inbound"] == ["STOP", " Stop! ", "RET"]


async def test_start_brings_the_messages_back_and_is_a_message_to_everybody_else(office: Office) -> None:
    for text in ("Stop", "start", "start"):
        await writes(office, text)
    assert (await point(office)).consent
    assert len(office.sms().sent) == 2
    (case,) = await office.all(Case)
    assert case.preview == "start"


async def test_the_word_alone_counts(office: Office) -> None:
    await writes(office, "please stop the noise")
    assert (await point(office)).consent
    assert len(await office.all(Case)) == 1


async def test_a_subject_counts_where_nothing_else_is_said(office: Office) -> None:
    """Mail programs end a list that way."""
    await office.receive("My parcel did not stop here", inbox="sms", subject="STOP")
    await office.work()
    assert (await point(office)).consent
    await office.receive("", inbox="sms", subject="STOP")
    await office.work()
    assert not (await point(office)).consent
    assert len(await office.all(Case)) == 1


async def test_what_answers_the_word_says_that_no_person_wrote_it(office: Office) -> None:
    await writes(office, "STOP")
    assert [(sent.automatic, sent.stop_word) for sent in office.sms().sent] == [(True, "stop")]


async def test_stop_changes_no_status_and_stands_in_the_log_of_the_case(office: Office) -> None:
    case = await office.says("Where is my parcel?", inbox="sms")
    case = await office.act("Bo", actions.reply, case.number, "On its way.", then=Category.WAITING)
    await writes(office, "STOP")
    after = await office.case(case.number)
    assert (after.category, after.cycle, after.number) == ("waiting", 1, case.number)
    assert "consent_withdrawn" in await office.events(after)
    assert "STOP" in [row.interaction.text for row in await office.log(after)]


async def test_a_word_stands_where_the_case_was_merged_to(office: Office) -> None:
    gone = await office.says("Hello", inbox="sms")
    target = await office.says("By mail", inbox="mail")
    async with office.database.transaction() as tx:
        await merging.merge(tx, await office.viewer("Ada"), gone.number, target.number)
    await writes(office, "STOP")
    assert "consent_withdrawn" in await office.events(target)
    assert "consent_withdrawn" not in await office.events(gone)


async def test_what_is_no_word_commands_nothing(office: Office) -> None:
    await office.change(Inbox, col(Inbox.slug) == "sms", stop_words=[""])
    await office.inboxes.load()
    await writes(office, "\N{THUMBS UP SIGN}")
    assert (await point(office)).consent


async def test_an_agents_reply_is_refused_with_a_way_out(office: Office) -> None:
    case = await office.says("Where is my parcel?", inbox="sms")
    await writes(office, "STOP")
    with pytest.raises(Invalid, match="another address") as refused:
        await office.act("Bo", actions.reply, case.number, "On its way.")
    assert refused.value.code == "stopped"
    await writes(office, "START")
    await office.act("Bo", actions.reply, case.number, "On its way.")
    assert office.sms().sent[-1].text == "On its way."


async def test_the_bot_hands_over_instead_of_answering(office: Office) -> None:
    await writes(office, "STOP", inbox="smsbot")
    case = await office.says("Where is my parcel?", inbox="smsbot")
    assert (case.holder, case.needs_bot) == ("team", False)
    assert len(office.sms("smsbot").sent) == 1
    assert "handed_off" in await office.events(case)


async def test_no_survey_goes_where_it_is_not_wanted(office: Office) -> None:
    case = await office.says("Where is my parcel?", inbox="sms")
    await writes(office, "STOP")
    case = await office.act("Bo", actions.resolve, case.number)
    await office.work()
    assert "survey_skipped" in await office.events(case)
    assert Kind.SURVEY not in [row.kind for row in await office.all(Interaction)]
    assert [row.state for row in await office.all(Invitation)] in ([], ["cancelled"])


async def test_what_waits_to_go_by_itself_does_not_go(office: Office) -> None:
    case = await office.says("Hello", inbox="smsbot")
    await office.change(
        Delivery, col(Delivery.case_id) == case.id, state="queued", not_before=office.clock().replace(year=2100)
    )
    await writes(office, "STOP", inbox="smsbot")
    first, confirmation = await office.all(Delivery)
    assert (first.state, confirmation.state) == ("cancelled", "sent")
    assert first.error


async def test_an_inbox_may_have_words_of_its_own_or_none(office: Office) -> None:
    await office.change(Inbox, col(Inbox.slug) == "sms", stop_words=["yeter artik"], start_words=[])
    await office.inboxes.load()
    await writes(office, "STOP")
    assert (await point(office)).consent
    await writes(office, "Yeter artık.")
    assert not (await point(office)).consent


async def test_a_confirmation_that_is_refused_breaks_nothing(office: Office) -> None:
    from omnidesk.contract.channel import ChannelError

    office.sms().refuse = [ChannelError("unsubscribed", permanent=True)]
    await writes(office, "STOP")
    (delivery,) = await office.all(Delivery)
    assert (delivery.state, delivery.case_id, delivery.error) == ("failed", None, "unsubscribed")


async def test_after_start_a_survey_is_asked_again(office: Office) -> None:
    case = await office.says("Where is my parcel?", inbox="sms")
    for text in ("STOP", "START"):
        await writes(office, text)
    await office.act("Bo", actions.resolve, case.number)
    assert [row.state for row in await office.all(Invitation)] == ["sent"]


async def test_the_bot_does_not_read_a_command(office: Office) -> None:
    for text in ("Hello", "STOP", "START", "Hello again"):
        await writes(office, text, inbox="smsbot")
    assert office.sms("smsbot").sent[-1].text == "2: Hello again"
