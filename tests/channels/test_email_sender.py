"""Replies go out over real SMTP; what the server says decides what happens next."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import given
from hypothesis import strategies as st

from channels.email.adapter import EmailChannel
from channels.email.sending.compose import compose
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import ChannelError, Failure, File, Link, Outbound, RawMessage
from tests.channels.line_server import line_server
from tests.channels.mails import said

INBOX = EmailSettings(address="support@desk.example")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class Sink:
    """A mail server that answers what it is told: to MAIL, to RCPT, to DATA.

    `drop` = it hangs up instead; `deaf` = it takes the mail and hangs up; `stall` = seconds it takes for a mail.
    """

    sender: str = "250 OK"
    rcpt: str = "250 OK"
    data: str = "250 OK"
    drop: bool = False
    deaf: bool = False
    stall: float = 0
    greeted: int = 0
    mails: list[Envelope] = field(default_factory=list)
    sessions: list[SMTP] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greeted += 1
        self.sessions.append(server)
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender.startswith("250"):
            envelope.mail_from = address
        return self.sender

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.deaf:
            self.mails.append(envelope)
        if self.drop or self.deaf:
            self.hang_up()
            await asyncio.sleep(5)
        await asyncio.sleep(self.stall)
        if self.data.startswith("250"):
            self.mails.append(envelope)
        return self.data

    def hang_up(self) -> None:
        """End all connections."""
        for session in self.sessions:
            if session.transport is not None:
                session.transport.close()

    def mail(self, number: int | None = None) -> EmailMessage:
        """The one mail that was taken, or one of many. No property: aiosmtpd looks at all of its handler's."""
        if number is None:
            (envelope,) = self.mails
        else:
            envelope = self.mails[number]
        return message_from_bytes(envelope.original_content or b"", policy=default)


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any) -> AuthResult:
    right = isinstance(login, LoginPassword) and login.password == b"right"
    return AuthResult(success=right, handled=right)


def at_port(port: int, more: dict[str, Any] | None = None, smtp: dict[str, Any] | None = None) -> EmailSettings:
    server = {"host": "127.0.0.1", "port": port, "timeout": 2, **(smtp or {})}
    return EmailSettings.model_validate({"address": "support@desk.example", "smtp": server, **(more or {})})


