"""Telegram, against a stand-in: updates by polling and webhook, what we send, what is refused."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientSession
from pydantic import ValidationError

from channels.telegram import adapter, api
from channels.telegram.adapter import TelegramChannel
from channels.telegram.api import Api
from channels.telegram.library import library
from channels.telegram.pace import Pace
from channels.telegram.parse import external_id, parse
from channels.telegram.settings import TelegramSettings
from omnidesk.contract.channel import (
    Button,
    Channel,
    ChannelError,
    Failure,
    File,
    Inbound,
    Outbound,
    RawMessage,
    Unparsable,
)
from omnidesk.contract.testing import ChannelContract, FakeDesk
from tests.channels.telegram_stand_in import TOKEN, Telegram

SAMPLES = Path(__file__).parent.parent / "samples" / "telegram"
telegram_library = library()
OFFSET = "offset 123456"
OTHER_TOKEN = "777:of-another-bot"


def settings(**changed: Any) -> TelegramSettings:
    return TelegramSettings.model_validate({"token": TOKEN, **changed})


def outbound(key: str = "17.abc", **changed: Any) -> Outbound:
    return Outbound(**{"key": key, "to": "4711", "text": "my secret words", **changed})


@asynccontextmanager
async def connected(**changed: Any) -> AsyncIterator[tuple[TelegramChannel, Telegram]]:
    """A channel with the stand-in on its other side."""
    async with Telegram().serving() as telegram, ClientSession() as http:
        channel = TelegramChannel(settings(**{"api_base": telegram.url, **changed}), http)
        yield channel, telegram
        await channel.close()


async def until(happened: Callable[[], object]) -> None:
    """Wait, but not for ever."""
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110 - the stand-in has no event for everything
            await asyncio.sleep(0.01)


async def emptied(telegram: Telegram) -> None:
    """Wait until all updates are confirmed."""
    await until(lambda: not telegram.updates)


def sample(name: str) -> Inbound:
    return parse(RawMessage("1", "4711", (SAMPLES / f"{name}.json").read_bytes()))


def refusal(update: Any) -> str:
    with pytest.raises(Unparsable) as caught:
        parse(RawMessage("1", "4711", json.dumps(update).encode()))
    return str(caught.value)


class TestTelegram(ChannelContract):
    """What every channel promises."""

    def make(self) -> TelegramChannel:
        return TelegramChannel(settings())

    def samples(self) -> Sequence[RawMessage]:
        return [RawMessage(path.stem, "4711", path.read_bytes()) for path in sorted(SAMPLES.glob("*.json"))]

    def outbound(self, key: str) -> Outbound:
        return outbound(key)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Channel]:
        async with connected() as (channel, _):
            yield channel

    @asynccontextmanager
    async def _refusing(self) -> AsyncIterator[Channel]:
        async with connected() as (channel, telegram):
            telegram.refuse.append((403, "Forbidden: bot was blocked by the user"))
            yield channel

    def refusing(self) -> AbstractAsyncContextManager[Channel]:
        return self._refusing()

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[Channel]:
        async with connected() as (channel, telegram):
            self.telegram = telegram
            yield channel

    async def deliver(self, channel: Channel, desk: FakeDesk) -> None:
        """A polled update is acknowledged when its offset is passed."""
        await self.telegram.say("Merhaba")
        await until(lambda: not self.telegram.updates)


# What it understands


def test_a_person_is_known_by_the_provider_and_by_name_and_language() -> None:
    said = sample("message")
    assert (said.sender.address, said.sender.name, said.sender.proven) == ("4711", "Mia Demir", True)
    assert (said.sender.language, said.text) == ("tr", "Kargom nerede?")
    assert sample("start").sender.language == "en"


@pytest.mark.parametrize(
    ("text", "language", "said", "token"),
    [
        ("/start", "tr", "Merhaba", None),
        ("/start", "en-GB", "Hello", None),
        ("/start", None, "Hello / Merhaba", None),
        ("/start@desk_bot", "tr-TR", "Merhaba", None),
        ("/start 1fx2b_sig", "de", "Hello", "1fx2b.sig"),
        ("/start my parcel is lost", "en", "/start my parcel is lost", None),
        ("/started", "en", "/started", None),
    ],
)
def test_the_start_button_is_a_greeting_in_the_persons_language(
    text: str, language: str | None, said: str, token: str | None
) -> None:
    update = json.loads((SAMPLES / "start.json").read_text())
    update["message"] |= {"text": text, "from": {**update["message"]["from"], "language_code": language}}
    found = parse(RawMessage("1", "4711", json.dumps(update).encode()))
    assert (found.text, found.token) == (said, token)


def test_a_pressed_button_is_its_id_and_what_stood_on_it() -> None:
    said = sample("pressed")
    assert (said.button, said.text) == ("survey:17:5", "5 – çok iyi")


@pytest.mark.parametrize(
    ("name", "text", "file"),
    [
        ("photo", "Kutu ezilmiş", ("photo.jpg", "image/jpeg", "large")),
        ("document", "", ("fatura.pdf", "application/pdf", "doc")),
        ("voice", "", ("voice.ogg", "audio/ogg", "voi")),
    ],
)
def test_files_are_named_and_fetched_later(name: str, text: str, file: tuple[str, str, str]) -> None:
    said = sample(name)
    (found,) = said.attachments
    assert (said.text, (found.filename, found.content_type, found.reference)) == (text, file)


def test_a_place_is_told_in_words() -> None:
    here = "https://www.openstreetmap.org/?mlat=41.008200&mlon=28.978400#map=16/41.008200/28.978400"
    assert sample("location").text == here


def test_what_is_no_message_of_a_person_to_the_bot_is_refused_with_a_reason() -> None:
    update = json.loads((SAMPLES / "message.json").read_text())
    group = {**update, "message": {**update["message"], "chat": {"id": -7, "type": "group", "title": "All"}}}
    titled = {key: value for key, value in update["message"].items() if key != "text"}
    assert "private" in refusal(group)
    assert "says nothing" in refusal({"update_id": 1, "message": titled})
    assert "no use for: poll, update_id" in refusal({"update_id": 1, "poll": {}})
    assert refusal({"update_id": "x", "message": {}})


# Polling


async def test_updates_are_confirmed_only_after_they_are_durable() -> None:
    desk = FakeDesk()
    async with connected() as (channel, telegram), channel.listen(desk):
        update = await telegram.say("Merhaba")
        await desk.asked.wait()
        await asyncio.sleep(0.05)
        assert desk.memory.kept == {}
        desk.durable.set()
        await emptied(telegram)
        assert desk.memory.kept[OFFSET].startswith(f"{update['update_id'] + 1} ")


async def test_the_next_poller_goes_on_where_the_last_one_ended() -> None:
    desk = FakeDesk()
    desk.durable.set()
    async with connected() as (channel, telegram):
        for text in ("one", "two"):
            async with channel.listen(desk):
                await telegram.say(text)
                await emptied(telegram)
        assert [json.loads(raw.body)["message"]["text"] for raw in desk.received] == ["one", "two"]
        assert telegram.pollers_at_once == 1


async def test_an_offset_of_last_week_is_not_used() -> None:
    desk = FakeDesk()
    desk.durable.set()
    await desk.memory.put(OFFSET, "999999999 1000")
    async with connected() as (channel, telegram), channel.listen(desk):
        await telegram.say("Merhaba")
        await until(lambda: desk.received)


async def test_nothing_is_lost_when_updates_are_numbered_anew_after_a_quiet_week(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The poller has been at it all the time, and even a number comes again."""
    desk, later = FakeDesk(), 0.0
    desk.durable.set()
    monkeypatch.setattr(api, "_POLL_SECONDS", 0.05)
    monkeypatch.setattr(adapter, "time", SimpleNamespace(time=lambda: time.time() + later))
    async with connected() as (channel, telegram), channel.listen(desk):
        for text in ("before", "again before"):
            await telegram.say(text)
            await emptied(telegram)
        later, telegram.count = 7 * 86400.0, 50
        asked = telegram.methods.count("getUpdates")
        await until(lambda: telegram.methods.count("getUpdates") > asked + 1)
        await telegram.say("after")
        await until(lambda: len(desk.received) == 3)
        telegram.count = 100
        await telegram.say("with the number of the first", message_id=9000)
        await until(lambda: len(desk.received) == 4)


