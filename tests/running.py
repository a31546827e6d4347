"""A running Omnidesk: the real program in a process of its own, on ports of this machine."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

READY_SECONDS = 60


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Running:
    """`omnidesk <command>` with its data in `folder`; may be killed and started again."""

    folder: Path
    command: str = "demo"
    arguments: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        """What it printed so far."""
        return (self.folder / "said").read_text()

    @property
    def sign_in_link(self) -> str:
        """The one-time link that the demo printed last: a moment after it answers."""
        until = time.monotonic() + READY_SECONDS
        while not (links := re.findall(r"http\S+/sign-in/\S+", self.said)) and time.monotonic() < until:
            time.sleep(0.1)
        return str(links[-1])

    def start(self) -> float:
        """Start it; gives the seconds until it was ready."""
        self.folder.mkdir(exist_ok=True, parents=True)
        environment = {
            **os.environ, "OMNIDESK_DATA_DIR": str(self.folder), "OMNIDESK_HTTP__PORT": str(self.port),
            **self.environment,
        }  # fmt: skip
        started = time.monotonic()
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "omnidesk", self.command, *self.arguments], env=environment, stdout=said,
                stderr=said,
            )  # fmt: skip
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > started + READY_SECONDS:
                raise AssertionError(f"it did not start:\n{self.said}")
            time.sleep(0.02)
        return time.monotonic() - started

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        """Kill it at once (-9)."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Tell it to end; gives its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=10)
