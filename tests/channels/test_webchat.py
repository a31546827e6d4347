"""The web chat's socket, uploads and script, against a real server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, ClientWebSocketResponse, FormData, WSMsgType, WSServerHandshakeError
from pydantic import ValidationError

from channels.webchat.adapter import WebChat
from channels.webchat.pace import Pace
from channels.webchat.settings import MAX_FILE_BYTES, Limits, WebChatSettings
from channels.webchat.words import tables
from omnidesk.contract.channel import Outbound
from tests.channels.webchat_desk import YES_NO, MemoryDesk, Shop, until


class Hasty(WebChat):
    """Loses patience soon enough for a test."""

    limits = Limits(
        hello_seconds=0.1, messages_per_minute=3, frames_per_minute=12, visitors_per_minute=4, uploads_per_minute=3,
        address_messages_per_minute=7,
    )  # fmt: skip


@asynccontextmanager
async def opened(channel: WebChat) -> AsyncIterator[Shop]:
    shop = Shop(MemoryDesk(), channel)
    await shop.start()
    try:
        yield shop
    finally:
        await shop.stop()


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Shop]:
    async with opened(WebChat(WebChatSettings(title="Example shop"))) as shop:
        yield shop


@pytest_asyncio.fixture
async def hasty() -> AsyncIterator[Shop]:
    async with opened(Hasty(WebChatSettings(max_length=100))) as shop:
        yield shop


class Visitor:
    """A client of the socket."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.welcome: dict[str, Any] = {}

    async def say(self, **message: Any) -> None:
        await self.socket.send_json(message)

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message of this kind."""
        async with asyncio.timeout(3):
            while True:
                message: dict[str, Any] = await self.socket.receive_json()
                if message["type"] == kind:
                    return message

    async def closing(self) -> int | None:
        """Wait until the server closes; gives its code."""
        async with asyncio.timeout(3):
            while (await self.socket.receive()).type is WSMsgType.TEXT:
                pass
        return self.socket.close_code

    @property
    def address(self) -> str:
        return str(self.welcome["token"]).rpartition(".")[0]


@asynccontextmanager
async def visiting(shop: Shop, *, origin: str | None = None, **hello: Any) -> AsyncIterator[Visitor]:
    headers = {"Origin": origin} if origin else {}
    async with ClientSession() as http, http.ws_connect(f"{shop.url}/chat/shop/socket", headers=headers) as socket:
        visitor = Visitor(socket)
        await visitor.say(type="hello", **hello)
        visitor.welcome = await visitor.hear("welcome")
        yield visitor


async def test_a_visitor_is_welcomed_with_a_new_identity(shop: Shop) -> None:
    async with visiting(shop) as mia, visiting(shop) as other:
        assert mia.welcome["new"] is True
        assert mia.welcome["title"] == "Example shop"
        assert mia.welcome["entries"] == []
        assert mia.welcome["limits"] == {
            "max_length": 4000,
            "file_bytes": MAX_FILE_BYTES,
            "files": 10,
            "messages_per_minute": 30,
            "frame_bytes": 65_536,
        }
        assert len(bytes.fromhex(mia.address)) == 16
        assert mia.address != other.address


async def test_a_message_is_acknowledged_only_after_it_is_durable(shop: Shop) -> None:
    async with visiting(shop) as mia:
        shop.desk.open.clear()
        await mia.say(type="message", id="message-1", text="Where is my order?")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await mia.socket.receive()
        shop.desk.open.set()


async def test_a_stored_message_is_acknowledged_and_shown_with_its_id(shop: Shop) -> None:
    async with visiting(shop, language="tr-TR") as mia:
        await mia.say(type="message", id="message-1", text="Siparişim nerede?")
        assert await mia.hear("stored") == {"type": "stored", "id": "message-1"}
        (entry,) = (await mia.hear("entries"))["entries"]
        assert (entry["echo"], entry["text"], entry["direction"]) == ("message-1", "Siparişim nerede?", "inbound")
        assert shop.desk.inbound[0].sender.address == mia.address
        assert shop.desk.inbound[0].sender.language == "tr"
        assert shop.desk.received[0].sender == mia.address


async def test_a_message_that_could_not_be_stored_is_not_acknowledged(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    async with visiting(shop) as mia:
        shop.desk.broken = True
        await mia.say(type="message", id="message-1", text="Hello")
        frame = await mia.socket.receive(timeout=3)
        assert frame.type is not WSMsgType.TEXT
    assert "the disk is full" in caplog.text


async def test_a_repeated_message_is_stored_once_and_acknowledged_again(shop: Shop) -> None:
    async with visiting(shop) as mia:
        for _ in range(2):
            await mia.say(type="message", id="message-1", text="Hello")
            await mia.hear("stored")
        token = mia.welcome["token"]
    async with visiting(shop, token=token) as mia:
        await mia.say(type="message", id="message-1", text="Hello")
        await mia.hear("stored")
    assert shop.desk.texts() == ["Hello"]


async def test_two_visitors_may_use_the_same_message_id(shop: Shop) -> None:
    async with visiting(shop) as mia, visiting(shop) as other:
        for visitor in (mia, other):
            await visitor.say(type="message", id="message-1", text="Hello")
            await visitor.hear("stored")
    assert len(shop.desk.received) == 2


@pytest.mark.parametrize("forged", ["nonsense", "0123.0123", "ı.ş"])
async def test_a_wrong_token_gets_a_new_identity_and_no_history(shop: Shop, forged: str) -> None:
    async with visiting(shop, token=forged, cursor="7") as mia:
        assert mia.welcome["new"] is True
        assert mia.welcome["token"] != forged
        assert shop.desk.verify(mia.welcome["token"]) == mia.address


async def test_coming_back_with_a_token_shows_everything(shop: Shop) -> None:
    async with visiting(shop) as mia:
        await mia.say(type="message", id="message-1", text="Hello")
        await mia.hear("stored")
        shop.desk.say(mia.address, "Hello Mia")
    async with visiting(shop, token=mia.welcome["token"]) as again:
        assert again.welcome["new"] is False
        assert again.welcome["token"] == mia.welcome["token"]
        assert [entry["text"] for entry in again.welcome["entries"]] == ["Hello", "Hello Mia"]


async def test_coming_back_with_a_cursor_shows_only_what_is_new(shop: Shop) -> None:
    async with visiting(shop) as mia:
        shop.desk.say(mia.address, "First")
        seen = await mia.hear("entries")
    shop.desk.say(mia.address, "Second", buttons=YES_NO)
    async with visiting(shop, token=mia.welcome["token"], cursor=seen["cursor"]) as again:
        (entry,) = again.welcome["entries"]
        assert entry["text"] == "Second"
        assert entry["buttons"][1] == {"id": "person", "text": "Talk to a person"}


async def test_what_is_said_reaches_every_tab_and_is_marked_delivered(shop: Shop) -> None:
    async with visiting(shop) as mia, visiting(shop, token=mia.welcome["token"]) as other_tab:
        shop.desk.say(mia.address, "Your order is on its way", author="agent", name="Ada")
        for tab in (mia, other_tab):
            (entry,) = (await tab.hear("entries"))["entries"]
            assert (entry["author"], entry["name"], entry["at"]) == ("agent", "Ada", "2026-11-22T08:00:00.000Z")
        await mia.say(type="ping")
        await mia.hear("pong")
        assert (mia.address, "delivered") in shop.desk.signals


async def test_one_visitor_sees_nothing_of_another(shop: Shop) -> None:
    async with visiting(shop) as mia, visiting(shop) as other:
        shop.desk.say(mia.address, "For Mia only")
        await mia.hear("entries")
        await other.say(type="ping")
        assert (await other.socket.receive_json())["type"] == "pong"


async def test_typing_and_reading_are_passed_on_both_ways(shop: Shop) -> None:
    async with visiting(shop) as mia:
        await mia.say(type="typing")
        await mia.say(type="seen", upto="1")
        shop.desk.type(mia.address, "Ada")
        assert await mia.hear("typing") == {"type": "typing", "name": "Ada", "on": True}
        await mia.say(type="ping")
        await mia.hear("pong")
        assert shop.desk.signals == [(mia.address, "typing"), (mia.address, "seen")]


async def test_a_pressed_button_is_a_message_with_the_buttons_id(shop: Shop) -> None:
    async with visiting(shop) as mia:
        await mia.say(type="button", id="message-1", button="person", text="Talk to a person")
        await mia.hear("stored")
    (inbound,) = shop.desk.inbound
    assert (inbound.button, inbound.text) == ("person", "Talk to a person")


async def test_a_survey_is_answered_by_a_button_with_the_score(shop: Shop) -> None:
    async with visiting(shop) as mia:
        shop.desk.ask(mia.address, "How did we do?")
        (asked,) = (await mia.hear("entries"))["entries"]
        assert asked["question"] == {"button": "survey-1", "scale": [1, 2, 3, 4, 5], "answered": None}
        await mia.say(type="button", id="message-1", button="survey-1:4", text="4")
        (answered,) = (await mia.hear("entries"))["entries"]
        assert (answered["id"], answered["question"]["answered"]) == (asked["id"], 4)


ALLOWED = WebChatSettings(allowed_origins=("https://shop.example",))


@pytest.mark.parametrize("origin", ["https://evil.example", "http://shop.example", "null"])
async def test_a_foreign_page_is_refused(origin: str) -> None:
    async with opened(WebChat(ALLOWED)) as shop:
        with pytest.raises(WSServerHandshakeError) as refused:
            async with visiting(shop, origin=origin):
                raise AssertionError("it was let in")
        assert refused.value.status == 403
        assert (await posted(shop, "any", b"file", origin=origin))[0] == 403


@pytest.mark.parametrize("origin", ["https://shop.example", "https://desk.example", None])
async def test_an_allowed_page_our_own_and_no_page_are_let_in(origin: str | None) -> None:
    async with opened(WebChat(ALLOWED)) as shop, visiting(shop, origin=origin) as mia:
        assert mia.welcome["new"] is True


async def test_without_a_list_every_page_is_let_in(shop: Shop) -> None:
    async with visiting(shop, origin="https://any.example") as mia:
        assert mia.welcome["new"] is True


async def test_too_long_a_message_is_refused_in_the_visitors_language(hasty: Shop) -> None:
    async with visiting(hasty, language="tr") as mia:
        await mia.say(type="message", id="message-1", text="ş" * 101)
        error = await mia.hear("error")
        assert (error["code"], error["id"]) == ("too_long", "message-1")
        assert error["message"] == tables()["tr"]["too_long"].format(max_length=100)
    assert hasty.desk.received == []


async def test_too_fast_a_visitor_is_told_when_to_go_on(hasty: Shop) -> None:
    async with visiting(hasty) as mia:
        for number in range(4):
            await mia.say(type="message", id=f"message-{number}", text="Hello")
        error = await mia.hear("error")
        assert (error["code"], error["id"]) == ("too_fast", "message-3")
        assert 0 < error["retry_after"] <= 60
    assert len(hasty.desk.received) == 3


async def test_more_sockets_give_a_visitor_no_more_messages(hasty: Shop) -> None:
    async with visiting(hasty) as mia, visiting(hasty, token=mia.welcome["token"]) as tab, visiting(hasty) as other:
        for number, visitor in enumerate((mia, tab, mia)):
            await visitor.say(type="message", id=f"message-{number}", text="Hello")
            await visitor.hear("stored")
        await tab.say(type="message", id="message-3", text="Hello")
        assert (await tab.hear("error"))["code"] == "too_fast"
        await other.say(type="message", id="message-4", text="Hello")
        await other.hear("stored")
    assert len(hasty.desk.received) == 4


async def test_more_visitors_give_an_address_no_more_messages(hasty: Shop) -> None:
    async with visiting(hasty) as mia, visiting(hasty) as ada, visiting(hasty) as bo:
        for number, visitor in enumerate((mia, mia, mia, ada, ada, ada, bo)):
            await visitor.say(type="message", id=f"message-{number}", text="Hello")
            await visitor.hear("stored")
        await bo.say(type="message", id="message-7", text="Hello")
        assert 0 < (await bo.hear("error"))["retry_after"] <= 60
    assert len(hasty.desk.received) == 7


async def test_an_address_brings_only_so_many_new_visitors_but_known_ones_come_back(hasty: Shop) -> None:
    async with visiting(hasty) as mia:
        for _ in range(hasty.channel.limits.visitors_per_minute - 1):
            async with visiting(hasty):
                pass
    async with ClientSession() as http, http.ws_connect(f"{hasty.url}/chat/shop/socket") as socket:
        late = Visitor(socket)
        await late.say(type="hello")
        assert await late.closing() == 1013
    async with visiting(hasty, token=mia.welcome["token"]) as again:
        assert again.welcome["new"] is False


async def test_an_address_uploads_only_so_many_files(hasty: Shop) -> None:
    async with visiting(hasty) as mia:
        for _ in range(hasty.channel.limits.uploads_per_minute):
            assert (await posted(hasty, mia.welcome["token"], b"file"))[0] == 200
        assert await posted(hasty, mia.welcome["token"], b"file") == (429, {"code": "too_fast"})


def test_a_pace_allows_again_what_is_a_minute_ago_and_forgets_the_longest_unused_key() -> None:
    pace = Pace(2, keys=2)
    assert [pace.wait("a", now) for now in (0, 10, 20, 59, 60, 61)] == [0, 0, 40, 1, 0, 9]
    assert (pace.wait("b", 62), pace.wait("c", 62), pace.wait("a", 62)) == (0, 0, 0)


async def test_a_flood_of_anything_closes_the_socket(hasty: Shop) -> None:
    async with visiting(hasty) as mia:
        for _ in range(13):
            await mia.say(type="ping")
        assert await mia.closing() == 1008


async def test_an_oversized_frame_closes_the_socket(shop: Shop) -> None:
    async with visiting(shop) as mia:
        await mia.say(type="message", id="message-1", text="x" * 70_000)
        assert await mia.closing() == 1009
    assert shop.desk.received == []


@pytest.mark.parametrize(
    ("frame", "known"),
    [
        ("{", None),
        ("[1]", None),
        ('{"type": "unknown", "id": "message-1"}', "message-1"),
        ('{"type": "message", "id": "message-1", "text": "  "}', "message-1"),
        ('{"type": "message", "id": "no spaces!", "text": "Hello"}', "no spaces!"),
        ('{"type": "message", "id": "message-1", "text": "\\ud800"}', "message-1"),
        ('{"type": "button", "id": "message-1", "text": "Yes"}', "message-1"),
        ("[" * 5000, None),
    ],
)
async def test_junk_is_refused_and_the_conversation_goes_on(shop: Shop, frame: str, known: str | None) -> None:
    async with visiting(shop) as mia:
        await mia.socket.send_str(frame)
        error = await mia.hear("error")
        assert (error["code"], error["id"]) == ("malformed", known)
        await mia.socket.send_bytes(b"\0")
        assert (await mia.hear("error"))["code"] == "malformed"
        await mia.say(type="message", id="message-2", text="Hello")
        await mia.hear("stored")
    assert shop.desk.texts() == ["Hello"]


async def test_a_socket_that_says_no_hello_is_closed(hasty: Shop) -> None:
    async with ClientSession() as http, http.ws_connect(f"{hasty.url}/chat/shop/socket") as socket:
        assert await Visitor(socket).closing() == 1008


async def test_a_strange_language_keeps_nobody_out(shop: Shop) -> None:
    async with visiting(shop, language="<b>") as mia:
        await mia.say(type="message", id="message-1", text="Hello")
        await mia.hear("stored")
    assert shop.desk.inbound[0].sender.language is None


async def test_nobody_is_followed_after_the_visitor_left(shop: Shop) -> None:
    async with visiting(shop) as mia:
        assert len(shop.desk.followers[mia.address]) == 1
    await until(lambda: not shop.desk.followers[mia.address])


async def test_at_shutdown_every_visitor_is_sent_away_to_come_back(shop: Shop) -> None:
    async with visiting(shop) as mia, visiting(shop) as other:
        stopping = asyncio.create_task(shop.stop())
        assert await mia.closing() == 1001
        assert await other.closing() == 1001
        await stopping


async def posted(shop: Shop, token: str, content: bytes, origin: str = "https://shop.example") -> tuple[int, Any]:
    form = FormData()
    form.add_field("token", token)
    form.add_field("file", BytesIO(content), filename="receipt.png", content_type="image/png")
    async with (
        ClientSession() as http,
        http.post(f"{shop.url}/chat/shop/files", data=form, headers={"Origin": origin}) as response,
    ):
        allowed = response.headers.get("Access-Control-Allow-Origin")
        assert response.status == 403 or allowed == origin
        return response.status, await response.json() if response.content_type == "application/json" else None


async def test_a_file_is_uploaded_first_and_then_sent_with_a_message(shop: Shop) -> None:
    async with visiting(shop) as mia:
        status, answer = await posted(shop, mia.welcome["token"], b"picture")
        assert status == 200
        files = [{"upload": answer["upload"], "name": "C:\\mia\\receipt.png", "content_type": "image/png"}]
        await mia.say(type="message", id="message-1", text="", attachments=files)
        (entry,) = (await mia.hear("entries"))["entries"]
        assert entry["files"][0]["name"] == "receipt.png"
    (attachment,) = shop.desk.inbound[0].attachments
    assert shop.desk.uploads[attachment.upload or ""] == b"picture"


async def test_a_file_over_the_limit_is_refused(shop: Shop) -> None:
    async with visiting(shop) as mia:
        assert (await posted(shop, mia.welcome["token"], bytes(MAX_FILE_BYTES)))[0] == 200
        assert await posted(shop, mia.welcome["token"], bytes(MAX_FILE_BYTES + 1)) == (413, {"code": "too_large"})
    assert len(shop.desk.uploads) == 1


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 10_000])
async def test_a_file_without_a_visitor_is_refused(shop: Shop, token: str) -> None:
    status, _ = await posted(shop, token, b"file")
    assert status == (400 if len(token) > 500 else 401)
    assert shop.desk.uploads == {}


FORM = "multipart/form-data; boundary=x"


def field(name: str, content: bytes) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n--x--\r\n' % (name.encode(), content)


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"no boundary", 400),
        (FORM, b"junk", 400),
        (FORM, b"", 400),
        (FORM, field("file", b"before the token"), 400),
        (FORM, field("token", b"\xff"), 400),
        (FORM, b"--x\r\nContent-Disposition: " + b"a" * 100_000, 400),
        (FORM, b"--x\r\n" + b"A: b\r\n" * 10_000, 400),
        (FORM, b"--x\r\nno header\r\n\r\n", 400),
    ],
)
async def test_an_upload_that_is_no_form_is_refused(shop: Shop, content_type: str, body: bytes, status: int) -> None:
    url, headers = f"{shop.url}/chat/shop/files", {"Content-Type": content_type}
    async with ClientSession() as http, http.post(url, data=body, headers=headers) as response:
        assert response.status == status
        assert await response.json() == {"code": "malformed"}


async def test_the_script_is_cached_and_carries_its_texts(shop: Shop) -> None:
    async with ClientSession() as http:
        async with http.get(f"{shop.url}/chat/shop/widget.js") as response:
            text = await response.text()
            assert response.content_type == "text/javascript"
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            etag = response.headers["ETag"]
        assert "Mesajınızı yazın…" in text
        assert "Example shop" in text
        assert "/* config */" not in text
        async with http.get(f"{shop.url}/chat/shop/widget.js", headers={"If-None-Match": etag}) as response:
            assert (response.status, await response.read()) == (304, b"")
        async with http.get(f"{shop.url}/chat/shop/widget.js", headers={"Accept-Encoding": "identity"}) as response:
            assert ("Content-Encoding" in response.headers, await response.text()) == (False, text)
            assert response.headers["Vary"] == "Accept-Encoding"


async def test_sending_gives_the_key_for_an_id(shop: Shop) -> None:
    assert await shop.channel.send(Outbound(key="delivery-1", to="mia", text="Hello")) == "delivery-1"


@pytest.mark.parametrize("origin", ["shop.example", "ftp://shop.example", "https://", ""])
def test_an_origin_that_is_none_stops_the_start(origin: str) -> None:
    with pytest.raises(ValidationError, match="allowed_origins"):
        WebChatSettings(allowed_origins=(origin,))


def test_origins_are_compared_as_browsers_write_them() -> None:
    settings = WebChatSettings(allowed_origins=("HTTPS://Shop.Example:443/any/page", "https://dükkan.example"))
    assert settings.allowed_origins == ("https://shop.example", "https://xn--dkkan-kva.example")


def test_every_text_has_a_turkish_one_with_the_same_places() -> None:
    english, turkish = tables()["en"], tables()["tr"]
    for key, text in english.items():
        assert places(text) == places(turkish[key]), key
        assert turkish[key] != text or key in {"bot", "bot_unnamed"}, key


def places(text: str) -> set[str]:
    return {part.partition("}")[0] for part in text.split("{")[1:]}


def test_the_texts_are_json() -> None:
    assert json.loads(json.dumps(tables())) == tables()
