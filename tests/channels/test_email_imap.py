"""Mail is fetched from a real mailbox: nothing is flagged before it is durable, nothing is fetched twice or missed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
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

from channels.email.adapter import EmailChannel
from channels.email.receiving import imap
from channels.email.receiving.imap_connection import Folder, Waiting
from channels.email.receiving.imap_mails import groups
from channels.email.receiving.imap_place import Place, found
from channels.email.settings import ImapSettings
from omnidesk.contract.channel import Channel, ChannelError, RawMessage
from omnidesk.contract.testing import ChannelContract, FakeDesk
from tests.channels.dovecot import CAPABILITIES, Dovecot, dovecot, needs_dovecot
from tests.channels.mailbox_desk import Store, channel_of, fetching, flagged, mail, reached, remembered, until
from tests.channels.mails import said
from tests.channels.test_email_sender import Sink, sending

pytestmark = pytest.mark.usefixtures("quick")
NOW = datetime(2026, 5, 17, 9, 30, tzinfo=UTC)


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

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Channel]:
        """What comes by IMAP is answered by SMTP."""
        async with sending(Sink()) as channel:
            yield channel


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
    inbound = said(channel, store.received[0])
    assert (inbound.text, inbound.automatic) == ("hello", False)


@needs_dovecot
@pytest.mark.parametrize("text", ["", "IDLE"])
async def test_a_server_that_cannot_idle_is_asked_now_and_then(text: str) -> None:
    with dovecot(more=f"imap_capability = {CAPABILITIES} {text}") as server:
        mailbox, store = server.mailbox(), Store()
        async with fetching(store, mailbox, poll_seconds=0.2, idle=False):
            await until(lambda: "imap.INBOX" in store.memory.kept)
            await mailbox.put(mail(1))
            await until(lambda: remembered(store) == 1)
            assert store.ids == ["1"]
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
    inbound = said(channel, told)
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
        settings = server.mailbox().settings(tls="tls", port=server.tls_port)  # it is no certificate of 127.0.0.1
        with pytest.raises(ChannelError, match=r"not to be trusted, check imap\.host"):
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
