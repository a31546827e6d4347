"""Every gateway that is described, against its stand-in: the whole story, and what is refused."""

import base64
import copy
import hashlib
import hmac
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import jwt
import pytest
from aiohttp import ClientSession, ClientTimeout, encode_basic_auth, web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bots.faq import FaqResponder
from channels.sms import parts
from channels.sms.adapter import SmsChannel
from channels.sms.settings import SmsSettings
from channels.sms.signatures import Posted, Signature, is_from
from omnidesk.contract.channel import (
    Channel,
    ChannelError,
    Failure,
    Inbound,
    Outbound,
    Play,
    RawMessage,
    Receipt,
    Unparsable,
)
from omnidesk.contract.testing import ChannelContract, FakeDesk, FakeMemory
from omnidesk.desk import actions, configuration
from omnidesk.desk.configuration import InboxEntry
from omnidesk.errors import OmnideskError
from omnidesk.settings import config_folder
from omnidesk.store import migrating
from omnidesk.store.models import Case, ContactPoint, Delivery, Invitation
from omnidesk.store.models import RawMessage as Raw
from tests.channels.gateway_stand_ins import (
    MIA,
    SECRET,
    STAND_INS,
    TOKEN,
    Local,
    MessageBird,
    Netgsm,
    StandIn,
    Taken,
    Vonage,
    VonageForms,
    VonageMessages,
    described,
)
from tests.channels.hosted import hosted_desk
from tests.office import Office

SAMPLES = Path(__file__).parent.parent / "samples" / "sms"
QUESTION = "şifremi unuttum giriş yapamıyorum"
on_one_database = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
each = pytest.mark.parametrize("kind", STAND_INS, ids=lambda kind: str(kind.__name__))


@dataclass(frozen=True)
class GatewayDesk:
    """The office, and a gateway on the other side."""

    office: Office
    gateway: StandIn

    async def hear(self, text: str, sender: str = MIA) -> None:
        """Somebody writes an SMS, and all that follows is done."""
        await self.gateway.say(text, sender)
        await self.office.work()

    @property
    def phone(self) -> list[str]:
        """What Mia's phone shows."""
        return [taken.text for taken in self.gateway.taken]


@pytest.fixture
async def desk(store_url: str, tmp_path: Path, kind: type[StandIn]) -> AsyncIterator[GatewayDesk]:
    """The starter desk with a number at this gateway, and Ada at her desk."""
    starter, bots = configuration.read(config_folder())
    starts: dict[str, Any] = {
        "responder": FaqResponder(), "files": starter.model_copy(update={"inboxes": ()}), "bots": bots,
    }  # fmt: skip
    async with kind().serving() as gateway:
        inbox = InboxEntry.model_validate({
            "slug": "line", "channel": "sms", "name": "Line", "team": "support", "bot": "assistant",
            "settings": gateway.settings(),
        })  # fmt: skip
        async with hosted_desk(store_url, tmp_path, inbox, public_url=gateway.public_url, **starts) as (office, url):
            gateway.desk_url = url
            await office.comes("Ada")
            yield GatewayDesk(office, gateway)


@asynccontextmanager
async def connected(kind: type[StandIn], **changed: Any) -> AsyncIterator[tuple[SmsChannel, StandIn]]:
    """A channel with the stand-in on its other side."""
    async with kind().serving() as gateway, ClientSession(timeout=ClientTimeout(5)) as http:
        settings = SmsSettings.model_validate({**gateway.settings(), **changed})
        yield SmsChannel(settings, http), gateway


def outbound(text: str, key: str = "17.abc", to: str = MIA) -> Outbound:
    return Outbound(key=key, to=to, text=text, webhooks=SmsChannel.webhooks("https://desk.example", "line"))


def channel_of(kind: type[StandIn]) -> SmsChannel:
    return SmsChannel(SmsSettings.model_validate({**kind().settings(), "api_base": "https://api.example"}))


