"""One connection to an IMAP server (RFC 3501).

IMAPClient waits in its calls, so each is made in a thread, one after the other; what the server says by itself while
it idles (RFC 2177) is waited for without one. A call ends when the server says nothing for the timeout of the settings,
when its answer has no end, and at once when the connection is closed.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from ssl import SSLCertVerificationError
from threading import Thread
from typing import Any, TypeVar

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError, LoginError

from channels.email.settings import ImapSettings
from omnidesk.contract.channel import ChannelError

Result = TypeVar("Result")

_RENEW_SECONDS = 240
"""How long to idle at a time. The RFC allows 29 minutes; routers forget a connection that is silent for less."""
_END_SECONDS = 1.0
_CALL_SECONDS = 900
"""For a whole answer. A mail of 50 MB comes in time over half a megabit a second; a server that drips does not."""
_MOST_BYTES = 64 * 1024 * 1024
"""The longest string that we take, whatever size the server said it has: more than any inbox takes (`max_size`)."""
_PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]")


class LoginRefused(ChannelError):
    """The server doesn't take our password or token."""


class MailRefused(ChannelError):
    """The server doesn't give out a mail that it has; the connection is as good as before."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is read. A mail that comes has the UID `next_uid` or a higher one, as long as `validity` stays."""

    validity: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail in the folder: its size in bytes, and when it came."""

    uid: int
    size: int
    at: datetime | None


class _Client(IMAPClient):  # type: ignore[misc]
    """Looks at what was said without waiting: we wait ourselves."""

    def _poll_socket(self, sock: Any, timeout: float | None = None) -> bool:
        # The original asks the socket only, and what came together with the last answer is in a buffer already.
        return True

    def _create_IMAP4(self) -> Any:  # noqa: N802
        protocol = super()._create_IMAP4()
        read = protocol.read

        def limited(size: int) -> bytes:
            if size > _MOST_BYTES:
                raise protocol.abort(f"the server wants to say {size} bytes at once")
            return bytes(read(size))

        protocol.read = limited
        return protocol


class Connection:
    """One connection; what goes wrong is a ChannelError in plain words."""

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings
        self._client: Any = None
        self._running: asyncio.Future[Any] | None = None
        self._closed = False

    async def open(self) -> None:
        """Connect."""
        await self._call(self._open)

    def _open(self) -> None:
        server = self._settings
        self._client = _Client(server.host, server.port, ssl=server.tls == "tls", timeout=server.timeout)
        if self._closed:  # while we connected
            self._client.shutdown()
            raise OSError("closed")
        self._client.normalise_times = False
        if server.tls == "starttls":
            self._client.starttls()

    async def log_in(self, secret: str) -> None:
        """Log in with a password or an access token; may be tried again. Raises LoginRefused."""
        await self._call(lambda: self._log_in(secret))

    def _log_in(self, secret: str) -> None:
        server = self._settings
        if server.oauth:
            # A second question is the reason of a refusal; it wants an empty answer before the refusal itself.
            words = iter([f"user={server.username}\1auth=Bearer {secret}\1\1"])
            self._client.sasl_login("XOAUTH2", lambda _: next(words, ""))
        elif server.username.isascii() and secret.isascii():
            self._client.login(server.username, secret)
        else:
            self._client.plain_login(server.username, secret)

    async def select(self) -> Folder:
        """Open the folder, also again, and make the one that mails are moved to, if we may.

        Where nothing may be changed, mail is still read, and putting it away tells the reason.
        """
        return await self._call(self._select)

    def _select(self) -> Folder:
        folder, move_to = self._settings.folder, self._settings.move_to
        if move_to and not self._client.folder_exists(move_to):
            with suppress(IMAPClientError):
                self._client.create_folder(move_to)
        try:
            said = self._client.select_folder(folder, readonly=self._settings.after == "leave")
        except IMAPClientReadOnlyError:
            said = self._client.select_folder(folder, readonly=True)
        if b"UIDNEXT" not in said:  # as very old servers do
            said |= self._client.folder_status(folder, ["UIDNEXT"])
        return Folder(said[b"UIDVALIDITY"], said[b"UIDNEXT"])

    async def search(self, criteria: Sequence[Any]) -> list[int]:
        """The UIDs of the mails that fit, in order."""
        return sorted(await self._call(lambda: self._client.search(criteria)))

    async def waiting(self, uids: Sequence[int]) -> list[Waiting]:
        """What there is to know of mails before they are fetched; those that have gone are left out."""
        found = await self._call(lambda: self._client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"]))
        return [
            Waiting(uid, found[uid].get(b"RFC822.SIZE", 0), found[uid].get(b"INTERNALDATE"))
            for uid in uids
            if uid in found
        ]  # fmt: skip

    async def listed(self, uids: Sequence[int]) -> list[int]:
        """Those of some mails that are still in the folder, in order."""
        await self._call(self._client.noop)
        return await self.search(["UID", ",".join(map(str, uids))])

    async def mails(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Whole mails, still unread; those that have gone are left out. Raises MailRefused."""
        return await self._bytes(uids, "BODY.PEEK[]", b"BODY[]")

    async def headers(self, uid: int) -> bytes:
        """The headers of a mail; none when it has gone. Raises MailRefused."""
        return (await self._bytes([uid], "BODY.PEEK[HEADER]", b"BODY[HEADER]")).get(uid, b"")

    async def _bytes(self, uids: Sequence[int], item: str, named: bytes) -> dict[int, bytes]:
        found = await self._call(lambda: self._client.fetch(uids, [item]), refused=MailRefused)
        return {uid: bytes(parts[named]) for uid, parts in found.items() if parts.get(named) is not None}

    async def put_away(self, uids: Sequence[int]) -> None:
        """Flag or move mails that are stored, or leave them. Raises MailRefused."""
        if uids and self._settings.after != "leave":
            await self._call(lambda: self._put_away(uids), refused=MailRefused)

    def _put_away(self, uids: Sequence[int]) -> None:
        client, move_to = self._client, self._settings.move_to
        if not move_to:
            client.add_flags(uids, [b"\\Seen"], silent=True)
        elif client.has_capability("MOVE"):
            client.move(uids, move_to)
        else:
            client.copy(uids, move_to)
            client.add_flags(uids, [b"\\Deleted"], silent=True)
            if client.has_capability("UIDPLUS"):  # a plain EXPUNGE would also remove what others have deleted
                client.uid_expunge(uids)

    async def wait(self) -> None:
        """Until there may be news, which the next search then sees."""
        if self._settings.idle and await self._call(lambda: self._client.has_capability("IDLE")):
            if not await self._call(self._idle):
                await _readable(self._client.socket(), _RENEW_SECONDS)
            await self._call(self._client.idle_done)
        else:
            await asyncio.sleep(self._settings.poll_seconds)
        await self._call(self._client.noop)  # a server may keep new mail to itself until it is asked

    def _idle(self) -> bool:
        """Begin to idle; gives whether something was said already."""
        self._client.idle()
        return bool(self._client.idle_check())

    async def close(self) -> None:
        """End it, also in the middle of a call."""
        self._closed = True
        if self._client is not None:
            with suppress(OSError):
                self._client.socket().shutdown(socket.SHUT_RDWR)
        if self._running is not None:
            await asyncio.wait([self._running], timeout=_END_SECONDS)
        if self._client is not None:
            with suppress(OSError, IMAPClientError):
                self._client.shutdown()

    async def _call(self, work: Callable[[], Result], refused: type[ChannelError] = ChannelError) -> Result:
        running = self._running = _in_a_thread(work)
        try:
            async with asyncio.timeout(_CALL_SECONDS):
                return await asyncio.shield(running)
        except TimeoutError as error:
            said_nothing = running.done()  # by the socket's own timeout
            raise ChannelError(self._told(error if said_nothing else OSError("an answer has no end"))) from None
        except LoginError as error:
            raise (ChannelError if _passes(error) else LoginRefused)(self._told(error)) from None
        except IMAPClientAbortError as error:
            raise ChannelError(self._told(error)) from error
        except IMAPClientError as error:
            raise refused(self._told(error)) from error
        except (OSError, UnicodeError) as error:
            raise ChannelError(self._told(error)) from error

    def _told(self, error: Exception) -> str:
        if isinstance(error, SSLCertVerificationError):
            why = f"its certificate is not to be trusted, check imap.host ({error.verify_message})"
        else:
            why = str(error) or type(error).__name__
        return f"{self._settings.host}:{self._settings.port}: {why}"


