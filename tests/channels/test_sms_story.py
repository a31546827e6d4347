"""The story of a newcomer by SMS, with the starter desk's bot: ask, bot, person, answer, resolve, score; and STOP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.faq import FaqResponder
from omnidesk.desk import actions, configuration
from omnidesk.errors import OmnideskError
from omnidesk.settings import config_folder
from omnidesk.store.models import Case, Delivery, Interaction, Invitation
from omnidesk.store.models import RawMessage as Raw
from tests.channels.sms_desk import SmsDesk, sms_desk
from tests.channels.twilio_stand_in import MIA, message

QUESTION = "sifremi unuttum giris yapamiyorum"


@pytest.fixture
async def desk(store_url: str, tmp_path: Path) -> AsyncIterator[SmsDesk]:
    """The starter desk with a number, Ada at her desk, and no other way to write to it."""
    starter, bots = configuration.read(config_folder())
    files = starter.model_copy(update={"inboxes": ()})
    starts = {"responder": FaqResponder(), "files": files, "bots": bots}
    async with sms_desk(store_url, tmp_path, desk=starts, bot="assistant") as desk:
        await desk.office.comes("Ada")
        yield desk


async def only_case(desk: SmsDesk) -> Case:
    (case,) = await desk.office.all(Case)
    assert isinstance(case, Case)
    return case


async def with_ada(desk: SmsDesk) -> Case:
    """The bot answered, Mia picked a person by its number, Ada answered her."""
    await desk.hear(QUESTION)
    await desk.hear("2")
    number = (await only_case(desk)).number
    return await desk.office.act("Ada", actions.reply, number, "Merhaba, hemen bakıyorum.")


async def test_a_question_is_answered_by_the_bot_then_by_a_person_and_ends_with_a_score(desk: SmsDesk) -> None:
    await desk.hear(QUESTION)
    assert "yeni şifre belirleyebileceğiniz" in desk.phone[-1]
    assert "2. Bir temsilciyle görüş" in desk.phone[-1]

    await desk.hear("2")
    case = await only_case(desk)
    assert (case.holder, case.category, case.language) == ("team", "new", "tr")
    assert "Sizi bir arkadaşımıza aktarıyorum" in desk.phone[-1]

    case = await desk.office.act("Ada", actions.reply, case.number, "Merhaba, hemen bakıyorum.")
    assert (case.category, desk.phone[-1]) == ("open", "Merhaba, hemen bakıyorum.")
    await desk.twilio.report(desk.twilio.taken[-1], "delivered")
    await desk.office.work()
    assert (await desk.office.all(Delivery))[-1].state == "delivered"

    await desk.office.act("Ada", actions.resolve, case.number)
    assert "Yardımımızdan ne kadar memnun kaldınız?" in desk.phone[-1]
    assert "5" in desk.phone[-1]
    messages = len(desk.phone)
    await desk.hear("5")
    (asked,) = await desk.office.all(Invitation)
    assert (asked.state, asked.score) == ("answered", 5)
    assert (await only_case(desk)).category == "resolved"

    await desk.hear("Bir sorum daha var")
    assert ((await only_case(desk)).category, len(desk.phone)) == ("open", messages)


async def test_a_word_fetches_a_person_as_well(desk: SmsDesk) -> None:
    await desk.hear(QUESTION)
    await desk.hear("temsilci lutfen")
    assert (await only_case(desk)).holder == "team"


async def test_stop_is_confirmed_once_and_kept_to_until_start(desk: SmsDesk) -> None:
    case = await with_ada(desk)
    before = len(desk.phone)
    await desk.hear("DUR")
    await desk.hear("Stop")
    assert len(desk.phone) == before + 1
    assert "BAŞLA" in desk.phone[-1]

    with pytest.raises(OmnideskError):
        await desk.office.act("Ada", actions.reply, case.number, "Orada mısınız?")
    await desk.office.act("Ada", actions.resolve, case.number)
    assert len(desk.phone) == before + 1  # and no survey

    await desk.hear("başla")
    assert "RET" in desk.phone[-1]
    await desk.hear("Hâlâ giremiyorum")
    await desk.office.act("Ada", actions.reply, (await only_case(desk)).number, "Yeniden deneyin.")
    assert desk.phone[-1] == "Yeniden deneyin."


async def test_nothing_that_is_replayed_or_forged_changes_the_story(desk: SmsDesk) -> None:
    said = await desk.twilio.say(QUESTION)
    await desk.office.work()
    await desk.twilio.report(desk.twilio.taken[-1], "delivered")
    await desk.office.work()
    tables = (Raw, Case, Interaction, Delivery)
    before = [[row.model_dump() for row in await desk.office.all(table)] for table in tables]

    assert (await desk.twilio.post("/sms/line/messages", said))[0] == 200
    await desk.twilio.report(desk.twilio.taken[-1], "delivered")
    forged = message("SM99", "temsilci", MIA)
    assert (await desk.twilio.post("/sms/line/messages", forged, token="a guess"))[0] == 403
    assert (await desk.twilio.post("/sms/line/messages", forged, token=None))[0] == 403
    await desk.office.work()
    assert [[row.model_dump() for row in await desk.office.all(table)] for table in tables] == before