@each
async def test_the_whole_story(desk: GatewayDesk) -> None:
    await desk.hear(QUESTION)
    assert "yeni şifre belirleyebileceğiniz" in desk.phone[-1]
    await desk.hear("2")
    (case,) = await desk.office.all(Case)
    assert (case.holder, case.channel, case.language) == ("team", "sms", "tr")
    (point,) = await desk.office.all(ContactPoint)
    assert (point.address, point.proven) == (MIA, True)

    await desk.office.act("Ada", actions.reply, case.number, "Merhaba, hemen bakıyorum.\n“Şifre” & <b>")
    assert desk.phone[-1] == "Merhaba, hemen bakıyorum.\n“Şifre” & <b>"
    await desk.gateway.report(desk.gateway.taken[-1])
    await desk.office.work()
    assert (await desk.office.all(Delivery))[-1].state == "delivered"

    await desk.office.act("Ada", actions.resolve, case.number)
    assert "Yardımımızdan ne kadar memnun kaldınız?" in desk.phone[-1]
    await desk.hear("5")
    (asked,) = await desk.office.all(Invitation)
    assert (asked.state, asked.score) == ("answered", 5)

    sent = len(desk.phone)
    await desk.hear("İPTAL")
    await desk.hear("iptal")
    assert len(desk.phone) == sent + 1
    with pytest.raises(OmnideskError, match="STOP"):
        await desk.office.act("Ada", actions.reply, case.number, "Orada mısınız?")
    await desk.hear("BAŞLA")
    await desk.hear("Hâlâ giremiyorum")
    await desk.office.act("Ada", actions.reply, (await desk.office.all(Case))[-1].number, "Yeniden deneyin.")
    assert desk.phone[-1] == "Yeniden deneyin."
    await desk.gateway.report(desk.gateway.taken[-1], delivered=False)
    await desk.office.work()
    (point,) = await desk.office.all(ContactPoint)
    assert ((await desk.office.all(Delivery))[-1].state, point.working) == ("failed", False)


@each
@on_one_database
async def test_a_replay_changes_nothing_and_what_is_not_signed_leaves_no_trace(desk: GatewayDesk) -> None:
    request = await desk.gateway.say("Hello")
    assert await desk.gateway.bring(request) == 200
    await desk.office.work()
    assert (len(await desk.office.all(Raw)), len(await desk.office.all(Case))) == (1, 1)
    receipt = await desk.gateway.report(desk.gateway.taken[0])
    assert await desk.gateway.bring(receipt) == 200
    before = len(await desk.office.all(Raw))
    assert not any(SECRET[:20] in unquote_plus(str(raw.model_dump())) for raw in await desk.office.all(Raw))

    fresh = desk.gateway.message("forged", "Hello", MIA)
    for forged in (fresh, desk.gateway.sign(fresh, SECRET[::-1]), *_spoilt(request)):
        assert await desk.gateway.bring(forged) in (401, 403), forged
    unsigned = desk.gateway.receipt(desk.gateway.taken[0], delivered=False)
    assert await desk.gateway.bring(unsigned) in (401, 403)
    assert len(await desk.office.all(Raw)) == before


def _spoilt(request: Any) -> list[Any]:
    """The same with other words in it, where the signature covers them."""
    if "secret=" in request.path or "pass=" in request.path:
        return []
    return [replace(request, body=request.body.replace(b"Hello", b"Hallo"))]


@each
@on_one_database
async def test_junk_is_refused_and_what_is_of_no_known_kind_is_quarantined(desk: GatewayDesk) -> None:
    for body in (b"", b"\xff\xfe", b"{", b"[1]"):
        junk = replace(desk.gateway.message("in-1", "", MIA), body=body)
        status = await desk.gateway.bring(junk if junk.method == "GET" else _signed(desk.gateway, junk))
        assert status < 500, body
    assert all(raw.state != "processed" for raw in await desk.office.all(Raw))
    await desk.office.work()
    assert await desk.office.all(Case) == []


def _signed(gateway: StandIn, request: Any) -> Any:
    try:
        return gateway.sign(request, SECRET)
    except UnicodeDecodeError:
        return request


