"""Mail comes in and goes out while everything is killed again and again: each is there once, and each reaches the end.

A real Omnidesk, a real dovecot and a real SMTP server with moods. `CRASH_MAILS` and `CRASH_KILLS` make a longer run of
it; `CRASH_SEED` makes the same choices as another run, which printed it.
"""

import asyncio
import imaplib
import logging
import os
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.policy import default
from pathlib import Path
from typing import TypeVar

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlmodel import col, select, update

from omnidesk.app import installed_channels
from omnidesk.clock import now
from omnidesk.desk import configuration
from omnidesk.desk.configuration import DeskFiles, InboxEntry
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.models import Delivery, DeliveryState, Interaction, Kind
from tests.channels.dovecot import Dovecot, Mailbox, dovecot, needs_dovecot
from tests.desk.test_intake_crash import everything_is_processed
from tests.running import Running, free_port

log = logging.getLogger(__name__)

SECRET = "a secret of the tests"
MAILS = int(os.environ.get("CRASH_MAILS", "304"))
KILLS = int(os.environ.get("CRASH_KILLS", "6"))
SEED = int(os.environ.get("CRASH_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
FEEDERS = 4
AT_ONCE = 8
"""Mails of one inbox that the outbox has under way at the same time."""
ANSWERS = MAILS * 6 // 8
PATIENCE = 60 + MAILS / 4
Model = TypeVar("Model", Delivery, Interaction)
SECONDS = {"timeout": 2, "data_timeout": 0.5}


def mail(number: int) -> bytes:
    """One of eight kinds of mail; its text says its number."""
    made, kind = EmailMessage(policy=WIRE), number % 8
    made["From"] = f"Mia <mia{number}@x.example>"
    made["To"] = "support@desk.example"
    made["Date"] = "Sun, 01 Mar 2026 12:00:00 +0000"
    made["Subject"] = f"Şifremi unuttum {number}"
    if kind != 1:
        made["Message-ID"] = f"<{number}@x.example>"
    if kind == 2:
        made["Auto-Submitted"] = "auto-replied"
    if kind == 3:
        made["List-Id"] = "<news.x.example>"
    if kind == 4:
        made.set_content(f"<p>mail {number}.</p><p>şifremi unuttum</p>", subtype="html")
        return made.as_bytes()
    text = f"mail {number}.\n\nşifremi unuttum\n"
    made.set_content(text, cte="base64" if kind == 5 else "quoted-printable")
    if kind >= 6:  # a body that stands in a blob, and one that is read in a child process
        content = random.Random(number).randbytes(70_000 if kind == 6 else 250_000)
        made.add_attachment(content, "image", "png", filename="picture.png")
    return made.as_bytes()


class Moody:
    """A mail server that takes a mail, puts it off, or breaks the line before or after it took it.

    `moods` is how many of them are left; then it takes all.
    """

    def __init__(self, choice: random.Random, moods: int) -> None:
        self.port = free_port()
        self.moods = moods
        self.taken: list[bytes] = []
        self.unheard: Counter[str] = Counter()
        """How often a mail was taken without a word, by Message-ID."""
        self._choice = choice
        self._server: asyncio.Server | None = None
        self._sessions: set[SMTP] = set()

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mx.example", loop=loop), "127.0.0.1", self.port
        )

    def kill(self) -> None:
        """End without a good-bye."""
        if self._server is not None:
            self._server.close()
        self._hang_up()

    def _hang_up(self) -> None:
        for session in self._sessions:
            if isinstance(session.transport, asyncio.Transport):
                session.transport.abort()
        self._sessions.clear()

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Remember who is there."""
        session.host_name = hostname
        self._sessions.add(server)
        return responses

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer as the mood is."""
        content = envelope.original_content or b""
        mood = self._mood()
        if mood == "defers":
            return "451 4.7.1 greylisted"
        if mood == "drops":
            self._hang_up()
        else:
            self.taken.append(content)
        if mood == "stalls":
            self.unheard[identity(content)] += 1
            await asyncio.sleep(2 * SECONDS["data_timeout"])  # longer than Omnidesk waits
        if mood == "takes and drops":
            self.unheard[identity(content)] += 1
            self._hang_up()
        return "250 OK"

    def _mood(self) -> str:
        if self.moods <= 0 or self._choice.random() < 0.8:
            return "takes"
        self.moods -= 1
        return self._choice.choice(["defers", "drops", "stalls", "takes and drops"])


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=default)


