"""Mail is fetched from a real mailbox: nothing is flagged before it is durable, nothing is fetched twice or missed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from channels.email import imap, imap_connection
from channels.email.adapter import EmailChannel
from channels.email.imap_connection import Folder, Waiting
from channels.email.imap_mails import groups
from channels.email.imap_place import Place, found
from channels.email.settings import EmailSettings, ImapSettings
from omnidesk.contract.channel import Channel, ChannelError, RawMessage
from omnidesk.contract.testing import ChannelContract, FakeDesk
from tests.channels.dovecot import CAPABILITIES, Dovecot, Mailbox, dovecot, needs_dovecot
from tests.running import free_port

NOW = datetime(2026, 5, 17, 9, 30, tzinfo=UTC)


def mail(number: int = 1, text: str = "hello") -> bytes:
    return (
        f"From: Mia <mia{number}@x.example>\r\nTo: support@desk.example\r\nSubject: {number}\r\n"
        f"Message-ID: <{number}@x.example>\r\n\r\n{text}\r\n"
    ).encode()


class Store(FakeDesk):
    """A desk that stores at once; `fails` is how many times it can't, after it has stored with `late`."""

    def __init__(self, fails: int = 0, *, late: bool = False) -> None:
        super().__init__()
        self.durable.set()
        self.fails, self.late = fails, late
        self.tried = 0

    async def receive(self, raw: RawMessage) -> bool:
        """Keep a message once."""
        self.tried += 1
        if self.fails and not self.late:
            self.fails -= 1
            raise OSError("disk full")
        new = await super().receive(raw)
        if self.fails:
            self.fails -= 1
            raise OSError("the line to the database was cut")
        return new

    @property
    def ids(self) -> list[str]:
        """The Message-IDs in the order they came."""
        return [raw.external_id.partition("@")[0] for raw in self.received]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "_FIRST_WAIT", 0.1)


def channel_of(settings: dict[str, Any], **more: Any) -> EmailChannel:
    return EmailChannel(EmailSettings.model_validate({"address": "support@desk.example", "imap": settings, **more}))


@asynccontextmanager
async def fetching(store: FakeDesk, mailbox: Mailbox, **changed: Any) -> AsyncIterator[EmailChannel]:
    """A channel that fetches; all that is there counts, unless told otherwise."""
    more = {"max_size": changed.pop("max_size")} if "max_size" in changed else {}
    channel = channel_of(mailbox.settings(**{"history": "all", **changed}), **more)
    async with channel.listen(store):
        yield channel


async def until(happened: Callable[[], object], seconds: float = 8) -> None:
    """Wait, but not for ever."""
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110 - a store has no event
            await asyncio.sleep(0.02)


async def flagged(mailbox: Mailbox, expected: list[bytes], folder: str | None = None) -> None:
    """Wait until the mails of a folder have these flags."""

    async with asyncio.timeout(8):
        while await mailbox.flags(folder) != expected:  # noqa: ASYNC110 - a mailbox has no event
            await asyncio.sleep(0.05)


def remembered(store: FakeDesk, folder: str = "INBOX") -> int:
    """The UID up to which everything is stored."""
    return int(store.memory.kept.get(f"imap.{folder}", '"uid": -1').partition('"uid": ')[2].partition(",")[0])


@needs_dovecot
class TestEmailByImap(ChannelContract):
    """What every channel promises, for a mailbox."""

    def make(self) -> EmailChannel:
        login = {"host": "imap.x.example", "username": "mia", "password": "x"}
        return channel_of({**login, "after": "move", "move_to": "Done", "history": 5})

    def samples(self) -> Sequence[RawMessage]:
        envelope = {"folder": "INBOX", "uid": 17}
        left_out = {**envelope, "left_out": "50.0 > 35.0 MB"}
        return [RawMessage("1", "mia1@x.example", mail(), one) for one in (envelope, left_out)]

    @asynccontextmanager
    async def receiving(self) -> AsyncIterator[Channel]:
        with dovecot() as server:
            self.mailbox = server.mailbox()
            await self.mailbox.put(mail())
            yield channel_of(self.mailbox.settings(history="all"))

    async def deliver(self, channel: Channel, desk: FakeDesk) -> None:
        """It lies there; it is acknowledged when it is flagged."""
        await flagged(self.mailbox, [b"\\Seen"])

    @pytest.mark.skip("sending is tested beside SMTP")
    async def test_the_same_delivery_has_the_same_id_however_often_it_is_tried(self) -> None: ...