@asynccontextmanager
async def sending(sink: Sink, more: dict[str, Any] | None = None, **smtp: Any) -> AsyncIterator[EmailChannel]:
    """A channel whose SMTP server is this sink."""
    loop = asyncio.get_running_loop()
    utf8, limit = smtp.pop("utf8", True), smtp.pop("limit", 33_554_432)

    def session() -> SMTP:
        return SMTP(
            sink,
            data_size_limit=limit,
            hostname="mx.example",
            enable_SMTPUTF8=utf8,
            authenticator=authenticate,
            auth_require_tls=False,
            loop=loop,
        )

    server = await loop.create_server(session, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    channel = EmailChannel(at_port(port, more, smtp))
    try:
        yield channel
    finally:
        await channel.close()
        server.close()
        sink.hang_up()
        await asyncio.sleep(0)  # lets the server's ends close


def reply(**changes: Any) -> Outbound:
    given = {"key": "17", "to": "mia@x.example", "text": "Merhaba", "subject": "Re: hi"}
    return Outbound(**{**given, **changes})


async def test_a_reply_threads_and_can_be_answered() -> None:
    sink = Sink()
    async with sending(sink) as channel:
        message_id = await channel.send(
            reply(
                to_name="Mia Öztürk",
                from_name='Ada, "Destek"',
                subject="Re: Siparişim nerede kaldı?",
                token="c7.abc2",
                references=("first@x.example", "second@desk.example"),
                text="Merhaba Mia,\n\nSiparişiniz <yolda>.\nTakip: https://kargo.example/?a=1&b=2.",
            )
        )
    mail = sink.mail()
    assert message_id == "17@desk.example"
    assert mail["Message-ID"] == "<17@desk.example>"
    assert mail["From"].addresses[0].display_name == 'Ada, "Destek"'
    assert mail["From"].addresses[0].addr_spec == "support@desk.example"
    assert str(mail["To"]) == "Mia Öztürk <mia@x.example>"
    assert mail["Reply-To"].addresses[0].addr_spec == "support+c7.abc2@desk.example"
    assert mail["Subject"] == "Re: Siparişim nerede kaldı?"
    assert mail["In-Reply-To"] == "<second@desk.example>"
    assert mail["References"] == "<first@x.example> <second@desk.example>"
    assert mail["Auto-Submitted"] is None
    assert abs(datetime.now(UTC) - mail["Date"].datetime).total_seconds() < 60
    assert (sink.mails[0].mail_from, sink.mails[0].rcpt_tos) == ("support@desk.example", ["mia@x.example"])
    text, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert text == "Merhaba Mia,\n\nSiparişiniz <yolda>.\nTakip: https://kargo.example/?a=1&b=2.\n"
    assert '<html lang="en">' in html
    assert "<p>Merhaba Mia,</p>\n<p>Siparişiniz &lt;yolda&gt;.<br>\nTakip: " in html
    assert '<a href="https://kargo.example/?a=1&amp;b=2">https://kargo.example/?a=1&amp;b=2</a>.</p>' in html


async def test_what_we_send_is_what_we_would_read() -> None:
    sink = Sink()
    async with sending(sink) as channel:
        await channel.send(reply(token="c7.abc2", text="Çok teşekkürler", automatic=True))
        answer = RawMessage(
            "1", "x", sink.mails[0].original_content or b"", {"rcpt_to": [str(sink.mail()["Reply-To"])]}
        )
        inbound = said(channel, answer)
    assert (inbound.text, inbound.token, inbound.message_id) == ("Çok teşekkürler", "c7.abc2", "17@desk.example")
    assert inbound.automatic


async def test_automatic_mail_says_so() -> None:
    sink = Sink()
    async with sending(sink) as channel:
        await channel.send(reply(automatic=True))
    headers = [sink.mail()[name] for name in ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence")]
    assert headers == ["auto-generated", "All", "bulk"]


@pytest.mark.parametrize(("automatic", "word"), [(True, ""), (False, "stop")])
async def test_only_automatic_mail_tells_how_to_get_no_more_of_it(automatic: bool, word: str) -> None:
    assert compose(reply(automatic=automatic, stop_word=word), INBOX, [], NOW)["List-Unsubscribe"] is None


def test_automatic_mail_is_left_by_writing_the_stop_word() -> None:
    mail = compose(reply(automatic=True, stop_word="stop"), INBOX, [], NOW)
    assert mail["List-Unsubscribe"] == "<mailto:support@desk.example?subject=STOP&body=STOP>"
    assert mail["List-Unsubscribe-Post"] is None


SIGNED = {
    "signature": {"en": "Support <team>\nhttps://desk.example", "tr": "Destek ekibi"},
    "footer": {"en": "Desk Ltd, London"},
}


@pytest.mark.parametrize(
    ("language", "below"),
    [
        ("en", "Support <team>\nhttps://desk.example\n\nDesk Ltd, London"),
        ("tr", "Destek ekibi\n\nDesk Ltd, London"),
    ],
)
async def test_signature_and_footer_stand_below_the_dashes(language: str, below: str) -> None:
    sink = Sink()
    async with sending(sink, SIGNED) as channel:
        await channel.send(reply(language=language))
    assert b"\r\n--=20\r\n" in (sink.mails[0].original_content or b"")
    text, html = (part.get_content().replace("\r\n", "\n") for part in sink.mail().iter_parts())
    assert text == f"Merhaba\n\n-- \n{below}\n"
    assert "<p>Merhaba</p>\n<div>-- <br>\n<p>" in html
    assert "<p>Desk Ltd, London</p>\n</div>" in html
    if language == "en":
        assert '<p>Support &lt;team&gt;<br>\n<a href="https://desk.example">https://desk.example</a></p>' in html


async def test_our_own_signature_is_known_as_one() -> None:
    sink = Sink()
    async with sending(sink, SIGNED) as channel:
        await channel.send(reply(text="Your parcel is on its way."))
        read = said(channel, RawMessage("1", "x", sink.mails[0].original_content or b""))
    assert read.text == "Your parcel is on its way."


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("see https://a.example/x_(y)?q=1&r=2, or", '<a href="https://a.example/x_(y)?q=1&amp;r=2">'),
        ("(https://a.example/)", '(<a href="https://a.example/">https://a.example/</a>)'),
        ("write to mia@a.example.", '<a href="mailto:mia@a.example">mia@a.example</a>.'),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ('https://a.example/"onclick="x', '<a href="https://a.example/">https://a.example/</a>&quot;onclick=&quot;x'),
        ("https://a.example\u00a0ve", '<a href="https://a.example">https://a.example</a>\u00a0ve'),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
    ],
)
def test_a_text_becomes_a_page_that_does_nothing_but_show_it(text: str, html: str) -> None:
    page = compose(reply(text=text), INBOX, [], NOW).get_body(("html",))
    assert page is not None
    assert html in page.get_content().replace("\r\n", "\n")


