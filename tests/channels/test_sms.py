"""SMS through Twilio, against a stand-in: what is posted to us, what we send, what is refused."""

import asyncio
import pickle
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout, encode_basic_auth, web
from aiohttp.test_utils import TestServer
from pydantic import ValidationError
from sqlmodel import col
from twilio.request_validator import RequestValidator

from channels.sms.adapter import SmsChannel
from channels.sms.settings import SmsSettings
from channels.sms.signatures import Posted
from channels.sms.signatures import Twilio as TwilioSignature
from omnidesk.contract.channel import Channel, ChannelError, Failure, Outbound, RawMessage
from omnidesk.contract.testing import ChannelContract, FakeDesk
from omnidesk.desk import actions
from omnidesk.errors import OmnideskError
from omnidesk.store.models import Attachment, Case, ContactPoint, Delivery
from omnidesk.store.models import RawMessage as Raw
from tests.channels.sms_desk import SmsDesk, sms_desk
from tests.channels.twilio_stand_in import ACCOUNT, DESK_NUMBER, MIA, TOKEN, Twilio, message, status_of

SAMPLES = Path(__file__).parent.parent / "samples" / "sms"
SECRET_TEXT = "my secret words"
on_one_database = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
"""For what is decided before anything is stored."""


@pytest.fixture
async def desk(store_url: str, tmp_path: Path) -> AsyncIterator[SmsDesk]:
    """The office with a number."""
    async with sms_desk(store_url, tmp_path) as desk:
        yield desk


def settings(**changed: Any) -> SmsSettings:
    given = {"account_sid": ACCOUNT, "auth_token": TOKEN, "from_number": DESK_NUMBER}
    return SmsSettings.model_validate({**given, **changed})


@asynccontextmanager
async def connected(seconds: float = 5, **changed: Any) -> AsyncIterator[tuple[SmsChannel, Twilio]]:
    """A channel with the stand-in on its other side."""
    async with Twilio().serving() as twilio, ClientSession(timeout=ClientTimeout(seconds)) as http:
        yield SmsChannel(settings(**{"api_base": twilio.url, **changed}), http), twilio


def outbound(key: str = "17.abc", to: str = MIA) -> Outbound:
    urls = SmsChannel.webhooks("https://desk.example", "line")
    return Outbound(key=key, to=to, text=SECRET_TEXT, webhooks=urls)


class TestSms(ChannelContract):
    """What every channel promises."""

    def make(self) -> SmsChannel:
        return SmsChannel(settings())

    def samples(self) -> Sequence[RawMessage]:
        return [
            RawMessage(path.stem, MIA, path.read_bytes(), {"key": "17.abc", "route": path.stem.partition("_")[0]})
            for path in sorted(SAMPLES.glob("*.txt"))
        ]

    def outbound(self, key: str) -> Outbound:
        return outbound(key)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Channel]:
        async with connected() as (channel, _):
            yield channel

    @asynccontextmanager
    async def _refusing(self) -> AsyncIterator[Channel]:
        async with connected() as (channel, twilio):
            twilio.refuse.append((400, 21610))
            yield channel

    def refusing(self) -> AbstractAsyncContextManager[Channel]:
        return self._refusing()

    async def deliver(self, channel: Channel, desk: FakeDesk) -> None:
        async def take(request: web.Request) -> web.StreamResponse:
            assert isinstance(channel, SmsChannel)
            return await channel.take_message(desk, request)

        app = web.Application()
        app.router.add_post("/sms/line/messages", take)
        async with TestServer(app) as server:
            twilio = Twilio(desk.public_url)
            twilio.desk_url = str(server.make_url("")).rstrip("/")
            await twilio.say("Merhaba")


# --- what is posted to us


async def test_an_sms_becomes_a_case_of_a_proven_number(desk: SmsDesk) -> None:
    await desk.hear("Siparişim nerede?")
    (case,) = await desk.office.all(Case)
    (point,) = await desk.office.all(ContactPoint)
    assert (case.subject, case.channel) == ("Siparişim nerede?", "sms")
    assert (point.address, point.proven) == (MIA, True)


async def test_a_second_sms_joins_the_open_case(desk: SmsDesk) -> None:
    await desk.hear("Where is my parcel?")
    await desk.hear("Hello?")
    assert len(await desk.office.all(Case)) == 1