def reached(store: FakeDesk, uid: int) -> bool:
    return remembered(store) == uid


# Fetching


@needs_dovecot
async def test_what_is_there_and_what_comes_while_idling_is_fetched(server: Dovecot) -> None:
    mailbox, store = server.mailbox(), Store()
    await mailbox.put(mail(1))
    async with fetching(store, mailbox) as channel:
        await until(lambda: remembered(store) == 1)
        for number in (2, 3):
            await asyncio.sleep(0.3)  # it idles
            await mailbox.put(mail(number))
            await until(partial(reached, store, number), 3)
    assert store.ids == ["1", "2", "3"]
    assert [raw.body for raw in store.received] == [mail(1), mail(2), mail(3)]
    assert store.received[0].sender == "mia1@x.example"
    assert store.received[0].envelope == {"folder": "INBOX", "uid": 1}
    (inbound,) = channel.parse(store.received[0])
    assert (inbound.text, inbound.automatic) == ("hello", False)


@needs_dovecot
@pytest.mark.parametrize("text", ["", "IDLE"])
async def test_a_server_that_cannot_idle_is_asked_now_and_then(text: str) -> None:
    with dovecot(more=f"imap_capability = {CAPABILITIES} {text}") as server:
        mailbox, store = server.mailbox(), Store()
        async with fetching(store, mailbox, poll_seconds=0.2, idle=False):
            await until(lambda: "imap.INBOX" in store.memory.kept)
            await mailbox.put(mail(1))
            await until(lambda: store.ids == ["1"])
        if not text:
            async with fetching(store, mailbox, poll_seconds=0.2, after="move", move_to="Done"):
                await mailbox.put(mail(2))
                await until(lambda: remembered(store) == 2)
            assert await mailbox.flags() == [b"\\Seen"]
            assert await mailbox.flags("Done") == [b""]


@needs_dovecot
@pytest.mark.parametrize(
    ("settings", "left", "moved"),
    [
        ({"after": "flag"}, [b"\\Seen"] * 2, []),
        ({"after": "leave"}, [b""] * 2, []),
        ({"after": "move", "move_to": "Yapılanlar"}, [], [b""] * 2),
    ],
    ids=["flag", "leave", "move"],
)
async def test_a_mail_that_is_stored_is_put_away(
    server: Dovecot, settings: dict[str, Any], left: list[bytes], moved: list[bytes]
) -> None:
    mailbox, store = server.mailbox(), Store()
    await mailbox.put(mail(1), mail(2))
    async with fetching(store, mailbox, **settings):
        await until(lambda: remembered(store) == 2)
    assert await mailbox.flags() == left
    assert await mailbox.flags("Yap&ATE-lanlar") == moved  # as IMAP writes names
    async with fetching(store, mailbox, **settings):
        await asyncio.sleep(0.3)
    assert store.tried == 2


@needs_dovecot
async def test_nothing_is_flagged_before_it_is_durable(server: Dovecot) -> None:
    mailbox, store = server.mailbox(), FakeDesk()
    await mailbox.put(mail(1))
    async with fetching(store, mailbox):
        await asyncio.wait_for(store.asked.wait(), 5)
        await asyncio.sleep(0.2)
        assert await mailbox.flags() == [b""]
        assert remembered(store) == 0
        store.durable.set()
        await flagged(mailbox, [b"\\Seen"])


@needs_dovecot
@pytest.mark.parametrize("late", [False, True], ids=["before it is stored", "before it is flagged"])
async def test_a_mail_that_was_interrupted_is_fetched_again_and_is_one(server: Dovecot, late: bool) -> None:
    mailbox, store = server.mailbox(), Store(fails=1, late=late)
    await mailbox.put(mail(1))
    async with fetching(store, mailbox):
        await flagged(mailbox, [b"\\Seen"])
        await until(lambda: not store.health)
    assert (store.ids, store.tried) == (["1"], 2)