async def test_mails_of_one_inbox_keep_a_distance_and_hold_up_no_other() -> None:
    slow, quick = Sink(), Sink()
    async with sending(slow, per_minute=300) as paced, sending(quick) as other:
        clock = asyncio.get_running_loop().time
        begun = clock()
        sendings = [asyncio.create_task(paced.send(reply(key=str(number)))) for number in range(4)]
        await other.send(reply())
        assert len(quick.mails) == 1
        assert len(slow.mails) <= 1 + (clock() - begun) / 0.2
        await asyncio.gather(*sendings)
        assert len(slow.mails) == 4
        assert clock() - begun >= 0.6


async def test_links_are_a_row_and_files_go_along() -> None:
    async def read() -> bytes:
        return b"%PDF"

    sink = Sink()
    links = (Link("1 – kötü", "https://desk.example/s/t?score=1"), Link("5 – iyi", "https://desk.example/s/t?score=5"))
    files = (
        File("sipariş özeti.pdf", "application/pdf", 4, "", read),
        File("a\r\nX-Evil: 1.eml", "message/rfc822", 4, "", read),
    )
    async with sending(sink) as channel:
        await channel.send(reply(links=links, files=files))
    body, *attached = sink.mail().iter_parts()
    text, html = (part.get_content() for part in body.iter_parts())
    assert "1 – kötü: https://desk.example/s/t?score=1" in text
    assert '<a href="https://desk.example/s/t?score=1">1 – kötü</a> &nbsp; <a href=' in html
    assert [part.get_filename() for part in attached] == ["sipariş özeti.pdf", "a X-Evil: 1.eml"]
    assert [part.get_content_type() for part in attached] == ["application/pdf", "application/octet-stream"]
    assert [part.get_payload(decode=True) for part in attached] == [b"%PDF", b"%PDF"]


async def test_one_connection_serves_many_mails() -> None:
    sink = Sink()
    async with sending(sink) as channel:
        await asyncio.gather(*(channel.send(reply(key=str(number))) for number in range(10)))
    assert (len(sink.mails), sink.greeted) == (10, 1)


async def test_a_dropped_connection_is_opened_again() -> None:
    sink = Sink()
    async with sending(sink) as channel:
        await channel.send(reply())
        sink.hang_up()
        await channel.send(reply())
    assert (len(sink.mails), sink.greeted) == (2, 2)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ("550 5.1.1 no such user", Failure.HARD),
        ("552 5.2.2 mailbox full", Failure.FULL),
        ("452 4.2.2 over quota", Failure.FULL),
        ("451 4.7.1 greylisted", Failure.SOFT),
        ("552 5.3.4 too large", Failure.POLICY),
        ("550 5.7.1 listed", Failure.POLICY),
        ("554 no", Failure.POLICY),
    ],
)
async def test_a_refusal_has_a_kind(answer: str, failure: Failure) -> None:
    async with sending(Sink(rcpt=answer)) as channel:
        with pytest.raises(ChannelError) as caught:
            await channel.send(reply())
    assert caught.value.failure is failure