def _passes(error: LoginError) -> bool:
    """Whether a failed login says nothing of the password: the line was cut, or the server can't tell (RFC 5530)."""
    said = str(error).upper()
    return isinstance(error.__context__, IMAPClientAbortError) or any(code in said for code in _PASSING)


def _in_a_thread(work: Callable[[], Result]) -> "asyncio.Future[Result]":
    """Begin a call that may wait for long; the end of the process doesn't wait for it, as it would for an executor."""
    loop = asyncio.get_running_loop()
    running: asyncio.Future[Result] = loop.create_future()
    running.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may be waiting any more

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as caught:
            error = caught
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(_settle, running, result, error)

    Thread(target=run, name="imap", daemon=True).start()
    return running


def _settle(running: "asyncio.Future[Any]", result: Any, error: Exception | None) -> None:
    if running.done():
        return
    if error is not None:
        running.set_exception(error)
    else:
        running.set_result(result)


async def _readable(spoken: socket.socket, seconds: float) -> None:
    """Until a socket has something to read, or has ended, or the time is over."""
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    number = spoken.fileno()
    loop.add_reader(number, came.set)
    try:
        async with asyncio.timeout(seconds):
            await came.wait()
    except TimeoutError:
        pass
    finally:
        loop.remove_reader(number)