@needs_dovecot
async def test_two_hundred_waiting_mails_come_in_order_and_in_groups(server: Dovecot) -> None:
    mailbox, store = server.mailbox(), Store()
    await mailbox.put(*(mail(number) for number in range(1, 201)))
    async with fetching(store, mailbox):
        await until(lambda: remembered(store) == 200)
    assert store.ids == [str(number) for number in range(1, 201)]
    assert set(await mailbox.flags()) == {b"\\Seen"}


@needs_dovecot
async def test_a_mail_that_is_too_large_is_told_and_left_for_people(server: Dovecot) -> None:
    mailbox, store = server.mailbox(), Store()
    large = mail(1, "ü" * 40_000).replace(b"Subject", b"Content-Type: multipart/mixed; boundary=b\r\nSubject")
    await mailbox.put(large, mail(2))
    async with fetching(store, mailbox, max_size=64 * 1024) as channel:
        await until(lambda: remembered(store) == 2)
    assert await mailbox.flags() == [b"", b"\\Seen"]
    told = next(raw for raw in store.received if raw.envelope["uid"] == 1)
    (inbound,) = channel.parse(told)
    assert (inbound.sender.address, inbound.subject, inbound.message_id) == ("mia1@x.example", "1", "1@x.example")
    assert "not fetched (0.1 > 0.1 MB)" in inbound.text
    assert "INBOX klasöründe" in inbound.text


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate of localhost with its key; it is trusted for the length of a test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - timedelta(days=9999), NOW + timedelta(days=9999))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path / "certificate.pem"
    no_password = NoEncryption()
    file.write_bytes(
        signed.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, no_password)
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


@needs_dovecot
async def test_a_mailbox_behind_tls_is_read_and_idles(certificate: Path) -> None:
    with dovecot(certificate=certificate) as server:
        for kind, port in (("tls", server.tls_port), ("starttls", server.port)):
            mailbox, store = server.mailbox(), Store()
            async with fetching(store, mailbox, host="localhost", tls=kind, port=port):
                await until(partial(store.memory.kept.get, "imap.INBOX"))
                for number in (1, 2, 3):
                    await asyncio.sleep(0.2)  # it idles
                    await mailbox.put(mail(number))
                    await until(partial(reached, store, number))
        settings = server.mailbox().settings(tls="tls", port=server.tls_port)
        with pytest.raises(ChannelError, match="certificate verify failed"):  # it is no certificate of 127.0.0.1
            await imap.Mailbox(ImapSettings.model_validate(settings), None).check()


# What was there before


@needs_dovecot
@pytest.mark.parametrize(("history", "ids"), [("none", ["9"]), (5, ["2", "3", "9"]), ("all", ["1", "2", "3", "9"])])
async def test_how_much_of_the_past_is_fetched_is_a_setting(
    server: Dovecot, history: str | int, ids: list[str]
) -> None:
    mailbox, store = server.mailbox(), Store()
    for number, days in ((1, 8), (2, 4), (3, 0)):
        await mailbox.put(mail(number), at=datetime.now(UTC) - timedelta(days=days))
    async with fetching(store, mailbox, history=history):
        await until(lambda: remembered(store) == 3)
        # What somebody moves here later counts, however old it is.
        await mailbox.put(mail(9), at=datetime.now(UTC) - timedelta(days=400))
        await until(lambda: remembered(store) == 4)
    assert store.ids == ids


@needs_dovecot
async def test_a_folder_whose_uids_begin_anew_is_read_again_and_gives_nothing_twice(server: Dovecot) -> None:
    mailbox, store = server.mailbox("Support"), Store()
    old = datetime.now(UTC) - timedelta(days=30)
    await mailbox.put(mail(1), at=old)
    async with fetching(store, mailbox, history="none"):
        await until(lambda: remembered(store, "Support") == 1)
        await mailbox.put(mail(2), mail(3))
        await until(lambda: len(store.received) == 2)
        await mailbox.renew()
        await mailbox.put(mail(1), at=old)
        await mailbox.put(mail(3), mail(2), mail(4))
        await until(lambda: remembered(store, "Support") == 4)
    assert store.ids == ["2", "3", "4"]


