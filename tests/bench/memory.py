"""How much memory a server holds that has many cases and has shown some of them."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from aiohttp import ClientSession
from sqlmodel import select

from omnidesk.desk import agents
from omnidesk.store.models import Case
from omnidesk.web.csrf import SESSION_COOKIE
from tests.bench.figures import Figure
from tests.bench.ground import SECRET, office
from tests.running import Running

REQUESTS = 100
_LISTS = ("all", "unassigned", "mine", "resolved")
_BARE = "import sqlmodel, aiohttp.web; print(open('/proc/self/status').read())"


async def measure(url: str, where: str) -> list[Figure]:
    """Resident memory of `omnidesk serve`, on a store that is there, after some hundred lists and cases."""
    async with office(url, work=False) as desk:
        ada = await desk.viewer("Ada")
        async with desk.database.transaction() as tx:
            token = await agents.open_session(tx, ada.agent_id, "bench")
            hers = select(Case.number).where(Case.assignee_id == ada.agent_id).limit(REQUESTS)
            numbers = list(await tx.session.exec(hers))
    environment = {"OMNIDESK_SECRET_KEY": SECRET, "OMNIDESK_DATABASE_URL": url}
    with tempfile.TemporaryDirectory() as folder:
        served = Running(Path(folder), "serve", environment=environment)
        served.start()
        try:
            await _look_around(served.url, token, numbers)
            held = _held(served)
        finally:
            served.stop()
    limit = f"{await asyncio.to_thread(_bare):.0f} MB python importing sqlmodel and aiohttp"
    return [Figure(f"{where}: resident", f"{held:.0f} MB", limit)]


def _held(served: Running) -> float:
    if served.process is None:
        raise RuntimeError("the server is gone")
    return _resident(Path(f"/proc/{served.process.pid}/status").read_text())


def _bare() -> float:
    return _resident(subprocess.run([sys.executable, "-c", _BARE], check=True, capture_output=True, text=True).stdout)


async def _look_around(url: str, token: str, numbers: Sequence[int]) -> None:
    async with ClientSession(url, cookies={SESSION_COOKIE: token}) as client:
        for count, number in enumerate(numbers):
            for path in (f"/inbox/{_LISTS[count % len(_LISTS)]}", f"/inbox/all/{number}"):
                async with client.get(path) as response:
                    await response.read()
                    if response.status != 200:
                        raise RuntimeError(f"{path} answered {response.status}")


def _resident(status: str) -> float:
    """Megabytes, from the text of /proc/…/status."""
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
