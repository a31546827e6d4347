"""Handing mail to the SMTP server: one connection an inbox, opened again when it was dropped."""

import asyncio
from typing import Literal

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException, SMTPResponse
from aiosmtplib.typing import Default

from channels.email.sending.compose import needs_utf8
from channels.email.sending.pace import Pace
from channels.email.sending.refusals import is_answer, refusal, words
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import ChannelError

_MB = 1_000_000
_GOOD_BYE_SECONDS = 2.0
_REFUSED_SECONDS = 300.0
"""How long a login that was refused is not tried again: servers lock accounts for less."""


class _Connection(SMTP):
    """A connection that waits longer for the answer to a whole mail: who gives up too early sends it twice."""

    patience: float = 0

    async def data(
        self,
        message: str | bytes,
        /,
        *,
        timeout: float | Literal[Default.token] | None = Default.token,  # noqa: ASYNC109 - the library's signature
    ) -> SMTPResponse:
        """Hand over the mail itself."""
        return await super().data(message, timeout=self.patience)


class Sender:
    """The way out of one inbox."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        self._connection: _Connection | None = None
        self._lock = asyncio.Lock()
        self._pace = Pace(settings.smtp.per_minute)
        self._refused = ""
        """The server's No to the login, which stands for all mails of the inbox until it is tried again."""
        self._login_at = 0.0

    async def send(self, content: bytes, recipient: str, *, utf8: bool = False) -> None:
        """Give a mail to the server for one recipient. Raises ChannelError with the server's own words.

        `utf8`: the mail itself has addresses with letters beyond ASCII (RFC 6531).
        """
        options = ["SMTPUTF8"] if utf8 or needs_utf8(self._settings.address, recipient) else []
        await self._pace.wait()
        async with self._lock:
            connection = await self._connected()
            _must_take(connection, len(content))
            try:
                await connection.sendmail(self._settings.address, [recipient], content, mail_options=options)
            except asyncio.CancelledError:
                self._drop()  # in the middle of a mail; the next one must not be taken for its rest
                raise
            except (SMTPException, OSError, ValueError) as error:
                if not is_answer(error):
                    self._drop()
                raise refusal(error) from error

    async def check(self) -> None:
        """Connect, log in, and see that the server answers. Raises ChannelError."""
        async with self._lock:
            await self._connected()

    async def close(self) -> None:
        """End the connection; the next mail opens another. A server that is slow is not waited for."""
        try:
            async with asyncio.timeout(_GOOD_BYE_SECONDS), self._lock:
                if self._connection is not None and self._connection.is_connected:
                    await self._connection.quit()
        except (SMTPException, OSError):  # also when the time is over
            self._drop()
        self._connection = None

    async def _connected(self) -> _Connection:
        """The open connection if it still answers, else a new one: servers drop those that are idle."""
        if self._connection is not None and not await _answers(self._connection):
            self._drop()
        if self._connection is None:
            self._connection = await self._connect()
        return self._connection

    async def _connect(self) -> _Connection:
        if self._refused and asyncio.get_running_loop().time() < self._login_at:
            raise ChannelError(self._refused)
        smtp = self._settings.smtp
        connection = _Connection(
            hostname=smtp.host,
            port=smtp.port,
            username=smtp.username,
            password=smtp.password.get_secret_value() if smtp.password else None,
            local_hostname=self._settings.address.rpartition("@")[2],
            timeout=smtp.timeout,
            use_tls=smtp.tls == "tls",
            start_tls=smtp.tls == "starttls",
        )
        connection.patience = smtp.data_timeout
        try:
            await connection.connect()
            await connection.noop()
        except (SMTPException, OSError) as error:
            connection.close()
            problem = f"mail server {smtp.host}:{smtp.port}: {words(error)}"
            if isinstance(error, SMTPAuthenticationError) and error.code >= 500:
                self._refused, self._login_at = problem, asyncio.get_running_loop().time() + _REFUSED_SECONDS
            raise ChannelError(problem) from error
        self._refused = ""
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


def _must_take(connection: SMTP, size: int) -> None:
    """Raise ChannelError for a mail that is larger than the server said it takes (RFC 1870; 0 = it does not say)."""
    said = connection.esmtp_extensions.get("size", "")
    limit = int(said) if said.isdecimal() else 0
    if limit and size > limit:
        raise ChannelError(
            f"this mail is {size / _MB:.1f} MB with its files, and the mail server takes at most {limit / _MB:.1f} MB; "
            "send less in one mail, or a link",
            permanent=True,
        )


async def _answers(connection: SMTP) -> bool:
    if not connection.is_connected:
        return False
    try:
        response: SMTPResponse = await connection.noop()
    except (SMTPException, OSError):
        return False
    return response.code == 250