@each
async def test_a_refusal_says_whether_to_try_again(kind: type[StandIn]) -> None:
    async with connected(kind) as (channel, gateway):
        for code, permanent in ((kind.dead, True), (kind.later, False)):
            gateway.refuse.append(code)
            with pytest.raises(ChannelError) as caught:
                await channel.send(outbound("my secret words"))
            assert caught.value.permanent is permanent, code
            assert not any(secret in str(caught.value) for secret in ("my secret", MIA, TOKEN))
    async with connected(kind, token="another") as (channel, gateway):
        with pytest.raises(ChannelError, match="token") as caught:
            await channel.send(outbound("Hello"))
    assert not caught.value.permanent


@each
async def test_a_text_arrives_as_it_is(kind: type[StandIn]) -> None:
    texts = ("{to} {token} {{x}} %s", "a & b = \"c\" <d> 'e'\\", "ğüşıöç ĞÜŞİÖÇ", "€^[]~|", "x" * 1000)
    async with connected(kind) as (channel, gateway):
        for number, text in enumerate(texts):
            await channel.send(outbound(text, key=f"{number}.abc"))
    assert [taken.text for taken in gateway.taken] == list(texts)
    assert {taken.to for taken in gateway.taken} == {MIA}
    assert channel.capabilities.max_length == kind.limit


async def test_the_gateway_is_told_the_encoding() -> None:
    for kind, words in ((Vonage, ["text", "unicode", "unicode"]), (Local, ["plain", "turkish", "unicode"])):
        async with connected(kind) as (channel, gateway):
            for number, text in enumerate(("Hello", "Şifre", "😟")):
                await channel.send(outbound(text, key=f"{number}.abc"))
        assert [taken.encoding for taken in gateway.taken] == words


@each
async def test_a_name_takes_no_answers(kind: type[StandIn]) -> None:
    async with connected(kind) as (channel, gateway):
        for name in ("AKBANK", "2828"):
            with pytest.raises(ChannelError, match="takes no answers") as caught:
                await channel.send(outbound("Hello", to=name))
            assert caught.value.failure is Failure.HARD
    assert gateway.taken == []


@each
def test_a_simulated_person_writes_in_the_gateways_form(kind: type[StandIn]) -> None:
    channel = channel_of(kind)
    raw = channel.imitate(
        Play("play-1", MIA, "Mia", "Şifremi unuttum 😟" if kind is not Local else "Şifre", datetime.now(UTC))
    )
    (inbound,) = channel.parse(raw)
    assert isinstance(inbound, Inbound)
    assert (inbound.sender.address, inbound.text[:5], raw.external_id) == (MIA, "Şifre", "play-1")


