"""What breaks on the way to a mailbox is told, survived and found again; stopping never waits for it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from channels.email.receiving import imap, imap_connection
from channels.email.settings import ImapSettings
from omnidesk.contract.channel import ChannelError
from tests.channels.dovecot import Dovecot, dovecot, needs_dovecot
from tests.channels.line_server import line_server
from tests.channels.mailbox_desk import Store, channel_of, fetching, mail, remembered, until
from tests.running import free_port

pytestmark = pytest.mark.usefixtures("quick")


@needs_dovecot
async def test_a_server_that_is_killed_is_found_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "channels.email.receiving.imap")
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
    assert "the mailbox has trouble" in said[0]
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

    async with line_server(serve) as port:
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

    connected = asyncio.Event()
    async with line_server(silent) as port:
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
