"""Receiving mail by SMTP (RFC 5321) or LMTP (RFC 2033): 250 is said only when a mail is durable."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import AnyStr

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.email.own import OwnAddresses
from channels.email.receiving.raw import raw_message_of_any_size
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import Desk

log = logging.getLogger(__name__)

_MOST_CONNECTIONS = 40
_MOST_OF_ONE_PEER = 20
_MOST_RECIPIENTS = 100
_MOST_STRANGERS = 20
"""Recipients that one connection may ask for in vain: who goes on is guessing."""
_MOST_BYTES = 64 * 1024 * 1024
"""What all connections together may have said of large mails that are not stored yet: memory holds it several times."""
_SMALL = 1024 * 1024
_LINGER_SECONDS = 2
_PATIENCE_SECONDS = 300
"""For one command, and for a whole mail (RFC 5321 §4.5.3.2 asks for as much): who is slower comes again."""
_LINE = 100_000
"""The longest line of a mail; the 1,000 of RFC 5321 would bounce what careless programs send."""

_TOO_MANY = b"421 4.3.2 too many connections, try again later\r\n"


class Receiver:
    """The handler of all sessions of one inbox."""

    def __init__(self, settings: EmailSettings, own: OwnAddresses, desk: Desk) -> None:
        self._settings = settings
        self._own = own
        self._desk = desk
        self._sessions: set[_Tracked] = set()

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
            for session in tuple(self._sessions):
                session.hang_up()
            await server.wait_closed()

    def _session(self) -> asyncio.Protocol:
        if len(self._sessions) >= _MOST_CONNECTIONS:
            return _Busy()
        kind = _LmtpSession if self._settings.lmtp else _SmtpSession
        return kind(
            self,
            data_size_limit=self._settings.max_size,
            enable_SMTPUTF8=True,
            hostname=self._settings.address.rpartition("@")[2],
            ident="Omnidesk",
            timeout=_PATIENCE_SECONDS,
            loop=asyncio.get_running_loop(),
        )

    def opened(self, session: "_Tracked") -> None:
        """A sender has connected."""
        self._sessions.add(session)

    def closed(self, session: "_Tracked") -> None:
        """A sender has gone."""
        self._sessions.discard(session)
        self.make_room()

    def make_room(self) -> None:
        """Let those go on that memory has room for: small mails, and of the large ones at least the furthest."""
        large = sorted((one for one in self._sessions if one.heard > _SMALL), key=lambda one: -one.heard)
        held = 0
        for session in large:
            session.pause(waits=held > 0 and held + session.heard > _MOST_BYTES)
            held += session.heard

    def is_busy_with(self, peer: str) -> bool:
        """Whether one address has so many connections that others would find none."""
        return sum(session.address == peer for session in self._sessions) > _MOST_OF_ONE_PEER

    async def handle_RCPT(  # noqa: N802
        self, server: "_Tracked", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse strangers' addresses before their mail is sent."""
        if not self._own.knows(address):
            return server.stranger()
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Store one mail. LMTP wants an answer for each recipient, and waits for ever for those that don't come."""
        answer = await self._store(session, envelope)
        return "\r\n".join([answer] * (len(envelope.rcpt_tos) if self._settings.lmtp else 1))

    async def handle_exception(self, error: Exception) -> str:
        """What breaks here is our fault: its sender keeps the mail, and learns nothing of the reason."""
        log.error("A session with a sender of mail broke", exc_info=error)
        return "451 4.3.0 something went wrong here, try again later"

    async def _store(self, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        mail_from = _readable((envelope.mail_from or "").strip("<>"))
        recipients = [_readable(address) for address in envelope.rcpt_tos if address]
        try:
            peer = str((session.peer or [""])[0])
            await self._desk.receive(await raw_message_of_any_size(content, mail_from, recipients, peer))
        except Exception:
            log.exception("A mail could not be stored; its sender will try again")
            return "451 4.3.0 could not be stored, try again later"
        return "250 2.0.0 stored"


def _readable(address: str) -> str:
    """An address of the envelope without the bytes that are no UTF-8."""
    return address.encode(errors="replace").decode()


class _Tracked(SMTP):
    """A session that the receiver knows of, so that it can end it; it ends itself when too much is said."""

    line_length_limit = _LINE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.address = str((transport.get_extra_info("peername") or [""])[0])
        self.heard = 0
        """Bytes since our last answer: aiosmtpd keeps a line that has no end, whatever its limits."""
        self._strangers = 0
        self._refused = self._waits = False
        self.event_handler.opened(self)
        super().connection_made(transport)
        if self.event_handler.is_busy_with(self.address):
            self._refuse(_TOO_MANY)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._handler_coroutine = None  # its end names its frames, and they all that was said: free it now, not later
        self.event_handler.closed(self)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self.heard += len(data)
        if self.heard > 2 * (self.data_size_limit or 0):  # up to here a mail is read to its end, and refused then
            self._refuse(b"552 5.3.4 this is more than a mail may have\r\n")
        else:
            super().data_received(data)
            if self.heard > _SMALL:
                self.event_handler.make_room()

    async def push(self, status: AnyStr) -> None:
        await super().push(status)
        if self.heard > _SMALL:
            self.heard = 0
            self.event_handler.make_room()
        self.heard = 0

    def pause(self, *, waits: bool) -> None:
        """Let the sender wait, or go on after that; the reader makes pauses of its own."""
        if isinstance(self.transport, asyncio.Transport):
            if waits:
                self.transport.pause_reading()
            elif self._waits:
                self.transport.resume_reading()
        self._waits = waits

    def stranger(self) -> str:
        """The answer to a recipient that we don't know."""
        self._strangers += 1
        if self._strangers < _MOST_STRANGERS:
            return "550 5.1.1 no such mailbox here"
        self.loop.call_soon(self.hang_up)
        return "421 4.7.0 too many unknown mailboxes"

    def _refuse(self, why: bytes) -> None:
        """Hear no more, and hang up in a moment: at once would take back the answer with what was not heard."""
        self._refused = True
        if isinstance(self.transport, asyncio.Transport):
            self.transport.write(why)
            self.loop.call_later(_LINGER_SECONDS, self.hang_up)

    def hang_up(self) -> None:
        """End the connection."""
        if self.transport is not None:
            self.transport.close()


class _SmtpSession(_Tracked):
    """A session with a sender."""


class _LmtpSession(_Tracked, LMTP):
    """A session with a mail server that hands mail over."""


class _Busy(asyncio.Protocol):
    """The answer to one connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a server's always is
        transport.write(_TOO_MANY)
        transport.close()
