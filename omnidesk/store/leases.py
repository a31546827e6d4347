"""Leases: what only one process may hold at a time, and how the others learn that its holder died."""

import os
import secrets
import socket
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlmodel import col, delete, select, update

from omnidesk.store import dialect
from omnidesk.store.db import Database, Transaction, table_of
from omnidesk.store.ids import WORKERS
from omnidesk.store.models import Lease

TTL = timedelta(seconds=30)
RENEW_SECONDS = 10
_WORKER = "worker:"


class Leases:
    """The leases of this process. Its worker number is one of them, and the sign that it lives."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.holder = f"{place()}/{os.getpid()}/{secrets.token_hex(4)}"

    async def start(self) -> None:
        """Take a worker number: ids are made with it."""
        async with self._db.transaction() as tx:
            await self._drop_dead(tx)
            taken = set(await tx.session.exec(select(Lease.name).where(col(Lease.name).startswith(_WORKER))))
            for number in range(WORKERS):
                if f"{_WORKER}{number}" not in taken and await self._insert(tx, f"{_WORKER}{number}"):
                    self._db.ids.worker = number
                    return
        raise RuntimeError(f"all {WORKERS} worker numbers are taken")

    async def claim(self, name: str) -> bool:
        """Take or keep a lease; False = somebody else has it."""
        async with self._db.transaction() as tx:
            await self._drop_dead(tx)
            mine = await tx.session.exec(
                update(Lease)
                .where(col(Lease.name) == name, col(Lease.holder) == self.holder)
                .values(expires_at=tx.now + TTL)
            )
            return mine.rowcount == 1 or await self._insert(tx, name)

    async def renew(self) -> None:
        """Keep everything this process holds, and drop what the dead held."""
        async with self._db.transaction() as tx:
            mine = update(Lease).where(col(Lease.holder) == self.holder).values(expires_at=tx.now + TTL)
            await tx.session.exec(mine)
            await self._drop_dead(tx)
            number = select(Lease.name).where(Lease.holder == self.holder, col(Lease.name).startswith(_WORKER))
            alive = (await tx.session.exec(number)).first()
        if alive is None:  # we were taken for dead, perhaps after a long sleep
            await self.start()

    async def release(self, name: str) -> None:
        """Give one lease back."""
        async with self._db.transaction() as tx:
            await tx.session.exec(delete(Lease).where(col(Lease.name) == name, col(Lease.holder) == self.holder))

    async def end(self) -> None:
        """Give everything back."""
        async with self._db.transaction() as tx:
            await tx.session.exec(delete(Lease).where(col(Lease.holder) == self.holder))

    async def _insert(self, tx: Transaction, name: str) -> bool:
        row = {"name": name, "holder": self.holder, "expires_at": tx.now + TTL}
        connection = await tx.session.connection()
        return bool(await dialect.insert_new(connection, table_of(Lease), [row], key=["name"], give="name"))

    async def _drop_dead(self, tx: Transaction) -> None:
        holders = set(await tx.session.exec(select(Lease.holder)))
        dead = [holder for holder in holders if self._is_dead(holder)]
        await tx.session.exec(delete(Lease).where((col(Lease.expires_at) < tx.now) | col(Lease.holder).in_(dead)))

    def _is_dead(self, holder: str) -> bool:
        """A process of this place that runs no more need not be waited for."""
        where, pid, _ = holder.split("/")
        if where != place() or holder == self.holder:
            return False
        return int(pid) == os.getpid() or not _runs(int(pid))


@cache
def place() -> str:
    """Where process ids mean the same as here: the host since its start, and in it the container.

    The host's name alone won't do: containers of one name have each a process 1 of their own.
    """
    return "~".join(filter(None, (socket.gethostname(), _boot(), _container())))


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _container() -> str:
    try:
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        return ""


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