async def test_another_bot_in_the_inbox_is_heard_from_its_first_word_on() -> None:
    """Its updates have lower numbers, and some that the old bot's had too."""
    desk = FakeDesk()
    desk.durable.set()
    async with connected() as (channel, telegram), channel.listen(desk):
        await telegram.say("to the old bot")
        await emptied(telegram)
    for count in (50, 100):
        async with Telegram(OTHER_TOKEN, count=count).serving() as telegram, ClientSession() as http:
            channel = TelegramChannel(settings(token=OTHER_TOKEN, api_base=telegram.url), http)
            async with channel.listen(desk):
                await telegram.say(f"to the new bot after {count}")
                await emptied(telegram)
            await channel.close()
    said = [json.loads(raw.body)["message"]["text"] for raw in desk.received]
    assert said == ["to the old bot", "to the new bot after 50", "to the new bot after 100"]


async def test_a_bot_that_was_here_before_may_not_post_any_more() -> None:
    desk, secrets = FakeDesk(), set()
    for token in (TOKEN, OTHER_TOKEN):
        async with Telegram(token).serving() as telegram, ClientSession() as http:
            channel = TelegramChannel(settings(token=token, api_base=telegram.url, mode="webhook"), http)
            async with channel.listen(desk):
                secrets.add(telegram.webhook["secret_token"])
            await channel.close()
    assert len(secrets) == 2


