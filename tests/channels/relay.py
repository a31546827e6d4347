"""A mail server between desks: it counts what passes, takes marks off mails where it is told to, and hands them on."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import SMTP as LINES

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session

MARKS = ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "List-Unsubscribe", "X-Loop")

Answer = Callable[[bytes], Awaitable[None]]


@dataclass
class Relay:
    """`ports`: where mail for a domain goes; `answers`: who is called with it instead. `strip`: marks are taken off."""

    ports: dict[str, int] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    strip: bool = False
    passed: list[tuple[str, bytes]] = field(default_factory=list)
    waiting: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        for recipient in envelope.rcpt_tos:
            self.waiting.append((envelope.mail_from or "", recipient, envelope.original_content or b""))
        return "250 2.0.0 queued"

    async def hand_on(self) -> bool:
        """Hand on what came, as a queue does; False = nothing was there."""
        batch, self.waiting = self.waiting, []
        for sender, recipient, content in batch:
            await self._hand(sender, recipient, content)
        return bool(batch)

    async def _hand(self, sender: str, recipient: str, content: bytes) -> None:
        content = stripped(content) if self.strip else content
        domain = recipient.rpartition("@")[2]
        self.passed.append((domain, content))
        if domain in self.answers:
            await self.answers[domain](content)
        else:
            await aiosmtplib.send(
                content, sender=sender, recipients=[recipient], hostname="127.0.0.1", port=self.ports[domain],
                start_tls=False,
            )  # fmt: skip

    def count(self, domain: str) -> int:
        """How many mails went to a domain."""
        return len([to for to, _ in self.passed if to == domain])


def stripped(content: bytes) -> bytes:
    """A mail without the marks of programs, and with a Message-ID of the relay's own."""
    mail = message_from_bytes(content, policy=LINES)
    for name in MARKS:
        del mail[name]
    written = str(mail["Message-ID"])
    mail.replace_header("Message-ID", re.sub(r"^<", "<relayed.", written))
    return mail.as_bytes()


@asynccontextmanager
async def relaying(relay: Relay) -> AsyncIterator[int]:
    """The relay on a free port, which is given."""
    loop = asyncio.get_running_loop()
    sessions: list[SMTP] = []

    def session() -> SMTP:
        sessions.append(SMTP(relay, hostname="relay.example", enable_SMTPUTF8=True, loop=loop))
        return sessions[-1]

    server = await loop.create_server(session, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for one in sessions:
            if one.transport is not None:
                one.transport.close()
        await asyncio.sleep(0)
