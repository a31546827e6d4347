"""Mail comes in over real SMTP and LMTP: 250 means stored, strangers' addresses are refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiosmtplib import SMTP, SMTPDataError, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused

from channels.email.adapter import EmailChannel
from channels.email.receiving import receiver
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import RawMessage
from tests.channels.mails import said

MAIL = b"From: Mia <Mia@X.example>\r\nMessage-ID: <1@x.example>\r\nSubject: hi\r\n\r\nhello\r\n"


class Store:
    """A desk that keeps raw messages in memory; `fails` is how many times it can't."""

    slug = "support"
    public_url = "http://localhost"

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.raws: dict[str, RawMessage] = {}

    async def receive(self, raw: RawMessage) -> bool:
        """Keep a message once."""
        await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise OSError("disk full")
        new = raw.external_id not in self.raws
        self.raws.setdefault(raw.external_id, raw)
        return new

    @property
    def only(self) -> RawMessage:
        """The one message there is."""
        (raw,) = self.raws.values()
        return raw


@asynccontextmanager
async def listening(store: Store, **settings: Any) -> AsyncIterator[EmailChannel]:
    given = {"address": "Support@Desk.example", "aliases": ("help@desk.example",), "listen_port": 0, **settings}
    channel = EmailChannel(EmailSettings(**given))
    async with channel.listen(store):  # type: ignore[arg-type]
        yield channel


@asynccontextmanager
async def connected(channel: EmailChannel) -> AsyncIterator[SMTP]:
    async with SMTP(hostname="127.0.0.1", port=channel.port, start_tls=False, local_hostname="x.example") as client:
        yield client


async def deliver(channel: EmailChannel, mail: bytes = MAIL, to: tuple[str, ...] = ("support@desk.example",)) -> None:
    async with connected(channel) as client:
        await client.sendmail("mia@x.example", to, mail)


async def test_a_mail_is_stored_with_its_envelope() -> None:
    store = Store()
    async with listening(store) as channel:
        await deliver(channel)
    assert store.only.body == MAIL
    assert store.only.sender == "mia@x.example"
    assert store.only.external_id.startswith("1@x.example:")
    assert store.only.envelope == {
        "mail_from": "mia@x.example",
        "rcpt_to": ["support@desk.example"],
        "peer": "127.0.0.1",
    }


async def test_one_mail_to_several_of_our_addresses_is_one_message() -> None:
    store = Store()
    recipients = ("SUPPORT@desk.example", "help@DESK.example", "support+t0ken.x@desk.example")
    async with listening(store) as channel:
        await deliver(channel, to=recipients)
        inbound = said(channel, store.only)
    assert store.only.envelope["rcpt_to"] == list(recipients)
    assert inbound.token == "t0ken.x"


@pytest.mark.parametrize("address", ["bo@desk.example", "support@other.example", "supporter@desk.example"])
async def test_an_unknown_recipient_is_refused(address: str) -> None:
    store = Store()
    async with listening(store) as channel:
        with pytest.raises(SMTPRecipientsRefused) as caught:
            await deliver(channel, to=(address,))
    assert caught.value.recipients[0].code == 550
    assert "5.1.1" in caught.value.recipients[0].message
    assert not store.raws


async def test_what_could_not_be_stored_is_asked_for_again() -> None:
    store = Store(fails=1)
    async with listening(store) as channel, connected(channel) as client:
        with pytest.raises(SMTPDataError) as caught:
            await client.sendmail("mia@x.example", ["support@desk.example"], MAIL)
        await client.sendmail("mia@x.example", ["support@desk.example"], MAIL)
    assert caught.value.code == 451
    assert store.only.body == MAIL


async def test_a_mail_sent_again_is_accepted_and_is_still_one() -> None:
    store = Store()
    async with listening(store) as channel:
        await deliver(channel)
        await deliver(channel)
    assert store.only.body == MAIL


async def test_a_bounce_has_an_empty_envelope_sender() -> None:
    store = Store()
    async with listening(store) as channel, connected(channel) as client:
        await client.ehlo()
        for command in (b"MAIL FROM:<>", b"RCPT TO:<support@desk.example>"):
            assert (await client.execute_command(command)).code == 250
        await client.data(MAIL)
        inbound = said(channel, store.only)
    assert store.only.envelope["mail_from"] == ""
    assert inbound.automatic


async def test_long_lines_and_any_bytes_come_through() -> None:
    store = Store()
    mail = MAIL + b"x" * 50_000 + b"\xfe\xfd\r\n.\r\n..dots\r\n"
    async with listening(store) as channel:
        await deliver(channel, mail)
    assert store.only.body == mail


async def test_a_mail_that_is_too_large_is_refused_for_good() -> None:
    store = Store()
    mail = MAIL + b"x" * 70 + b"\r\n"
    async with listening(store, max_size=64 * 1024) as channel:
        with pytest.raises(SMTPSenderRefused) as announced:
            await deliver(channel, mail + (b"x" * 70 + b"\r\n") * 1000)
        async with connected(channel) as client:
            await client.ehlo()
            await client.mail("mia@x.example")
            await client.rcpt("support@desk.example")
            with pytest.raises(SMTPDataError) as sent:
                await client.data(mail + (b"x" * 70 + b"\r\n") * 1000)
    assert (announced.value.code, sent.value.code) == (552, 552)
    assert not store.raws


async def lmtp(port: int | None, lines: list[bytes]) -> list[bytes]:
    """Say these lines and hear everything until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\r\n".join([*lines, b"QUIT", b""]))
    heard = await reader.read()
    writer.close()
    await writer.wait_closed()
    return heard.splitlines()


@pytest.mark.parametrize(("fails", "answer"), [(0, b"250 2.0.0"), (1, b"451 4.3.0")])
async def test_lmtp_answers_for_each_recipient(fails: int, answer: bytes) -> None:
    store = Store(fails)
    said = [
        b"LHLO mx.example",
        b"MAIL FROM:<mia@x.example>",
        b"RCPT TO:<support@desk.example>",
        b"RCPT TO:<nobody@desk.example>",
        b"RCPT TO:<help@desk.example>",
        b"DATA",
        MAIL + b".",
    ]
    async with listening(store, lmtp=True) as channel:
        async with asyncio.timeout(5):
            heard = await lmtp(channel.port, said)
    assert [line[:9] for line in heard].count(answer) == 2
    assert [line[:9] for line in heard].count(b"550 5.1.1") == 1
    assert len(store.raws) == 1 - fails


async def test_one_connection_too_many_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "_MOST_CONNECTIONS", 1)
    async with listening(Store()) as channel:
        async with connected(channel):
            with pytest.raises(SMTPResponseException) as caught:
                async with connected(channel):
                    pass
        async with connected(channel) as client:
            assert (await client.noop()).code == 250
    assert caught.value.code == 421


async def test_stopping_ends_open_sessions() -> None:
    async with listening(Store()) as channel:
        reader, writer = await asyncio.open_connection("127.0.0.1", channel.port)
        assert (await reader.readline()).startswith(b"220 desk.example")
    async with asyncio.timeout(2):
        assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    assert channel.port is None


async def test_without_a_port_nothing_is_received() -> None:
    async with listening(Store(), listen_port=None) as channel:
        assert channel.port is None


def test_a_refused_setting_names_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="is not an address such as"):
        EmailSettings(address="support")