def identity(content: bytes) -> str:
    """The Message-ID of a mail."""
    return str(parsed(content)["Message-ID"]).strip("<>")


async def set_up(database: Database, mailbox: Mailbox, smtp_port: int, sink: Moody, **imap: str) -> None:
    """The starter desk with one inbox: a mailbox and a port, a bot that answers, and a mail server."""
    files, bots = configuration.read(Path("config"))
    settings = {
        "address": "support@desk.example",
        "listen_port": smtp_port,
        "imap": mailbox.settings(history="all", **imap),
        "smtp": {"host": "127.0.0.1", "port": sink.port, **SECONDS},
    }
    inbox = InboxEntry(slug="mail", channel="email", name="Mail", team="support", bot="assistant", settings=settings)
    desk = DeskFiles.model_validate({**dict(files), "inboxes": (inbox,)})
    async with database.transaction() as tx:
        await configuration.bring_in(tx, Keys(SECRET), installed_channels(), desk, bots)


async def hand_over(port: int, content: bytes) -> None:
    """Give a mail to our own port, again and again until it is taken."""
    while True:
        try:
            async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=5) as client:
                await client.sendmail("mia@x.example", ["support@desk.example"], content)
            return
        except (aiosmtplib.SMTPException, OSError):
            await asyncio.sleep(0.1)


async def put(mailbox: Mailbox, content: bytes) -> None:
    """Put a mail into the mailbox, again and again until it is there: perhaps twice, as mail servers do."""
    while True:
        try:
            return await mailbox.put(content)
        except (OSError, imaplib.IMAP4.error, AssertionError):
            await asyncio.sleep(0.1)


async def feed(mailbox: Mailbox, port: int, numbers: Iterator[int], fed: list[int]) -> None:
    """Mails, one after the other: into the mailbox, to the port, or by both ways."""
    for number in numbers:
        content = mail(number)
        if number % 5 != 1:
            await put(mailbox, content)
        if number % 5 <= 1:
            await hand_over(port, content)
        fed.append(number)


def victims(choice: random.Random) -> list[str]:
    """Who is killed, one after the other: each of them, and most often Omnidesk."""
    names = [("omnidesk", "dovecot", "omnidesk", "sink")[number % 4] for number in range(KILLS)]
    choice.shuffle(names)
    return names


async def kill(name: str, server: Running, imap: Dovecot, sink: Moody) -> None:
    """Kill one of them without a good-bye, and start it again."""
    if name == "sink":
        sink.kill()
        await sink.start()
    else:
        victim = server if name == "omnidesk" else imap
        await asyncio.to_thread(victim.kill)
        await asyncio.to_thread(victim.start)


async def until(happened: Callable[[], Awaitable[object]]) -> None:
    """Wait, but not for ever."""
    async with asyncio.timeout(PATIENCE):
        while not await happened():  # noqa: ASYNC110 - neither rows nor mailboxes have events
            await asyncio.sleep(0.2)


async def time_flies(database: Database) -> None:
    """What is to be sent later is due now."""
    while True:
        later = update(Delivery).where(col(Delivery.state) == DeliveryState.QUEUED, col(Delivery.not_before) > now())
        async with database.transaction() as tx:
            await tx.session.exec(later.values(not_before=now()))
        await asyncio.sleep(0.5)


async def rows(database: Database, model: type[Model]) -> list[Model]:
    async with database.session() as session:
        return list(await session.exec(select(model)))


