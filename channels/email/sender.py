"""Handing mail to the SMTP server: one connection an inbox, opened again when it was dropped.

A refusal is permanent only where it speaks of the recipient (RCPT) or of the mail (DATA). While connecting, logging in
or naming the sender it says something of our settings, nothing of the address that was written to.
"""

import asyncio
from email.message import EmailMessage

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponse,
    SMTPResponseException,
    SMTPSenderRefused,
)

from channels.email.settings import EmailSettings
from omnidesk.contract.channel import ChannelError

_SIGN_IN_FIRST = frozenset({530, 534, 535, 538})
"""Answers about logging in (RFC 4954): servers may give them to any command."""


class Sender:
    """The way out of one inbox."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        self._connection: SMTP | None = None
        self._lock = asyncio.Lock()

    async def send(self, mail: EmailMessage, recipient: str) -> None:
        """Give a mail to the server for one recipient. Raises ChannelError with the server's own words."""
        options = [] if recipient.isascii() else ["SMTPUTF8"]
        async with self._lock:
            connection = await self._connected()
            try:
                await connection.sendmail(self._settings.address, [recipient], mail.as_bytes(), mail_options=options)
            except asyncio.CancelledError:
                self._drop()  # in the middle of a mail; the next one must not be taken for its rest
                raise
            except (SMTPException, OSError, ValueError) as error:
                if not isinstance(error, SMTPResponseException | SMTPRecipientsRefused | SMTPNotSupported):
                    self._drop()
                raise _refusal(error) from error

    async def check(self) -> None:
        """Connect, log in, and see that the server answers. Raises ChannelError."""
        async with self._lock:
            await self._connected()

    async def close(self) -> None:
        """End the connection; the next mail opens another."""
        async with self._lock:
            if self._connection is not None and self._connection.is_connected:
                try:
                    await self._connection.quit()
                except (SMTPException, OSError):
                    self._drop()
            self._connection = None

    async def _connected(self) -> SMTP:
        """The open connection if it still answers, else a new one: servers drop those that are idle."""
        if self._connection is not None and not await _answers(self._connection):
            self._drop()
        if self._connection is None:
            self._connection = await self._connect()
        return self._connection

    async def _connect(self) -> SMTP:
        smtp = self._settings.smtp
        connection = SMTP(
            hostname=smtp.host,
            port=smtp.port,
            username=smtp.username,
            password=smtp.password.get_secret_value() if smtp.password else None,
            local_hostname=self._settings.address.rpartition("@")[2],
            timeout=smtp.timeout,
            use_tls=smtp.tls == "tls",
            start_tls=smtp.tls == "starttls",
        )
        try:
            await connection.connect()
            await connection.noop()
        except (SMTPException, OSError) as error:
            connection.close()
            raise ChannelError(f"mail server {smtp.host}:{smtp.port}: {_words(error)}") from error
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


async def _answers(connection: SMTP) -> bool:
    if not connection.is_connected:
        return False
    try:
        response: SMTPResponse = await connection.noop()
    except (SMTPException, OSError):
        return False
    return response.code == 250


def _refusal(error: Exception) -> ChannelError:
    """What went wrong while a mail was handed over."""
    if isinstance(error, SMTPRecipientsRefused):
        first = error.recipients[0]
        answer = _answer(first.code, first.message)
        return ChannelError(str(answer), bad_address=True) if answer.permanent else answer
    if isinstance(error, SMTPSenderRefused):
        return ChannelError(_words(error))
    if isinstance(error, SMTPResponseException):
        return _answer(error.code, error.message)
    return ChannelError(_words(error), permanent=isinstance(error, SMTPNotSupported | ValueError))


def _answer(code: int, message: str) -> ChannelError:
    return ChannelError(f"{code} {message}", permanent=500 <= code < 600 and code not in _SIGN_IN_FIRST)


def _words(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__