async def test_a_replay_is_acknowledged_and_changes_nothing(desk: SmsDesk) -> None:
    form = await desk.twilio.say("Hello")
    assert (await desk.twilio.post("/sms/line/messages", form))[0] == 200
    await desk.office.work()
    (case,) = await desk.office.all(Case)
    assert [row.interaction.text for row in await desk.office.log(case) if row.interaction.kind == "message"] == [
        "Hello"
    ]


@on_one_database
@pytest.mark.parametrize("path", ["/sms/line/messages", "/sms/line/status?key=17.abc"])
@pytest.mark.parametrize("token", [None, "another token"])
async def test_what_twilio_did_not_sign_has_no_effect(desk: SmsDesk, path: str, token: str | None) -> None:
    assert (await desk.twilio.post(path, message("SM1", "Hello"), token=token))[0] == 403
    assert await desk.office.all(Raw) == []


@on_one_database
async def test_a_form_that_was_changed_has_no_effect(desk: SmsDesk) -> None:
    form = message("SM1", "Hello")
    url = f"{desk.twilio.public_url}/sms/line/messages"
    signature = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, form)}
    changed = form | {"Body": "Hallo"}
    assert (await desk.twilio.post("/sms/line/messages", changed, token=None, **signature))[0] == 403
    assert (await desk.twilio.post("/sms/line/messages?a=b", form, token=None, **signature))[0] == 403
    assert (await desk.twilio.post("/sms/line/messages", form, token=None, **signature))[0] == 200


@on_one_database
async def test_the_host_header_plays_no_part(desk: SmsDesk) -> None:
    form = message("SM1", "Hello")
    assert (await desk.twilio.post("/sms/line/messages", form, Host="evil.example"))[0] == 200
    desk.twilio.public_url = "https://evil.example"
    assert (await desk.twilio.post("/sms/line/messages", form, Host="evil.example"))[0] == 403


@on_one_database
@pytest.mark.parametrize("inbox", ["nowhere", "desk"])
async def test_what_is_no_inbox_for_sms_takes_none(desk: SmsDesk, inbox: str) -> None:
    assert (await desk.twilio.post(f"/sms/{inbox}/messages", message("SM1", "Hello")))[0] == 404


@on_one_database
@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"Body=%FF"])
async def test_junk_is_refused(desk: SmsDesk, body: bytes) -> None:
    for token in (TOKEN, None):
        status, _, _ = await desk.twilio.post("/sms/line/messages", body, token=token)
        assert 400 <= status < 500
    assert await desk.office.all(Raw) == []


@on_one_database
async def test_what_is_too_large_is_refused(desk: SmsDesk) -> None:
    status, _, _ = await desk.twilio.post("/sms/line/messages", message("SM1", "a" * 100_000))
    assert (status, await desk.office.all(Raw)) == (413, [])


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sms/line/messages", {"CallSid": "CA1", "From": MIA}),
        ("/sms/line/messages", message("SM1", "Hello", "whatsapp:+905321234567")),
        ("/sms/line/status?key=17.abc", status_of("SM1", "canceled")),
    ],
)
async def test_what_is_signed_and_of_no_known_kind_is_quarantined(
    desk: SmsDesk, path: str, form: dict[str, str]
) -> None:
    assert (await desk.twilio.post(path, form))[0] == 200
    assert (await desk.twilio.post(path, form))[0] == 200
    await desk.office.work()
    (raw,) = await desk.office.all(Raw)
    assert (raw.state, await desk.office.all(Case)) == ("quarantined", [])


