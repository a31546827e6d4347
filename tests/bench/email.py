"""Email: from a mail's bytes to its case, through the mail port, out to a server, and in from a large file."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from email.parser import BytesParser
from email.policy import compat32
from pathlib import Path
from typing import Any

from aiosmtplib import SMTP
from sqlmodel import func, select

from channels.email.adapter import EmailChannel
from channels.email.parse import parse_mail
from channels.email.receiving.raw import raw_message
from omnidesk.app import installed_channels
from omnidesk.desk import actions
from omnidesk.desk.configuration import InboxEntry
from omnidesk.store.models import Case, Delivery, DeliveryState, Interaction, Kind
from tests.bench.figures import Figure
from tests.bench.ground import SECRET, Stores, all_cores_busy, all_done, office
from tests.bench.mails import US, html_of, mail, mails, plain_of
from tests.cast import CHANNELS, furnish
from tests.office import Office

SENDERS = 64
CONNECTIONS = 8
REPLIES = 400
_INBOX = "post"
_MEGABYTE = 1_000_000

Hand = Callable[[bytes], Awaitable[object]]


async def measure(stores: Stores, messages: int, megabytes: int) -> list[Figure]:
    """All figures: of `messages` mails, and of a file of so many megabytes."""
    figures = []
    for kind in ("sqlite", "postgresql"):
        limit = f"{_grouped():,.0f}/s compat32 alone"
        rate = await _handed_in(await stores.make(kind), messages)
        figures.append(Figure(f"{kind}: bytes of a mail → its case, routed; half replies", f"{rate:,.0f}/s", limit))
        with all_cores_busy():
            disturbed = await _handed_in(await stores.make(kind), messages)
        share = f"{disturbed:,.0f}/s = {disturbed / rate:.0%}"
        figures.append(Figure(f"{kind}: the same while all cores are busy with other work", share))
        rate = await _by_smtp(await stores.make(kind), messages)
        figures.append(Figure(f"{kind}: the same by SMTP over {CONNECTIONS} connections", f"{rate:,.0f}/s"))
        ours, plain = await _sent(await stores.make(kind), REPLIES)
        figures.append(Figure(f"{kind}: answers sent to a local mail server", f"{ours:,.0f}/s",
                              f"{plain:,.0f}/s aiosmtplib, one connection"))  # fmt: skip
    return [*figures, *_parsing(), *await _imported(stores, megabytes)]


def _inbox(smtp_port: int = 1) -> InboxEntry:
    smtp = {"host": "127.0.0.1", "port": smtp_port}
    settings = {"address": US, "listen_port": 0, "smtp": smtp}
    return InboxEntry(slug=_INBOX, channel="email", name="Post", team="support", settings=settings)


async def _handed_in(url: str, messages: int) -> float:
    """Mails a second, handed to the desk as the mail port does."""
    async with office(url, _inbox()) as desk:
        reception = desk.reception(_INBOX)

        async def hand(body: bytes) -> None:
            await reception.receive(raw_message(body, "", [US], ""))

        return await _rate(desk, [hand] * SENDERS, messages)


async def _by_smtp(url: str, messages: int) -> float:
    """Mails a second through the port of the inbox."""
    async with office(url, _inbox()) as desk:
        channel = desk.inboxes.by_slug(_INBOX).channel
        assert isinstance(channel, EmailChannel)
        while channel.port is None:  # noqa: ASYNC110 - a channel tells nobody when it begins to listen
            await asyncio.sleep(0.05)
        lines = [SMTP(hostname="127.0.0.1", port=channel.port, start_tls=False) for _ in range(CONNECTIONS)]
        for line in lines:
            await line.connect()
        hands = [_hand_over(line) for line in lines]
        rate = await _rate(desk, hands, messages)
        for line in lines:
            await line.quit()
        return rate


def _hand_over(line: SMTP) -> Hand:
    async def hand(body: bytes) -> None:
        await line.sendmail("someone@mail.example", [US], body)

    return hand


async def _rate(desk: Office, hands: list[Hand], messages: int) -> float:
    each = messages // len(hands)
    written = [list(mails(f"s{number}", each)) for number in range(len(hands))]
    started = time.perf_counter()

    async def sender(hand: Hand, bodies: list[bytes]) -> None:
        for body in bodies:
            await hand(body)

    await asyncio.gather(*map(sender, hands, written))
    await all_done(desk)
    rate = each * len(hands) / (time.perf_counter() - started)
    said = await _count(desk, Interaction.kind == Kind.MESSAGE)
    if (said, await _count(desk, Case.id > 0)) != (each * len(hands), (each + 1) // 2 * len(hands)):
        raise RuntimeError(f"{each * len(hands)} mails were handed in and {said} kept, or not on their cases")
    return rate


async def _count(desk: Office, which: Any) -> int:
    async with desk.database.session() as session:
        return (await session.exec(select(func.count()).where(which))).one()


async def _sent(url: str, replies: int) -> tuple[float, float]:
    """Answers a second from the outbox to a mail server, and plain mails of that size over one connection."""
    with _sink() as port:
        async with office(url, _inbox(port), work=False) as desk:
            for number in range(replies):
                await desk.reception(_INBOX).receive(raw_message(mail(f"p{number}", 0), "", [US], ""))
            await desk.work()
            viewer = await desk.viewer("Ada")
            for case in await desk.all(Case):
                async with desk.database.transaction() as tx:
                    await actions.reply(tx, viewer, case.number, "It is on its way, thank you for waiting. " * 20)
            outbox = desk.outbox(desk.holder)
            started = time.perf_counter()
            while await outbox.run():
                pass
            await outbox.finish()
            spent = time.perf_counter() - started
            if await _count(desk, Delivery.state == DeliveryState.SENT) != replies:
                raise RuntimeError("not every answer was sent")
        plain = SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        await plain.connect()
        body = plain_of(3_000)
        began = time.perf_counter()
        for _ in range(replies):
            await plain.sendmail(US, ["mia@mail.example"], body)
        return replies / spent, replies / (time.perf_counter() - began)


@contextmanager
def _sink() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-m", "tests.bench.sink"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def _parsing() -> Iterator[Figure]:
    for what, body, count in (
        ("plain mail of 10 KB", plain_of(10_000), 300),
        ("HTML mail of 10 KB", html_of(10_000), 300),
        ("plain mail of 1 MB", plain_of(_MEGABYTE), 5),
        ("HTML mail of 1 MB", html_of(_MEGABYTE), 5),
    ):
        ours, plain = _per_second(parse_mail, body, count), _per_second(_compat32, body, count)
        yield Figure(f"{what} understood, new words and quoted ones told apart", f"{ours:,.0f}/s",
                     f"{plain:,.0f}/s compat32, parts decoded")  # fmt: skip


def _per_second(understand: Callable[[bytes], object], body: bytes, count: int) -> float:
    understand(body)
    started = time.perf_counter()
    for _ in range(count):
        understand(body)
    return count / (time.perf_counter() - started)


def _compat32(body: bytes) -> list[object]:
    return [part.get_payload(decode=True) for part in BytesParser(policy=compat32).parsebytes(body).walk()]


def _grouped() -> float:
    """Mails of the mix that the standard library takes apart in a second."""
    bodies = list(mails("s1", 200))
    started = time.perf_counter()
    for body in bodies:
        _compat32(body)
    return len(bodies) / (time.perf_counter() - started)


async def _imported(stores: Stores, megabytes: int) -> list[Figure]:
    """Rate and largest memory of `omnidesk mail import`: of a tenth of the file first, since it must not grow."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for size in (megabytes // 10, megabytes):
            url = await stores.make("sqlite")
            await furnish(url, SECRET, [_inbox()], {**installed_channels(), **CHANNELS})
            count = await asyncio.to_thread(_write_mbox, Path(folder) / "mbox", size * _MEGABYTE)
            seconds, memory = await asyncio.to_thread(_import, Path(folder), url)
            said = f"{count / seconds:,.0f}/s, {size / seconds:,.0f} MB/s, at most {memory:.0f} MB of memory"
            figures.append(Figure(f"sqlite: a file of {size:,} MB imported", said))
    return figures


def _write_mbox(path: Path, size: int) -> int:
    count = 0
    with path.open("wb") as file:
        while file.tell() < size:
            file.write(b"From someone@mail.example Wed Nov 25 09:30:12 2026\n")
            file.write(mail(f"p{count // 2}", count % 2).replace(b"\r\n", b"\n") + b"\n")
            count += 1
    return count


def _import(folder: Path, url: str) -> tuple[float, float]:
    """Seconds and megabytes."""
    environment = {
        **os.environ, "OMNIDESK_DATA_DIR": str(folder), "OMNIDESK_DATABASE_URL": url, "OMNIDESK_SECRET_KEY": SECRET,
    }  # fmt: skip
    command = [sys.executable, "-m", "omnidesk", "mail", "import", str(folder / "mbox"), "--inbox", _INBOX]
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError("the import failed")
    return time.perf_counter() - started, used.ru_maxrss / 1024
