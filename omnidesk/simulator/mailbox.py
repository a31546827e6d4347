"""The customer's mailbox in the demo: mails are kept as files, sent and received by SMTP."""

import asyncio
import email
import email.policy
import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

import aiosmtplib
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope

from omnidesk import clock

CUSTOMER = Address("Mia", "mia", "example.com")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as the page shows it."""

    name: str
    outgoing: bool
    message: EmailMessage

    @property
    def text(self) -> str:
        """What it says in plain text."""
        part = self.message.get_body(("plain", "html"))
        return str(part.get_content()).strip() if part is not None else ""

    @property
    def links(self) -> list[str]:
        """Addresses of pages in the text."""
        return [word for word in self.text.split() if word.startswith(("http://", "https://"))]

    @property
    def files(self) -> list[str]:
        """Names of its attachments."""
        return [part.get_filename() or "file" for part in self.message.iter_attachments()]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is written in the mail window."""

    subject: str
    text: str
    answers: Mail | None = None
    files: tuple[tuple[str, bytes], ...] = ()


@dataclass(slots=True)
class Mailbox:
    """The mails of one made-up customer, and the ports by which they travel."""

    folder: Path
    desk: str = ""
    incoming: int = 0
    outgoing: int = 0
    _clients: set[asyncio.BaseTransport] = field(default_factory=set)

    def use(self, *, desk: str, incoming: int, outgoing: int) -> None:
        """The desk's address, the port it receives on, and the port it sends to."""
        self.desk, self.incoming, self.outgoing = desk, incoming, outgoing

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Take what the desk sends, while the context is open."""
        await asyncio.to_thread(self.folder.mkdir, parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._connection, "127.0.0.1", self.outgoing)
        try:
            yield
        finally:
            server.close()
            for client in tuple(self._clients):
                client.close()

    def _connection(self) -> SMTP:
        mailbox = self

        class Connection(SMTP):
            """Remembered while it lasts: closing the server leaves clients connected."""

            line_length_limit = 100_000

            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                mailbox._clients.add(transport)
                super().connection_made(transport)

            def connection_lost(self, error: Exception | None) -> None:
                if self.transport is not None:
                    mailbox._clients.discard(self.transport)
                super().connection_lost(error)

        return Connection(self, enable_SMTPUTF8=True, hostname="localhost", loop=asyncio.get_running_loop())

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """A mail of the desk arrived."""
        content = envelope.content or b""
        await self._keep("in", content if isinstance(content, bytes) else content.encode())
        return "250 2.0.0 kept"

    async def _keep(self, way: str, content: bytes) -> None:
        name = f"{clock.now():%Y%m%d%H%M%S%f}-{way}.eml"
        await asyncio.to_thread((self.folder / name).write_bytes, content)

    async def send(self, draft: Draft) -> None:
        """Send a mail to the desk by SMTP. Raises SMTPException or OSError."""
        message = self._compose(draft)
        await aiosmtplib.send(message, hostname="127.0.0.1", port=self.incoming, start_tls=False)
        await self._keep("out", bytes(message))

    def _compose(self, draft: Draft) -> EmailMessage:
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"] = CUSTOMER
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = make_msgid(domain="example.com")
        answered = draft.answers.message if draft.answers else None
        message["Subject"] = _answering(answered) if answered else " ".join(draft.subject.split())
        message["To"] = str(answered["Reply-To"] or answered["From"]) if answered else self.desk
        if answered:
            message["In-Reply-To"] = answered["Message-ID"]
            message["References"] = f"{answered.get('References', '')} {answered['Message-ID']}".strip()
        message.set_content(draft.text)
        for name, content in draft.files:
            kind = (mimetypes.guess_type(name)[0] or "application/octet-stream").split("/")
            message.add_attachment(content, maintype=kind[0], subtype=kind[1], filename=name)
        return message

    async def mails(self) -> list[Mail]:
        """All mails, oldest first."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> list[Mail]:
        return [
            Mail(path.name, path.stem.endswith("-out"), _parse(path.read_bytes()))
            for path in sorted(self.folder.glob("*.eml"))
        ]


def _answering(message: EmailMessage) -> str:
    subject = str(message["Subject"] or "")
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _parse(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    if not isinstance(message, EmailMessage):  # the policy makes it one
        raise TypeError(type(message))
    return message


MAILBOX = web.AppKey("mailbox", Mailbox)
