"""The email channel: SMTP, LMTP or IMAP in, SMTP out."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from aiohttp import ClientSession

from channels.email.own import OwnAddresses
from channels.email.parse import KEYS, parse
from channels.email.proving.signatures import PublicKeys, signatures
from channels.email.receiving.imap import Fetcher, Mailbox
from channels.email.receiving.oauth import Tokens
from channels.email.receiving.receiver import Receiver
from channels.email.sending.compose import compose, message_id, named, needs_utf8
from channels.email.sending.dkim import signed
from channels.email.sending.sender import Sender
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import Capabilities, Channel, Desk, Inbound, Outbound, RawMessage, Receipt, while_open
from omnidesk.text.addresses import normal_email


class EmailChannel(Channel):
    """One mailbox that customers write to."""

    name = "email"
    Settings = EmailSettings
    capabilities = Capabilities(
        kind="email",
        join="thread",
        html=True,
        survey="link",
        attachments=25 * 1024 * 1024,
        automatic_per_hour=3,
        copies=True,
        automatic_per_day=10,
        keeps_trying=timedelta(days=5),  # RFC 5321 §4.5.4.1
    )
    settings: EmailSettings

    def __init__(self, settings: EmailSettings, http: ClientSession | None = None) -> None:
        super().__init__(settings, http)
        self.port: int | None = None
        """The port mail is received on, while it is."""
        self._own = OwnAddresses((settings.address, *settings.aliases))
        self._sender = Sender(settings)
        self._mailbox = _mailbox(settings, http)
        self._keys = PublicKeys(settings.authentication.resolver)

    @property
    def address(self) -> str:
        """The address customers write to."""
        return self.settings.address

    def is_own(self, address: str) -> bool:
        """Also with a case token or any other tag."""
        return self._own.knows(address)

    @property
    def addresses(self) -> tuple[str, ...]:
        """That one, and its aliases."""
        return self._own.addresses

    @classmethod
    def normal_address(cls, text: str) -> str | None:
        """Lower case, without brackets."""
        address = normal_email(text)
        return address if 0 < address.find("@") < len(address) - 1 else None

    @asynccontextmanager
    async def listen(self, desk: Desk) -> AsyncIterator[None]:
        """Receive mail by SMTP or LMTP, if a port is set, and fetch it by IMAP, if there is a mailbox.

        A mailbox that can't be read is tried again while the port stays open.
        """
        async with AsyncExitStack() as stack:
            if self.settings.listen_port is not None:
                stack.callback(setattr, self, "port", None)
                self.port = await stack.enter_async_context(Receiver(self.settings, self._own, desk).listen())
            if self._mailbox is not None:
                await stack.enter_async_context(while_open(Fetcher(self._mailbox, desk, self.settings.max_size).run()))
            yield

    async def prepare(self, raw: RawMessage) -> RawMessage:
        """Ask for the keys of the signatures that could prove who wrote."""
        if not self.settings.authentication.dkim:
            return raw
        names = [found.key_name for found in signatures(raw.body, raw.sender.rpartition("@")[2])]
        keys = await self._keys.of(names)
        return replace(raw, envelope={**raw.envelope, KEYS: keys}) if keys else raw

    def parse(self, raw: RawMessage) -> Sequence[Inbound | Receipt]:
        """Understand one mail."""
        return parse(raw, self._own, self.settings.authentication)

    async def send(self, outbound: Outbound) -> str:
        """Hand a reply to the SMTP server; gives its Message-ID."""
        contents = [await file.read() for file in outbound.files]
        mail = compose(outbound, self.settings, contents, datetime.now(UTC))
        content = await asyncio.to_thread(self._written, mail)
        utf8 = needs_utf8(*(one.address for one in named(outbound)))
        await self._sender.send(content, outbound.to, utf8=utf8)
        return message_id(outbound, self.address)

    def _written(self, mail: EmailMessage) -> bytes:
        """The mail as it goes over the line. Files make it large: for a thread."""
        content = mail.as_bytes()
        return signed(content, self.settings.dkim) if self.settings.dkim else content

    async def check(self) -> None:
        """Connect to the SMTP server and to the mailbox, and log in."""
        await self._sender.check()
        if self._mailbox is not None:
            await self._mailbox.check()

    async def close(self) -> None:
        """End the connection to the SMTP server."""
        await self._sender.close()


def _mailbox(settings: EmailSettings, http: ClientSession | None) -> Mailbox | None:
    if settings.imap is None:
        return None
    oauth = settings.imap.oauth
    return Mailbox(settings.imap, Tokens(oauth, http) if oauth else None)
