"""A real IMAP server: Debian's dovecot from a configuration of our own, on a loopback port."""

import asyncio
import imaplib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.running import free_port

Result = TypeVar("Result")

PASSWORD = "şifre-of-the-sea"
CAPABILITIES = "IMAP4rev1 SASL-IR LITERAL+ UIDPLUS"
"""Of a server that can neither idle nor move."""

needs_dovecot = pytest.mark.skipif(
    shutil.which("dovecot") is None or os.geteuid() != 0,
    reason="dovecot is missing, or we are not root: sudo apt-get install dovecot-imapd",
)

_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
{ssl}
auth_mechanisms = {mechanisms}
disable_plaintext_auth = no
auth_failure_delay = 0
auth_cache_size = 0
default_login_user = nobody
default_internal_user = nobody
default_internal_group = nogroup
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 50
mail_fsync = never
mailbox_idle_check_interval = 1 secs
{more}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%u
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""
_BY_PASSWORD = f"""
passdb {{
  driver = static
  args = password={PASSWORD}
}}
"""
_BY_TOKEN = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2
}}
"""


@dataclass
class Dovecot:
    """A server; every name is a mailbox there."""

    folder: Path
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None
    names: Iterator[int] = field(default_factory=count)

    def configure(self, more: str = "", *, tokens_at: str | None = None, certificate: Path | None = None) -> None:
        """Write the configuration.

        With `tokens_at` logins are by token, and it says whose a token is; with `certificate`, a file that also has its
        key, there is TLS.
        """
        users = _BY_PASSWORD
        if tokens_at:
            users = _BY_TOKEN.format(folder=self.folder)
            (self.folder / "oauth2").write_text(f"tokeninfo_url = {tokens_at}\nusername_attribute = email\n")
        text = _CONFIGURATION.format(
            folder=self.folder,
            port=self.port,
            more=more + users,
            mechanisms="xoauth2" if tokens_at else "plain login",
            tls_port=self.tls_port if certificate else 0,
            ssl=f"ssl = yes\nssl_cert = <{certificate}\nssl_key = <{certificate}" if certificate else "ssl = no",
        )
        (self.folder / "dovecot.conf").write_text(text)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        self.process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as greeting:
                    if greeting.recv(4) == b"* OK":
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text())

    def kill(self) -> None:
        """End it and all its sessions, without a good-bye."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def mailbox(self, folder: str = "INBOX") -> "Mailbox":
        """A new mailbox."""
        return Mailbox(self, f"mia{next(self.names)}", folder)


@dataclass
class Mailbox:
    """A folder in the mailbox of one user, looked at from outside."""

    server: Dovecot
    user: str
    folder: str = "INBOX"

    def settings(self, **changed: Any) -> dict[str, Any]:
        """What an inbox says to read it."""
        login = {"username": self.user, "password": PASSWORD, "folder": self.folder}
        return {"host": "127.0.0.1", "port": self.server.port, "tls": "none", **login, **changed}

    async def ask(self, work: Callable[[imaplib.IMAP4], Result]) -> Result:
        """Do something in a session of its own."""

        def run() -> Result:
            session = imaplib.IMAP4("127.0.0.1", self.server.port, timeout=10)
            try:
                session.authenticate("PLAIN", lambda _: f"\0{self.user}\0{PASSWORD}".encode())
                return work(session)
            finally:
                session.shutdown()  # a logout would not end a session whose server was killed

        return await asyncio.to_thread(run)

    async def put(self, *mails: bytes, at: datetime | None = None) -> None:
        """Deliver mails, as if they had come at this time."""

        def run(session: imaplib.IMAP4) -> None:
            session.create(self.folder)
            for mail in mails:
                when = imaplib.Time2Internaldate(at) if at else None
                assert session.append(self.folder, None, when, mail)[0] == "OK"

        await self.ask(run)

    async def flags(self, folder: str | None = None) -> list[bytes]:
        """The flags of every mail, in order."""

        def run(session: imaplib.IMAP4) -> list[bytes]:
            answer, [count] = session.select(folder or self.folder, readonly=True)
            if answer != "OK" or count == b"0":
                return []
            _, found = session.fetch("1:*", "(FLAGS)")
            return [b" ".join(sorted(imaplib.ParseFlags(line))) for line in found if isinstance(line, bytes)]

        return [flags.replace(b"\\Recent", b"").strip() for flags in await self.ask(run)]

    async def renew(self) -> None:
        """Remove the folder and make it again: its UIDs begin anew, with another validity."""

        def run(session: imaplib.IMAP4) -> None:
            assert session.delete(self.folder)[0] == session.create(self.folder)[0] == "OK"

        await self.ask(run)


@contextmanager
def dovecot(**settings: Any) -> Iterator[Dovecot]:
    """A running server (see `Dovecot.configure`). Its folder is short: paths of sockets must be."""
    with tempfile.TemporaryDirectory(prefix="dovecot", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        for inner in ("run", "mail"):
            (folder / inner).mkdir()
        shutil.chown(folder / "mail", "mail", "mail")
        server = Dovecot(folder)
        server.configure(**settings)
        server.start()
        try:
            yield server
        finally:
            server.kill()