def test_a_place_that_means_nothing_any_more_begins_anew() -> None:
    kept = Place(7, 17, 3, NOW)
    assert found(Folder(7, 18), kept.written(), "none", NOW) == kept
    assert found(Folder(8, 5), kept.written(), "none", NOW) == Place(8, 0, 4, NOW)
    assert found(Folder(7, 10), kept.written(), "none", NOW) == Place(7, 0, 9, NOW)  # out of a backup
    assert found(Folder(7, 10), None, 3, NOW) == Place(7, 0, 9, NOW - timedelta(days=3))


def test_a_long_past_is_searched_in_parts() -> None:
    place = Place(7, 0, 120_000, NOW)
    assert place.criteria() == ["UID", "1:50000", "SINCE", NOW.date() - timedelta(days=1)]
    assert place.after(100_000).criteria()[1] == "100001:120000"
    assert place.after(120_000).criteria() == ["UID", "120001:*"]


def test_large_mails_are_fetched_alone() -> None:
    sizes = [1, 2, 9_000_000, 3, 8_000_000]
    mails = [Waiting(uid, size, None) for uid, size in enumerate(sizes)]
    assert [[mail.size for mail in group] for group in groups(mails)] == [[1, 2], [9_000_000], [3, 8_000_000]]
    assert [len(group) for group in groups(Waiting(uid, 1, None) for uid in range(101))] == [50, 50, 1]


# What breaks


@needs_dovecot
async def test_a_server_that_is_killed_is_found_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "channels.email.imap")
    with dovecot() as server:
        mailbox, store = server.mailbox(), Store()
        async with fetching(store, mailbox):
            await mailbox.put(mail(1))
            await until(lambda: store.ids == ["1"])
            await asyncio.sleep(0.3)  # it idles
            server.kill()
            await until(lambda: "127.0.0.1" in store.health)
            await asyncio.sleep(0.5)  # it is tried again, and told once
            server.start()
            await mailbox.put(mail(2))
            await until(lambda: store.ids == ["1", "2"])
            await until(lambda: not store.health)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "can't be read: 127.0.0.1:" in said[0]
    assert "is well again" in said[1]


@needs_dovecot
async def test_a_wrong_password_is_told_and_not_tried_often(server: Dovecot) -> None:
    mailbox, store = server.mailbox(), Store()
    async with fetching(store, mailbox, password="wrong"):
        await until(lambda: store.health)
        await asyncio.sleep(1)
        assert "check imap.username and imap.password" in store.health
        assert "AUTHENTICATIONFAILED" in store.health
        assert mailbox.user not in store.health
    log = (server.folder / "log").read_text()
    assert len([line for line in log.splitlines() if "auth failed" in line and f"<{mailbox.user}>" in line]) <= 1


@needs_dovecot
async def test_a_folder_that_is_not_there_is_told(server: Dovecot) -> None:
    mailbox, store = server.mailbox("Nowhere"), Store()
    async with fetching(store, mailbox):
        await until(lambda: "doesn't exist" in store.health)
    with pytest.raises(ChannelError, match="doesn't exist"):
        await imap.Mailbox(ImapSettings.model_validate(mailbox.settings()), None).check()


@needs_dovecot
async def test_checking_tries_the_mailbox_too(server: Dovecot) -> None:
    mailbox = server.mailbox()
    settings = mailbox.settings()
    await imap.Mailbox(ImapSettings.model_validate(settings), None).check()
    with pytest.raises(ChannelError, match=r"imap\.password"):
        await imap.Mailbox(ImapSettings.model_validate({**settings, "password": "wrong"}), None).check()
    with pytest.raises(ChannelError, match="refused"):
        await imap.Mailbox(ImapSettings.model_validate({**settings, "port": free_port()}), None).check()