@each
def test_whatever_comes_is_read_or_refused(kind: type[StandIn]) -> None:
    channel, gateway = channel_of(kind), kind()

    @given(st.binary(max_size=300), st.sampled_from(["messages", "status", "parts", "x"]), st.booleans())
    @hypothesis_settings(max_examples=150, deadline=None, database=None)
    def reads(body: bytes, route: str, asked: bool) -> None:
        envelope = {"route": route, "type": "application/json" if asked else "", "total": 3}
        for one in (envelope, envelope | {"method": "GET", "query": body.decode("latin-1")}):
            read_or_refused(channel, RawMessage("x", "", body, one))

    reads()
    message = gateway.sign(gateway.message("in-1", "Hello", MIA), SECRET)
    for body in (message.body[: len(message.body) // 2], message.body * 2):
        read_or_refused(channel, RawMessage("x", "", body, {"route": "messages"}))


def read_or_refused(channel: SmsChannel, raw: RawMessage) -> None:
    with suppress(Unparsable):
        assert all(isinstance(item, Inbound | Receipt) for item in channel.parse(raw))


class GatewayContract(ChannelContract):
    """What every channel promises, at a gateway."""

    kind: type[StandIn]

    def make(self) -> SmsChannel:
        return channel_of(self.kind)

    def samples(self) -> Sequence[RawMessage]:
        folder = SAMPLES / self.kind.__name__.lower()
        return [sample(path) for path in sorted(folder.iterdir())]

    def outbound(self, key: str) -> Outbound:
        return outbound("Hello", key)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Channel]:
        async with connected(self.kind) as (channel, _):
            yield channel

    @asynccontextmanager
    async def _refusing(self) -> AsyncIterator[Channel]:
        async with connected(self.kind) as (channel, gateway):
            gateway.refuse.append(self.kind.dead)
            yield channel

    def refusing(self) -> AbstractAsyncContextManager[Channel]:
        return self._refusing()

    async def deliver(self, channel: Channel, desk: FakeDesk) -> None:
        async def take(request: web.Request) -> web.StreamResponse:
            assert isinstance(channel, SmsChannel)
            return await channel.take_message(desk, request)

        app = web.Application()
        app.router.add_route("*", "/sms/line/messages", take)
        async with TestServer(app) as server:
            gateway = self.kind(desk.public_url)
            gateway.desk_url = str(server.make_url("")).rstrip("/")
            await gateway.say("Merhaba")


def sample(path: Path) -> RawMessage:
    """A payload as its manual shows it: a file's name says the route, its ending the form."""
    route = path.stem.partition("_")[0]
    body = path.read_bytes().strip()
    if path.suffix == ".query":
        return RawMessage(path.stem, "", b"", {"route": route, "method": "GET", "query": body.decode()})
    kind = "application/json" if path.suffix == ".json" else "application/x-www-form-urlencoded"
    return RawMessage(path.stem, "", body, {"route": route, "type": kind})


class TestVonage(GatewayContract):
    """The SMS API."""

    kind = Vonage


class TestVonageMessages(GatewayContract):
    """The Messages API."""

    kind = VonageMessages


class TestMessageBird(GatewayContract):
    """Its SMS API."""

    kind = MessageBird


class TestNetgsm(GatewayContract):
    """REST v2, which gives nothing of ours back: what is sent twice around a crash has two ids."""

    kind = Netgsm

    async def test_the_same_delivery_has_the_same_id_however_often_it_is_tried(self) -> None:
        async with self.sending() as channel:
            ids = [await channel.send(self.outbound(key)) for key in ("17", "17", "18")]
        assert len(set(ids)) == 3


class TestLocal(GatewayContract):
    """The gateway of the documentation."""

    kind = Local
    charset = "iso-8859-9"


# --- long messages in parts


@pytest.fixture
def kind() -> type[StandIn]:
    """The gateway of what is tried with one alone."""
    return Local


def local(desk: GatewayDesk) -> Local:
    assert isinstance(desk.gateway, Local)
    return desk.gateway


async def texts(desk: GatewayDesk) -> list[str]:
    await desk.office.work()
    cases = await desk.office.all(Case)
    rows = [row.interaction for case in cases for row in await desk.office.log(case)]
    return [row.text for row in rows if row.direction == "inbound"]


async def test_parts_are_one_message_in_whatever_order_they_come(desk: GatewayDesk) -> None:
    gateway = local(desk)
    posts = [gateway.part(f"p{n}", text, "7", n, 3) for n, text in ((3, "ederim"), (1, "Çok te"), (2, "şekkür "))]
    for request in posts:
        assert await texts(desk) == []
        assert await gateway.bring(request) == 200
        assert await gateway.bring(request) == 200
    assert await texts(desk) == ["Çok teşekkür ederim"]
    for request in posts:
        assert await gateway.bring(request) == 200
    assert await texts(desk) == ["Çok teşekkür ederim"]


async def test_each_part_is_read_once_however_many_there_are() -> None:
    desk, now, asked = FakeDesk(), datetime.now(UTC), Counter[str]()
    desk.durable.set()

    class Counting(FakeMemory):
        async def get(self, name: str) -> str | None:
            asked["get"] += 1
            return await super().get(name)

        async def all(self, prefix: str) -> Mapping[str, str]:
            asked["all"] += 1
            return await super().all(prefix)

    desk.memory = Counting()
    for number in range(1, 31):
        for _ in range(2):
            raw = RawMessage(f"p{number}", MIA, b"text=x", {"route": "messages"})
            await parts.take(desk, parts.Part("abc", number, 30, raw), now)
    assert len(desk.received) == 1
    assert (asked["all"], asked["get"] <= 60) == (1, True)
    await parts.look_after(desk, now)
    assert (asked["all"], asked["get"] <= 60, len(desk.received)) == (2, True, 1)


async def test_what_is_missing_is_shown_as_missing(desk: GatewayDesk) -> None:
    gateway, reception = local(desk), desk.office.reception("line")
    assert await gateway.bring(gateway.part("p1", "Merhaba", "9", 1, 4)) == 200
    assert await gateway.bring(gateway.part("p4", "Mia", "9", 4, 4)) == 200
    now = datetime.now(UTC)
    await parts.look_after(reception, now + timedelta(minutes=2))
    assert await texts(desk) == []
    for _ in range(2):
        await parts.look_after(reception, now + timedelta(minutes=4))
    assert await texts(desk) == ["Merhaba […] Mia"]
    assert await gateway.bring(gateway.part("p2", "ben", "9", 2, 4)) == 200
    assert await texts(desk) == ["Merhaba […] Mia", "[…] ben […]"]
    await parts.look_after(reception, now + timedelta(hours=2))
    assert await reception.memory.names("part/") == []


# --- what gateways sign


def posted(method: str, url: str, body: bytes = b"", **headers: str) -> Posted:
    return Posted(method, url, headers, body, [], {}, "192.0.2.1")


def fits(kind: type[StandIn], request: Posted) -> bool:
    how = channel_of(kind).settings.description.messages
    assert how is not None
    return any(scheme.fits(request, {"signing_secret": SECRET}) for scheme in how.signed)


def test_messagebirds_own_library_agrees() -> None:
    validator = import_module("messagebird.request_validator")
    gateway = MessageBird()
    for request in (gateway.message("in-1", "Hello", MIA), gateway.receipt(_taken(), True)):
        signed = gateway.sign(request, SECRET)
        token = signed.headers["MessageBird-Signature-JWT"]
        url = gateway.public_url + signed.path
        validator.RequestValidator(SECRET).validate_signature(token, url, signed.body)
        header = {"MessageBird-Signature-JWT": token}
        assert fits(MessageBird, posted(signed.method, url, signed.body, **header))
        assert not fits(MessageBird, posted(signed.method, url + "x", signed.body, **header))
        assert not fits(MessageBird, posted(signed.method, url, signed.body + b"x", **header))


def test_vonages_own_library_agrees() -> None:
    verify = import_module("vonage_jwt.verify_jwt").verify_signature
    gateway = Vonage()
    signed = gateway.sign(gateway.message("in-1", "Hello", MIA), SECRET)
    token = signed.headers["Authorization"]
    assert verify(token.removeprefix("Bearer "), SECRET)
    assert fits(Vonage, posted("POST", "https://desk.example", signed.body, Authorization=token))
    assert not fits(Vonage, posted("POST", "https://desk.example", b"{}", Authorization=token))
    assert not fits(Vonage, posted("GET", "https://desk.example?text=Hello", Authorization=token))


def test_a_token_of_another_kind_or_time_is_none() -> None:
    body = b'{"text": "Hello"}'
    claims = {"payload_hash": hashlib.sha256(body).hexdigest(), "iss": "Vonage"}
    now = time.time()
    good = jwt.encode(claims, SECRET, "HS256")
    for token, right in (
        (good, True), (jwt.encode({**claims, "exp": now - 3600}, SECRET, "HS256"), False),
        (jwt.encode({**claims, "nbf": now + 3600}, SECRET, "HS256"), False),
        (jwt.encode({**claims, "exp": "soon"}, SECRET, "HS256"), False),
        (jwt.encode(claims, "", "none"), False), (jwt.encode(claims, SECRET, "HS512"), False),
        (jwt.encode({"iss": "Vonage"}, SECRET, "HS256"), False), ("", False), ("..", False), ("ş.ş.ş", False),
    ):  # fmt: skip
        assert fits(Vonage, posted("POST", "https://desk.example", body, Authorization=f"Bearer {token}")) is right


def _taken() -> Any:
    return Taken("id-1", MIA, "Hello", "17.abc", "https://desk.example/sms/line/status?key=17.abc")


def test_vonages_older_signature_covers_every_field() -> None:
    gateway = VonageForms()
    signed = gateway.sign(gateway.message("in-1", "a=b&c", MIA), SECRET)
    fields = parse_qsl(signed.body.decode())
    request = replace(posted("POST", "https://desk.example"), fields=fields)
    assert fits(Vonage, request)
    assert not fits(Vonage, replace(request, fields=[(name, value.replace("a=b", "a=c")) for name, value in fields]))
    assert not fits(Vonage, replace(request, fields=[pair for pair in fields if pair[0] != "sig"]))


BODY = b"a=1&b=2"
FIELDS = [("b", "2"), ("a", "1")]
DIGEST = hmac.new(SECRET.encode(), BODY, "sha512").digest()
OVER_URL = hmac.new(SECRET.encode(), b"https://desk.example/x?y=za1b2", "md5").hexdigest()


@pytest.mark.parametrize(
    ("scheme", "headers", "query"),
    [
        ({"scheme": "hmac", "header": "X-S", "algorithm": "sha512", "prefix": "v="}, {"X-S": f"v={DIGEST.hex()}"}, {}),
        (
            {"scheme": "hmac", "header": "X-S", "algorithm": "sha512", "encoding": "base64"},
            {"X-S": base64.b64encode(DIGEST).decode()}, {},
        ),
        ({"scheme": "hmac", "header": "X-S", "algorithm": "md5", "signs": "url_and_fields"}, {"X-S": OVER_URL}, {}),
        ({"scheme": "secret", "where": "header", "name": "X-S"}, {"X-S": SECRET}, {}),
        ({"scheme": "secret", "where": "query", "name": "s"}, {}, {"s": SECRET}),
        ({"scheme": "secret", "where": "basic", "name": "u"}, {"Authorization": encode_basic_auth("u", SECRET)}, {}),
    ],
)  # fmt: skip
def test_a_scheme_takes_what_is_right_and_nothing_else(
    scheme: dict[str, Any], headers: dict[str, str], query: dict[str, str]
) -> None:
    how = TypeAdapter[Signature](Signature).validate_python(scheme)
    right = Posted("POST", "https://desk.example/x?y=z", headers, BODY, FIELDS, query, "192.0.2.1")
    assert how.fits(right, {"signing_secret": SECRET})
    assert not how.fits(right, {"signing_secret": SECRET[::-1]})
    assert not how.fits(replace(right, headers={}, query={}), {"signing_secret": SECRET})
    assert not how.fits(
        replace(right, headers=dict.fromkeys(headers, ""), query={"s": "ş"}), {"signing_secret": SECRET}
    )
    if scheme["scheme"] == "hmac":
        assert not how.fits(
            replace(right, body=b"a=1&b=3", fields=[("a", "1"), ("b", "3")]), {"signing_secret": SECRET}
        )


@on_one_database
async def test_what_comes_from_elsewhere_is_refused(store_url: str, tmp_path: Path) -> None:
    for networks, status in ((["192.0.2.0/24"], 403), (["127.0.0.0/8"], 200)):
        async with Local().serving() as gateway:
            described = copy.deepcopy(Local.gateway)
            described["messages"]["addresses"] = networks
            inbox = InboxEntry.model_validate({
                "slug": "line", "channel": "sms", "name": "Line", "team": "support",
                "settings": {**gateway.settings(), "gateway": described},
            })  # fmt: skip
            folder = tmp_path / str(status)
            folder.mkdir()
            url = f"sqlite:///{folder}/desk.sqlite3"
            await migrating.upgrade(url)
            async with hosted_desk(url, folder, inbox, public_url=gateway.public_url) as (office, served):
                gateway.desk_url = served
                request = gateway.sign(gateway.message("in-1", "Hello", MIA), SECRET)
                headers = {"X-Forwarded-For": "192.0.2.7"}  # which nobody believes
                assert await gateway.bring(replace(request, headers=headers)) == status
                assert len(await office.all(Raw)) == (1 if status == 200 else 0)


# --- descriptions


def broken(change: Callable[[dict[str, Any]], object]) -> str:
    """What is said of the documented gateway with a mistake in it."""
    gateway = copy.deepcopy(Local.gateway)
    change(gateway)
    with pytest.raises(ValueError, match=r"gateway|values|missing") as caught:
        SmsSettings.model_validate({**Local().settings(), "api_base": "https://x.example", "gateway": gateway})
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: d["send"].update(charset="latin-99"), "send.charset: 'latin-99' is no encoding"),
        (lambda d: d["send"].update(form={"a": "b"}), "send: say one of form, json and xml"),
        (lambda d: d["send"].update(metod="GET"), "send.metod"),
        (lambda d: d["answer"]["id"].update(regex="("), "answer.id.regex: '(' is no pattern"),
        (lambda d: d["answer"]["id"].update(regex="OK"), "has no group"),
        (lambda d: d["answer"].pop("code"), "say in code where the code stands"),
        (lambda d: d["messages"].update(signed=[]), "messages: nothing proves who posts"),
        (lambda d: d["messages"]["signed"][0].update(scheme="trust"), "messages.signed.0"),
        (lambda d: d["receipts"]["states"].update(LOST="lost"), "receipts.states.lost"),
        (lambda d: d["messages"].update(addresses=["10.0.0.300"]), "is no address or network"),
        (lambda d: d["send"].update(url="{api_base}/{phone}"), "values.phone is missing"),
        (lambda d: d.pop("send"), "send: Field required"),
        (lambda d: d["messages"]["signed"][0].update(secret="own"), "values.own is missing"),
        (
            lambda d: d.update(optional=["own"]) or d["messages"]["signed"][0].update(secret="own"),
            "optional: own proves who posts (signed), so it can't be optional",
        ),
        (lambda d: d["messages"]["signed"][0].update(secret="api_base"), "signed: api_base is no secret"),
    ],
)
def test_a_mistake_in_a_description_is_named(change: Callable[[dict[str, Any]], object], named: str) -> None:
    assert named in broken(change)


