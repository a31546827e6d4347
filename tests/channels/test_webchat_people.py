"""Who a visitor of the web chat is, what they are asked, and what they may wish: over the socket."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import pytest_asyncio
from aiohttp import ClientSession
from pydantic import SecretStr, ValidationError
from typer.testing import CliRunner

from channels.webchat.adapter import WebChat
from channels.webchat.commands import commands
from channels.webchat.hours import hours_form, zone
from channels.webchat.identity import hash_of, token_of
from channels.webchat.settings import PrechatField, WebChatSettings
from omnidesk.contract.channel import Form, FormField, Opening, Proof
from tests.channels.test_webchat import Visitor, opened, visiting
from tests.channels.webchat_desk import Shop

SECRET = "a secret of the shop, long enough"
SETTINGS = WebChatSettings(
    identity_secret=SecretStr(SECRET),
    prechat=(
        PrechatField(name="name"),
        PrechatField(name="email", required=True),
        PrechatField(name="order", label="Order number"),
    ),
    max_sockets=5,
)
MIA = {"id": "17", "name": "Mia", "email": "Mia@Example.com", "phone": "0532 123 45 67"}
KNOWN = {"email": "mia@example.com"}
"""What this shop asks of strangers."""


def signed(**said: str) -> dict[str, str]:
    return {**said, "hash": hash_of(SECRET, *(said.get(key, "") for key in ("id", "name", "email", "phone")))}


def token(**claims: Any) -> str:
    return token_of(SECRET, {"sub": "17", "exp": int(time.time()) + 60, **claims})


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Shop]:
    async with opened(WebChat(SETTINGS)) as shop:
        yield shop


async def refused(shop: Shop, **hello: Any) -> int | None:
    async with ClientSession() as http, http.ws_connect(f"{shop.url}/chat/shop/socket") as socket:
        await socket.send_json({"type": "hello", **hello})
        return await Visitor(socket).closing()


async def writes(visitor: Visitor, id: str = "message-1", **more: Any) -> dict[str, Any]:
    await visitor.say(type="message", id=id, text="Hello", **more)
    return await visitor.hear("stored")


@pytest.mark.parametrize(
    "identify",
    [lambda: signed(**MIA), lambda: token(name="Mia", email="mia@example.com", phone="+905321234567")],
    ids=("hash", "jwt"),
)
async def test_a_signed_user_is_proven_by_every_address_the_host_signed(
    shop: Shop, identify: Callable[[], Any]
) -> None:
    async with visiting(shop, identity=identify()) as mia:
        await writes(mia)
    (inbound,) = shop.desk.inbound
    assert (inbound.sender.name, inbound.sender.proven) == ("Mia", True)
    assert inbound.proofs == (Proof("email", "mia@example.com"), Proof("phone", "+905321234567"))


async def test_a_hash_of_the_id_alone_proves_no_address(shop: Shop) -> None:
    async with visiting(shop, identity={**MIA, "hash": hash_of(SECRET, "17")}) as mia:
        await writes(mia)
    (inbound,) = shop.desk.inbound
    assert inbound.proofs == ()
    assert inbound.claims == {"email": "mia@example.com", "phone": "+905321234567"}


NONE = jwt.encode({"sub": "17", "exp": int(time.time()) + 60}, "", algorithm="none")
OTHER = jwt.encode({"sub": "17", "exp": int(time.time()) + 60}, "another secret, which is long enough", "HS256")
LONGER = jwt.encode({"sub": "17", "exp": int(time.time()) + 60}, SECRET * 3, "HS512")


FORGED: list[Any] = [
        NONE, OTHER, LONGER, "", "x.y.z", token(exp=int(time.time()) - 60), token(sub=""),
        token_of(SECRET, {"sub": "17"}), token_of(SECRET, {"exp": int(time.time()) + 60}),
        {}, {"id": "17"}, {"id": "17", "hash": "0" * 64}, {**signed(**MIA), "email": "eve@example.com"},
        "x" * 8001, token(name="M" * 9000), {"id": "18", "hash": hash_of(SECRET, "17")}, {"id": "17", "hash": "ş" * 64},
        {"id": "17\nMia", "email": "mia@example.com", "hash": hash_of(SECRET, "17\nMia", "", "mia@example.com")},
    ]  # fmt: skip


@pytest.mark.parametrize("identity", FORGED, ids=map(str, range(len(FORGED))))
async def test_a_forged_or_outdated_identity_is_refused(shop: Shop, identity: Any) -> None:
    assert await refused(shop, identity=identity) == 4401
    assert shop.desk.received == []


async def test_an_identity_is_refused_where_there_is_no_secret_and_required_where_it_says_so() -> None:
    async with opened(WebChat(WebChatSettings())) as shop:
        assert await refused(shop, identity=signed(**MIA)) == 4401
    required = WebChatSettings(identity_secret=SecretStr(SECRET), identity_required=True)
    async with opened(WebChat(required)) as shop:
        assert await refused(shop) == 4401
        async with visiting(shop, identity=signed(**MIA)) as mia:
            assert mia.welcome["visitor"]["name"] == "Mia"


async def test_a_user_has_one_log_on_every_device_and_nobody_else_gets_at_it(shop: Shop) -> None:
    async with visiting(shop, identity=signed(**MIA)) as mia:
        await writes(mia)
    async with visiting(shop, identity=token()) as again:
        assert [entry["text"] for entry in again.welcome["entries"]] == ["Hello"]
        left = again.welcome["token"]
    async with visiting(shop, token=left) as stranger:
        assert stranger.welcome["entries"] == []


async def test_a_talk_goes_on_after_signing_in_and_is_hidden_after_signing_out(shop: Shop) -> None:
    async with visiting(shop) as visitor:
        await writes(visitor, profile=KNOWN)
        before = visitor.welcome["token"]
    async with visiting(shop, token=before, identity=signed(**MIA)) as mia:
        assert [entry["text"] for entry in mia.welcome["entries"]] == ["Hello"]
        after = mia.welcome["token"]
    assert after != before
    for old in (before, after):
        async with visiting(shop, token=old) as somebody:
            assert somebody.welcome["entries"] == []


async def test_a_stranger_is_asked_and_answers_with_the_first_message(shop: Shop) -> None:
    async with visiting(shop, language="tr", page={"url": "https://shop.example/cart", "title": "Cart"}) as mia:
        asked = mia.welcome["prechat"]["fields"]
        assert [(one["name"], one["label"], one["kind"], one["required"]) for one in asked] == [
            ("name", "Adınız", "text", False),
            ("email", "E-posta", "email", True), ("order", "Order number", "text", False),
        ]  # fmt: skip
        await mia.say(type="message", id="message-1", text="Hello", profile={"email": "mia"})
        assert (await mia.hear("error"))["fields"].keys() == {"email"}
        await writes(mia, profile={"email": "Mia@example.com", "name": "Mia", "order": "A-17", "other": "x"})
        await writes(mia, "message-2")
    inbound, _ = shop.desk.inbound
    assert (inbound.sender.name, inbound.claims) == ("Mia", {"email": "mia@example.com"})
    assert (inbound.answers, inbound.labels) == ({"order": "A-17"}, {"order": "Order number"})
    assert inbound.page == "https://shop.example/cart"
    async with visiting(shop, token=mia.welcome["token"]) as again:
        assert again.welcome["prechat"] is None


async def test_a_strangers_first_message_needs_what_is_required_and_no_later_one(shop: Shop) -> None:
    async with visiting(shop) as mia, visiting(shop, token=mia.welcome["token"]) as tab:
        for said in (
            {"type": "message"},
            {"type": "message", "profile": {"name": "Mia"}},
            {"type": "button", "button": "yes"},
        ):
            await mia.say(id="message-1", text="Hello", **said)
            error = await mia.hear("error")
            assert (error["code"], error["fields"].keys()) == ("form", {"email"})
        assert shop.desk.received == []
        await writes(mia, profile=KNOWN)
        await writes(tab, "message-2")
    async with visiting(shop, identity=signed(**MIA)) as signed_in:
        await writes(signed_in)


async def test_what_the_host_said_is_not_asked_again(shop: Shop) -> None:
    async with visiting(shop, identity=signed(**MIA)) as mia:
        assert [one["name"] for one in mia.welcome["prechat"]["fields"]] == ["order"]


async def test_a_page_that_is_no_page_is_left_out(shop: Shop) -> None:
    async with visiting(shop, page={"url": "javascript:alert(1)"}) as mia:
        await writes(mia, profile=KNOWN)
    assert shop.desk.inbound[0].page == ""


FORM = Form("77", (FormField("email", "Email", "email", required=True), FormField("size", "Size", choices=("S", "M"))))


async def test_a_form_is_shown_checked_and_answered_once(shop: Shop) -> None:
    async with visiting(shop) as mia:
        await writes(mia, profile=KNOWN)
        shop.desk.say(mia.address, "Where?", form=FORM)
        while not (asked := [one for one in (await mia.hear("entries"))["entries"] if one["form"]]):
            pass
        assert (asked[0]["form"]["id"], asked[0]["form"]["answered"]) == ("77", False)
        await mia.say(type="form", id="answer-01", form="77", answers={"email": "mia", "size": "L"})
        assert (await mia.hear("error"))["fields"].keys() == {"email", "size"}
        await mia.say(type="form", id="answer-02", form="77", answers={"email": "Mia@example.com", "x": "y"})
        assert (await mia.hear("stored"))["id"] == "answer-02"
        await mia.say(type="form", id="answer-03", form="78", answers={})
        assert (await mia.hear("error"))["code"] == "malformed"
    assert shop.desk.inbound[-1].answers == {"email": "mia@example.com"}


async def test_answers_that_are_too_long_are_named_one_by_one(shop: Shop) -> None:
    fields = [FormField(f"field{number}", "Say", "long") for number in range(40)]
    async with visiting(shop) as mia:
        await writes(mia, profile=KNOWN)
        shop.desk.say(mia.address, "Tell us", form=Form("77", tuple(fields)))
        answers = {one.name: "x" * 1000 for one in fields}
        await mia.say(type="form", id="answer-01", form="77", answers={**answers, "field7": "x" * 2001})
        error = await mia.hear("error")
        assert (error["code"], error["fields"]) == ("form", {"field7": "This is too long."})
        await mia.say(type="form", id="answer-02", form="77", answers=answers)
        assert (await mia.hear("stored"))["id"] == "answer-02"
    assert shop.desk.inbound[-1].answers == answers


async def test_the_hours_are_told_when_they_turn(shop: Shop) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=0.5)
    shop.desk.is_open = Opening(open=True, closes_at=soon)
    async with visiting(shop) as mia:
        assert mia.welcome["hours"]["open"] is True
        shop.desk.is_open = Opening(open=False)
        assert (await mia.hear("hours"))["open"] is False


async def test_a_form_from_before_this_socket_can_be_answered(shop: Shop) -> None:
    async with visiting(shop) as mia:
        await writes(mia, profile=KNOWN)
        shop.desk.say(mia.address, "Where?", form=FORM)
    cursor = (await shop.desk.transcript(mia.address)).cursor
    async with visiting(shop, token=mia.welcome["token"], cursor=cursor) as again:
        await again.say(type="form", id="answer-01", form="77", answers={"email": "mia@example.com"})
        await again.hear("stored")


async def test_answers_and_the_transcript_go_where_the_visitor_says(shop: Shop) -> None:
    async with visiting(shop) as mia:
        assert mia.welcome["offers"] == {"email": True, "transcript": True}
        await mia.say(type="email", id="wish-0001", email="mia")
        assert (await mia.hear("error"))["code"] == "malformed"
        await mia.say(type="email", id="wish-0002", email=" Mia@Example.com")
        assert (await mia.hear("stored"))["id"] == "wish-0002"
        for number in range(3, 6):
            await mia.say(type="transcript", id=f"wish-000{number}", email="mia@example.com")
            assert (await mia.hear("done"))["id"] == f"wish-000{number}"
        await mia.say(type="transcript", id="wish-0006", email="mia@example.com")
        assert (await mia.hear("error"))["code"] == "too_fast"
    assert shop.desk.introduced == {mia.address: "mia@example.com"}


async def test_what_can_not_be_mailed_is_not_offered(shop: Shop) -> None:
    shop.desk.mails = False
    async with visiting(shop) as mia:
        assert mia.welcome["offers"] == {"email": False, "transcript": False}
        await mia.say(type="transcript", id="wish-0001", email="mia@example.com")
        assert (await mia.hear("error"))["code"] == "not_offered"


async def test_typing_begins_and_ends_both_ways_and_unread_messages_are_counted(shop: Shop) -> None:
    async with visiting(shop) as mia:
        await writes(mia, profile=KNOWN)
        await mia.say(type="typing", on=False)
        shop.desk.type(mia.address, "Ada", on=False)
        assert (await mia.hear("typing"))["on"] is False
        await mia.say(type="ping")
        await mia.hear("pong")
        shop.desk.say(mia.address, "Hi")
        await mia.hear("entries")
    assert (mia.address, "stopped") in shop.desk.signals
    async with visiting(shop, token=mia.welcome["token"]) as again:
        assert again.welcome["unread"] == 1


async def test_one_address_opens_only_so_many_chats(shop: Shop) -> None:
    url = f"{shop.url}/chat/shop/socket"
    async with ClientSession() as http:
        sockets = [await http.ws_connect(url) for _ in range(5)]
        assert await Visitor(await http.ws_connect(url)).closing() == 1013
        await sockets[0].close()
        await asyncio.sleep(0.05)
        async with visiting(shop) as mia:
            assert mia.welcome["new"]


NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "language", "text"),
    [
        (3, "en", "We answer at 18:00."), (3, "tr-TR", "Saat 18:00 itibarıyla yanıtlıyoruz."),
        (18, "en", "We answer tomorrow at 09:00."), (42, "en", "We answer on Tuesday at 09:00."),
        (42, "tr", "Salı günü saat 09:00 itibarıyla yanıtlıyoruz."),
        (18 + 24 * 9, "en", "We answer on 2 December at 09:00."),
        (18 + 24 * 9, "tr", "2 Aralık günü saat 09:00 itibarıyla yanıtlıyoruz."),
    ],
)  # fmt: skip
def test_the_hours_are_said_in_the_visitors_words_and_zone(hours: int, language: str, text: str) -> None:
    opening = Opening(open=False, opens_at=NOON + timedelta(hours=hours))
    assert hours_form(opening, NOON, language, zone("Europe/Istanbul"))["text"] == text


def test_hours_without_an_end_and_zones_that_are_none_are_harmless() -> None:
    assert hours_form(Opening(open=True), NOON, None, None)["text"] == ""
    assert hours_form(Opening(open=False), NOON, "en", None)["text"].startswith("We are away")
    assert [zone(name) for name in ("", "Nowhere/At all", "../../etc/passwd", "\0")] == [None] * 4


@pytest.mark.parametrize(
    "settings",
    [
        {"identity_secret": "short"}, {"identity_required": True}, {"prechat": [{"name": "email"}, {"name": "email"}]},
        {"prechat": [{"name": "Not a name"}]}, {"leave_seconds": 0}, {"country": "Turkey"},
    ],
)  # fmt: skip
def test_settings_that_can_not_be_kept_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WebChatSettings.model_validate(settings)


class _Host:
    async def inbox_settings(self, slug: str) -> Any:
        return SETTINGS


@pytest.mark.parametrize("more", [[], ["--jwt"], ["--json"], ["--json", "--jwt"]])
async def test_a_printed_identity_is_taken(shop: Shop, more: list[str]) -> None:
    words = ["identity", "--inbox", "shop", "--id", "17", "--email", "mia@example.com", *more]
    result = await asyncio.to_thread(CliRunner().invoke, commands(_Host()), words)  # type: ignore[arg-type]
    assert result.exit_code == 0, result.output
    said: Any = result.output.strip()
    said = json.loads(said) if said.startswith("{") else said
    identity = said["identity"] if "--json" in more else said
    async with visiting(shop, identity=identity) as mia:
        await writes(mia)
    assert shop.desk.inbound[0].proofs == (Proof("email", "mia@example.com"),)