def test_an_external_id_says_nothing_of_the_token() -> None:
    assert external_id("123456", {"update_id": 7, "message": {"message_id": 12}}) == "123456 7 12"
    assert external_id("123456", {"update_id": 7, "callback_query": {"id": "q9", "message": {}}}) == "123456 7 q9"
    assert Api(settings(token="no-colon"), None).bot == ""


@pytest.mark.parametrize(
    ("changed", "said"), [({"token": "999:wrong"}, "BotFather"), ({"api_base": "http://127.0.0.1:1"}, "reached")]
)
async def test_why_it_cannot_listen_is_said_without_the_token(changed: dict[str, str], said: str) -> None:
    async with connected(**changed) as (channel, _):
        with pytest.raises(ChannelError, match=said) as caught:
            async with channel.listen(FakeDesk()):
                await asyncio.sleep(5)
        assert "999" not in str(caught.value)
        with pytest.raises(ChannelError, match=said):
            await channel.check()


async def test_a_second_poller_is_told_so() -> None:
    desk = FakeDesk()
    async with connected() as (channel, telegram), channel.listen(desk):
        await until(lambda: telegram.polling)
        with pytest.raises(ChannelError, match="somebody else polls"):
            async with channel.listen(desk):
                await asyncio.sleep(5)


async def test_a_pressed_button_stops_waiting() -> None:
    desk = FakeDesk()
    desk.durable.set()
    async with connected() as (channel, telegram), channel.listen(desk):
        await channel.send(outbound(buttons=(Button("a", "A"),)))
        await telegram.press("a")
        await until(lambda: telegram.answered)


# Sending


async def test_buttons_are_an_inline_keyboard_and_links_are_lines() -> None:
    async with connected() as (channel, telegram):
        await channel.send(outbound(buttons=(Button("a", "Açık"), Button("b", "Kapalı"))))
        assert telegram.buttons() == ["a", "b"]
        with pytest.raises(ChannelError, match="64 bytes") as caught:
            await channel.send(outbound(buttons=(Button("ş" * 33, "long"),)))
        assert caught.value.permanent