def test_a_gateway_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="'twillio' is not described here; there are messagebird, netgsm, twilio"):
        SmsSettings.model_validate({"gateway": "twillio"})
    with pytest.raises(ValueError, match=r"values.brnd is no value of Local SMS; it has brand"):
        SmsSettings.model_validate({**Local().settings(), "api_base": None, "values": {"brnd": "x"}})


@pytest.mark.parametrize("given", ["", " "])
def test_an_empty_secret_admits_nobody(given: str) -> None:
    gateway = copy.deepcopy(Local.gateway)
    gateway["messages"]["signed"] = [{"scheme": "secret", "secret": "mysecret"}]
    values = {**described()["values"], "mysecret": given}
    with pytest.raises(ValueError, match=r"values.mysecret is empty: Local SMS proves with it who posts"):
        SmsSettings.model_validate({**Local().settings(), "api_base": None, "gateway": gateway, "values": values})


def test_addresses_count_beside_a_signature_or_alone() -> None:
    assert is_from("192.0.2.9", ["192.0.2.0/24"])
    assert is_from("::ffff:192.0.2.9", ["192.0.2.0/24"])
    assert not is_from("198.51.100.1", ["192.0.2.0/24"])
    assert not is_from("", ["192.0.2.0/24"])
    assert is_from("anything", [])


def test_a_segment_has_a_price_by_the_longest_beginning() -> None:
    settings = {**Vonage().settings(), "api_base": None, "prices": {"+90": 0.05, "+9053": 0.04}, "currency": "EUR"}
    channel = SmsChannel(SmsSettings.model_validate(settings))
    prices = [channel.segment_price(to) for to in (MIA, "+905551112233", "+4915112345678")]
    assert [(price.amount, price.currency) if price else None for price in prices] == [
        (0.04, "EUR"), (0.05, "EUR"), None,
    ]  # fmt: skip