@needs_dovecot
async def test_mails_that_cannot_be_put_away_are_told_and_do_not_hold_up_others(
    server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_away(connection: imap_connection.Connection, uids: list[int]) -> None:
        connection._client.copy(uids, "Nowhere")

    mailbox, store = server.mailbox(), Store()
    async with fetching(store, mailbox):
        with monkeypatch.context() as patch:
            patch.setattr(imap_connection.Connection, "_put_away", put_away)
            await mailbox.put(mail(1))
            await until(lambda: "doesn't let them be marked as read" in store.health)
            await until(lambda: remembered(store) == 1)
        await mailbox.put(mail(2))
        await until(lambda: remembered(store) == 2)
        assert not store.health
    assert store.ids == ["1", "2"]


@needs_dovecot
async def test_stopping_is_quick_while_idling(server: Dovecot) -> None:
    mailbox, store = server.mailbox(), Store()
    async with asyncio.timeout(5):
        async with fetching(store, mailbox):
            await until(lambda: "imap.INBOX" in store.memory.kept)
            await asyncio.sleep(0.3)


@asynccontextmanager
async def scripted(**said: bytes) -> AsyncIterator[imap_connection.Connection]:
    """A connection to a server that says this to commands before its OK; an empty answer cuts the line."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, command = line.split()[:2]
            answer = said.get(command.decode(), b"TAG OK done\r\n")
            if not answer:
                break
            writer.write(answer.replace(b"TAG", tag))
            if answer.startswith(b"+"):
                assert await reader.readline() == b"DONE\r\n"
                writer.write(tag + b" OK done\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        settings = {"host": "127.0.0.1", "port": port, "tls": "none", "username": "mia", "password": "x"}
        connection = imap_connection.Connection(ImapSettings.model_validate(settings))
        await connection.open()
        yield connection
        await connection.close()


async def test_what_is_said_in_one_breath_with_the_go_ahead_is_heard() -> None:
    capable = b"* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK done\r\n"
    async with asyncio.timeout(2), scripted(CAPABILITY=capable, IDLE=b"+ idling\r\n* 1 EXISTS\r\n") as connection:
        await connection.log_in("x")
        await connection.wait()


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (b"TAG NO [AUTHENTICATIONFAILED] no\r\n", True),
        (b"TAG NO Invalid credentials\r\n", True),
        (b"TAG NO [UNAVAILABLE] Temporary authentication failure\r\n", False),
        (b"", False),
    ],
)
async def test_a_login_that_fails_for_a_while_is_no_wrong_password(answer: bytes, refused: bool) -> None:
    async with scripted(CAPABILITY=b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n", LOGIN=answer) as connection:
        with pytest.raises(ChannelError) as caught:
            await connection.log_in("x")
    assert isinstance(caught.value, imap_connection.LoginRefused) is refused


async def test_stopping_is_quick_while_the_server_says_nothing() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        writer.close()

    connected = asyncio.Event()
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        settings = {"host": "127.0.0.1", "port": port, "tls": "none", "username": "mia", "password": "x", "timeout": 3}
        async with asyncio.timeout(2.5):
            async with channel_of(settings).listen(Store()):
                await connected.wait()
        await asyncio.sleep(2)  # its thread ends by the timeout


async def test_a_mailbox_that_is_away_leaves_the_port_open() -> None:
    settings = {"host": "127.0.0.1", "port": free_port(), "tls": "none", "username": "mia", "password": "x"}
    channel, store = channel_of(settings, listen_port=0), Store()
    async with channel.listen(store):
        await until(lambda: store.health)
        reader, writer = await asyncio.open_connection("127.0.0.1", channel.port)
        assert (await reader.readline()).startswith(b"220 ")
        writer.close()
        await writer.wait_closed()
    assert channel.port is None


async def test_what_the_fetcher_cannot_survive_ends_listening() -> None:
    class Deaf(Store):
        async def note_health(self, health: str) -> None:
            raise OSError("no database")

    settings = {"host": "127.0.0.1", "port": free_port(), "tls": "none", "username": "mia", "password": "x"}
    with pytest.raises(OSError, match="no database"):
        async with asyncio.timeout(5), channel_of(settings).listen(Deaf()):
            await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"password": None}, "either password or oauth"),
        ({"after": "move"}, "move_to belongs to"),
        ({"move_to": "Done"}, "move_to belongs to"),
        ({"after": "move", "move_to": "INBOX"}, "must be another folder"),
        ({"history": 0}, "greater than or equal to 1"),
        ({"folder": ""}, "at least 1 character"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        ImapSettings.model_validate({"host": "h", "username": "u", "password": "p", **changed})
