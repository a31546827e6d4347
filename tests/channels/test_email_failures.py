"""A bounce is tied to the very mail that came back: its sending failed, and the address is marked."""

from email import message_from_bytes
from pathlib import Path

import pytest

from channels.email.adapter import EmailChannel
from channels.email.receiving.raw import raw_message
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import Failure, Receipt
from omnidesk.desk import actions
from omnidesk.desk.configuration import InboxEntry
from omnidesk.store.models import ContactPoint, Delivery
from tests.channels.hosted import hosted_desk
from tests.channels.mails import US, mail, report
from tests.channels.test_email_sender import Sink, sending
from tests.office import Office

SERVER = """
    From: MAILER-DAEMON@mx.example
    Subject: Undelivered Mail Returned to Sender
    Auto-Submitted: auto-replied
"""


def bounce(message_id: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    fields = f"Final-Recipient: rfc822; mia@x.example\nAction: {action}\nStatus: {status}"
    return report(SERVER, "It could not be delivered.", fields, returned=f"Message-ID: <{message_id}>\nSubject: Re")


def receipts(body: bytes) -> list[Receipt]:
    channel = EmailChannel(EmailSettings(address=US))
    return [item for item in channel.parse(raw_message(body, "", (), "")) if isinstance(item, Receipt)]


@pytest.mark.parametrize(
    ("status", "failure", "why"),
    [
        ("5.1.1", Failure.HARD, "unknown user"),
        ("5.1.2", Failure.HARD, "unknown host"),
        ("5.7.1", Failure.POLICY, "blocked"),
        ("5.3.4", Failure.POLICY, "too big"),
        ("5.0.0", Failure.POLICY, "other"),
        ("5.2.2", Failure.FULL, "mailbox full"),
        ("4.2.2", Failure.FULL, "mailbox full"),
        ("4.4.7", Failure.SOFT, "temporary"),
    ],
)
def test_a_bounce_says_which_mail_of_ours_failed_and_why(status: str, failure: Failure, why: str) -> None:
    (receipt,) = receipts(bounce("key%3Dx@omnidesk.example", status=status))
    assert receipt == Receipt(
        "key%3Dx@omnidesk.example", "failed", f"mia@x.example: {why} ({status})", failure=failure, key="key=x",
        address="mia@x.example",
    )  # fmt: skip


def test_a_bounce_hands_on_the_servers_own_words() -> None:
    said = "Diagnostic-Code: smtp; 550 5.1.1 <mia@x.example>: Recipient\n address rejected"
    (receipt,) = receipts(bounce("1@omnidesk.example", status=f"5.1.1\n{said}"))
    assert receipt.error == "mia@x.example: 550 5.1.1 <mia@x.example>: Recipient address rejected"


def test_a_delay_is_no_failure_and_who_got_it_has_it() -> None:
    (delay,) = receipts(bounce("1@omnidesk.example", action="delayed", status="4.4.1"))
    assert (delay.state, delay.failure, delay.error) == ("delayed", Failure.SOFT, "mia@x.example: temporary (4.4.1)")
    (got,) = receipts(bounce("1@omnidesk.example", action="delivered", status="2.0.0"))
    assert got == Receipt("1@omnidesk.example", "delivered", key="1")
    assert receipts(bounce("1@omnidesk.example", action="relayed", status="2.0.0")) == []


@pytest.mark.parametrize(
    "body",
    [
        bounce("1@elsewhere.example"),
        bounce("1@elsewhere.example", action="delivered", status="2.0.0"),
        mail("Subject: Re: Undelivered\nIn-Reply-To: <1@omnidesk.example>"),
    ],
    ids=["not our mail", "not our mail either", "a person"],
)
def test_what_is_no_report_of_a_mail_of_ours_says_nothing_of_one(body: bytes) -> None:
    assert receipts(body) == []


async def hear(office: Office, body: bytes) -> None:
    """A mail comes, and all that follows is done."""
    await office.reception("post").receive(raw_message(body, "mia@x.example", [US], ""))
    await office.work()


async def test_a_reply_that_comes_back_has_failed_and_the_address_is_marked(store_url: str, tmp_path: Path) -> None:
    sink = Sink()
    async with sending(sink) as channel:
        smtp = {"host": "127.0.0.1", "port": channel.settings.smtp.port}
        post = InboxEntry.model_validate({
            "slug": "post", "channel": "email", "name": "Post", "team": "support",
            "settings": {"address": US, "smtp": smtp},
        })  # fmt: skip
        async with hosted_desk(store_url, tmp_path, post, public_url="http://desk.example") as (office, _):
            await hear(office, mail("Subject: Where is it?\nMessage-ID: <1@x.example>"))
            case = await office.case(1001)
            await office.act("Ada", actions.reply, case.number, "On its way.")
            (sent,) = sink.mails
            content = sent.content
            assert isinstance(content, bytes)
            message_id = str(message_from_bytes(content)["Message-ID"]).strip("<>")
            await hear(office, bounce(message_id, action="delayed", status="4.4.1"))
            (delivery,) = await office.all(Delivery)
            assert (delivery.state, delivery.failure) == ("sent", "soft")
            assert all(point.working for point in await office.all(ContactPoint))
            await hear(office, bounce(message_id))
            (delivery,) = await office.all(Delivery)
            assert (delivery.state, delivery.failure) == ("failed", "hard")
            assert delivery.error == "mia@x.example: unknown user (5.1.1)"
            assert [point.working for point in await office.all(ContactPoint) if point.address == "mia@x.example"] == [
                False
            ]
            after = await office.case(case.number)
            assert (after.category, after.unread) == ("open", False)
            await hear(office, bounce(message_id, action="delayed", status="4.4.1"))
            (delivery,) = await office.all(Delivery)
            assert (delivery.state, delivery.failure) == ("failed", "hard")
