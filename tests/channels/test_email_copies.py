"""Cc and Bcc by mail, through the real application and a real SMTP server: who gets what, and what comes back."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from channels.email.sending.compose import compose
from omnidesk.contract.channel import Addressee, ChannelError, File, RawMessage
from omnidesk.desk import actions
from omnidesk.desk.configuration import InboxEntry
from omnidesk.desk.files import Stored
from omnidesk.desk.outgoing import copies
from omnidesk.desk.outgoing.copies import Copies
from omnidesk.errors import Invalid
from omnidesk.keys import BLOBS
from omnidesk.store.models import Case, ContactPoint, Delivery, Interaction, Participant
from tests.channels.hosted import hosted_desk
from tests.channels.mails import mail, report
from tests.channels.test_email_sender import INBOX, NOW, Sink, reply, sending
from tests.office import Office

MAIL = (
    b"From: Mia <mia@x.example>\r\nTo: support@desk.example, =?utf-8?q?Max_=C3=96z?= <max@x.example>\r\n"
    b"Cc: Support+old@desk.example, Zoe <ZOE@x.example>, mia@x.example, max@x.example\r\n"
    b"Subject: Where is my parcel?\r\nMessage-ID: <1@x.example>\r\n\r\nIt was to come on Monday.\r\n"
)
PNG = b"\x89PNG\r\n\x1a\n picture"


@asynccontextmanager
async def desk(url: str, folder: Path, sink: Sink) -> AsyncIterator[Office]:
    """A desk that sends through this sink, with a case of Mia's."""
    async with sending(sink) as channel:
        settings = channel.settings.model_dump(include={"address", "smtp"})
        entry = {"slug": "post", "channel": "email", "name": "Post", "team": "support", "settings": settings}
        inbox = InboxEntry.model_validate(entry)
        async with hosted_desk(url, folder, inbox, public_url="http://desk.example") as (office, _):
            await comes(office, "1", "mia@x.example", MAIL)
            yield office


async def comes(office: Office, external_id: str, sender: str, body: bytes) -> None:
    await office.reception("post").receive(RawMessage(external_id, sender, body))
    await office.work()


async def answers(
    office: Office, cc: Sequence[str] = (), bcc: Sequence[str] = (), *, text: str = "On its way.",
    files: Sequence[Stored] = (),
) -> None:  # fmt: skip
    """Ada answers the case, and it is sent."""
    (case,) = await office.all(Case)
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.reply(
            tx, viewer, case.number, text, attachments=files, copies=Copies(office.inboxes, cc, bcc)
        )  # fmt: skip
    await office.work()


async def states(office: Office) -> dict[str, str]:
    return {row.address: row.state for row in await office.all(Delivery)}


async def test_all_copies_are_one_mail_that_names_everybody_but_the_bcc(store_url: str, tmp_path: Path) -> None:
    sink = Sink()
    async with desk(store_url, tmp_path, sink) as office:
        await answers(office, ["Max@x.example", "<zoe@x.example>"], ["boss@y.example"])
        assert set((await states(office)).values()) == {"sent"}
    assert sorted(envelope.rcpt_tos for envelope in sink.mails) == [
        ["boss@y.example"], ["max@x.example"], ["mia@x.example"], ["zoe@x.example"],
    ]  # fmt: skip
    mails = [sink.mail(number) for number in range(4)]
    for name in ("Message-ID", "To", "Cc", "References", "Reply-To"):
        assert len({str(one[name]) for one in mails}) == 1
    assert (str(mails[0]["To"]), str(mails[0]["Cc"])) == (
        "Mia <mia@x.example>",
        "Max Öz <max@x.example>, Zoe <zoe@x.example>",
    )
    assert not any(b"boss" in (envelope.original_content or b"") for envelope in sink.mails)
    assert sink.greeted == 1  # over one connection


