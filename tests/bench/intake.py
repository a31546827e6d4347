"""From `Desk.receive` to the routed case: how many a second, and how long one waits when nothing else happens."""

import asyncio
import sqlite3
import time
from pathlib import Path

import asyncpg
from sqlmodel import func, select

from omnidesk.events import CaseChanged
from omnidesk.keys import BUS
from omnidesk.store.dialect import async_url
from omnidesk.store.models import Interaction, Kind
from tests.bench.figures import Figure, milliseconds
from tests.bench.ground import Stores, all_cores_busy, all_done, office
from tests.office import Office

SENDERS = 64
GROUP = 50
TEXT = "Kargom hâlâ gelmedi, nerede? Sipariş numaram TR-88231. Lütfen bakar mısınız, teşekkürler. " * 8


async def measure(stores: Stores, messages: int) -> list[Figure]:
    """Both figures on both databases."""
    figures = []
    for kind in ("sqlite", "postgresql"):
        rate = await _rate(await stores.make(kind), messages)
        raw = await _raw(await stores.make(kind), messages, GROUP)
        figures.append(Figure(f"{kind}: received and routed, {SENDERS} senders, half replies", f"{rate:,.0f}/s",
                              f"{raw:,.0f}/s plain driver, groups of {GROUP}"))  # fmt: skip
        with all_cores_busy():
            disturbed = await _rate(await stores.make(kind), messages)
            raw = await _raw(await stores.make(kind), messages, GROUP)
        figures.append(Figure(f"{kind}: the same while all cores are busy with other work",
                              f"{disturbed:,.0f}/s = {disturbed / rate:.0%}", f"{raw:,.0f}/s"))  # fmt: skip
        waits = await _idle(await stores.make(kind), 100)
        raw = await _raw(await stores.make(kind), 100, 1)
        figures.append(Figure(f"{kind}: one message when idle, routed after", milliseconds(waits),
                              f"{1000 / raw:.1f} ms plain driver, one commit"))  # fmt: skip
    return figures


async def _rate(url: str, messages: int) -> float:
    async with office(url) as desk:
        started = time.perf_counter()
        each = messages // SENDERS

        async def sender(number: int) -> None:
            for count in range(each):
                await desk.receive(TEXT, sender=f"s{number}-{count // 2}", external_id=f"{number}-{count}")

        await asyncio.gather(*map(sender, range(SENDERS)))
        await all_done(desk)
        rate = each * SENDERS / (time.perf_counter() - started)
        await _must_be_there(desk, each * SENDERS)
        return rate


async def _must_be_there(desk: Office, messages: int) -> None:
    async with desk.database.session() as session:
        said = select(func.count()).select_from(Interaction).where(Interaction.kind == Kind.MESSAGE)
        kept = (await session.exec(said)).one()
    if kept != messages:
        raise RuntimeError(f"{messages} messages were received and {kept} kept")


async def _idle(url: str, messages: int) -> list[float]:
    """Each waits until it is told that its case was routed, which is the second thing that happens to the case."""
    waits = []
    async with office(url) as desk:
        routed = asyncio.Event()
        desk.app[BUS].on(CaseChanged, lambda change: routed.set() if change.version > 1 else None)
        for number in range(messages):
            routed.clear()
            started = time.perf_counter()
            await desk.receive(TEXT, sender=f"one-{number}")
            await routed.wait()
            waits.append(time.perf_counter() - started)
            await asyncio.sleep(0.02)
    return waits


async def _raw(url: str, messages: int, group: int) -> float:
    """The plain driver: a raw row, a case and a log row a message, committed in groups."""
    if url.startswith("sqlite"):
        return _raw_sqlite(Path(url.removeprefix("sqlite:///")), messages, group)
    parsed = async_url(url)
    connection = await asyncpg.connect(host=parsed.query["host"], user=parsed.username, database=parsed.database)
    await connection.execute("CREATE TABLE a (id BIGINT PRIMARY KEY, b TEXT)")
    await connection.execute("CREATE TABLE c (id BIGINT PRIMARY KEY, b TEXT)")
    await connection.execute("CREATE TABLE d (id BIGINT PRIMARY KEY, b TEXT)")
    started = time.perf_counter()
    for first in range(0, messages, group):
        rows = [(first + number, TEXT) for number in range(group)]
        async with connection.transaction():
            for table in ("a", "c", "d"):
                await connection.executemany(f"INSERT INTO {table} VALUES ($1, $2)", rows)
    spent = time.perf_counter() - started
    await connection.close()
    return messages / spent


def _raw_sqlite(path: Path, messages: int, group: int) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    for table in ("a", "c", "d"):
        connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, b TEXT)")
    started = time.perf_counter()
    for first in range(0, messages, group):
        rows = [(first + number, TEXT) for number in range(group)]
        connection.execute("BEGIN IMMEDIATE")
        for table in ("a", "c", "d"):
            connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
        connection.execute("COMMIT")
    spent = time.perf_counter() - started
    connection.close()
    return messages / spent
