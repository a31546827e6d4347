"""Fetching mail by IMAP: a mail is flagged or moved, and passed in what is remembered, only when it is durable.

    connect → select → search above the remembered UID → fetch → Desk.receive → put away → remember the UID → wait
      ↑                  ↑                                                                                     │
      └─ anything fails  └─────────────────────────────────────────────────────────────────────────────────────┘

Killed anywhere, it begins again at the remembered UID: what was stored already is known by its external id.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from secrets import SystemRandom
from time import monotonic

from channels.email.receiving import imap_place
from channels.email.receiving.imap_connection import Connection, LoginRefused, MailRefused, Waiting
from channels.email.receiving.imap_mails import Fetched, fetch, groups, headers
from channels.email.receiving.imap_place import Place
from channels.email.receiving.oauth import Tokens
from channels.email.receiving.raw import raw_message_of_any_size
from channels.email.settings import ImapSettings
from omnidesk.contract.channel import ChannelError, Desk, Memory

log = logging.getLogger(__name__)

_FIRST_WAIT = 1.0
_LONGEST_WAIT = 300.0
_BREATH = 1.0
_REFUSED_SECONDS = 200.0
"""A login that was refused is not tried again for so long, by whoever asks: servers ban who goes on."""
_MOST_BREAKS = 5
"""How often the connection may break while a mail is fetched alone, before it comes without its body."""
_LOOKED_AT = 500
"""Sizes are asked for so many mails at a time."""


class Mailbox:
    """The way into the mailbox of one inbox."""

    def __init__(self, settings: ImapSettings, tokens: Tokens | None) -> None:
        # IMAPClient tells its log, at DEBUG, what mails say.
        logging.getLogger("imapclient").setLevel(logging.WARNING)
        self.settings = settings
        self._tokens = tokens
        self._refused: LoginRefused | None = None
        self._refused_until = 0.0

    @asynccontextmanager
    async def connected(self, memory: Memory | None = None) -> AsyncIterator[Connection]:
        """A connection that is logged in. Raises ChannelError, LoginRefused with what to do."""
        if self._refused is not None and monotonic() < self._refused_until:
            raise self._refused
        connection = Connection(self.settings)
        try:
            await connection.open()
            await self._log_in(connection, memory)
            yield connection
        finally:
            await connection.close()

    async def _log_in(self, connection: Connection, memory: Memory | None) -> None:
        try:
            if self.settings.password is not None:
                await connection.log_in(self.settings.password.get_secret_value())
            elif self._tokens is not None:
                await self._log_in_by_token(connection, self._tokens, memory)
        except LoginRefused as error:
            remedy = "imap.oauth.refresh_token" if self._tokens else "imap.username and imap.password"
            self._refused = LoginRefused(f"the login is refused, check {remedy} ({error})")
            self._refused_until = monotonic() + _REFUSED_SECONDS
            raise self._refused from None

    @staticmethod
    async def _log_in_by_token(connection: Connection, tokens: Tokens, memory: Memory | None) -> None:
        """With the token we have, or a new one: the old one may have been revoked."""
        try:
            await connection.log_in(await tokens.access_token(memory))
        except LoginRefused:
            await connection.log_in(await tokens.access_token(memory, fresh=True))

    async def check(self) -> None:
        """Log in and open the folder. Raises ChannelError."""
        async with self.connected() as connection:
            await connection.select()


class Fetcher:
    """Brings what is in a mailbox to the desk, for as long as it runs."""

    def __init__(self, mailbox: Mailbox, desk: Desk, max_size: int) -> None:
        self._mailbox = mailbox
        self._desk = desk
        self._max_size = max_size
        self._memory_name = f"imap.{mailbox.settings.folder}"
        self._failures = 0
        self._breaks: Counter[int] = Counter()
        """How often the connection broke while a mail was fetched, by its UID."""
        self._told = False
        """Whether the operator was told that something is wrong."""

    async def run(self) -> None:
        """Fetch mail until cancelled, whatever breaks."""
        while True:
            try:
                await self._follow()
            except ChannelError as error:
                await self._failed(f"the mailbox can't be read: {error}")
                await asyncio.sleep(self._pause(slow=isinstance(error, LoginRefused)))
            except Exception as error:
                log.exception("inbox %s: fetching mail failed", self._desk.slug)
                await self._failed(f"the mailbox can't be read: {error!r}")
                await asyncio.sleep(self._pause(slow=False))

    def _pause(self, *, slow: bool) -> float:
        """How long to leave the server alone; a wrong password often tried would lock the mailbox."""
        self._failures += 1
        longest = _LONGEST_WAIT if slow else min(_FIRST_WAIT * 2 ** min(self._failures - 1, 20), _LONGEST_WAIT)
        return longest * SystemRandom().uniform(0.75, 1)

    async def _failed(self, problem: str) -> None:
        """Log it once; tell the operator again and again, since somebody else may have told them it was over.

        What the server says may hold an address, and stands in the health alone.
        """
        if not self._told:
            log.warning("inbox %s: the mailbox has trouble; `omnidesk inbox list` says which", self._desk.slug)
        self._told = True
        await self._desk.note_health(problem)

    async def _well(self) -> None:
        if self._told:
            log.info("inbox %s: the mailbox is well again", self._desk.slug)
            await self._desk.note_health("")
        self._told = False

    async def _follow(self) -> None:
        """Read what is there, then what comes."""
        async with self._mailbox.connected(self._desk.memory) as connection:
            place = await self._select(connection)
            await self._well()
            while True:
                await self._read_as_it_comes(connection, place)
                # Nothing had come: somebody flagged a mail, or it was time to look. Dovecot goes on for ever telling of
                # nothing when the folder was removed and made again meanwhile.
                await asyncio.sleep(_BREATH)
                place = await self._select(connection)

    async def _read_as_it_comes(self, connection: Connection, place: Place) -> None:
        """Read until a wait brings nothing."""
        place = await self._read(connection, place)
        before = None
        while place != before:
            await connection.wait()
            self._failures = 0
            before, place = place, await self._read(connection, place)

    async def _select(self, connection: Connection) -> Place:
        """Open the folder anew; gives where to go on in it."""
        remembered = await self._desk.memory.get(self._memory_name)
        folder = await connection.select()
        place = imap_place.found(folder, remembered, self._mailbox.settings.history, datetime.now(UTC))
        if place.written() == remembered:
            return place
        self._breaks.clear()  # these UIDs may be of other mails now
        return await self._remember(place)

    async def _remember(self, place: Place) -> Place:
        await self._desk.memory.put(self._memory_name, place.written())
        return place

    async def _read(self, connection: Connection, place: Place) -> Place:
        """Bring everything above a place; gives the new one."""
        while True:
            end = place.end
            # A server gives the last mail for `17:*` even when its UID is lower.
            uids = [uid for uid in await connection.search(place.criteria()) if uid > place.uid]
            for start in range(0, len(uids), _LOOKED_AT):
                place = await self._bring(connection, place, uids[start : start + _LOOKED_AT])
            if end is None:
                return place
            place = await self._remember(place.after(end))

    async def _bring(self, connection: Connection, place: Place, uids: Sequence[int]) -> Place:
        known = await connection.waiting(uids)
        await _have_gone(connection, set(uids) - {mail.uid for mail in known})
        for group in groups(filter(place.wants, known), alone=self._breaks):
            fetched = await self._fetch(connection, group)
            await asyncio.gather(*(self._receive(mail) for mail in fetched))
            await self._put_away(connection, [mail.uid for mail in fetched if not mail.left_out])
            place = await self._remember(place.after(group[-1].uid))
        return place if place.uid >= uids[-1] else await self._remember(place.after(uids[-1]))

    async def _fetch(self, connection: Connection, group: Sequence[Waiting]) -> list[Fetched]:
        """Mails with their bytes. One that breaks the connection whenever it is fetched must not hold up all others."""
        uids = [mail.uid for mail in group]
        breaks = self._breaks[uids[0]] if len(uids) == 1 else 0
        self._breaks.update(uids)
        if breaks > 2 * _MOST_BREAKS:
            log.warning("inbox %s: mail %s can't be fetched; it stays in the mailbox", self._desk.slug, uids[0])
            fetched = []
        elif breaks > _MOST_BREAKS:
            fetched = await headers(connection, group[0], "the connection breaks whenever it is fetched")
        else:
            fetched = await fetch(connection, group, self._max_size)
            await _have_gone(connection, set(uids) - {mail.uid for mail in fetched})
        for uid in uids:
            del self._breaks[uid]
        return fetched

    async def _receive(self, mail: Fetched) -> None:
        """A mail as every way in gives it; its envelope is what IMAP knows instead of one."""
        raw = await raw_message_of_any_size(mail.body, "", (), "")
        envelope = {"folder": self._mailbox.settings.folder, "uid": mail.uid}
        if mail.left_out:
            envelope["left_out"] = mail.left_out
        await self._desk.receive(replace(raw, envelope=envelope))

    async def _put_away(self, connection: Connection, uids: Sequence[int]) -> None:
        """Flag or move mails that are durable. Where the server won't, they are still here, and the next ones come."""
        try:
            await connection.put_away(uids)
            await self._well()
        except MailRefused as error:
            await self._failed(f"mails are fetched, but the server doesn't let them be {self._how()} ({error})")

    def _how(self) -> str:
        return f"moved to {self._mailbox.settings.move_to}" if self._mailbox.settings.move_to else "marked as read"


async def _have_gone(connection: Connection, uids: set[int]) -> None:
    """Make sure that mails which were not given out are no more: one that is passed over would never be fetched.

    Raises ChannelError.
    """
    if uids and (kept := await connection.listed(sorted(uids))):
        raise ChannelError(f"the server has the mails {kept[:5]} and doesn't give them out")