async def test_who_else_a_mail_names_is_offered_and_gets_nothing_by_itself(store_url: str, tmp_path: Path) -> None:
    sink = Sink()
    async with desk(store_url, tmp_path, sink) as office:
        (case,) = await office.all(Case)
        async with office.database.session() as session:
            offered = await copies.offered(session, office.inboxes, case)
        assert [(one.address, one.name, one.ticked, one.named) for one in offered] == [
            ("max@x.example", "Max Öz", False, True), ("zoe@x.example", "Zoe", False, True),
        ]  # fmt: skip
        await answers(office)
    assert [envelope.rcpt_tos for envelope in sink.mails] == [["mia@x.example"]]
    assert sink.mail()["Cc"] is None


async def test_a_copied_person_answers_takes_part_and_is_not_addressed(store_url: str, tmp_path: Path) -> None:
    sink = Sink()
    async with desk(store_url, tmp_path, sink) as office:
        await answers(office, ["max@x.example"])
        sent = sink.mail(0)
        again = (
            f"From: Max <max@x.example>\r\nTo: {sent['Reply-To']}\r\nCc: mia@x.example\r\n"
            f"In-Reply-To: {sent['Message-ID']}\r\nMessage-ID: <2@x.example>\r\n"
            f"Subject: {sent['Subject']}\r\n\r\nOK.\r\n"
        )
        await comes(office, "2", "max@x.example", again.encode())
        (case,) = await office.all(Case)
        points = {point.id: point.address for point in await office.all(ContactPoint)}
        assert points[case.contact_point_id] == "mia@x.example"
        assert [points[row.contact_point_id] for row in await office.all(Participant)] == ["max@x.example"]
        await answers(office)
    assert [envelope.rcpt_tos for envelope in sink.mails[2:]] == [["mia@x.example"]]
    assert "OK." not in str(sink.mail(2).get_body(("plain",)))


@pytest.mark.parametrize("own", ["support@desk.example", "SUPPORT+abc@desk.example"])
async def test_our_own_inbox_gets_no_copy(store_url: str, tmp_path: Path, own: str) -> None:
    async with desk(store_url, tmp_path, Sink()) as office:
        with pytest.raises(Invalid, match="is an inbox of this desk"):
            await answers(office, [own])


def bounce(sent: EmailMessage, to: str) -> bytes:
    """A delivery report for the copy that went to an address."""
    fields = f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1"
    returned = f"From: support@desk.example\nMessage-ID: {sent['Message-ID']}\n\nOn its way."
    head = "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail"
    return report(head, "It did not arrive.", fields, returned=returned)


async def test_a_bounce_fails_the_copy_to_its_address_alone(store_url: str, tmp_path: Path) -> None:
    sink = Sink()
    async with desk(store_url, tmp_path, sink) as office:
        await answers(office, ["max@x.example"], ["boss@y.example"])
        await comes(office, "b", "", bounce(sink.mail(0), "Max@x.example"))
        assert await states(office) == {"mia@x.example": "sent", "max@x.example": "failed", "boss@y.example": "sent"}
        broken = [point.address for point in await office.all(ContactPoint) if not point.working]
        assert broken == ["max@x.example"]
        await comes(office, "c", "", bounce(sink.mail(0), "max@elsewhere.example"))
        assert list((await states(office)).values()).count("failed") == 1
        told = [row.payload for row in await office.all(Interaction) if row.payload.get("event") == "delivery_failed"]
        assert [one["address"] for one in told] == ["max@x.example", "max@elsewhere.example"]


async def test_a_picture_in_the_text_goes_out_where_it_stands(store_url: str, tmp_path: Path) -> None:
    sink = Sink()
    async with desk(store_url, tmp_path, sink) as office:
        blob = await office.app[BLOBS].put(PNG)
        files = [
            Stored("plan.pdf", "application/pdf", len(PNG), blob), Stored("map.png", "image/png", len(PNG), blob),
            Stored("other.png", "image/png", len(PNG), blob),
        ]  # fmt: skip
        await answers(office, text="It is here:\n[map.png]\nSee <you>!", files=files)
    sent = sink.mail()
    assert shape(sent) == [
        "multipart/mixed",
        [
            "multipart/alternative", "text/plain", ["multipart/related", "text/html", "image/png"],
        ],
        "application/pdf", "image/png",
    ]  # fmt: skip
    text, page = sent.get_body(("plain",)), sent.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "It is here:\n[map.png]\nSee <you>!" in text.get_content().replace("\r\n", "\n")
    (picture,) = (part for part in sent.walk() if part["Content-ID"])
    cid = str(picture["Content-ID"]).strip("<>")
    assert f'<p>It is here:</p>\n<p><img src="cid:{cid}" alt="map.png"' in page.get_content().replace("\r\n", "\n")
    assert "<p>See &lt;you&gt;!</p>" in page.get_content()
    assert picture.get_content_disposition() == "inline"
    assert picture.get_payload(decode=True) == PNG