@pytest.mark.parametrize(
    ("public_url", "signed"),
    [
        ("https://desk.example", "https://desk.example:443"),
        ("https://desk.example:8443", "https://desk.example"),
        ("http://desk.example:80", "http://desk.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_port_is_signed_or_left_out(public_url: str, signed: str) -> None:
    form = message("SM1", "Hello")
    signature = RequestValidator(TOKEN).compute_signature(f"{signed}/sms/line/messages", form)
    headers = {"X-Twilio-Signature": signature}
    for slug, right in (("line", True), ("other", False)):
        url = f"{public_url}/sms/{slug}/messages"
        posted = Posted("POST", url, headers, b"a form", list(form.items()), {}, "192.0.2.1")
        assert TwilioSignature(scheme="twilio").fits(posted, {"token": TOKEN}) is right


# --- what we send


async def answered(desk: SmsDesk) -> Case:
    """Bo answered Mia's SMS."""
    await desk.hear("Hello")
    return await desk.office.act("Bo", actions.reply, (await desk.office.all(Case))[0].number, "Merhaba!")


async def test_an_answer_goes_out_and_its_states_come_back(desk: SmsDesk) -> None:
    await answered(desk)
    (taken,) = desk.twilio.taken
    assert {name: taken.form[name] for name in ("To", "From", "Body")} == {
        "To": MIA, "From": DESK_NUMBER, "Body": "Merhaba!",
    }  # fmt: skip
    for status in ("queued", "sent", "delivered", "delivered", "sent"):
        await desk.twilio.report(taken, status)
        await desk.office.work()
    assert [delivery.state for delivery in await desk.office.all(Delivery)] == ["delivered"]
    assert len(await desk.office.all(Raw)) == 2


async def test_what_was_sent_twice_around_a_crash_is_known_as_one(desk: SmsDesk) -> None:
    await answered(desk)
    await desk.office.change(Delivery, col(Delivery.id) > 0, state="sending", holder="dead", provider_id=None)
    await desk.office.work()
    first, second = desk.twilio.taken
    assert first.sid != second.sid
    await desk.twilio.report(first, "delivered")
    await desk.office.work()
    assert [delivery.state for delivery in await desk.office.all(Delivery)] == ["delivered"]


async def test_a_dead_number_is_marked(desk: SmsDesk) -> None:
    case = await answered(desk)
    await desk.twilio.report(desk.twilio.taken[0], "undelivered", 30005)
    await desk.office.work()
    (delivery,) = await desk.office.all(Delivery)
    (point,) = await desk.office.all(ContactPoint)
    assert (delivery.state, point.working) == ("failed", False)
    assert "30005" in delivery.error
    assert "delivery_failed" in await desk.office.events(case)


async def test_who_wrote_stop_to_twilio_gets_nothing_automatic_from_us(desk: SmsDesk) -> None:
    case = await answered(desk)
    desk.twilio.refuse.append((400, 21610))
    await desk.office.act("Bo", actions.reply, case.number, "Are you there?")
    (point,) = await desk.office.all(ContactPoint)
    assert (point.consent, point.working) == (False, True)
    assert {"delivery_failed", "consent_withdrawn"} <= set(await desk.office.events(case))
    with pytest.raises(OmnideskError, match="STOP"):
        await desk.office.act("Bo", actions.reply, case.number, "Hello?")
    await desk.hear("START")
    (point,) = await desk.office.all(ContactPoint)
    assert point.consent


@pytest.mark.parametrize("word", ["İptal", "IPTAL", "iptal!", " ıptal ", "RET", "ret.", "DUR", "Stop"])
@on_one_database
async def test_a_word_counts_in_every_spelling(desk: SmsDesk, word: str) -> None:
    await desk.hear(f"{word} dedim")
    assert [point.consent for point in await desk.office.all(ContactPoint)] == [True]
    await desk.hear(word)
    assert [point.consent for point in await desk.office.all(ContactPoint)] == [False]
    await desk.hear("BAŞLA" if word.startswith("İ") else "basla")
    assert [point.consent for point in await desk.office.all(ContactPoint)] == [True]
    assert len(desk.phone) == 2


async def test_a_number_typed_as_people_do_is_sent_to_in_full() -> None:
    async with connected(from_number=None, messaging_service_sid="MG1") as (channel, twilio):
        await channel.send(outbound(to="0532 123 45 67"))
        await channel.send(Outbound(key="18.abc", to=MIA, text="Hi"))
    assert [taken.form["To"] for taken in twilio.taken] == [MIA, MIA]
    assert twilio.taken[0].form["StatusCallback"] == "https://desk.example/sms/line/status?key=17.abc"
    assert twilio.taken[0].form["MessagingServiceSid"] == "MG1"
    assert "From" not in twilio.taken[0].form
    assert "StatusCallback" not in twilio.taken[1].form


@pytest.mark.parametrize(
    ("status", "code", "permanent", "bad_address"),
    [
        (400, 21211, True, True),
        (400, 21614, True, True),
        (400, 21610, True, False),
        (400, 21408, True, False),
        (400, 99999, True, False),
        (400, 0, True, False),
        (401, 20003, False, False),
        (404, 20404, False, False),
        (429, 20429, False, False),
        (500, 20500, False, False),
        (503, 0, False, False),
        (302, 0, False, False),
    ],
)
async def test_a_refusal_says_whether_to_try_again(status: int, code: int, permanent: bool, bad_address: bool) -> None:
    async with connected() as (channel, twilio):
        twilio.refuse.append((status, code))
        with pytest.raises(ChannelError) as caught:
            await channel.send(outbound())
    assert (caught.value.permanent, caught.value.failure is Failure.HARD) == (permanent, bad_address)
    said = str(caught.value)
    assert any(word in said for word in (str(code or "no reason"), str(status)))
    assert not any(secret in said for secret in (SECRET_TEXT, TOKEN, MIA))


async def test_silence_is_tried_again() -> None:
    async with connected(seconds=0.2) as (channel, twilio):
        twilio.slow = asyncio.Event()
        with pytest.raises(ChannelError, match="can't be reached") as caught:
            await channel.send(outbound())
        twilio.slow.set()
    assert not caught.value.permanent


async def test_nobody_there_is_tried_again() -> None:
    async with connected(api_base="http://127.0.0.1:9") as (channel, _):
        with pytest.raises(ChannelError, match="can't be reached") as caught:
            await channel.send(outbound())
    assert not caught.value.permanent


async def test_the_credentials_can_be_tried() -> None:
    async with connected() as (channel, _):
        await channel.check()
    async with connected(auth_token="another") as (channel, _):
        with pytest.raises(ChannelError, match="auth_token"):
            await channel.check()


# --- media


async def test_a_picture_comes_to_the_case(desk: SmsDesk) -> None:
    desk.twilio.media["ME1"] = b"a picture"
    picture = {"NumMedia": "1", "MediaUrl0": f"{desk.twilio.url}/media/ME1", "MediaContentType0": "image/jpeg"}
    await desk.hear("", **picture)
    (file,) = await desk.office.all(Attachment)
    assert (file.state, file.filename, file.size) == ("stored", "media-1.jpg", 9)


async def test_a_medium_is_fetched_with_our_token_from_twilio_only() -> None:
    async with connected() as (channel, twilio):
        twilio.media["ME1"] = b"a picture"
        assert await channel.fetch(f"{twilio.url}/media/ME1") == b"a picture"
        for elsewhere in ("http://169.254.169.254/ME1", f"{twilio.url}.evil.example/ME1", twilio.url, "file:///etc"):
            with pytest.raises(ChannelError, match="not at Twilio") as caught:
                await channel.fetch(elsewhere)
            assert caught.value.permanent
        with pytest.raises(ChannelError, match="404"):
            await channel.fetch(f"{twilio.url}/media/ME2")
    assert twilio.media_tokens == [encode_basic_auth(ACCOUNT, TOKEN)] * 2


async def test_a_medium_that_twilio_keeps_elsewhere_is_fetched_without_our_token() -> None:
    async def picture(request: web.Request) -> web.Response:
        assert "Authorization" not in request.headers
        return web.Response(body=b"a picture")

    store = web.Application()
    store.router.add_get("/media/ME1", picture)
    async with connected() as (channel, twilio), TestServer(store) as elsewhere:
        twilio.moved_to = str(elsewhere.make_url("")).rstrip("/")
        assert await channel.fetch(f"{twilio.url}/media/ME1") == b"a picture"


async def test_a_medium_may_not_be_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.sms.api._LARGEST_MEDIUM", 1000)
    async with connected() as (channel, twilio):
        twilio.media["ME1"] = b"a" * 1001
        with pytest.raises(ChannelError, match="larger than 1000") as caught:
            await channel.fetch(f"{twilio.url}/media/ME1")
    assert caught.value.permanent


# --- settings


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"from_number": None}, "from_number or messaging_service_sid"),
        ({"from_number": "0850 123"}, "from_number"),
        ({"account_sid": "AC/../x"}, "account_sid"),
        ({"auth_token": ""}, "auth_token"),
        ({"country": "Türkiye"}, "country"),
        ({"api_base": "api.twilio.com"}, "api_base"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        settings(**wrong)


def test_the_token_is_in_no_text() -> None:
    channel = SmsChannel(settings())
    assert channel.address == DESK_NUMBER
    assert TOKEN not in repr(channel.settings)
    assert pickle.loads(pickle.dumps(channel.settings)) == channel.settings


def test_a_desk_knows_the_urls_to_give_to_twilio() -> None:
    assert SmsChannel.webhooks("https://desk.example", "line") == {
        "sms_messages": "https://desk.example/sms/line/messages",
        "sms_status": "https://desk.example/sms/line/status",
    }