@pytest.mark.parametrize(
    ("code", "text", "permanent", "bad_address"),
    [
        (403, "Forbidden: bot was blocked by the user", True, True),
        (400, "Bad Request: chat not found", True, True),
        (400, "Bad Request: message is too long", True, False),
        (429, "Too Many Requests: retry after 3", False, False),
        (502, "Bad Gateway", False, False),
    ],
)
async def test_a_refusal_is_final_or_not(code: int, text: str, permanent: bool, bad_address: bool) -> None:
    async with connected() as (channel, telegram):
        telegram.refuse.append((code, text))
        with pytest.raises(ChannelError) as caught:
            await channel.send(outbound())
        assert (caught.value.permanent, caught.value.failure is Failure.HARD) == (permanent, bad_address)
        assert TOKEN not in str(caught.value)
        assert "secret words" not in str(caught.value)


async def test_a_picture_that_telegram_takes_for_none_goes_as_a_file() -> None:
    async def read() -> bytes:
        return b"bytes"

    async with connected() as (channel, telegram):
        telegram.refuse.append((400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))
        picture = File("long.png", "image/png", 5, "https://desk.example/long.png", read)
        assert await channel.send(outbound(text="", files=(picture,))) == "17.abc"
        assert [sent["method"] for sent in telegram.taken] == ["sendDocument"]
        telegram.refuse.append((403, "Forbidden: bot was blocked by the user"))
        with pytest.raises(ChannelError) as caught:
            await channel.send(outbound(to="4712", text="", files=(picture,)))
        assert caught.value.failure is Failure.HARD
        assert len(telegram.taken) == 1


async def test_a_file_is_fetched_by_its_id() -> None:
    async with connected() as (channel, telegram):
        telegram.files["large"] = b"the picture"
        assert await channel.fetch("large") == b"the picture"
        with pytest.raises(ChannelError) as caught:
            await channel.fetch("gone")
        assert caught.value.permanent


def test_settings_are_checked() -> None:
    with pytest.raises(ValidationError, match="not an address"):
        settings(api_base="telegram")
    assert TOKEN not in str(settings())


# Pace, form, choices, groups, links


async def test_a_pressed_button_stays_as_the_choice_and_does_nothing_more() -> None:
    desk = FakeDesk()
    desk.durable.set()
    async with connected() as (channel, telegram), channel.listen(desk):
        await channel.send(outbound(buttons=(Button("a", "Açık"), Button("b", "Kapalı"))))
        await telegram.press("b")
        await until(lambda: telegram.buttons() == ["-"])
        assert "✓ Kapalı" in json.dumps(telegram.taken[-1]["reply_markup"], ensure_ascii=False)
        await telegram.press("-")
        await until(lambda: len(telegram.answered) == 2)
        assert len(desk.received) == 1


async def test_a_group_is_left_with_a_word_and_nothing_of_it_is_kept() -> None:
    desk = FakeDesk()
    desk.durable.set()
    group = {"id": -100, "type": "supergroup", "title": "Neighbours"}
    async with connected() as (channel, telegram), channel.listen(desk):
        await telegram.say("who is this bot", chat=group)
        await until(lambda: telegram.left == [-100])
        assert "https://t.me/desk_bot" in telegram.shown[-1]
        assert desk.received == []


async def test_a_place_that_moves_is_not_stored_every_few_seconds() -> None:
    desk = FakeDesk()
    desk.durable.set()
    async with connected() as (channel, telegram), channel.listen(desk):
        place = {"latitude": 41.0, "longitude": 29.0, "live_period": 900}
        first = await telegram.say(location=place)
        for step in range(3):
            await telegram.edit(first, location={**place, "latitude": 41.0 + step})
        await emptied(telegram)
        assert len(desk.received) == 1