def shape(part: EmailMessage) -> object:
    """The types of a mail's parts, nested as they are."""
    if not part.is_multipart():
        return part.get_content_type()
    return [part.get_content_type(), *(shape(below) for below in part.iter_parts())]  # type: ignore[arg-type]


async def test_names_of_many_people_come_as_they_were() -> None:
    people = tuple(Addressee(f"p{number}@x.example", f"Çağrı, {number} „Ö“", "cc") for number in range(20))
    plain = (Addressee("mia@x.example", "Mia"), Addressee("q@x.example", 'Q "Quote", Jr.', "cc"))
    sink = Sink()
    async with sending(sink) as channel:
        await channel.send(reply(addressees=(*plain, *people)))
    read = sink.mail()["Cc"].addresses
    assert [(one.display_name, one.addr_spec) for one in read] == [
        (one.name, one.address) for one in (*plain[1:], *people)
    ]
    assert str(sink.mail()["To"]) == "Mia <mia@x.example>"
    content = sink.mails[0].original_content or b""
    assert max(map(len, content.split(b"\r\n"))) <= 998


async def test_a_copied_address_with_letters_beyond_ascii_asks_the_server_for_all_copies() -> None:
    people = (Addressee("mia@x.example"), Addressee("çağrı@x.example", role="cc"))
    sink = Sink()
    async with sending(sink) as channel:
        await channel.send(reply(addressees=people))
    assert "çağrı@x.example".encode() in (sink.mails[0].original_content or b"")
    async with sending(Sink(), utf8=False) as channel:
        with pytest.raises(ChannelError) as refused:
            await channel.send(reply(addressees=people))
    assert refused.value.permanent


def test_an_address_that_no_header_takes_is_left_to_its_own_copy() -> None:
    people = (Addressee("mia@x.example"), Addressee("no address", role="cc"))
    assert compose(reply(addressees=people), INBOX, [], NOW)["Cc"] is None
    with pytest.raises(ChannelError, match="this is no mail address"):
        compose(reply(to="no address", addressees=people), INBOX, [], NOW)


async def test_a_mail_larger_than_the_server_takes_is_not_begun() -> None:
    async def read() -> bytes:
        return bytes(200_000)

    sink = Sink()
    async with sending(sink, limit=100_000) as channel:
        files = (File("big.bin", "application/octet-stream", 200_000, "", read),)
        with pytest.raises(ChannelError, match=r"0\.3 MB with its files.* at most 0\.1 MB; send less") as refused:
            await channel.send(reply(files=files))
        assert refused.value.permanent
        await channel.send(reply())
    assert sink.greeted == 1
    assert len(sink.mails) == 1


def test_a_mail_names_each_other_person_once_without_us() -> None:
    from channels.email.adapter import EmailChannel

    (inbound,) = EmailChannel(INBOX).parse(RawMessage("1", "mia@x.example", MAIL))
    assert inbound.copied == (  # type: ignore[union-attr]
        Addressee("max@x.example", "Max Öz", "to"), Addressee("zoe@x.example", "Zoe", "cc"),
    )  # fmt: skip
    (alone,) = EmailChannel(INBOX).parse(RawMessage("1", "mia@x.example", mail("Subject: hi")))
    assert [one.address for one in alone.copied] == ["destek@omnidesk.example"]  # type: ignore[union-attr]
