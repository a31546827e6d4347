"""A mail server on loopback that keeps what it takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailServer:
    """`refuse`: so many mails are turned down."""

    port: int = 0
    refuse: int = 0
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse:
            self.refuse -= 1
            return "451 4.3.0 try again later"
        mail = message_from_bytes(envelope.original_content or b"", policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 2.0.0 queued"


@asynccontextmanager
async def running() -> AsyncIterator[MailServer]:
    """A mail server that runs."""
    server = MailServer()
    listening = await asyncio.get_running_loop().create_server(lambda: SMTP(server), "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    yield server
    listening.close()
    await listening.wait_closed()
