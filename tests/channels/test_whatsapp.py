"""WhatsApp, against a stand-in of the Graph API: what is posted to us, what we send, what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from channels.whatsapp import templates
from channels.whatsapp.adapter import WhatsAppChannel
from channels.whatsapp.parse import parse
from channels.whatsapp.settings import WhatsAppSettings
from channels.whatsapp.split import split
from channels.whatsapp.templates import Listed, of_account
from omnidesk.contract.channel import (
    Attachment,
    Button,
    Channel,
    ChannelError,
    Failure,
    File,
    Filled,
    Inbound,
    Outbound,
    Play,
    RawMessage,
    Template,
    Unparsable,
)
from omnidesk.contract.testing import ChannelContract, FakeDesk, FakeMemory
from omnidesk.desk import actions
from omnidesk.store.models import Attachment as Stored
from omnidesk.store.models import Case, ContactPoint, Delivery, Interaction
from omnidesk.store.models import RawMessage as Raw
from tests.channels.whatsapp_desk import ORDER, WhatsAppDesk, whatsapp_desk
from tests.channels.whatsapp_stand_in import (
    ACCOUNT,
    MIA,
    MIA_ID,
    NUMBER_ID,
    OTHER_NUMBER_ID,
    SECRET,
    TOKEN,
    WORD,
    Graph,
    posting,
    signature,
)

SAMPLES = Path(__file__).parent.parent / "samples" / "whatsapp"
SECRET_TEXT = "my secret words"
on_one_database = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
"""For what is decided before anything is stored."""


@pytest.fixture
async def desk(store_url: str, tmp_path: Path) -> AsyncIterator[WhatsAppDesk]:
    """The office with a number."""
    async with whatsapp_desk(store_url, tmp_path) as desk:
        yield desk


def settings(**changed: Any) -> WhatsAppSettings:
    given = {"phone_number_id": NUMBER_ID, "access_token": TOKEN, "app_secret": SECRET, "verify_token": WORD}
    return WhatsAppSettings.model_validate({**given, "templates": [ORDER], **changed})


@asynccontextmanager
async def connected(**changed: Any) -> AsyncIterator[tuple[WhatsAppChannel, Graph]]:
    """A channel with the stand-in on its other side."""
    async with Graph().serving() as graph, ClientSession(timeout=ClientTimeout(5)) as http:
        yield WhatsAppChannel(settings(**{"api_base": graph.url, **changed}), http), graph


def outbound(key: str = "17.abc", to: str = f"+{MIA}", text: str = SECRET_TEXT, **more: Any) -> Outbound:
    return Outbound(key=key, to=to, text=text, **more)


def file(name: str, content_type: str, content: bytes = b"bytes", size: int | None = None) -> File:
    async def read() -> bytes:
        return content

    url = f"https://desk.example/files/{name}"
    return File(name, content_type, len(content) if size is None else size, url, read)


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not done():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)


class TestWhatsApp(ChannelContract):
    """What every channel promises."""

    def make(self) -> WhatsAppChannel:
        return WhatsAppChannel(settings())

    def samples(self) -> Sequence[RawMessage]:
        return [RawMessage(path.stem, MIA, path.read_bytes()) for path in sorted(SAMPLES.glob("*.json"))]

    def outbound(self, key: str) -> Outbound:
        return outbound(key)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Channel]:
        async with connected() as (channel, _):
            yield channel

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[Channel]:
        async with connected() as (channel, _):
            yield channel

    @asynccontextmanager
    async def _refusing(self) -> AsyncIterator[Channel]:
        async with connected() as (channel, graph):
            graph.refuse.append((400, 131026))
            yield channel

    def refusing(self) -> AbstractAsyncContextManager[Channel]:
        return self._refusing()

    async def deliver(self, channel: Channel, desk: FakeDesk) -> None:
        async def take(request: web.Request) -> web.StreamResponse:
            assert isinstance(channel, WhatsAppChannel)
            return await channel.take(desk, request)

        app = web.Application()
        app.router.add_post("/whatsapp/wa/webhook", take)
        async with TestServer(app) as server:
            graph = Graph()
            graph.desk_url = str(server.make_url("")).rstrip("/")
            await graph.say("Merhaba")


# --- what is posted to us


async def test_a_message_becomes_a_case_of_a_proven_number(desk: WhatsAppDesk) -> None:
    await desk.hear("Siparişim nerede?")
    (case,) = await desk.office.all(Case)
    (point,) = await desk.office.all(ContactPoint)
    assert (case.subject, case.channel, case.contact_name) == ("Siparişim nerede?", "whatsapp", "Mia Yılmaz")
    assert (point.address, point.proven) == (f"+{MIA}", True)


async def test_a_replay_is_acknowledged_and_changes_nothing(desk: WhatsAppDesk) -> None:
    post = await desk.graph.say("Hello")
    assert await desk.graph.post(post) == 200
    await desk.office.work()
    assert len([row for row in await desk.office.all(Interaction) if row.direction == "inbound"]) == 1


async def test_a_reaction_is_told_and_neither_opens_a_case_anew_nor_is_answered(desk: WhatsAppDesk) -> None:
    await desk.hear("Hello")
    reaction = desk.graph.message(type="reaction", reaction={"message_id": "wamid.1", "emoji": "👍"})
    assert await desk.graph.post(posting({"messages": [reaction]})) == 200
    await desk.office.work()
    (case,) = await desk.office.all(Case)
    assert (case.preview, case.category) == ("Hello", "new")


async def test_a_file_is_fetched_with_the_token(desk: WhatsAppDesk) -> None:
    id = desk.graph.put(b"\x89PNG", "image/png")
    picture = {"id": id, "mime_type": "image/png", "caption": "Look"}
    assert await desk.graph.post(posting({"messages": [desk.graph.message(type="image", image=picture)]})) == 200
    await desk.office.work()
    (attachment,) = await desk.office.all(Stored)
    assert (attachment.filename, attachment.state, attachment.size) == ("image.png", "stored", 4)


@on_one_database
async def test_meta_is_told_its_challenge_when_it_knows_our_word(desk: WhatsAppDesk) -> None:
    url = f"{desk.url}/whatsapp/wa/webhook"
    asked = {"hub.mode": "subscribe", "hub.verify_token": WORD, "hub.challenge": "1158201444"}
    async with ClientSession() as http:
        async with http.get(url, params=asked) as answer:
            assert (answer.status, answer.content_type, await answer.text()) == (200, "text/plain", "1158201444")
        for wrong in ({"hub.verify_token": "a guess"}, {"hub.mode": "unsubscribe"}):
            async with http.get(url, params=asked | wrong) as answer:
                assert answer.status == 403
        async with http.get(url) as answer:
            assert answer.status == 403


@on_one_database
@pytest.mark.parametrize(
    ("body", "header", "status"),
    [
        (b"{}", None, 403),
        (b"{}", "sha256=00", 403),
        (b"{}", "sha256=" + "şifre", 403),
        (b"{}", signature(b"{ }"), 403),
        (b"{}", signature(b"{}", "another secret"), 403),
        (b"", signature(b""), 400),
        (b"\xff\xfe", signature(b"\xff\xfe"), 400),
        (b"[" * 100_000, signature(b"[" * 100_000), 400),
        (b"[]", signature(b"[]"), 400),
        (b"a" * (4 * 1024 * 1024), signature(b"a" * (4 * 1024 * 1024)), 413),
    ],
)
async def test_what_is_forged_or_junk_leaves_no_trace(
    desk: WhatsAppDesk, body: bytes, header: str | None, status: int
) -> None:  # fmt: skip
    headers = {"X-Hub-Signature-256": header} if header is not None else {}
    assert await desk.graph.post(body, secret=None, **headers) == status
    assert await desk.office.all(Raw) == []


@on_one_database
async def test_what_is_signed_and_of_an_unknown_kind_is_quarantined(desk: WhatsAppDesk) -> None:
    change = {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}
    post = {"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "changes": [change]}]}
    assert await desk.graph.post(post) == 200
    assert await desk.graph.post({"object": "page"}) == 200
    await desk.office.work()
    assert [raw.state for raw in await desk.office.all(Raw)] == ["quarantined"] * 2


@on_one_database
async def test_what_another_number_of_the_app_got_is_not_ours(desk: WhatsAppDesk) -> None:
    message = desk.graph.message(type="text", text={"body": "Hello"})
    assert await desk.graph.post(posting({"messages": [message]}, number_id=OTHER_NUMBER_ID)) == 200
    assert await desk.office.all(Raw) == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=8,
)
_PARTS = [
    "text", "image", "interactive", "button", "reaction", "location", "contacts", "order", "system", "edit", "errors",
    "context", "referral", "timestamp", "from", "id", "type",
]  # fmt: skip


@given(st.dictionaries(st.sampled_from(_PARTS), _JSON, max_size=5), st.dictionaries(st.text(max_size=8), _JSON))
@hypothesis_settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_message_holds_it_is_read_or_refused(said: dict[str, Any], value: dict[str, Any]) -> None:
    message = Graph().message(type="text", text={"body": "Hello"}) | said
    for post in (posting({"messages": [message]}), posting({"statuses": [message]}), posting(value), value):
        body = json.dumps(post).encode()
        for raw in split(body, json.loads(body), NUMBER_ID):
            assert len(raw.external_id) < 500
            with suppress(Unparsable):
                assert parse(raw)


# --- what we send


async def sent(**more: Any) -> list[dict[str, Any]]:
    async with connected() as (channel, graph):
        await channel.send(outbound(**more))
        return graph.taken


async def test_a_text_goes_with_our_key_and_without_a_preview() -> None:
    (taken,) = await sent()
    assert taken["text"] == {"body": SECRET_TEXT, "preview_url": False}
    assert (taken["to"], taken["biz_opaque_callback_data"]) == (f"+{MIA}", "17.abc")


async def test_who_shows_no_number_is_reached_by_meta_s_id() -> None:
    (taken,) = await sent(to=MIA_ID)
    assert (taken["recipient"], "to" in taken) == (MIA_ID, False)


def buttons(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(f"b{number}", label) for number, label in enumerate(labels))


async def test_few_short_choices_are_buttons() -> None:
    (taken,) = await sent(buttons=buttons("Evet", "Hayır"))
    assert taken["interactive"]["type"] == "button"
    assert [one["reply"] for one in taken["interactive"]["action"]["buttons"]] == [
        {"id": "b0", "title": "Evet"}, {"id": "b1", "title": "Hayır"}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "text"),
    [(("1", "2", "3", "4"), "Pick"), (("A label of 24 letters ok", "b"), "Pick"), (("a", "b"), "x" * 1025)],
)
async def test_more_or_longer_choices_or_words_make_a_list(labels: tuple[str, ...], text: str) -> None:
    (taken,) = await sent(buttons=buttons(*labels), text=text, language="tr")
    action = taken["interactive"]["action"]
    assert (taken["interactive"]["type"], action["button"]) == ("list", "Seçin")
    assert [row["title"] for row in action["sections"][0]["rows"]] == list(labels)


async def test_a_choice_that_is_too_long_for_a_row_stands_below_it() -> None:
    (taken,) = await sent(buttons=buttons("Bir temsilciyle görüşmek istiyorum", "b"))
    row = taken["interactive"]["action"]["sections"][0]["rows"][0]
    assert (row["title"], row["description"]) == ("Bir temsilciyle görüşme…", "Bir temsilciyle görüşmek istiyorum")


async def test_one_file_carries_the_text() -> None:
    (taken,) = await sent(files=(file("a.png", "image/png"),))
    assert (taken["type"], taken["image"]["caption"]) == ("image", SECRET_TEXT)


async def test_each_file_is_one_message_and_the_desk_is_told_which_ones_whatsapp_takes() -> None:
    (sound,) = await sent(text="", files=(file("b.ogg", "audio/ogg; codecs=opus"),))
    assert (sound["type"], "caption" in sound["audio"], sound["biz_opaque_callback_data"]) == ("audio", False, "17.abc")
    can = WhatsAppChannel.capabilities
    assert can.files_apart
    assert can.file_types is not None
    assert ("application/pdf" in can.file_types, "application/zip" in can.file_types) == (True, False)


async def test_people_leave_in_turkish_too() -> None:
    assert {"stop", "ret", "iptal", "dur"} <= set(WhatsAppChannel.capabilities.stop_words)
    assert {"start", "basla", "katil"} <= set(WhatsAppChannel.capabilities.start_words)


async def test_a_picture_that_is_too_large_goes_as_a_document() -> None:
    (taken,) = await sent(files=(file("a.png", "application/pdf", size=6_000_000),))
    assert taken["type"] == "document"
    async with connected() as (channel, graph):
        big = file("a.mp4", "video/mp4", size=17 * 1024 * 1024)
        await channel.send(outbound(files=(big,)))
        assert graph.taken[0]["type"] == "document"


async def test_an_answer_stands_under_the_message_it_answers_where_something_was_said_in_between() -> None:
    (direct,) = await sent(references=("wamid.1",))
    (late,) = await sent(references=("wamid.1", "17.xyz"))
    (bot,) = await sent(references=("wamid.1", "17.xyz"), automatic=True)
    assert ("context" in direct, late["context"], "context" in bot) == (False, {"message_id": "wamid.1"}, False)


async def test_a_template_goes_with_its_words_each_in_its_place() -> None:
    places = json.dumps(["header name", "body 1", "body 2"])
    filled = Filled("order_update", "tr", ("Mia", "17", "yarın\nsabah"), places)
    (taken,) = await sent(template=filled, text="whatever")
    assert taken["template"] == {
        "name": "order_update", "language": {"code": "tr"},
        "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "Mia", "parameter_name": "name"}]},
            {"type": "body", "parameters": [{"type": "text", "text": "17"}, {"type": "text", "text": "yarın sabah"}]},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "code", "permanent", "failure", "words"),
    [
        (400, 131026, True, Failure.HARD, "not on WhatsApp"),
        (400, 131047, True, None, "24 hours"),
        (400, 132001, True, None, "template"),
        (400, 131049, True, Failure.POLICY, "marketing"),
        (400, 999999, True, None, "error 999999"),
        (400, 131056, False, Failure.SOFT, "short time"),
        (400, 130429, False, Failure.SOFT, "short time"),
        (401, 190, False, Failure.SOFT, "access_token"),
        (403, 200, False, Failure.SOFT, "whatsapp_business_messaging"),
        (500, 0, False, Failure.SOFT, "500"),
        (503, 999999, False, Failure.SOFT, "503"),
        (429, 0, False, Failure.SOFT, "429"),
        (400, 0, True, None, "no reason"),
    ],
)
async def test_a_refusal_says_what_to_do_and_never_what_was_sent(
    status: int, code: int, permanent: bool, failure: Failure | None, words: str
) -> None:  # fmt: skip
    async with connected() as (channel, graph):
        graph.refuse.append((status, code))
        with pytest.raises(ChannelError, match=words) as caught:
            await channel.send(outbound())
    assert (caught.value.permanent, caught.value.failure) == (permanent, failure)
    assert SECRET_TEXT not in str(caught.value)
    assert MIA not in str(caught.value)


async def test_a_number_or_a_token_that_is_wrong_is_found_by_checking() -> None:
    async with connected() as (channel, _):
        await channel.check()
    async with connected(access_token="old") as (channel, _):
        with pytest.raises(ChannelError, match="access_token"):
            await channel.check()
    async with connected(phone_number_id="1") as (channel, _):
        with pytest.raises(ChannelError):
            await channel.check()


async def test_media_are_fetched_from_meta_alone() -> None:
    async with connected() as (channel, graph):
        id = graph.put(b"bytes")
        assert await channel.fetch(id) == b"bytes"
        for host in ("https://evil.example", "https://fbsbx.com.evil.example", "http://lookaside.fbsbx.com"):
            graph.media_host = host
            with pytest.raises(ChannelError, match="not at Meta"):
                await channel.fetch(id)
        graph.media_host = "not an address"
        with pytest.raises(ChannelError, match="not at Meta"):
            await channel.fetch(id)
        with pytest.raises(ChannelError):
            await channel.fetch("../106540352242922/messages")


async def test_receipts_move_a_message_on_even_before_it_was_noted_as_sent(desk: WhatsAppDesk) -> None:
    await desk.hear("Hello")
    (case,) = await desk.office.all(Case)
    await desk.office.act("Ada", actions.reply, case.number, "Hi!")
    for status, state in (("sent", "sent"), ("read", "read"), ("delivered", "read"), ("read", "read")):
        await desk.graph.report(desk.graph.taken[-1], status)
        await desk.office.work()
        assert (await desk.office.all(Delivery))[-1].state == state


async def test_a_failure_is_told_with_its_reason_and_marks_the_address(desk: WhatsAppDesk) -> None:
    await desk.hear("Hello")
    (case,) = await desk.office.all(Case)
    await desk.office.act("Ada", actions.reply, case.number, "Hi!")
    await desk.graph.report(desk.graph.taken[-1], "failed", 131026)
    await desk.office.work()
    (delivery,) = await desk.office.all(Delivery)
    (point,) = await desk.office.all(ContactPoint)
    assert (delivery.state, delivery.failure, point.working) == ("failed", "hard", False)
    assert "not on WhatsApp" in delivery.error


# --- templates


def listed(*components: dict[str, Any], **more: Any) -> Listed:
    return Listed.model_validate(
        {"name": "hi", "language": "tr", "status": "APPROVED", "components": components, **more}
    )


def test_a_template_of_the_account_is_offered_as_one_text() -> None:
    found = of_account(
        listed(
            {"type": "HEADER", "format": "TEXT", "text": "Hello {{1}}"},
            {"type": "BODY", "text": "{{2}} of {{1}} is on its way."},
            {"type": "FOOTER", "text": "Omnidesk"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Stop"}]},
        )
    )
    text = "Hello {{1}}\n\n{{3}} of {{2}} is on its way.\n\nOmnidesk"
    assert found == Template("hi", "tr", text, ("1", "1", "2"), '["header 1", "body 1", "body 2"]')


def test_variables_with_names_keep_them() -> None:
    found = of_account(listed({"type": "BODY", "text": "Dear {{first_name}}, {{order}} came. Bye {{first_name}}"}))
    assert found is not None
    assert (found.text, found.variables) == ("Dear {{1}}, {{2}} came. Bye {{1}}", ("first_name", "order"))


@pytest.mark.parametrize(
    "template",
    [
        listed({"type": "BODY", "text": "a"}, status="PAUSED"),
        listed({"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "a"}),
        listed({"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x.example/{{1}}"}]}),
        listed({"type": "BUTTONS", "buttons": [{"type": "OTP"}]}),
        listed({"type": "CAROUSEL"}),
    ],
)
def test_what_needs_more_than_words_or_is_not_approved_is_not_offered(template: Listed) -> None:
    assert of_account(template) is None


async def test_templates_are_fetched_while_listening_and_kept_for_all_processes() -> None:
    async with connected(business_account_id=ACCOUNT) as (channel, graph):
        body = {"type": "BODY", "text": "Hello"}
        graph.templates = [listed(body, name=f"t{number}").model_dump() for number in range(5)]
        graph.templates.append(listed(body, name="order_update").model_dump())
        desk = FakeDesk()
        async with channel.listen(desk):
            await until(lambda: "templates 1" in desk.memory.kept)
        found = await channel.templates(desk.memory)
    assert [one.name for one in found] == ["order_update", "t0", "t1", "t2", "t3", "t4"]
    assert found[0].text == ORDER["text"]  # as it was written down


async def test_many_templates_are_kept_in_parts() -> None:
    memory = FakeMemory()
    many = [Template(f"t{number}", "tr", "ş" * 1000, (), "[]") for number in range(300)]
    await templates.keep(memory, many)
    assert max(map(len, memory.kept.values())) < 64 * 1024
    assert list(await templates.kept(memory)) == many
    await templates.keep(memory, many[:1])
    assert list(await templates.kept(memory)) == many[:1]


async def test_more_templates_than_there_is_room_for_lose_the_last_ones_alone_and_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(templates, "_PART", 200)
    monkeypatch.setattr(templates, "_MOST_PARTS", 2)
    desk = FakeDesk()
    async with connected(business_account_id=ACCOUNT, templates=[]) as (channel, graph):
        graph.templates = [listed({"type": "BODY", "text": "Hello"}, name=f"t{n}").model_dump() for n in range(9)]
        async with channel.listen(desk):
            await until(lambda: bool(desk.health))
        kept = [one.name for one in await channel.templates(desk.memory)]
    assert 0 < len(kept) < 9
    assert kept == [f"t{n}" for n in range(len(kept))]
    assert f"9 approved templates, of which the first {len(kept)} are offered" in desk.health


async def test_a_template_that_is_filled_in_with_too_few_words_is_refused_for_good() -> None:
    with pytest.raises(ChannelError, match="has 2 variables, and 1 are") as caught:
        await sent(template=Filled("order_update", "tr", ("Mia",), '["body 1", "body 2"]'))
    assert caught.value.permanent


async def test_a_bad_token_is_told_while_listening() -> None:
    async with connected(access_token="old") as (channel, _):
        desk = FakeDesk()
        async with channel.listen(desk):
            await until(lambda: bool(desk.health))
    assert "access_token" in desk.health


@pytest.mark.parametrize(
    "template",
    [
        {**ORDER, "variables": ["one"]},
        {**ORDER, "text": "{{1}} {{3}}", "variables": []},
        {**ORDER, "language": "Turkish"},
        {**ORDER, "name": "Order update"},
    ],
)
def test_a_template_that_is_described_wrongly_stops_the_start(template: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(templates=[template])


# --- the simulator


def test_what_a_simulated_person_does_is_what_meta_would_have_posted() -> None:
    channel = WhatsAppChannel(settings())
    at = datetime(2026, 11, 25, 12, tzinfo=UTC)
    play = Play("k1", "0532 123 45 67", "Mia", "Merhaba", at)
    raw = channel.imitate(play)
    (said,) = channel.parse(raw)
    assert isinstance(said, Inbound)
    assert (said.sender.address, said.sender.name, said.text, said.sent_at) == (f"+{MIA}", "Mia", "Merhaba", at)
    assert (raw.external_id, said.message_id) == ("wamid.k1", "wamid.k1")
    (pressed,) = channel.parse(channel.imitate(Play("k2", MIA, "Mia", "Evet", at, button="yes")))
    assert isinstance(pressed, Inbound)
    assert (pressed.button, pressed.text) == ("yes", "Evet")
    files = (Attachment("a.png", "image/png", reference="r1"), Attachment("b.pdf", "application/pdf", reference="r2"))
    first, second = channel.parse(channel.imitate(Play("k3", f"+{MIA}", "Mia", "Look", at, files=files)))
    assert isinstance(first, Inbound)
    assert isinstance(second, Inbound)
    assert (first.text, first.attachments[0].reference, second.attachments[0].filename) == ("Look", "r1", "b.pdf")
    with pytest.raises(ChannelError):
        channel.imitate(Play("k4", "mia", "Mia", "Hello", at))
