"""The story of a newcomer by WhatsApp, with the starter desk's bot: ask, bot, person, answer, resolve, score."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.faq import FaqResponder
from omnidesk.desk import actions, configuration
from omnidesk.settings import config_folder
from omnidesk.store.models import Case, Delivery, Interaction, Invitation
from omnidesk.store.models import RawMessage as Raw
from tests.channels.whatsapp_desk import WhatsAppDesk, whatsapp_desk
from tests.channels.whatsapp_stand_in import posting

QUESTION = "sifremi unuttum giris yapamiyorum"


@pytest.fixture
async def desk(store_url: str, tmp_path: Path) -> AsyncIterator[WhatsAppDesk]:
    """The starter desk with a number, Ada at her desk, and no other way to write to it."""
    starter, bots = configuration.read(config_folder())
    files = starter.model_copy(update={"inboxes": ()})
    starts = {"responder": FaqResponder(), "files": files, "bots": bots}
    async with whatsapp_desk(store_url, tmp_path, desk=starts, bot="assistant") as desk:
        await desk.office.comes("Ada")
        yield desk


async def only_case(desk: WhatsAppDesk) -> Case:
    (case,) = await desk.office.all(Case)
    assert isinstance(case, Case)
    return case


async def test_a_question_is_answered_by_the_bot_then_by_a_person_and_ends_with_a_score(desk: WhatsAppDesk) -> None:
    await desk.hear(QUESTION)
    assert "yeni şifre belirleyebileceğiniz" in desk.phone[-1]
    assert desk.graph.taken[-1]["type"] == "interactive"

    await desk.press("Bir temsilciyle görüş")
    case = await only_case(desk)
    assert (case.holder, case.category, case.language) == ("team", "new", "tr")
    assert "Sizi bir arkadaşımıza aktarıyorum" in desk.phone[-1]

    case = await desk.office.act("Ada", actions.reply, case.number, "Merhaba, hemen bakıyorum.")
    assert (case.category, desk.phone[-1]) == ("open", "Merhaba, hemen bakıyorum.")
    await desk.graph.report(desk.graph.taken[-1], "delivered")
    await desk.office.work()
    assert (await desk.office.all(Delivery))[-1].state == "delivered"

    await desk.office.act("Ada", actions.resolve, case.number)
    assert "Yardımımızdan ne kadar memnun kaldınız?" in desk.phone[-1]
    assert desk.graph.taken[-1]["interactive"]["type"] == "list"
    await desk.press("5")
    (asked,) = await desk.office.all(Invitation)
    assert (asked.state, asked.score) == ("answered", 5)
    assert (await only_case(desk)).category == "resolved"

    messages = len(desk.phone)
    await desk.hear("Bir sorum daha var")
    assert ((await only_case(desk)).category, len(desk.phone)) == ("open", messages)


async def test_nothing_that_is_replayed_or_forged_changes_the_story(desk: WhatsAppDesk) -> None:
    said = await desk.graph.say(QUESTION)
    await desk.office.work()
    await desk.graph.report(desk.graph.taken[-1], "delivered")
    await desk.office.work()
    tables = (Raw, Case, Interaction, Delivery)
    before = [[row.model_dump() for row in await desk.office.all(table)] for table in tables]

    assert await desk.graph.post(said) == 200
    await desk.graph.report(desk.graph.taken[-1], "delivered")
    forged = posting({"messages": [desk.graph.message(type="text", text={"body": "temsilci"})]})
    assert await desk.graph.post(forged, secret="a guess") == 403
    assert await desk.graph.post(forged, secret=None) == 403
    await desk.office.work()
    assert [[row.model_dump() for row in await desk.office.all(table)] for table in tables] == before