@pytest.mark.parametrize(
    ("sink", "permanent", "bad_address", "words"),
    [
        (Sink(rcpt="550 5.1.1 no such user"), True, True, "550 5.1.1 no such user"),
        (Sink(rcpt="550 no such user here"), True, True, "550 no such user here"),
        (Sink(rcpt="550 blocked, see example.org"), True, False, "550 blocked, see example.org"),
        (Sink(rcpt="550 5.7.1 listed"), True, False, "550 5.7.1 listed"),
        (Sink(rcpt="552 5.2.2 mailbox full"), True, False, "552 5.2.2 mailbox full"),
        (Sink(rcpt="550 5.2.1 mailbox closed"), True, True, "550 5.2.1 mailbox closed"),
        (Sink(rcpt="556 5.1.10 takes no mail"), True, True, "556 5.1.10 takes no mail"),
        (Sink(rcpt="550 5.1.8 bad sender"), True, False, "550 5.1.8 bad sender"),
        (Sink(data="550 5.1.1 no such user"), True, True, "550 5.1.1 no such user"),
        (Sink(sender="552 5.3.4 too large"), True, False, "552 5.3.4 too large"),
        (Sink(rcpt="421 4.3.2 closing"), False, False, "421 4.3.2 closing"),
        (Sink(rcpt="450 4.2.1 try later"), False, False, "450 4.2.1 try later"),
        (Sink(data="554 5.7.1 looks like spam"), True, False, "554 5.7.1 looks like spam"),
        (Sink(data="451 4.3.0 disk full"), False, False, "451 4.3.0 disk full"),
        (Sink(sender="530 5.7.0 Authentication required"), False, False, "530 5.7.0 Authentication required"),
        (Sink(sender="553 5.7.1 not your address"), False, False, "553 5.7.1 not your address"),
        (Sink(rcpt="530 5.7.0 Authentication required"), False, False, "530 5.7.0 Authentication required"),
        (Sink(data="535 5.7.8 log in again"), False, False, "535 5.7.8 log in again"),
        (Sink(drop=True), False, False, ""),
    ],
    ids=[
        "refused",
        "refused without an enhanced code",
        "blocked without an enhanced code",
        "refused by policy",
        "full",
        "closed",
        "a domain without mail",
        "bad sender",
        "unknown after DATA",
        "too large",
        "server closing",
        "deferred",
        "refused after DATA",
        "deferred after DATA",
        "log in first",
        "not our sender",
        "log in before RCPT",
        "log in before DATA",
        "hung up",
    ],
)
async def test_a_refusal_is_told_in_the_servers_own_words(
    sink: Sink, permanent: bool, bad_address: bool, words: str
) -> None:
    async with sending(sink) as channel:
        with pytest.raises(ChannelError) as caught:
            await channel.send(reply())
        sink.sender, sink.rcpt, sink.data, sink.drop = "250 OK", "250 OK", "250 OK", False
        await channel.send(reply())
    assert (caught.value.permanent, caught.value.failure is Failure.HARD) == (permanent, bad_address)
    assert words in str(caught.value)
    assert sink.mail()["Message-ID"] == "<17@desk.example>"


async def test_a_server_that_takes_long_for_a_mail_is_waited_for() -> None:
    """It has the mail: who hangs up sends it twice."""
    sink = Sink(stall=0.5)
    async with sending(sink, timeout=0.2) as channel:
        await channel.send(reply())
    assert len(sink.mails) == 1


async def test_a_server_that_stalls_is_left_and_asked_again() -> None:
    sink = Sink(stall=5)
    async with sending(sink, data_timeout=0.2) as channel:
        with pytest.raises(ChannelError) as caught:
            await channel.send(reply())
        assert not caught.value.permanent
        sink.stall = 0
        await channel.send(reply())
    assert (len(sink.mails), sink.greeted) == (1, 2)
    assert sink.mail()["Message-ID"] == "<17@desk.example>"


