"""The email channel: SMTP or LMTP in, SMTP out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import ClientSession

from channels.email.compose import compose, message_id
from channels.email.own import OwnAddresses
from channels.email.parse import parse
from channels.email.receiver import Receiver
from channels.email.sender import Sender
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import Capabilities, Channel, Desk, Inbound, Outbound, RawMessage
from omnidesk.text.addresses import normal_email


class EmailChannel(Channel):
    """One mailbox that customers write to."""

    name = "email"
    Settings = EmailSettings
    capabilities = Capabilities(
        join="thread",
        html=True,
        survey="link",
        attachments=25 * 1024 * 1024,
        automatic_per_hour=3,
    )
    settings: EmailSettings

    def __init__(self, settings: EmailSettings, http: ClientSession | None = None) -> None:
        super().__init__(settings, http)
        self.port: int | None = None
        """The port mail is received on, while it is."""
        self._own = OwnAddresses((settings.address, *settings.aliases))
        self._sender = Sender(settings)

    @property
    def address(self) -> str:
        """The address customers write to."""
        return self.settings.address

    @classmethod
    def normal_address(cls, text: str) -> str | None:
        """Lower case, without brackets."""
        address = normal_email(text)
        return address if 0 < address.find("@") < len(address) - 1 else None

    @asynccontextmanager
    async def listen(self, desk: Desk) -> AsyncIterator[None]:
        """Receive mail by SMTP or LMTP, if a port is set."""
        if self.settings.listen_port is None:
            yield
            return
        async with Receiver(self.settings, self._own, desk).listen() as port:
            self.port = port
            try:
                yield
            finally:
                self.port = None

    def parse(self, raw: RawMessage) -> Sequence[Inbound]:
        """Understand one mail."""
        return (parse(raw, self._own),)

    async def send(self, outbound: Outbound) -> str:
        """Hand a reply to the SMTP server; gives its Message-ID."""
        contents = [await file.read() for file in outbound.files]
        await self._sender.send(compose(outbound, self.address, contents, datetime.now(UTC)), outbound.to)
        return message_id(outbound, self.address)

    async def check(self) -> None:
        """Connect to the SMTP server and log in."""
        await self._sender.check()

    async def close(self) -> None:
        """End the connection to the SMTP server."""
        await self._sender.close()