async def storm(server: Running, imap: Dovecot, mailbox: Mailbox, port: int, sink: Moody) -> None:
    """Feed all mails, and kill evenly over the time in which they come and are answered."""
    numbers, fed = iter(range(MAILS)), list[int]()
    feeding = [asyncio.create_task(feed(mailbox, port, numbers, fed)) for _ in range(FEEDERS)]
    for number, name in enumerate(victims(random.Random(SEED)), 1):
        while len(fed) + len(sink.taken) < (MAILS + ANSWERS) * number / (KILLS + 1):  # noqa: ASYNC110 - others count
            await asyncio.sleep(0.005)
        log.warning("seed %s: %s mails have come, %s have gone out, and %s dies", SEED, len(fed), len(sink.taken), name)
        await kill(name, server, imap, sink)
    await asyncio.gather(*feeding)


async def calm(database: Database, mailbox: Mailbox, *, moved: bool) -> None:
    """Wait until everything is fetched, understood, answered and sent."""

    async def fetched() -> bool:
        left = await mailbox.flags()
        return not left if moved else set(left) == {b"\\Seen"}

    async def answered() -> bool:
        sent = await rows(database, Delivery)
        under_way = {DeliveryState.QUEUED, DeliveryState.SENDING}
        return len(sent) >= ANSWERS and not any(row.state in under_way for row in sent)

    await until(fetched)
    await everything_is_processed(database)
    await until(answered)


@needs_dovecot
async def test_whatever_is_killed_each_mail_is_there_once_and_each_answer_arrives(
    store_url: str, tmp_path: Path
) -> None:
    moved = not store_url.startswith("sqlite")  # each way to put a mail away is tried with one of the stores
    away = {"after": "move", "move_to": "Done"} if moved else {"after": "flag"}
    database, smtp_port, sink = Database(store_url, worker=1000), free_port(), Moody(random.Random(SEED), MAILS // 12)
    environment = {"OMNIDESK_DATABASE_URL": store_url, "OMNIDESK_SECRET_KEY": SECRET}
    server = Running(
        tmp_path / "server", "serve", environment={**environment, "OMNIDESK_WORKERS__POLL_SECONDS": "0.5"}
    )  # fmt: skip
    with dovecot() as imap:
        mailbox = imap.mailbox()
        await mailbox.put()
        await set_up(database, mailbox, smtp_port, sink, **away)
        await sink.start()
        await asyncio.to_thread(server.start)
        flying = asyncio.create_task(time_flies(database))
        await storm(server, imap, mailbox, smtp_port, sink)
        await calm(database, mailbox, moved=moved)
        flying.cancel()
        assert await asyncio.to_thread(server.stop) == 0
    sink.kill()
    said, sent = await rows(database, Interaction), await rows(database, Delivery)
    await database.close()
    came_once([row for row in said if row.kind == Kind.MESSAGE and row.direction == "inbound"])
    arrived(sent, sink)


def came_once(came: list[Interaction]) -> None:
    """Each mail is one interaction in a case of its own."""
    numbers = Counter(int(number) for row in came for number in re.findall(r"^mail (\d+)\.", row.text))
    assert numbers == Counter(range(MAILS))
    assert len({row.case_id for row in came}) == len(came) == MAILS


def arrived(sent: list[Delivery], sink: Moody) -> None:
    """Each answer was taken; more than once only where the server's yes was not heard, and then as the same mail."""
    assert {row.state for row in sent} == {DeliveryState.SENT}
    taken = Counter(map(identity, sink.taken))
    assert taken.keys() == {row.provider_id for row in sent}
    again = sum(max(0, count - 1 - sink.unheard[key]) for key, count in taken.items())
    log.warning(
        "%s answers, %s of them taken without a word, %s again after a kill", len(sent), len(sink.unheard), again
    )
    assert again <= AT_ONCE * KILLS
    same = {(mail["Message-ID"], mail["To"], mail["Subject"]) for mail in map(parsed, sink.taken)}
    assert len(same) == len(sent)
