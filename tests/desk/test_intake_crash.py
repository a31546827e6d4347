"""The real server is killed while mail pours in: what it acknowledged is there, once."""

import asyncio
from collections import Counter
from pathlib import Path

from aiosmtplib import SMTP, SMTPException
from sqlmodel import select

from omnidesk.app import installed_channels
from omnidesk.desk import configuration
from omnidesk.desk.configuration import DeskFiles, InboxEntry, TeamEntry
from omnidesk.desk.incoming import quarantine
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.models import Interaction, RawMessage, RawState
from tests.running import Running, free_port

SECRET = "a secret of the tests"
SENDERS, MAILS, KILLS = 8, 125, 3


async def set_up(database: Database, smtp_port: int) -> None:
    inbox = InboxEntry(
        slug="mail", channel="email", name="Mail", team="support",
        settings={"address": "support@desk.example", "listen_port": smtp_port},
    )  # fmt: skip
    desk = DeskFiles(teams=(TeamEntry(slug="support", name="Support"),), inboxes=(inbox,))
    async with database.transaction() as tx:
        await configuration.bring_in(tx, Keys(SECRET), installed_channels(), desk, [])


def mail(sender: int, number: int) -> bytes:
    lines = (
        f"From: Mia <mia{sender}@x.example>",
        "To: support@desk.example",
        f"Message-ID: <{sender}.{number}@x.example>",
        f"Subject: {sender}",
        "Date: Sun, 01 Mar 2026 12:00:00 +0000",
        "",
        f"mail {sender} {number}",
        "",
    )
    return "\r\n".join(lines).encode()


async def send(port: int, sender: int, numbers: range, acknowledged: list[int]) -> None:
    """Send mails one after the other, each until it is acknowledged."""
    left = list(numbers)
    while left:
        try:
            async with SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=5) as client:
                while left:
                    content = mail(sender, left[0])
                    await client.sendmail(f"mia{sender}@x.example", ["support@desk.example"], content)
                    acknowledged.append(left.pop(0))
        except (SMTPException, OSError):
            await asyncio.sleep(0.05)


async def waiting(database: Database) -> list[RawMessage]:
    async with database.session() as session:
        return list(await session.exec(select(RawMessage).where(RawMessage.state != RawState.DONE)))


async def everything_is_processed(database: Database) -> None:
    """What was under way at two kills in a row is in quarantine, not lost: it gets another chance."""
    async with asyncio.timeout(120):
        while rows := await waiting(database):
            for row in rows:
                if row.state == RawState.QUARANTINED:
                    async with database.transaction() as tx:
                        await quarantine.process_again(tx, row.id)
            await asyncio.sleep(0.1)


async def test_killed_again_and_again_it_keeps_each_acknowledged_mail_once(store_url: str, tmp_path: Path) -> None:
    smtp_port = free_port()
    database = Database(store_url, worker=1000)
    await set_up(database, smtp_port)
    server = Running(
        tmp_path / "server", "serve",
        environment={"OMNIDESK_DATABASE_URL": store_url, "OMNIDESK_SECRET_KEY": SECRET},
    )  # fmt: skip
    acknowledged: list[int] = []
    senders = [asyncio.create_task(send(smtp_port, sender, range(MAILS), acknowledged)) for sender in range(SENDERS)]
    for kill in range(1, KILLS + 1):
        await asyncio.to_thread(server.start)
        while len(acknowledged) < SENDERS * MAILS * kill // (KILLS + 1):  # noqa: ASYNC110 - other tasks count
            await asyncio.sleep(0.001)
        await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    await asyncio.gather(*senders)
    await everything_is_processed(database)
    async with database.session() as session:
        rows = list(await session.exec(select(Interaction).where(Interaction.kind == "message")))
    expected = Counter(f"mail {sender} {number}" for sender in range(SENDERS) for number in range(MAILS))
    assert Counter(row.text.strip() for row in rows) == expected
    assert await asyncio.to_thread(server.stop) == 0
    await database.close()