async def test_form_is_sent_as_html_and_plain_where_telegram_cannot_read_it() -> None:
    async with connected() as (channel, telegram):
        await channel.send(outbound(text="**so** & so", formatted=True))
        assert telegram.taken[-1]["parse_mode"] == "HTML"
        assert telegram.shown == ["<strong>so</strong> &amp; so"]
        telegram.refuse.append((400, "Bad Request: can't parse entities: unsupported start tag"))
        await channel.send(outbound(to="4712", text="**so** & so", formatted=True))
        assert telegram.taken[-1]["text"] == "so & so"
        assert "parse_mode" not in telegram.taken[-1]


async def test_when_telegram_says_wait_nothing_of_the_bot_goes_out_before() -> None:
    async with connected() as (channel, telegram):
        telegram.refuse.append((429, "Too Many Requests: retry after 3"))
        with pytest.raises(ChannelError):
            await channel.send(outbound())
        sending = asyncio.create_task(channel.send(outbound("18.abc", to="4712")))
        await asyncio.sleep(0.3)
        assert telegram.taken == []
        sending.cancel()


async def test_one_chat_gets_a_message_a_second_and_others_do_not_wait() -> None:
    async with connected() as (channel, telegram):
        began = time.monotonic()
        await channel.send(outbound("1"))
        second = asyncio.create_task(channel.send(outbound("2")))
        await channel.send(outbound("3", to="4712"))
        assert [sent["chat_id"] for sent in telegram.taken] == ["4711", "4712"]
        await second
        assert time.monotonic() - began > 0.8


async def test_a_bot_sends_thirty_messages_a_second_and_no_more() -> None:
    pace, began = Pace(), time.monotonic()
    for chat in range(30):
        await pace.turn(str(chat))
    await pace.turn("31")
    assert time.monotonic() - began > 0.8


async def test_a_message_that_would_wait_long_goes_back() -> None:
    pace = Pace()
    pace.wait(60)
    with pytest.raises(ChannelError, match="wait: 60 s") as caught:
        await pace.turn("4711")
    assert not caught.value.permanent


async def test_a_link_leads_to_the_bot_by_its_name() -> None:
    async with connected() as (channel, telegram):
        for _ in range(2):
            assert await channel.deep_link("1fx2b.sig") == "https://t.me/desk_bot?start=1fx2b_sig"
        assert telegram.methods == ["getMe"]


async def test_the_stand_in_is_one_for_the_library_itself() -> None:
    """What the library reads from it is what it reads from Telegram."""
    async with Telegram().serving() as telegram:
        bot = telegram_library.Bot(TOKEN, base_url=f"{telegram.url}/bot", base_file_url=f"{telegram.url}/file/bot")
        async with bot:
            assert bot.username == "desk_bot"
            await telegram.say("Merhaba")
            said = await telegram.say("ikinci")
            await telegram.edit(said, text="second")
            updates = await bot.get_updates(timeout=1)
            assert [(one.message or one.edited_message).text for one in updates] == ["Merhaba", "ikinci", "second"]
            assert await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0) == ()
            keyboard = telegram_library.InlineKeyboardMarkup(
                [[telegram_library.InlineKeyboardButton("Evet", callback_data="yes")]]
            )
            sent = await bot.send_message(4711, "Doğru mu?", reply_markup=keyboard)
            assert (sent.text, sent.chat.id) == ("Doğru mu?", 4711)
            await telegram.press("yes")
            (pressed,) = await bot.get_updates(offset=updates[-1].update_id + 1, timeout=1)
            assert pressed.callback_query is not None
            assert await pressed.callback_query.answer()
            telegram.files["doc"] = b"bytes"
            assert bytes(await (await bot.get_file("doc")).download_as_bytearray()) == b"bytes"
            telegram.refuse.append((403, "Forbidden: bot was blocked by the user"))
            with pytest.raises(telegram_library.error.Forbidden):
                await bot.send_message(4711, "Are you there?")
