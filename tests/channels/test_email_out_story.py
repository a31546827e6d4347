"""An answer by mail through the real application: what the server says decides, and the case tells it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from omnidesk.contract.channel import RawMessage
from omnidesk.desk import actions
from omnidesk.desk.configuration import InboxEntry
from omnidesk.store.models import Case, ContactPoint, Delivery, Interaction
from tests.channels.hosted import hosted_desk
from tests.channels.test_email_sender import Sink, sending
from tests.office import Office

MAIL = (
    b"From: =?utf-8?q?Mia_=C3=96zt=C3=BCrk?= <mia@x.example>\r\nTo: support@desk.example\r\n"
    b"Subject: Ynt: Where is my parcel?\r\nMessage-ID: <1@x.example>\r\n\r\nIt was to come on Monday.\r\n"
)


@asynccontextmanager
async def desk(url: str, folder: Path, sink: Sink) -> AsyncIterator[Office]:
    """A desk that sends through this sink, with a case of Mia's that Ada has answered; nothing was sent yet."""
    async with sending(sink) as channel:
        settings = channel.settings.model_dump(include={"address", "smtp"})
        entry = {"slug": "post", "channel": "email", "name": "Post", "team": "support", "settings": settings}
        inbox = InboxEntry.model_validate(entry)
        async with hosted_desk(url, folder, inbox, public_url="http://desk.example") as (office, _):
            await office.reception("post").receive(RawMessage("1", "mia@x.example", MAIL))
            await office.work()
            (case,) = await office.all(Case)
            viewer = await office.viewer("Ada")
            async with office.database.transaction() as tx:
                await actions.reply(tx, viewer, case.number, "On its way.")
            yield office


async def states(office: Office) -> list[tuple[str, str]]:
    return [(row.state, row.error) for row in await office.all(Delivery)]


async def test_an_answer_goes_out_in_its_thread(store_url: str, tmp_path: Path) -> None:
    sink = Sink()
    async with desk(store_url, tmp_path, sink) as office:
        await office.work()
        assert await states(office) == [("sent", "")]
        (delivery,) = await office.all(Delivery)
    mail = sink.mail()
    assert mail["Message-ID"] == f"<{delivery.provider_id}>"
    assert (mail["In-Reply-To"], mail["References"]) == ("<1@x.example>", "<1@x.example>")
    assert mail["Subject"] == "Re: Where is my parcel?"
    assert (str(mail["To"]), str(mail["From"])) == ("Mia Öztürk <mia@x.example>", "Ada <support@desk.example>")


async def test_a_refused_address_is_marked_and_the_agent_is_told(store_url: str, tmp_path: Path) -> None:
    sink = Sink(rcpt="550 5.1.1 <mia@x.example> no such user")
    async with desk(store_url, tmp_path, sink) as office:
        await office.work()
        assert await states(office) == [("failed", "550 5.1.1 <mia@x.example> no such user")]
        (point,) = await office.all(ContactPoint)
        assert (point.working, point.failure) == (False, "550 5.1.1 <mia@x.example> no such user")
        (told,) = [row for row in await office.all(Interaction) if row.payload.get("event") == "delivery_failed"]
        assert told.payload["error"] == "550 5.1.1 <mia@x.example> no such user"
        assert told.case_id is not None


async def test_what_is_put_off_is_tried_at_once_when_the_agent_says_so(store_url: str, tmp_path: Path) -> None:
    sink = Sink(rcpt="451 4.7.1 greylisted")
    async with desk(store_url, tmp_path, sink) as office:
        await office.work()
        await office.work()
        (delivery,) = await office.all(Delivery)
        assert (delivery.state, delivery.failure, delivery.attempts) == ("queued", "soft", 1)
        assert delivery.not_before > office.clock()
        sink.rcpt = "250 OK"
        viewer = await office.viewer("Ada")
        async with office.database.transaction() as tx:
            await actions.retry_delivery(tx, viewer, delivery.id)
        await office.work()
        (delivery,) = await office.all(Delivery)
        assert (delivery.state, delivery.failure, delivery.error, delivery.attempts) == ("sent", "", "", 2)
        assert len(sink.mails) == 1


async def test_what_is_put_off_goes_later_as_the_same_mail(store_url: str, tmp_path: Path) -> None:
    sink = Sink(rcpt="451 4.7.1 greylisted")
    async with desk(store_url, tmp_path, sink) as office:
        await office.work()
        assert await states(office) == [("queued", "451 4.7.1 greylisted")]
        sink.rcpt, sink.drop = "250 OK", True
        office.clock.skip(seconds=31)
        await office.work()
        (state,) = await states(office)
        assert state[0] == "queued"
        sink.drop = False
        office.clock.skip(seconds=61)
        await office.work()
        assert await states(office) == [("sent", "")]
        (delivery,) = await office.all(Delivery)
        assert (await office.all(ContactPoint))[0].working
    assert sink.mail()["Message-ID"] == f"<{delivery.provider_id}>"


async def test_a_mail_that_was_taken_twice_is_one_mail(store_url: str, tmp_path: Path) -> None:
    """The line breaks after the server took it and before we heard of it: both have one Message-ID."""
    sink = Sink(deaf=True)
    async with desk(store_url, tmp_path, sink) as office:
        await office.work()
        assert [state for state, _ in await states(office)] == ["queued"]
        sink.deaf = False
        office.clock.skip(seconds=31)
        await office.work()
        assert await states(office) == [("sent", "")]
    assert len(sink.mails) == 2
    assert len({sink.mail(number)["Message-ID"] for number in range(2)}) == 1
