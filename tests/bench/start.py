"""How long a start takes, beside that of the bare interpreter."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.figures import Figure, percentile
from tests.running import Running

STARTS = 5


def measure() -> list[Figure]:
    """Seconds from the start of the process until `/readyz` answers 200."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Running(Path(folder) / "desk")
        first = desk.start()
        desk.stop()
        again = []
        for _ in range(STARTS):
            again.append(desk.start())
            desk.stop()
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import sqlmodel, aiohttp.web"], check=True)
    bare = time.perf_counter() - started
    limit = f"{bare:.2f} s python importing sqlmodel and aiohttp"
    return [
        Figure("ready on an empty folder (tables and starter desk are made)", f"{first:.2f} s", limit),
        Figure("ready again", f"p50 {percentile(again, 0.5):.2f} s, worst {max(again):.2f} s", limit),
    ]
