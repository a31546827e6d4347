"""The story of a newcomer on Telegram, with the starter desk's bot: ask, bot, person, answer, resolve, score."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.faq import FaqResponder
from omnidesk.desk import actions, configuration
from omnidesk.desk.directory import recognising
from omnidesk.settings import config_folder
from omnidesk.store.models import Attachment, Case, Contact, ContactPoint, Invitation
from omnidesk.store.models import RawMessage as Raw
from tests.channels.telegram_desk import TelegramDesk, telegram_desk
from tests.channels.telegram_stand_in import MIA

GREETING = "Merhaba! Siparişiniz, teslimat, iade ya da hesabınızla ilgili sorunuzu yazabilirsiniz."
QUESTION = "sifremi unuttum giris yapamiyorum"


@pytest.fixture(params=["polling", "webhook"])
async def desk(request: pytest.FixtureRequest, store_url: str, tmp_path: Path) -> AsyncIterator[TelegramDesk]:
    """The starter desk with a bot at Telegram, Ada at her desk, and no other way to write to it."""
    starter, bots = configuration.read(config_folder())
    files = starter.model_copy(update={"inboxes": ()})
    starts = {"responder": FaqResponder(), "files": files, "bots": bots}
    async with telegram_desk(store_url, tmp_path, desk=starts, bot="assistant", mode=request.param) as desk:
        await desk.office.comes("Ada")
        yield desk


async def only_case(desk: TelegramDesk) -> Case:
    (case,) = await desk.office.all(Case)
    assert isinstance(case, Case)
    return case


async def test_a_question_is_answered_by_the_bot_then_by_a_person_and_ends_with_a_score(desk: TelegramDesk) -> None:
    await desk.hear("/start")
    assert desk.telegram.shown == [GREETING]

    await desk.hear(QUESTION)
    assert "yeni şifre belirleyebileceğiniz" in desk.telegram.shown[-1]
    assert len(desk.telegram.buttons()) >= 2

    await desk.press(desk.telegram.buttons()[-1])
    case = await only_case(desk)
    assert (case.holder, case.category, case.language, case.subject) == ("team", "new", "tr", "Merhaba")

    desk.telegram.files["large"] = b"a picture"
    photo = [{"file_id": "large", "file_unique_id": "l", "width": 1, "height": 1}]
    await desk.hear("", photo=photo, caption="Ekran böyle")
    (picture,) = await desk.office.all(Attachment)
    assert (picture.state, picture.size) == ("stored", 9)

    case = await desk.office.act("Ada", actions.reply, case.number, "Merhaba, hemen bakıyorum.")
    assert (case.category, desk.telegram.shown[-1]) == ("open", "Merhaba, hemen bakıyorum.")
    await desk.office.act("Ada", actions.resolve, case.number)
    assert "Yardımımızdan ne kadar memnun kaldınız?" in desk.telegram.shown[-1]

    await desk.press(desk.telegram.buttons()[4])
    (asked,) = await desk.office.all(Invitation)
    assert (asked.state, asked.score, (await only_case(desk)).category) == ("answered", 5, "resolved")
    (point,) = await desk.office.all(ContactPoint)
    assert (point.channel, point.address, point.proven) == ("telegram", "4711", True)


async def test_pressing_start_makes_no_work(desk: TelegramDesk) -> None:
    await desk.hear("/start")
    assert (await only_case(desk)).holder == "bot"
    desk.office.clock.skip(minutes=31)
    await desk.office.work()
    assert (await only_case(desk)).category == "resolved"
    assert desk.telegram.shown == [GREETING]


async def test_nothing_that_is_replayed_or_forged_changes_the_story(desk: TelegramDesk) -> None:
    await desk.hear(QUESTION)
    if not desk.telegram.webhook:
        return  # the offset is what keeps polled updates from coming twice: see test_telegram.py
    before = len(await desk.office.all(Raw))
    update = {"update_id": 1, "message": {}}
    assert await desk.telegram.post(update, secret="a guess") == 403
    assert [await desk.telegram.post(junk) for junk in (b"", b"[]", b"{}", b"[" * 100_000)] == [400] * 4
    assert len(await desk.office.all(Raw)) == before
    assert await desk.telegram.post({"update_id": 2, "poll": {}}) == 200
    assert await desk.telegram.post({"update_id": 2, "poll": {}}) == 200
    await desk.office.work()
    assert [row.state for row in await desk.office.all(Raw)][before:] == ["quarantined"]


async def test_who_starts_without_telling_a_language_is_not_taken_for_english(desk: TelegramDesk) -> None:
    await desk.hear("/start", writer={key: value for key, value in MIA.items() if key != "language_code"})
    assert [contact.language for contact in await desk.office.all(Contact)] == [None]
    assert len(desk.telegram.shown) == 1
    assert any(desk.telegram.shown[0].startswith(hello) for hello in ("Hello! Ask me", GREETING))


async def test_where_no_bot_answers_a_case_is_opened_by_a_greeting(store_url: str, tmp_path: Path) -> None:
    async with telegram_desk(store_url, tmp_path) as desk:
        await desk.hear("/start")
        case = await only_case(desk)
        assert (case.holder, case.subject, case.preview) == ("team", "Merhaba", "Merhaba")


async def test_what_is_changed_at_telegram_is_changed_in_the_log(store_url: str, tmp_path: Path) -> None:
    async with telegram_desk(store_url, tmp_path) as desk:
        said = await desk.telegram.say("Siparişim nerde")
        await desk.arrived(said)
        await desk.arrived(await desk.telegram.edit(said, text="Siparişim nerede?"))
        case = await only_case(desk)
        assert case.preview == "Siparişim nerede?"
        assert "message_edited" in await desk.office.events(case)


async def test_a_chat_of_the_site_goes_on_at_telegram(store_url: str, tmp_path: Path) -> None:
    """The agent gives a link; who comes by it is the same person, in the same case, and is answered there."""
    async with telegram_desk(store_url, tmp_path) as desk:
        case = await desk.office.says("My parcel is lost")
        token = recognising.token(desk.office.keys, case.id, desk.office.clock())
        link = await desk.office.inboxes.by_slug("bot-tg").channel.deep_link(token)
        assert link is not None
        await desk.hear(f"/start {link.rpartition('=')[2]}")
        now = await only_case(desk)
        assert (now.id, now.channel, now.contact_id) == (case.id, "telegram", case.contact_id)
        await desk.office.act("Ada", actions.reply, case.number, "**Hier** bin ich")
        assert desk.telegram.shown == ["<strong>Hier</strong> bin ich"]


async def test_who_blocked_the_bot_is_reached_again_after_starting_it(store_url: str, tmp_path: Path) -> None:
    async with telegram_desk(store_url, tmp_path) as desk:
        await desk.hear("Merhaba")
        case = await only_case(desk)
        desk.telegram.refuse.append((403, "Forbidden: bot was blocked by the user"))
        await desk.office.act("Ada", actions.reply, case.number, "Are you there?")
        (point,) = await desk.office.all(ContactPoint)
        assert (point.working, point.failure) == (False, "the person has blocked the bot")
        await desk.hear("/start")
        (point,) = await desk.office.all(ContactPoint)
        assert point.working
