"""Servers that lie, break and drip: no mail is passed over, none holds up the others, and nobody is hammered."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from channels.email.adapter import EmailChannel
from channels.email.receiving import imap, imap_connection
from channels.email.receiving.imap import Mailbox
from channels.email.settings import ImapSettings
from omnidesk.contract.channel import ChannelError
from tests.channels.dovecot import Dovecot, needs_dovecot
from tests.channels.line_server import line_server
from tests.channels.mailbox_desk import Store, channel_of, fetching, mail, remembered, until

pytestmark = pytest.mark.usefixtures("quick")
Trick = Callable[[str, int], bytes | None]


@dataclass
class Liar:
    """An IMAP server with mails 1 to `last`, that plays a trick before it answers.

    `trick` gets a command and how often that came already; what it gives is said instead of an answer, nothing = the
    line is cut, None = it answers as it should.
    """

    last: int
    trick: Trick
    heard: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, command = line.decode().strip().partition(" ")
            if command == "IDLE":
                writer.write(b"+ idling\r\n")
                await reader.readline()
            said = self.trick(command, self.heard.count(command))
            self.heard.append(command)
            if said == b"":
                return
            writer.write((self.answer(command) if said is None else said).replace(b"TAG", tag.encode()))
            await writer.drain()

    def uids(self, command: str) -> list[int]:
        """What a command names: `UID FETCH 1,3 (…)`, `UID SEARCH UID 2:*`."""
        named = re.match(r"UID (?:FETCH|STORE|COPY|SEARCH UID) (\S+)", command)
        found: list[int] = []
        for part in named[1].split(",") if named else ():
            first, _, last = part.partition(":")
            found += range(int(first), (self.last if last == "*" else int(last or first)) + 1)
        return found

    def answer(self, command: str) -> bytes:
        """What an honest server says."""
        uids = self.uids(command)
        if command.startswith("CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK done\r\n"
        if command.startswith(("SELECT", "EXAMINE")):
            said = f"* {self.last} EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT {self.last + 1}] .\r\n"
            return said.encode() + b"TAG OK [READ-WRITE] done\r\n"
        if command.startswith("UID SEARCH"):
            return f"* SEARCH {' '.join(map(str, uids))}\r\nTAG OK done\r\n".encode()
        if "RFC822.SIZE" in command:
            told = (
                f'* {uid} FETCH (UID {uid} RFC822.SIZE 100 INTERNALDATE "01-Mar-2026 12:00:00 +0000")' for uid in uids
            )
            return "".join(f"{line}\r\n" for line in told).encode() + b"TAG OK done\r\n"
        if "BODY.PEEK" in command:
            item = "BODY[HEADER]" if "HEADER" in command else "BODY[]"
            return b"".join(given(uid, item, mail(uid)) for uid in uids) + b"TAG OK done\r\n"
        return b"TAG OK done\r\n"


def given(uid: int, item: str, content: bytes) -> bytes:
    return f"* {uid} FETCH (UID {uid} {item} {{{len(content)}}}\r\n".encode() + content + b")\r\n"


@asynccontextmanager
async def lied_to(store: Store, last: int, trick: Trick, **changed: Any) -> AsyncIterator[Liar]:
    """A channel that reads the mailbox of a liar."""
    liar = Liar(last, trick)
    async with line_server(liar.serve) as port:
        settings = {"host": "127.0.0.1", "port": port, "tls": "none", "username": "mia", "password": "x"}
        async with channel_of({**settings, "history": "all", **changed}).listen(store):
            yield liar


def fetches(uid: int, command: str) -> bool:
    return "BODY.PEEK[]" in command and str(uid) in re.split(r"[ ,]", command)


@pytest.mark.parametrize("item", ["RFC822.SIZE", "BODY.PEEK[]"])
async def test_a_mail_that_is_not_given_out_at_first_is_not_passed_over(item: str) -> None:
    """Servers answer OK without a mail that they have: Dovecot to one that came just now."""

    def forgets(command: str, times: int) -> bytes | None:
        return b"TAG OK done\r\n" if item in command and not times else None

    store = Store()
    async with lied_to(store, 3, forgets):
        await until(lambda: remembered(store) == 3)
    assert store.ids == ["1", "2", "3"]


async def test_mails_that_somebody_deletes_meanwhile_are_not_waited_for() -> None:
    def deleted(command: str, _: int) -> bytes | None:
        if "BODY.PEEK" in command:
            return given(2, "BODY[]", mail(2)) + b"TAG OK some have gone\r\n"
        return b"* SEARCH\r\nTAG OK done\r\n" if command == "UID SEARCH UID 1,3" else None

    store = Store()
    async with lied_to(store, 3, deleted):
        await until(lambda: remembered(store) == 3)
    assert store.ids == ["2"]


@pytest.mark.parametrize("said", [b"", b"* BYE crashed\r\n", b"* 2 FETCH (UID 2 BODY[] {900}\r\nFrom: Mia"])
async def test_a_mail_that_breaks_the_connection_holds_up_no_other(
    said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "_FIRST_WAIT", 0.001)

    def crashes(command: str, _: int) -> bytes | None:
        return said if fetches(2, command) else None

    store = Store()
    async with lied_to(store, 4, crashes, timeout=0.3):
        await until(lambda: remembered(store) == 4)
    assert store.ids == ["1", "2", "3", "4"]
    assert [raw.envelope.get("left_out", "")[:27] for raw in store.received] == [
        "",
        "the connection breaks whene",
        "",
        "",
    ]


async def test_a_mail_that_is_not_even_given_out_by_its_headers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "_FIRST_WAIT", 0.001)

    def crashes(command: str, _: int) -> bytes | None:
        return b"" if "BODY.PEEK" in command and "2" in re.split(r"[ ,]", command) else None

    store = Store()
    async with lied_to(store, 3, crashes):
        await until(lambda: remembered(store) == 3)
    assert store.ids == ["1", "3"]


async def test_a_mail_that_is_larger_than_it_was_said_to_be_does_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imap, "_FIRST_WAIT", 0.001)
    monkeypatch.setattr(imap_connection, "_MOST_BYTES", 10_000)

    def lies(command: str, _: int) -> bytes | None:
        return given(1, "BODY[]", b"x" * 20_000) + b"TAG OK done\r\n" if fetches(1, command) else None

    store = Store()
    async with lied_to(store, 2, lies):
        await until(lambda: "wants to say 20000 bytes" in store.health)
        await until(lambda: remembered(store) == 2)
    assert store.ids == ["1", "2"]


async def test_an_answer_that_drips_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_connection, "_CALL_SECONDS", 0.5)

    async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* ")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with line_server(drips) as port:
        settings = {"host": "127.0.0.1", "port": port, "tls": "none", "username": "mia", "password": "x"}
        with pytest.raises(ChannelError, match="an answer has no end"):
            await Mailbox(ImapSettings.model_validate(settings), None).check()


@needs_dovecot
async def test_a_wrong_password_is_not_tried_by_the_checkup_as_well(server: Dovecot) -> None:
    mailbox, store = server.mailbox(), Store()
    channel: EmailChannel
    async with fetching(store, mailbox, password="wrong") as channel:
        await until(lambda: store.health)
        for _ in range(3):
            assert channel._mailbox is not None
            with pytest.raises(ChannelError, match=r"check imap\.username and imap\.password"):
                await channel._mailbox.check()
        await asyncio.sleep(0.3)
    log = (server.folder / "log").read_text()
    assert len([line for line in log.splitlines() if "auth failed" in line and f"<{mailbox.user}>" in line]) == 1


async def test_mail_of_a_folder_that_may_only_be_read_comes_and_the_reason_is_told() -> None:
    def read_only(command: str, _: int) -> bytes | None:
        if command.startswith(("SELECT", "EXAMINE")):
            return b"* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 3] .\r\nTAG OK [READ-ONLY] done\r\n"
        return b"TAG NO it is read-only\r\n" if "STORE" in command else None

    store = Store()
    async with lied_to(store, 2, read_only):
        await until(lambda: remembered(store) == 2)
        await until(lambda: "doesn't let them be marked as read" in store.health)
    assert store.ids == ["1", "2"]


@pytest.mark.parametrize("said", [b"TAG NO [OVERQUOTA] full\r\n", b"TAG NO [TRYCREATE] there is no Done\r\n"])
async def test_where_nothing_can_be_moved_mail_comes_and_the_reason_is_told(said: bytes) -> None:
    def full(command: str, _: int) -> bytes | None:
        if command.startswith("CREATE"):
            return b"TAG NO you may not\r\n"
        return said if "COPY" in command else None

    store = Store()
    async with lied_to(store, 2, full, after="move", move_to="Done") as liar:
        await until(lambda: remembered(store) == 2)
        await until(lambda: "doesn't let them be moved to Done" in store.health)
    assert store.ids == ["1", "2"]
    assert any(command.startswith("CREATE") for command in liar.heard)
    assert not any("EXPUNGE" in command or "STORE" in command for command in liar.heard)
