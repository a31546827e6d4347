"""What strangers do to a mail port: it neither takes what was smuggled, nor fills up, nor waits for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from channels.email.adapter import EmailChannel
from channels.email.own import OwnAddresses
from channels.email.receiving import receiver
from tests.channels.test_email_receiver import MAIL, Store, connected, deliver, listening

ENVELOPE = (b"EHLO x.example", b"MAIL FROM:<mia@x.example>", b"RCPT TO:<support@desk.example>", b"DATA", b"")
SMUGGLED = (
    b"MAIL FROM:<eve@x.example>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\nFrom: eve@x.example\r\n\r\nhi\r\n.\r\n"
)


@asynccontextmanager
async def opened(channel: EmailChannel) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", channel.port)
    try:
        async with asyncio.timeout(10):
            yield reader, writer
    finally:
        writer.transport.abort()


async def hang_ups(reader: asyncio.StreamReader) -> bytes:
    """All that is said until the end."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def for_ever(writer: asyncio.StreamWriter, said: bytes) -> None:
    while True:
        writer.write(said)
        await writer.drain()


@pytest.mark.parametrize(
    "end", [b"\n.\r\n", b"\r.\r\n", b"\n.\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r\n\0.\r\n"], ids=repr
)
async def test_only_a_whole_line_with_a_dot_ends_a_mail(end: bytes) -> None:
    """CVE-2023-51764 and its kind: what follows another "end" is text of the same mail."""
    store = Store()
    async with listening(store) as channel, opened(channel) as (reader, writer):
        writer.write(b"\r\n".join(ENVELOPE) + MAIL.removesuffix(b"\r\n") + end + SMUGGLED)
        writer.write(b"QUIT\r\n")
        await hang_ups(reader)
    assert b"eve@x.example" in store.only.body


async def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    store = Store()
    async with listening(store, max_size=64 * 1024) as channel, opened(channel) as (reader, writer):
        writer.write(b"\r\n".join(ENVELOPE))
        endless = asyncio.create_task(for_ever(writer, b"x" * 10_000))
        await reader.readuntil(b"552 5.3.4 ")
        with pytest.raises(ConnectionError):
            await endless
        await deliver(channel)
    assert store.only.body == MAIL


async def test_large_mails_wait_for_each_other_and_small_ones_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "_MOST_BYTES", 1_000_000)
    monkeypatch.setattr(receiver, "_SMALL", 10_000)
    store, large = Store(), MAIL + (b"x" * 70 + b"\r\n") * 12_000
    async with listening(store) as channel:
        async with opened(channel) as (reader, writer):
            writer.write(b"\r\n".join(ENVELOPE))
            await reader.readuntil(b"354 ")
            writer.write(large)
            await writer.drain()
            waiting = asyncio.create_task(deliver(channel, large.replace(b"<1@", b"<2@")))
            await asyncio.sleep(0.3)
            await deliver(channel)
            assert len(store.raws) == 1
        await waiting
    assert len(store.raws) == 2


async def test_who_guesses_addresses_is_sent_away() -> None:
    store = Store()
    async with listening(store) as channel, opened(channel) as (reader, writer):
        writer.write(b"EHLO x.example\r\nMAIL FROM:<eve@x.example>\r\n")
        writer.write(b"".join(b"RCPT TO:<a%d@desk.example>\r\n" % number for number in range(200)))
        heard = await hang_ups(reader)
    assert heard.count(b"550 5.1.1") == receiver._MOST_STRANGERS - 1
    assert heard.endswith(b"421 4.7.0 too many unknown mailboxes\r\n")


async def test_one_sender_leaves_connections_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "_MOST_OF_ONE_PEER", 1)
    async with listening(Store()) as channel, opened(channel) as (first, _):
        assert (await first.readline()).startswith(b"220 ")
        async with opened(channel) as (second, _):
            assert (await hang_ups(second)).startswith(b"421 4.3.2 too many connections")


async def test_who_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "_PATIENCE_SECONDS", 0.5)
    async with listening(Store()) as channel, opened(channel) as (reader, writer):
        writer.write(b"\r\n".join(ENVELOPE))
        await reader.readuntil(b"354 ")
        end = asyncio.create_task(hang_ups(reader))
        while not end.done():
            writer.write(b"x")
            await asyncio.sleep(0.05)


async def test_what_breaks_is_no_refusal_of_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: OwnAddresses, address: str) -> bool:
        raise ValueError("secret")

    store = Store()
    async with listening(store) as channel:
        with monkeypatch.context() as patch:
            patch.setattr(OwnAddresses, "knows", broken)
            async with connected(channel) as client:
                await client.ehlo()
                await client.mail("mia@x.example")
                answer = await client.execute_command(b"RCPT TO:<support@desk.example>")
        await deliver(channel)
    assert (answer.code, "secret" in answer.message) == (451, False)
    assert store.only.body == MAIL