async def test_a_line_that_breaks_in_the_middle_of_a_mail_is_opened_again() -> None:
    """Not after DATA, but while its octets are on their way."""
    broken = asyncio.Event()
    taken = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mx.example\r\n")
        while line := await reader.readline():
            if line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                taken.extend(await reader.readexactly(200))
                writer.transport.abort()
                broken.set()
                return
            writer.write(b"250 OK\r\n")

    sink = Sink()
    async with line_server(serve) as port, sending(sink) as channel:
        right = channel.settings.smtp.port
        channel._sender = EmailChannel(at_port(port))._sender
        with pytest.raises(ChannelError) as caught:
            await channel.send(reply(text="x" * 100_000))
        assert not caught.value.permanent
        assert broken.is_set()
        channel._sender = EmailChannel(at_port(right))._sender
        await channel.send(reply(text="x" * 100_000))
    assert message_from_bytes(bytes(taken))["Message-ID"] == sink.mail()["Message-ID"]


async def test_a_server_that_can_not_take_such_addresses_is_not_asked_to() -> None:
    sink = Sink()
    async with sending(sink, utf8=False) as channel:
        with pytest.raises(ChannelError, match="SMTPUTF8") as caught:
            await channel.send(reply(to="müşteri@x.example"))
        assert caught.value.permanent
        await channel.send(reply(to_name="Müşteri"))
    assert sink.mails[0].smtp_utf8 is False
    assert (sink.mails[0].original_content or b"").isascii()


async def test_nobody_there_is_no_permanent_error() -> None:
    async with sending(Sink(), port=1) as channel:
        with pytest.raises(ChannelError, match=r"mail server 127\.0\.0\.1:1") as caught:
            await channel.send(reply())
    assert not caught.value.permanent


@pytest.mark.parametrize(
    "to", ["", "mia", "mia@", "@x.example", "mia@x.example\r\nRCPT TO:<bo@x.example>", "a b@x.example"]
)
async def test_what_is_no_address_is_refused_for_good(to: str) -> None:
    sink = Sink()
    async with sending(sink) as channel:
        with pytest.raises(ChannelError) as caught:
            await channel.send(reply(to=to))
    assert caught.value.permanent
    assert not sink.mails


async def test_a_recipient_with_letters_beyond_ascii_is_reached() -> None:
    sink = Sink()
    async with sending(sink) as channel:
        await channel.send(reply(to="müşteri@x.example", to_name="Müşteri"))
    assert sink.mails[0].rcpt_tos == ["müşteri@x.example"]
    assert "To: Müşteri <müşteri@x.example>".encode() in (sink.mails[0].original_content or b"")


async def test_an_inbox_with_letters_beyond_ascii_writes_as_itself() -> None:
    sink = Sink()
    async with sending(sink, {"address": "müşteri@desk.example"}) as channel:
        await channel.send(reply(token="c7.abc2"))
    assert sink.mails[0].mail_from == "müşteri@desk.example"
    assert sink.mails[0].smtp_utf8 is True
    assert "Reply-To: müşteri+c7.abc2@desk.example".encode() in (sink.mails[0].original_content or b"")


async def test_check_tries_the_password() -> None:
    async with sending(Sink(), username="desk", password="right") as channel:
        await channel.check()
    async with sending(Sink(), username="desk", password="wrong") as channel:
        with pytest.raises(ChannelError, match="535") as caught:
            await channel.check()
    assert not caught.value.permanent


async def test_a_refused_password_is_not_tried_again_by_each_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    sink = Sink()
    async with sending(sink, username="desk", password="wrong") as channel:
        outcomes = await asyncio.gather(
            channel.check(), *(channel.send(reply()) for _ in range(8)), return_exceptions=True
        )
        assert all(isinstance(outcome, ChannelError) and not outcome.permanent for outcome in outcomes)
        assert len({str(outcome) for outcome in outcomes}) == 1, "each is told the server's own words"
        assert sink.greeted == 1
        monkeypatch.setattr("channels.email.sending.sender._REFUSED_SECONDS", 0.0)
        channel._sender._login_at = 0.0  # five minutes later
        for greeted in (2, 3):
            with pytest.raises(ChannelError, match="535"):
                await channel.check()
            assert sink.greeted == greeted


