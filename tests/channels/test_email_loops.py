"""Two auto-responders set on each other stop within the ceiling, over real SMTP, and both desks' operators see it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from channels.email.adapter import EmailChannel
from omnidesk.desk.configuration import InboxEntry
from omnidesk.desk.outgoing import loops
from omnidesk.desk.outgoing.loops import Noticed
from omnidesk.store import migrating
from omnidesk.store.models import Case, Inbox, Loop
from tests.channels.hosted import hosted_desk
from tests.channels.relay import Relay, relaying
from tests.office import Office

CEILING = 3
"""Automatic mails to one address in an hour."""


@asynccontextmanager
async def desk(folder: Path, relay: Relay, port: int, domain: str = "one.example") -> AsyncIterator[Office]:
    """A desk with a bot that answers mail to support@domain, sends by the relay, and gets its mail from it."""
    settings = {
        "address": f"support@{domain}", "listen_port": 0, "smtp": {"host": "127.0.0.1", "port": port},
    }  # fmt: skip
    entry = {"slug": "post", "channel": "email", "name": domain, "team": "support", "bot": "echo", "settings": settings}
    inbox = InboxEntry.model_validate(entry)
    url = f"sqlite:///{folder / domain}.sqlite3"
    await migrating.upgrade(url)
    async with hosted_desk(url, folder / domain, inbox, public_url=f"http://{domain}") as (office, _):
        channel = office.inboxes.by_slug("post").channel
        assert isinstance(channel, EmailChannel)
        async with channel.listen(office.reception("post")):
            assert channel.port is not None
            relay.ports[domain] = channel.port
            yield office
        await channel.close()


@asynccontextmanager
async def two_desks(folder: Path, relay: Relay) -> AsyncIterator[tuple[Office, Office]]:
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(relaying(relay))
        found = []
        for domain in ("one.example", "two.example"):
            found.append(await stack.enter_async_context(desk(folder, relay, port, domain)))
        yield found[0], found[1]


async def begin(relay: Relay, sender: str, to: str, text: str = "Hello") -> None:
    """The first mail, which a person might have written."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, "Hello", "<first@somewhere.example>"
    mail.set_content(text)
    await aiosmtplib.send(mail, hostname="127.0.0.1", port=relay.ports[to.rpartition("@")[2]], start_tls=False)


async def settle(relay: Relay, *offices: Office, rounds: int = 40) -> None:
    """Let all work until nothing moves; a loop that is not stopped ends the test instead."""
    for _ in range(rounds):
        for office in offices:
            await office.work()
        if not await relay.hand_on():
            return
    raise AssertionError(f"it goes on: {len(relay.passed)} mails")


async def seen(office: Office) -> list[Noticed]:
    """What an operator sees on the page of loops."""
    async with office.database.session() as session:
        return await loops.noticed(session, await office.viewer("Ada"), office.clock())


async def test_with_honest_headers_it_stops_at_once(tmp_path: Path) -> None:
    relay = Relay()
    async with two_desks(tmp_path, relay) as (one, two):
        await begin(relay, "support@two.example", "support@one.example")
        await settle(relay, one, two)
        assert (relay.count("one.example"), relay.count("two.example")) == (0, 1)
        assert (await seen(one), await seen(two)) == ([], [])


async def test_with_headers_stripped_on_the_way_it_stops_within_the_ceiling_and_both_see_it(tmp_path: Path) -> None:
    relay = Relay(strip=True)
    async with two_desks(tmp_path, relay) as (one, two):
        await begin(relay, "support@two.example", "support@one.example")
        await settle(relay, one, two)
        assert (relay.count("two.example"), relay.count("one.example")) == (CEILING, CEILING)
        for office, other in ((one, "support@two.example"), (two, "support@one.example")):
            (noticed,) = await seen(office)
            assert (noticed.point.address, noticed.loop.reason) == (other, "address")
            assert noticed.case is not None
            assert noticed.case.holder == "team"


async def test_a_day_later_it_begins_no_anew_by_itself(tmp_path: Path) -> None:
    relay = Relay(strip=True)
    async with two_desks(tmp_path, relay) as (one, two):
        await begin(relay, "support@two.example", "support@one.example")
        await settle(relay, one, two)
        before = len(relay.passed)
        for office in (one, two):
            office.clock.skip(hours=30)
        await settle(relay, one, two)
        assert len(relay.passed) == before


async def test_a_notice_of_absence_to_each_mail_is_not_answered(tmp_path: Path) -> None:
    """As the vacation action of Sieve does it (RFC 5230), but to each mail and not once a week."""
    await absent(tmp_path, {"Auto-Submitted": "auto-replied (vacation)"}, answered=1)


async def test_a_notice_of_absence_without_marks_is_answered_within_the_ceiling(tmp_path: Path) -> None:
    await absent(tmp_path, {}, answered=CEILING)


async def absent(folder: Path, marks: dict[str, str], *, answered: int) -> None:
    """Mia is away: each mail to her is answered, by a program that marks its mails so."""
    relay = Relay()
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(relaying(relay))
        one = await stack.enter_async_context(desk(folder, relay, port))

        async def away(content: bytes) -> None:
            got = message_from_bytes(content)
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "mia@x.example", str(got["From"]), "Hello again"
            mail["Message-ID"] = f"<away{len(relay.passed)}@x.example>"
            mail["In-Reply-To"] = str(got["Message-ID"])
            for name, value in marks.items():
                mail[name] = value
            mail.set_content(f"{len(relay.passed)}: I will be back on Monday, and look at it then.")
            relay.waiting.append(("mia@x.example", "support@one.example", mail.as_bytes()))

        relay.answers["x.example"] = away
        await begin(relay, "mia@x.example", "support@one.example")
        await settle(relay, one)
        assert relay.count("x.example") == answered
        assert relay.count("one.example") == answered
        (case,) = [case for case in await one.all(Case) if case.channel == "email"]
        assert case.holder == ("bot" if marks else "team")
        assert [found.case.number for found in await seen(one) if found.case] == ([] if marks else [case.number])


async def test_two_inboxes_of_one_desk_never_talk(tmp_path: Path) -> None:
    relay = Relay(strip=True)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(relaying(relay))
        one = await stack.enter_async_context(desk(tmp_path, relay, port))
        async with one.database.transaction() as tx:
            (post,) = [row for row in await one.all(Inbox) if row.slug == "post"]
            row = {**post.model_dump(), "id": tx.new_id(), "slug": "second", "version": 1}
            tx.add_row(Inbox, {**row, "settings": {**post.settings, "address": "sales@one.example"}})
        await one.inboxes.refresh()
        await begin(relay, "sales@one.example", "support@one.example")
        await settle(relay, one)
        assert relay.passed == []
        (case,) = [case for case in await one.all(Case) if case.channel == "email"]
        assert case.holder == "team"
        assert await one.all(Loop) == []


async def test_two_desks_at_once_stop_too(tmp_path: Path) -> None:
    """Both sides work at the same time, as two processes do."""
    relay = Relay(strip=True)
    async with two_desks(tmp_path, relay) as (one, two):
        await begin(relay, "support@two.example", "support@one.example")
        for _ in range(30):
            await asyncio.gather(one.work(), two.work(), relay.hand_on())
        assert max(relay.count("one.example"), relay.count("two.example")) <= CEILING
