"""The contract test that every channel passes, ours or a third party's.

Inherit `ChannelContract` in a test module of yours as `class TestMyChannel(ChannelContract)`, fill the hooks, and
pytest runs every test here against your channel. It needs pytest and pytest-asyncio; hypothesis is used if it is there.
"""
# ruff: noqa: S101, S106, S301 - tests assert, pass made-up tokens, and unpickle what they pickled

import asyncio
import hashlib
import pickle
import re
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Literal, get_args

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import ValidationError

from omnidesk.contract.channel import (
    Acquaintance,
    Addressee,
    Button,
    Capabilities,
    Channel,
    ChannelError,
    Inbound,
    Join,
    Nudge,
    Opening,
    Outbound,
    Play,
    RawMessage,
    Receipt,
    ReceiptState,
    Sender,
    Transcript,
    Unparsable,
)

JUNK = (
    b"", b"\x00", b"\xff\xfe\xfd", b"{}", b"[]", b"null", b'"text"', b'{"text": 1}', b"[" * 100_000, b"<html>",
    b"\r\n\r\n", "şifre".encode("utf-16"), b"\xed\xa0\x80", b"a" * 100_000,
)  # fmt: skip
"""What nobody sends on purpose."""

_SECONDS = 5.0
_A_MOMENT = 0.05


