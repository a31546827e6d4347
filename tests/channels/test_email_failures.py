"""A bounce is tied to the very mail that came back: its sending failed, and the address is marked."""

from email import message_from_bytes
from pathlib import Path

import pytest

from channels.email.adapter import EmailChannel
from channels.email.raw import raw_message
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import Receipt
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
    ("status", "bad_address", "why"),
    [("5.1.1", True, "unknown user"), ("5.1.2", True, "unknown host"), ("5.7.1", False, "blocked")],
)
def test_a_bounce_says_which_mail_of_ours_failed_and_why(status: str, bad_address: bool, why: str) -> None:
    (receipt,) = receipts(bounce("key%3Dx@omnidesk.example", status=status))
    assert receipt == Receipt(
        "key%3Dx@omnidesk.example", "failed", f"mia@x.example: {why} ({status})", bad_address=bad_address, key="key=x",
        address="mia@x.example",
    )  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        bounce("1@omnidesk.example", action="delayed", status="4.4.1"),
        bounce("1@elsewhere.example"),
        bounce("1@omnidesk.example", action="delivered", status="2.0.0"),
        mail("Subject: Re: Undelivered\nIn-Reply-To: <1@omnidesk.example>"),
    ],
    ids=["a delay", "not our mail", "delivered", "a person"],
)
def test_what_is_no_failure_of_a_mail_of_ours_fails_nothing(body: bytes) -> None:
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
            await hear(office, bounce(message_id))
            (delivery,) = await office.all(Delivery)
            assert (delivery.state, delivery.error) == ("failed", "mia@x.example: unknown user (5.1.1)")
            assert [point.working for point in await office.all(ContactPoint) if point.address == "mia@x.example"] == [
                False
            ]
            after = await office.case(case.number)
            assert (after.category, after.unread) == ("open", False)
