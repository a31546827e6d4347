"""Receiving mail by SMTP (RFC 5321) or LMTP (RFC 2033): 250 is said only when a mail is durable."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.email.own import OwnAddresses
from channels.email.raw import raw_message
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import Desk

log = logging.getLogger(__name__)

_MOST_CONNECTIONS = 40
_MOST_RECIPIENTS = 100
_LINE = 100_000
"""The longest line of a mail; the 1,000 of RFC 5321 would bounce what careless programs send."""


class Receiver:
    """The handler of all sessions of one inbox."""

    def __init__(self, settings: EmailSettings, own: OwnAddresses, desk: Desk) -> None:
        self._settings = settings
        self._own = own
        self._desk = desk
        self._transports: set[asyncio.BaseTransport] = set()

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[int]:
        """Take mail while the context is open; gives the port."""
        # aiosmtpd logs every command, and with them addresses, at INFO.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._session, self._settings.listen, self._settings.listen_port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for transport in tuple(self._transports):
                transport.close()
            await server.wait_closed()

    def _session(self) -> asyncio.Protocol:
        if len(self._transports) >= _MOST_CONNECTIONS:
            return _Busy()
        kind = _LmtpSession if self._settings.lmtp else _SmtpSession
        return kind(
            self,
            data_size_limit=self._settings.max_size,
            enable_SMTPUTF8=True,
            hostname=self._settings.address.rpartition("@")[2],
            ident="Omnidesk",
            loop=asyncio.get_running_loop(),
        )

    def opened(self, transport: asyncio.BaseTransport) -> None:
        """A sender has connected."""
        self._transports.add(transport)

    def closed(self, transport: asyncio.BaseTransport | None) -> None:
        """A sender has gone."""
        if transport is not None:
            self._transports.discard(transport)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse strangers' addresses before their mail is sent."""
        if not self._own.knows(address):
            return "550 5.1.1 no such mailbox here"
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store one mail. LMTP wants an answer for each recipient, and waits for ever for those that don't come."""
        answer = await self._store(session, envelope)
        return "\r\n".join([answer] * (len(envelope.rcpt_tos) if self._settings.lmtp else 1))

    async def _store(self, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        mail_from = _readable((envelope.mail_from or "").strip("<>"))
        recipients = [_readable(address) for address in envelope.rcpt_tos if address]
        try:
            await self._desk.receive(raw_message(content, mail_from, recipients, str((session.peer or [""])[0])))
        except Exception:
            log.exception("A mail could not be stored; its sender will try again")
            return "451 4.3.0 could not be stored, try again later"
        return "250 2.0.0 stored"


def _readable(address: str) -> str:
    """An address of the envelope without the bytes that are no UTF-8."""
    return address.encode(errors="replace").decode()


class _Tracked(SMTP):
    """A session that the receiver knows of, so that it can end it."""

    line_length_limit = _LINE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.opened(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.closed(self.transport)
        super().connection_lost(error)


class _SmtpSession(_Tracked):
    """A session with a sender."""


class _LmtpSession(_Tracked, LMTP):
    """A session with a mail server that hands mail over."""


class _Busy(asyncio.Protocol):
    """The answer to one connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a server's always is
        transport.write(b"421 4.3.2 too many connections, try again later\r\n")
        transport.close()