class FakeMemory:
    """A memory that lasts as long as it is held."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def get(self, name: str) -> str | None:
        """What was kept."""
        return self.kept.get(name)

    async def put(self, name: str, value: str) -> None:
        """Keep it."""
        self.kept[name] = value

    async def names(self, prefix: str) -> Sequence[str]:
        """What begins so."""
        return sorted(name for name in self.kept if name.startswith(prefix))

    async def all(self, prefix: str) -> Mapping[str, str]:
        """What is kept under them."""
        return {name: self.kept[name] for name in await self.names(prefix)}

    async def drop(self, names: Sequence[str]) -> None:
        """Forget them."""
        for name in names:
            self.kept.pop(name, None)


class FakeDesk:
    """A desk that keeps what it receives in memory, once `durable` is set."""

    slug = "inbox"
    public_url = "https://desk.example"

    def __init__(self) -> None:
        self.received: list[RawMessage] = []
        self.asked = asyncio.Event()
        self.durable = asyncio.Event()
        self.signals: list[tuple[str, str]] = []
        self.memory = FakeMemory()
        self.health = ""
        self.is_open = Opening(open=True)

    async def receive(self, raw: RawMessage) -> bool:
        """Keep a raw message once; returns when `durable` is set."""
        self.asked.set()
        await self.durable.wait()
        new = all(known.external_id != raw.external_id for known in self.received)
        if new:
            self.received.append(raw)
        return new

    async def note_health(self, health: str) -> None:
        """Keep it."""
        self.health = health

    async def transcript(self, address: str, after: str = "") -> Transcript:
        """Nothing was said."""
        return Transcript((), "")

    @asynccontextmanager
    async def follow(self, address: str) -> AsyncIterator[AsyncIterator[Nudge]]:
        """Nothing changes."""
        yield _nothing()

    async def signal(
        self, address: str, kind: Literal["typing", "stopped", "delivered", "seen"], upto: str = ""
    ) -> None:  # fmt: skip
        """Keep it."""
        self.signals.append((address, kind))

    async def upload(self, chunks: AsyncIterable[bytes], *, limit: int) -> str:
        """Name the file by its digest."""
        content = b"".join([chunk async for chunk in chunks])
        if len(content) > limit:
            raise ChannelError("too large", permanent=True)
        return hashlib.sha256(content).hexdigest()

    async def opening(self) -> Opening:
        """What the test says."""
        return self.is_open

    async def case_of(self, external_id: str) -> int | None:
        """Whatever was received is case 17."""
        return 17 if any(raw.external_id == external_id for raw in self.received) else None

    async def acquaintance(self, address: str) -> Acquaintance | None:
        """Nobody is known."""
        return None

    async def introduce(self, sender: Sender, claims: Mapping[str, str]) -> None:
        """Forget it."""

    async def take_over(self, address: str, by: str) -> bool:
        """Nobody talked there."""
        return False

    @property
    def mails(self) -> bool:
        """There is no mail."""
        return False

    async def mail_transcript(self, address: str, email: str) -> None:
        """There is no mail."""
        raise ChannelError("there is no mail here", permanent=True)

    def sign(self, text: str) -> str:
        """Sign, well enough for a test."""
        return f"{text}.{hashlib.sha256(text.encode(errors='replace')).hexdigest()}"

    def verify(self, signed: str) -> str | None:
        """What was signed."""
        text = signed.rpartition(".")[0]
        return text if text and self.sign(text) == signed else None


async def _nothing() -> AsyncIterator[Nudge]:
    await asyncio.Event().wait()
    yield Nudge("changed")


class ChannelContract:
    """The tests. The hooks stand first; override `make` and `samples`, and those of the others that apply."""

    charset = "utf-8"
    """In which its provider brings texts: the signs that it lacks come as question marks."""

    def make(self) -> Channel:
        """A configured channel without `http`, as it parses in a process of its own."""
        raise NotImplementedError

    def samples(self) -> Sequence[RawMessage]:
        """Real raw messages of every kind: what the channel's transport gives to `Desk.receive`."""
        raise NotImplementedError

    def outbound(self, key: str) -> Outbound:
        """A message that can be sent."""
        return Outbound(key=key, to="mia@example.com", text="Merhaba!", subject="Re: Hello", token="case.abc")

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Channel]:
        """A channel whose provider is a stand-in that takes everything."""
        yield self.make()

    def refusing(self) -> AbstractAsyncContextManager[Channel] | None:
        """A channel whose provider refuses everything; None = it can't."""
        return None

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[Channel]:
        """A channel that can listen."""
        yield self.make()

    async def deliver(self, channel: Channel, desk: FakeDesk) -> None:
        """Bring one message to the listening channel as its provider does; return when it was acknowledged."""
        pytest.skip("this channel receives in a way of its own")

    # --- what it is

    def test_it_has_a_name_that_fits_into_urls_and_settings(self) -> None:
        """`name` is what inboxes are configured with."""
        assert re.fullmatch(r"[a-z][a-z0-9_]{1,30}", type(self.make()).name)

    def test_its_capabilities_make_sense(self) -> None:
        """They are data that the desk relies on."""
        can = self.make().capabilities
        assert isinstance(can, Capabilities)
        assert can.join in get_args(Join)
        assert can.buttons >= 0
        assert can.attachments >= 0
        assert not can.caption or can.files_apart
        assert can.survey in ("number", "link") or (can.survey == "buttons" and can.buttons)
        assert can.max_length is None or can.max_length > 0
        assert can.button_length is None or (can.buttons and can.button_length > 0)
        assert can.automatic_per_hour is None or can.automatic_per_hour > 0
        assert can.automatic_per_day is None or can.automatic_per_day > 0

    def test_its_settings_refuse_unknown_keys(self) -> None:
        """A misspelt key must stop the start, not be ignored."""
        channel = self.make()
        values = channel.settings.model_dump()
        assert channel.Settings.model_validate(values) == channel.settings
        with pytest.raises(ValidationError, match="no_such_setting"):
            channel.Settings.model_validate({**values, "no_such_setting": 1})

    def test_its_routes_name_the_inbox_and_themselves(self) -> None:
        """Every route serves all inboxes of its kind: the slug in the path says which."""
        routes = type(self.make()).routes()
        assert len({route.name for route in routes}) == len(routes)
        assert len({(route.method, route.path) for route in routes}) == len(routes)
        for route in routes:
            assert route.path.startswith("/")
            assert "{slug}" in route.path
            assert asyncio.iscoroutinefunction(route.handler)

    @pytest.mark.asyncio
    async def test_junk_at_its_routes_is_refused_and_leaves_nothing(self) -> None:
        """Strangers find every webhook; nothing they post is an error of ours, and nothing is kept of it."""
        desk = FakeDesk()
        desk.durable.set()
        async with self.receiving() as channel, TestClient(TestServer(_served(channel, desk))) as client:
            for route in type(channel).routes():
                for body in JUNK:
                    path = route.path.replace("{slug}", desk.slug)
                    async with client.request(route.method, path, data=body if route.method == "POST" else None) as got:
                        assert got.status < 500, (route.name, body[:50])
            await channel.close()
        assert desk.received == []

    # --- what it understands

    def test_every_sample_says_who_wrote_what(self) -> None:
        """A message has a sender, a receipt the message it is for."""
        assert self.samples()
        for raw in self.samples():
            items = self.make().parse(raw)
            assert items
            for item in items:
                _check(item)

    def test_parsing_keeps_no_state_and_gives_the_same_again(self) -> None:
        """A raw message may be parsed again, in any order, years later."""
        channel, samples = self.make(), self.samples()
        first = [list(channel.parse(raw)) for raw in samples]
        assert [list(channel.parse(raw)) for raw in reversed(samples)] == first[::-1]
        assert [list(self.make().parse(raw)) for raw in samples] == first

    def test_it_can_parse_in_a_process_of_its_own(self) -> None:
        """Class, settings and raw message travel there, what was understood travels back."""
        channel = self.make()
        for raw in self.samples():
            kind, settings, same = pickle.loads(pickle.dumps((type(channel), channel.settings, raw)))
            items = pickle.loads(pickle.dumps(list(kind(settings).parse(same))))
            assert items == list(channel.parse(raw))

    def test_junk_is_unparsable_and_nothing_worse(self) -> None:
        """Strangers send anything; what can't be read goes to the quarantine with its reason."""
        for raw in self.samples():
            halves = (raw.body[: len(raw.body) // 2], raw.body[len(raw.body) // 2 :], raw.body.replace(b"a", b"\xff"))
            for body in (*JUNK, *halves):
                self._reads_or_refuses(replace(raw, body=body))
            self._reads_or_refuses(replace(raw, envelope={}))

    def test_any_bytes_are_unparsable_and_nothing_worse(self) -> None:
        """The same for whatever hypothesis thinks of."""
        hypothesis = pytest.importorskip("hypothesis")
        raw = self.samples()[0]

        def read(body: bytes) -> None:
            self._reads_or_refuses(replace(raw, body=body))

        any_bytes = hypothesis.given(hypothesis.strategies.binary(max_size=1000))
        hypothesis.settings(max_examples=100, deadline=None, database=None)(any_bytes(read))()

    def test_it_knows_what_became_of_its_messages_where_it_says_so(self) -> None:
        """A channel with receipts has samples of them."""
        can = self.make().capabilities
        if not can.receipts or can.api or can.typing:
            pytest.skip("its receipts, if any, come another way")
        assert any(isinstance(item, Receipt) for raw in self.samples() for item in self.make().parse(raw))

    def test_what_it_imitates_is_what_it_understands(self) -> None:
        """The simulator plays customers in the provider's own form."""
        channel = self.make()
        asked = "Kargom nerede? 📦".encode(self.charset, "replace").decode(self.charset)
        said = Play("play-1", self.outbound("17").to, "Mia Öz", asked, datetime(2026, 11, 25, tzinfo=UTC))
        try:
            raw = channel.imitate(said)
        except ChannelError:
            pytest.skip("this channel can't be simulated")
        assert channel.imitate(said) == raw
        other = channel.imitate(replace(said, key="play-2", text="Hâlâ yok"))
        assert other.external_id != raw.external_id
        for one, text in ((raw, said.text), (other, "Hâlâ yok")):
            (heard,) = channel.parse(one)
            assert isinstance(heard, Inbound)
            assert heard.text.strip() == text
            assert (heard.button, heard.attachments) == (None, ())
            assert channel.normal_address(heard.sender.address) == channel.normal_address(said.address)
        assert raw.sender == other.sender
        if channel.capabilities.buttons:
            (pressed,) = channel.parse(channel.imitate(replace(said, key="play-3", text="Evet", button="yes")))
            assert isinstance(pressed, Inbound)
            assert pressed.button == "yes"

    def _reads_or_refuses(self, raw: RawMessage) -> None:
        items: Sequence[Inbound | Receipt] = ()
        reason = ""
        try:
            items = self.make().parse(raw)
        except Unparsable as error:
            reason = str(error)
        assert items or reason
        for item in items:
            _check(item)

    # --- what it receives

    @pytest.mark.asyncio
    async def test_it_acknowledges_only_what_is_durable(self) -> None:
        """As long as `Desk.receive` has not returned, the provider must be able to bring the message again."""
        desk = FakeDesk()
        async with asyncio.timeout(_SECONDS), self.receiving() as channel, channel.listen(desk):
            delivering = asyncio.create_task(self.deliver(channel, desk))
            asked = asyncio.create_task(desk.asked.wait())
            await asyncio.wait({delivering, asked}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(_A_MOMENT)
            early = delivering.done() and not delivering.cancelled() and delivering.exception() is None
            desk.durable.set()
            await delivering
            assert not early, "acknowledged before it was stored"
        for raw in desk.received:
            for item in channel.parse(raw):
                _check(item)
        assert desk.received

    @pytest.mark.asyncio
    async def test_it_can_listen_stop_and_listen_again(self) -> None:
        """A listener moves between processes."""
        async with asyncio.timeout(_SECONDS), self.receiving() as channel:
            for _ in range(2):
                async with channel.listen(FakeDesk()):
                    await asyncio.sleep(0)
            await channel.close()

    # --- what it sends

    @pytest.mark.asyncio
    async def test_the_same_delivery_has_the_same_id_however_often_it_is_tried(self) -> None:
        """After a crash between the provider's yes and our commit it is sent again, and must be known as the same."""
        async with asyncio.timeout(_SECONDS), self.sending() as channel:
            first = await channel.send(self.outbound("17"))
            assert first
            assert await channel.send(self.outbound("17")) == first
            assert await channel.send(self.outbound("18")) != first
            await channel.close()
            await channel.close()

    @pytest.mark.asyncio
    async def test_it_can_send_all_that_it_says_it_can(self) -> None:
        """The desk degrades to what `capabilities` say, and to no less."""
        can = self.make().capabilities
        if not can.sends:
            pytest.skip("nothing is sent by this channel")
        text = ("şifre " * (can.max_length or 1000))[: can.max_length or 1000].rstrip()
        label = "Evet, lütfen " * 10
        buttons = tuple(Button(f"b{n}", f"{n} {label}"[: can.button_length or 20]) for n in range(can.buttons))
        async with asyncio.timeout(_SECONDS), self.sending() as channel:
            for part in (1, 2):  # a longer text comes in parts, each with a key of its own
                message = replace(self.outbound(f"17-{part}"), text=text, buttons=buttons if part == 2 else ())
                assert await channel.send(message)
            await channel.close()

    @pytest.mark.asyncio
    async def test_the_copies_of_a_message_are_one_message(self) -> None:
        """Whoever gets two of them, or answers all, has one in front of them."""
        if not self.make().capabilities.copies:
            pytest.skip("this channel sends to one person alone")
        people = (Addressee("mia@example.com"), Addressee("max@example.com", role="cc"))
        async with asyncio.timeout(_SECONDS), self.sending() as channel:
            ids = {
                await channel.send(replace(self.outbound(key), to=to, addressees=people, message_key="1"))
                for key, to in (("17", "mia@example.com"), ("18", "max@example.com"), ("19", "zoe@example.com"))
            }
            await channel.close()
        assert len(ids) == 1

    @pytest.mark.asyncio
    async def test_a_refusal_is_a_channel_error_with_a_reason(self) -> None:
        """No provider's own exception comes in."""
        refusing = self.refusing()
        if refusing is None:
            pytest.skip("this channel has nobody who could refuse")
        async with asyncio.timeout(_SECONDS), refusing as channel:
            with pytest.raises(ChannelError) as caught:
                await channel.send(self.outbound("17"))
            assert str(caught.value)

    @pytest.mark.asyncio
    async def test_a_medium_that_is_not_there_is_a_channel_error(self) -> None:
        """So the desk can try again, or give up."""
        async with asyncio.timeout(_SECONDS), self.sending() as channel:
            with pytest.raises(ChannelError):
                await channel.fetch("no such medium")


def _served(channel: Channel, desk: FakeDesk) -> web.Application:
    """The routes of a channel as the desk serves them."""
    app = web.Application()
    for route in type(channel).routes():
        app.router.add_route(route.method, route.path, partial(route.handler, channel, desk))
    return app


def _check(item: Inbound | Receipt) -> None:
    if isinstance(item, Receipt):
        assert item.message_id
        assert item.state in get_args(ReceiptState)
        return
    assert isinstance(item, Inbound)
    assert isinstance(item.text, str)
    assert item.sender.address.strip()
    assert item.sent_at is None or item.sent_at.tzinfo is not None
    for one in item.copied:
        assert one.address.strip()
        assert one.role in ("to", "cc")
        assert one.address != item.sender.address
    for attachment in item.attachments:
        assert attachment.filename
        given = (attachment.content, attachment.upload, attachment.reference)
        assert sum(one is not None for one in given) == 1
