"""Mail from a mailbox through the real application: one mail is one case, whatever happens on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from channels.email.receiving import imap
from omnidesk.contract.channel import RawMessage
from omnidesk.desk.configuration import InboxEntry
from omnidesk.desk.incoming.listening import Listener
from omnidesk.desk.incoming.reception import Reception
from omnidesk.keys import LEASES
from omnidesk.store.models import Case, Inbox, Interaction
from tests.channels.dovecot import Mailbox, dovecot, needs_dovecot
from tests.channels.hosted import hosted_desk
from tests.office import Office

MAIL = (
    b"From: Mia <mia@x.example>\r\nTo: support@desk.example\r\nSubject: Where is my parcel?\r\n"
    b"Message-ID: <1@x.example>\r\n\r\nIt was to come on Monday.\r\n"
)


class Interrupted(Reception):
    """Stores a mail, and breaks before anybody hears of it: as a crash before the mail is flagged."""

    broke = False

    async def receive(self, raw: RawMessage) -> bool:
        """Break once."""
        new = await super().receive(raw)
        if not Interrupted.broke:
            Interrupted.broke = True
            raise OSError("the line was cut")
        return new


def inbox(mailbox: Mailbox) -> InboxEntry:
    settings = {"address": "support@desk.example", "imap": mailbox.settings(history="all")}
    entry = {"slug": "post", "channel": "email", "name": "Post", "team": "support", "settings": settings}
    return InboxEntry.model_validate(entry)


async def health(office: Office) -> str:
    return next(str(row.health) for row in await office.all(Inbox) if row.slug == "post")


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    """Wait, but not for ever."""
    async with asyncio.timeout(10):
        while not await happened():  # noqa: ASYNC110 - neither rows nor mailboxes have events
            await asyncio.sleep(0.05)


@needs_dovecot
async def test_a_mail_that_was_interrupted_and_comes_twice_is_one_case(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "_FIRST_WAIT", 0.1)
    monkeypatch.setattr(Interrupted, "broke", False)
    with dovecot() as server:
        mailbox = server.mailbox()
        await mailbox.put(MAIL, MAIL.replace(b"\r\nSubject", b"\r\nReceived: by another way\r\nSubject"))
        async with hosted_desk(store_url, tmp_path, inbox(mailbox), public_url="http://desk.example") as (office, _):
            monkeypatch.setattr("tests.office.Reception", Interrupted)
            live = office.inboxes.by_slug("post")
            listener = Listener(office.database, office.app[LEASES], live, office.reception("post"))
            listening = asyncio.create_task(listener.run())

            async def fetched() -> bool:
                return await mailbox.flags() == [b"\\Seen"] * 2 and not await health(office)

            async def told() -> bool:
                return "127.0.0.1" in await health(office)

            await until(fetched)
            server.kill()
            await until(told)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await office.work()
            assert [case.subject for case in await office.all(Case)] == ["Where is my parcel?"]
            texts = [row.text for row in await office.all(Interaction) if row.direction == "inbound"]
            assert texts == ["It was to come on Monday."]
    assert Interrupted.broke