async def test_starttls_is_insisted_on() -> None:
    async with sending(Sink(), tls="starttls") as channel:
        with pytest.raises(ChannelError) as caught:
            await channel.check()
    assert not caught.value.permanent


def test_ids_longer_than_a_line_stay_whole_and_the_first_and_last_are_kept() -> None:
    ids = tuple(f"{number}-{'x' * 150}@mail.example" for number in range(40))
    mail = compose(reply(references=ids), INBOX, [], NOW)
    lines = mail.as_bytes().split(b"\r\n\r\n")[0].decode().replace("\r\n ", " ").splitlines()
    headers = dict(line.split(": ", 1) for line in lines)
    kept = headers["References"].split()
    assert headers["In-Reply-To"] == f"<{ids[-1]}>"
    assert kept == [f"<{ids[0]}>", *(f"<{each}>" for each in ids[-len(kept) + 1 :])]
    assert 1000 < len(headers["References"]) < 1500


LINE = st.text(st.characters(codec="utf-8"), max_size=120)


@given(subject=LINE, name=LINE, reference=LINE)
def test_no_text_writes_a_header_of_its_own(subject: str, name: str, reference: str) -> None:
    outbound = reply(subject=f"{subject}\r\nX-Evil: 1", from_name=f"{name}\nX-Evil: 1", references=(reference,))
    mail = message_from_bytes(compose(outbound, INBOX, [], NOW).as_bytes(), policy=default)
    assert "X-Evil" not in mail
    assert mail["From"].addresses[0].addr_spec == "support@desk.example"
    assert mail["Message-ID"] == "<17@desk.example>"


@pytest.mark.parametrize(
    "text", ['(a) ürün, 😀 müşteri<x> 日本語 "tırnak"', "ç" * 50 + " " + "a" * 80, "日本 " * 30 + "語"]
)
def test_a_name_and_a_subject_of_many_lines_come_as_they_were(text: str) -> None:
    outbound = reply(from_name=text, to_name=text, subject=text, token="c7.abc2")
    content = compose(outbound, INBOX, [], NOW).as_bytes()
    header = content.partition(b"\r\n\r\n")[0]
    assert header.isascii()
    assert max(map(len, header.split(b"\r\n"))) <= 78
    read = said(EmailChannel(EmailSettings(address="support@desk.example")), RawMessage("1", "x", content))
    assert (read.sender.name, read.subject) == (text, text)
    mail = message_from_bytes(content, policy=default)
    assert mail["Reply-To"].addresses[0].addr_spec == "support+c7.abc2@desk.example"
    assert mail["To"].addresses[0].addr_spec == "mia@x.example"


@pytest.mark.parametrize("reference", ["çay@x.example", "x" * 1000, "a\x00b@x.example", ""])
def test_an_id_that_servers_would_refuse_is_left_out(reference: str) -> None:
    mail = compose(reply(references=("first@x.example", reference)), INBOX, [], NOW)
    assert (mail["References"], mail["In-Reply-To"]) == ("<first@x.example>", "<first@x.example>")


def test_no_line_is_longer_than_servers_take() -> None:
    outbound = reply(text="x" * 5000 + "\n" + "ç " * 3000, subject="s" * 3000, from_name="n" * 300)
    content = compose(outbound, INBOX, [], NOW).as_bytes()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert content.isascii()


def test_a_try_again_has_the_same_message_id_whatever_the_key() -> None:
    first, second = (compose(reply(key="a b>/ç"), INBOX, [], NOW)["Message-ID"] for _ in range(2))
    assert first == second == "<a%20b%3E%2F%C3%A7@desk.example>"


async def test_a_slow_server_is_not_waited_for_at_the_end() -> None:
    sink = Sink(stall=5)
    async with sending(sink, data_timeout=30) as channel:
        under_way = asyncio.create_task(channel.send(reply()))
        while not sink.sessions or sink.sessions[0].envelope is None or not sink.sessions[0].envelope.rcpt_tos:  # noqa: ASYNC110 - a sink has no event
            await asyncio.sleep(0.01)
        async with asyncio.timeout(4):
            await channel.close()
        with pytest.raises(ChannelError):
            await under_way
