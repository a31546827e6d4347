"""A mailbox that is fetched for a desk in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from channels.email.adapter import EmailChannel
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import RawMessage
from omnidesk.contract.testing import FakeDesk
from tests.channels.dovecot import Mailbox


def mail(number: int = 1, text: str = "hello") -> bytes:
    return (
        f"From: Mia <mia{number}@x.example>\r\nTo: support@desk.example\r\nSubject: {number}\r\n"
        f"Message-ID: <{number}@x.example>\r\n\r\n{text}\r\n"
    ).encode()


class Store(FakeDesk):
    """A desk that stores at once; `fails` is how many times it can't, after it has stored with `late`."""

    def __init__(self, fails: int = 0, *, late: bool = False) -> None:
        super().__init__()
        self.durable.set()
        self.fails, self.late = fails, late
        self.tried = 0

    async def receive(self, raw: RawMessage) -> bool:
        """Keep a message once."""
        self.tried += 1
        if self.fails and not self.late:
            self.fails -= 1
            raise OSError("disk full")
        new = await super().receive(raw)
        if self.fails:
            self.fails -= 1
            raise OSError("the line to the database was cut")
        return new

    @property
    def ids(self) -> list[str]:
        """The Message-IDs in the order they came."""
        return [raw.external_id.partition("@")[0] for raw in self.received]


def channel_of(settings: dict[str, Any], **more: Any) -> EmailChannel:
    return EmailChannel(EmailSettings.model_validate({"address": "support@desk.example", "imap": settings, **more}))


@asynccontextmanager
async def fetching(store: FakeDesk, mailbox: Mailbox, **changed: Any) -> AsyncIterator[EmailChannel]:
    """A channel that fetches; all that is there counts, unless told otherwise."""
    more = {"max_size": changed.pop("max_size")} if "max_size" in changed else {}
    channel = channel_of(mailbox.settings(**{"history": "all", **changed}), **more)
    async with channel.listen(store):
        yield channel


async def until(happened: Callable[[], object], seconds: float = 8) -> None:
    """Wait, but not for ever."""
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110 - a store has no event
            await asyncio.sleep(0.02)


async def flagged(mailbox: Mailbox, expected: list[bytes], folder: str | None = None) -> None:
    """Wait until the mails of a folder have these flags."""

    async with asyncio.timeout(8):
        while await mailbox.flags(folder) != expected:  # noqa: ASYNC110 - a mailbox has no event
            await asyncio.sleep(0.05)


def remembered(store: FakeDesk, folder: str = "INBOX") -> int:
    """The UID up to which everything is stored."""
    return int(store.memory.kept.get(f"imap.{folder}", '"uid": -1').partition('"uid": ')[2].partition(",")[0])


def reached(store: FakeDesk, uid: int) -> bool:
    return remembered(store) == uid
