"""What is understood of mails: real shapes, broken ones, hostile ones."""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from channels.email.adapter import EmailChannel
from channels.email.commands import commands
from channels.email.headers import date, message_ids
from channels.email.mailboxes import mailboxes
from channels.email.parse import parse_mail
from channels.email.raw import raw_message
from channels.email.settings import EmailSettings
from channels.email.words import plain
from omnidesk.contract.channel import Inbound, RawMessage, Unparsable
from tests.channels.mails import said

SAMPLES = Path(__file__).parent.parent / "samples" / "email"


@dataclass(frozen=True)
class Sample:
    """What must be understood of one file."""

    file: str
    subject: str
    text: str
    sender: tuple[str, str] = ("Mia", "mia@musteri.example")
    message_id: str | None = None
    references: tuple[str, ...] = ()
    sent_at: str | None = None
    html: str | None = None
    attachments: tuple[str, ...] = ()
    token: str | None = None
    automatic: bool = False


TABLE = [
    Sample(
        "turkish_iso_8859_9",
        "Siparişim hâlâ gelmedi",
        "İyi günler,\n\nŞubat ayında verdiğim sipariş hâlâ gelmedi. Iğdır'a kargo kaç günde ulaşıyor?\n\nMia",
        sender=("Mia Öztürk", "mia@musteri.example"),
        message_id="latin5.1@musteri.example",
        sent_at="2026-11-16T09:12:44+03:00",
    ),
    Sample(
        "turkish_windows_1254_raw",
        "Faturamda yanlışlık var",
        "Faturamda “KDV” iki kez görünüyor – düzeltir misiniz? Tutar: 1.250 €",
        sender=("Mia Öztürk", "mia@musteri.example"),
        message_id="raw1254.1@musteri.example",
        sent_at="2026-11-16T10:00:00+03:00",
    ),
    Sample(
        "turkish_utf8_base64",
        "Ynt: İade başvurum hakkında",
        "Teşekkürler, iade tutarı hesabıma geçti. 🎉",
        sender=("Öztürk, Mia", "mia@musteri.example"),
        message_id="b64.1@musteri.example",
        references=("reply.2@omnidesk.example", "first.1@musteri.example"),
        sent_at="2026-11-17T08:00:00+00:00",
        token="c7.abc2",
    ),
    Sample(
        "wrong_charset",
        "Şifremi unuttum",
        "Şifremi unuttum, sıfırlama bağlantısı gönderir misiniz?",
        sender=("", "mia@musteri.example"),
        message_id="wrong.1@musteri.example",
        sent_at="2026-11-17T08:00:00+03:00",
    ),
    Sample(
        "says_utf8_is_windows_1254",
        "Soru",
        "Ürünü değiştirmek istiyorum, çalışmıyor.",
        sender=("", "mia@musteri.example"),
        message_id="wrong.2@musteri.example",
        sent_at="2026-11-17T08:00:00+03:00",
    ),
    Sample(
        "outlook_html_only",
        "Teklif",
        "Merhaba,\n\nAşağıdaki ürünler için teklif rica ederim:\n\n- Yazıcı & toner\n- Kâğıt\n\n"
        "Ayrıntılar şurada <https://musteri.example/istek?id=1&t=2>, ya da burada.",
        message_id="outlook.1@musteri.example",
        sent_at="2026-11-18T14:30:00+03:00",
        html='<a href="https://musteri.example/istek?id=1&amp;t=2" rel="noopener noreferrer nofollow">şurada</a>',
    ),
    Sample(
        "apple_inline_image",
        "Ekran görüntüsü",
        "Hata böyle görünüyor:\n\nTeşekkürler",
        message_id="apple.1@musteri.example",
        sent_at="2026-11-19T21:05:11+03:00",
        html='<img alt="ekran" src="cid:EKRAN-1@musteri.example">',
        attachments=("ekran görüntüsü.png image/png 70 EKRAN-1@musteri.example inline",),
    ),
    Sample(
        "forwarded_rfc822",
        "Fwd: Garanti",
        "Please see the mail attached.",
        sender=("Bo", "bo@sirket.example"),
        message_id="fwd.1@sirket.example",
        sent_at="2026-11-20T09:00:00+03:00",
        attachments=("Garanti.eml message/rfc822 278 None", "fatura.pdf application/pdf 8 None"),
    ),
    Sample(
        "auto_reply",
        "Otomatik yanıt: Talebiniz",
        "30 Kasım'a kadar izindeyim.",
        message_id="oof.1@musteri.example",
        references=("reply.2@omnidesk.example",),
        sent_at="2026-11-21T00:00:01+03:00",
        automatic=True,
    ),
    Sample(
        "bounce_dsn",
        "Undelivered Mail Returned to Sender",
        "The mail could not be delivered to mia@musteri.example.",
        sender=("Mail Delivery System", "mailer-daemon@mx.example"),
        message_id="dsn.1@mx.example",
        references=("sent.9@omnidesk.example",),
        sent_at="2026-11-21T01:00:00+00:00",
        attachments=(
            "attachment-1.bin message/delivery-status 109 None",
            "attachment-2.eml message/rfc822 126 None",
        ),
        automatic=True,
    ),
    Sample(
        "broken_headers",
        "bozuk=*=*başlık =?utf-8",
        "this line is no header\nContent-Type: multipart/mixed; boundary\n"
        "Content-Transfer-Encoding: bas64\n\nYine de okunur.",
        sender=("Mia", "mia@musteri.example"),
        message_id="no-brackets@musteri.example",
        references=("a@b",),
    ),
    Sample("no_message_id", "kimliksiz", "Kimliği olmayan ileti", sender=("", "mia@musteri.example")),
    Sample(
        "two_texts_and_html",
        "footer",
        "the question\n\nthe footer <legal>",
        sender=("", "mia@musteri.example"),
        message_id="two.1@musteri.example",
        sent_at="2026-11-22T08:00:00+00:00",
        html="<p>the <b>question</b></p>\n<p>the footer &lt;legal&gt;</p>",
        attachments=("log.txt text/plain 5 None",),
        token="c9.zz",
    ),
]


def understand(body: bytes, **envelope: Any) -> Inbound:
    channel = EmailChannel(EmailSettings(address="destek@omnidesk.example"))
    return said(channel, RawMessage("id", "sender", body, envelope))


@pytest.mark.parametrize("sample", TABLE, ids=lambda sample: sample.file)
def test_a_sample_is_understood(sample: Sample) -> None:
    inbound = understand((SAMPLES / f"{sample.file}.eml").read_bytes())
    files = [
        f"{file.filename} {file.content_type} {len(file.content or b'')} {file.content_id}" + " inline" * file.inline
        for file in inbound.attachments
    ]
    assert inbound.text == sample.text
    assert inbound.subject == sample.subject
    assert (inbound.sender.name, inbound.sender.address) == sample.sender
    assert not inbound.sender.proven
    assert (inbound.message_id, inbound.references) == (sample.message_id, sample.references)
    assert inbound.sent_at == (sample.sent_at and datetime.fromisoformat(sample.sent_at))
    assert (inbound.html is None) == (sample.html is None)
    assert (sample.html or "") in (inbound.html or "")
    assert tuple(files) == sample.attachments
    assert (inbound.token, inbound.automatic) == (sample.token, sample.automatic)


def test_every_sample_is_in_the_table() -> None:
    assert {path.stem for path in SAMPLES.glob("*.eml")} == {sample.file for sample in TABLE}


def test_a_forwarded_mail_is_kept_byte_by_byte() -> None:
    body = (SAMPLES / "forwarded_rfc822.eml").read_bytes()
    forwarded = understand(body).attachments[0].content
    assert forwarded is not None
    assert forwarded in body
    assert forwarded.startswith(b"From: Mia")
    assert forwarded.endswith(b"--inner--")


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-generated",
        "Return-Path: <>",
        "Precedence: BULK",
        "List-Id: <news.example>",
        "List-Unsubscribe: <mailto:off@news.example>",
        "X-Autoreply: yes",
        "Content-Type: multipart/report; boundary=x\n\n--x\n\nhi\n--x--",
    ],
)
def test_what_a_program_wrote_is_marked(line: str) -> None:
    assert understand(f"From: mia@x.example\n{line}\n\nhi".encode()).automatic


def test_a_null_envelope_sender_marks_a_mail_as_automatic() -> None:
    assert understand(b"From: mia@x.example\n\nhi", mail_from="").automatic


def test_a_person_is_not_marked() -> None:
    body = b"From: mia@x.example\nAuto-Submitted: no\nReturn-Path: <mia@x.example>\nX-Auto-Response-Suppress: All\n\nhi"
    assert not understand(body, mail_from="mia@x.example").automatic


@pytest.mark.parametrize(
    "line",
    ["In-Reply-To: <reply.2@omnidesk.example>", "To: destek+c7.abc2@omnidesk.example", "In-Reply-To: <1@x.example>"],
)
def test_who_answers_us_through_a_list_is_a_person(line: str) -> None:
    inbound = understand(f"From: mia@x.example\nList-Id: <team.x.example>\n{line}\n\nhi".encode())
    assert inbound.automatic == ("omnidesk" not in line)


@pytest.mark.parametrize(
    ("line", "automatic"), [("Reply-To: mia@x.example", False), ("Reply-To: noreply@x.example", True), ("X: y", True)]
)
def test_a_form_that_names_its_writer_is_a_persons(line: str, automatic: bool) -> None:
    assert understand(f"From: no-reply@x.example\n{line}\n\nhi".encode()).automatic == automatic


@pytest.mark.parametrize(
    ("to", "rcpt_to", "token"),
    [
        ("destek+abc@omnidesk.example", [], "abc"),
        ("Destek <DESTEK+ABC.x9@OMNIDESK.example>", [], "abc.x9"),
        ("other@x.example", ["destek+abc@omnidesk.example"], "abc"),
        ("destek+old@omnidesk.example", ["destek+new@omnidesk.example"], "new"),
        ("destek+@omnidesk.example", [], None),
        ("destekci+abc@omnidesk.example", [], None),
        ("destek+abc@somewhere.example", [], None),
    ],
)
def test_the_token_is_the_plus_tag_of_our_own_address(to: str, rcpt_to: list[str], token: str | None) -> None:
    assert understand(f"From: mia@x.example\nTo: {to}\n\nhi".encode(), rcpt_to=rcpt_to).token == token


def test_a_mail_without_an_author_is_from_its_envelope_sender() -> None:
    assert understand(b"Subject: x\n\nhi", mail_from="Mia@X.example").sender.address == "mia@x.example"


HOSTILE = """
<html><head><base href="http://evil.example"><meta http-equiv="refresh" content="0;url=http://evil.example">
<link rel="stylesheet" href="http://evil.example/a.css"><style>@import "http://evil.example";</style></head>
<body onload="steal()"><script>steal()</script><svg onload="steal()"><iframe src="http://evil.example"></iframe>
<form action="http://evil.example"><input name="password"><button>Go</button></form>
<a href="javascript:steal()">a</a><a href=" jAvAsCrIpT:steal()">b</a><a href="data:text/html,steal">c</a>
<p style="color: red">red</p><p style="color: expression(steal())">d</p>
<p style="background-color: url(http://evil.example)">e</p><p style="color: \\65xpression(steal())">f</p>
<img src="http://evil.example/track.gif" width=1>
<img src="cid:logo@x"><img src="data:image/png;base64,AA" onerror="steal()">
</body></html>
"""


def test_nothing_hostile_is_left_in_html() -> None:
    html = parse_mail(f"Content-Type: text/html\n\n{HOSTILE}".encode()).html
    assert html is not None
    for word in (
        "steal",
        "evil",
        "script",
        "expression",
        "xpression",
        "<form",
        "<input",
        "<iframe",
        "onerror",
        "data:",
    ):
        assert word not in html.lower()
    assert '<img src="cid:logo@x">' in html
    assert "color:red" in html.replace(" ", "")


@pytest.mark.parametrize("bomb", ["<div title='</div>'>" * 200_000, "&" * 2_000_000], ids=["tags", "references"])
def test_a_bomb_costs_no_time_and_keeps_its_text(bomb: str) -> None:
    mail = parse_mail(f"Content-Type: text/html\n\n{bomb}<p>the text<script>steal()</script>".encode())
    assert (mail.text.splitlines()[-1], mail.html) == ("the text", None)


def test_text_made_from_html_keeps_lists_quotes_tables_and_preformatted_lines() -> None:
    html = (
        "<h1>Title</h1>one\n  two<br>three<ol><li><p>first</p></li><li>second<ul><li>inner</li></ul></li></ol>"
        "<blockquote>he said<br>this</blockquote><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"
        "<pre>x\n  y</pre><a href='https://a.example/'>a.example</a> <a href='mailto:mia@x.example'>write</a>"
    )
    assert parse_mail(f"Content-Type: text/html\n\n{html}".encode()).text == (
        "Title\n\none two\nthree\n\n1. first\n2. second\n  - inner\n\n> he said\n> this\n\na\tb\nc\n\nx\n  y\n\n"
        "a.example write <mia@x.example>"
    )


def test_nul_and_lone_surrogates_are_taken_out() -> None:
    mail = parse_mail(b"Subject: a\0b\nContent-Type: text/plain; charset=utf-7\n\nx\0y +2AA-")
    assert (mail.subject, mail.text) == ("ab", "xy ?")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 1001, "more than 1000 parts"),
        (
            b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(200)),
            "its parts are nested too deeply",
        ),
        (b"Content-Type: multipart/mixed; b*" + b"9" * 5_000 + b"=x\n\nx", "its parts can't be told apart"),
        (b"x" * 50_000_001, "larger than 50 MB"),
    ],
    ids=["nothing", "white space", "parts", "depth", "parameters", "size"],
)
def test_what_is_no_mail_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(Unparsable, match=reason):
        understand(body)


@pytest.mark.parametrize(
    "header",
    [
        "From: " + "(" * 50_000,
        "From: " + '"' * 50_000,
        "From: " + "<" * 50_000,
        "From: " + "a@" * 25_000,
        "From: " + "," * 50_000,
        "Subject: " + "=?utf-8?q?a?= " * 5_000,
        "References: " + "<" * 50_000,
        "Date: " + "9" * 5_000,
    ],
    ids=lambda header: header[:16],
)
def test_a_hostile_header_is_survived(header: str) -> None:
    assert understand(f"{header}\nX: y\n\nthe text".encode()).text.endswith("the text")


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_unparsable(body: bytes) -> None:
    assert_understood(body)


WORDS = st.sampled_from(
    [b"From: ", b"To: ", b"Subject: ", b"Date: ", b"Message-ID: <", b"Content-Type: ", b"multipart/mixed", b"text/html",
     b"; boundary=b", b"\n--b\n", b"\n--b--\n", b"\r\n", b"\n\n", b"message/rfc822", b"; charset=", b"utf-16", b"hex",
     b"Content-Transfer-Encoding: ", b"base64", b"quoted-printable", b"x-uuencode", b"Content-Disposition: ", b"=?",
     b"attachment; filename*0*=", b"utf-8''%FF", b"?b?", b"?=", b"<a href=", b"<li>", b"</ul>", b"\xfd", b"@", b'"',
     b"(", b"<", b">", b"\0", b"Mon, 1 Jan 0001 00:00:00 +9999", b"text/plain", b"; format*999=", b"multipart/digest"]
)  # fmt: skip


@given(st.lists(WORDS | st.binary(max_size=6), max_size=40).map(b"".join))
def test_no_shuffled_mail_raises_anything_but_unparsable(body: bytes) -> None:
    assert_understood(body)


def assert_understood(body: bytes) -> None:
    """Parsed or Unparsable; and the raw message is made in any case, of texts that a database takes."""
    raw = raw_message(body, "mia@x.example", ["destek@omnidesk.example"], "127.0.0.1")
    json.dumps(raw.envelope)
    assert "\0" not in raw.external_id + raw.sender
    try:
        inbound = understand(body)
    except Unparsable:
        return
    texts = [inbound.text, inbound.html or "", inbound.subject, inbound.sender.name, inbound.sender.address]
    texts += [text for file in inbound.attachments for text in (file.filename, file.content_type)]
    joined = "".join([*texts, *inbound.references, inbound.message_id or ""])
    assert "\0" not in joined
    joined.encode()


@given(st.text(max_size=200))
def test_an_encoded_word_comes_back_as_it_was(text: str) -> None:
    from email.header import Header

    written = " ".join(text.replace("\0", "").split())
    assert plain(Header(written, "utf-8").encode()) == " ".join(written.encode(errors="replace").decode().split())


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Mia <mia@x.example>", [("Mia", "mia@x.example")]),
        ("mia@x.example (Mia)", [("Mia", "mia@x.example")]),
        ('"Last, Mia" <mia@x.example>, bo@x.example', [("Last, Mia", "mia@x.example"), ("", "bo@x.example")]),
        ("Team: ada@x.example, bo@x.example;", [("", "ada@x.example"), ("", "bo@x.example")]),
        ("mia@x.example <mia@y.example>", [("mia@x.example", "mia@y.example")]),
        ("Mia mia@x.example>", [("Mia", "mia@x.example")]),
        ("nobody", []),
        ("", []),
    ],
)
def test_addresses_are_found(value: str, found: list[tuple[str, str]]) -> None:
    assert [mailbox.email for mailbox in mailboxes(value)] == [address for _, address in found]
    assert [mailbox.name for mailbox in mailboxes(value) if mailbox.name] == [name for name, _ in found if name]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Mon, 16 Nov 2026 09:12:44 +0300 (TRT)", "2026-11-16T09:12:44+03:00"),
        ("16 Nov 26 09:12 GMT", "2026-11-16T09:12:00+00:00"),
        ("2026-11-16T09:12:44+03:00", "2026-11-16T09:12:44+03:00"),
        ("Mon, 16 Nov 2026 09:12:44", "2026-11-16T09:12:44+00:00"),
        ("Mon, 32 Nov 2026 09:12:44 +0300", None),
        ("0001-01-01T00:00:00+03:00", None),
        ("yesterday", None),
    ],
)
def test_dates_are_read(value: str, found: str | None) -> None:
    read = date(value)
    assert (read and read.isoformat()) == found


def test_a_folded_id_is_put_together_and_ids_come_once() -> None:
    assert message_ids("<a b@x>\t<c@x> <a b@x>") == ("ab@x", "c@x")


def test_a_mail_has_one_external_id_whichever_way_it_comes() -> None:
    body = b"From: mia@x.example\nMessage-ID: <1@x>\nDate: today\nReceived: here\n\nhi\n"
    again = body.replace(b"\n", b"\r\n").replace(b"Received: here", b"Received: there").rstrip()
    first, second = (raw_message(each, "", [], "").external_id for each in (body, again))
    assert first == second
    assert first.startswith("1@x:")


@pytest.mark.parametrize(("old", "new"), [(b"hi", b"ho"), (b"today", b"now"), (b"mia@", b"bo@"), (b"<1@x>", b"<2@x>")])
def test_another_mail_with_the_same_message_id_is_another(old: bytes, new: bytes) -> None:
    body = b"From: mia@x.example\nMessage-ID: <1@x>\nDate: today\n\nhi\n"
    ids = {raw_message(each, "", [], "").external_id for each in (body, body.replace(old, new))}
    assert len(ids) == 2


def test_the_command_prints_a_line_for_each_file_whatever_is_in_it(tmp_path: Path) -> None:
    junk = tmp_path / "junk.eml"
    junk.write_bytes(b"")
    files = [SAMPLES / "apple_inline_image.eml", tmp_path / "missing.eml", junk, SAMPLES / "turkish_utf8_base64.eml"]
    result = CliRunner().invoke(commands(None), ["parse", *map(str, files)])  # type: ignore[arg-type]
    image, missing, empty, reply = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 0
    assert missing == {"error": f"{files[1]}: No such file or directory"}
    assert empty == {"error": f"{junk}: empty"}
    assert image["attachments"] == [
        {
            "filename": "ekran görüntüsü.png",
            "content_type": "image/png",
            "size": 70,
            "sha256": sha256(understand(files[0].read_bytes()).attachments[0].content or b"").hexdigest(),
            "content_id": "EKRAN-1@musteri.example",
            "inline": True,
        }
    ]
    assert reply["from"] == {"name": "Öztürk, Mia", "email": "Mia@Musteri.example"}
    assert [mailbox["email"] for mailbox in reply["cc"]] == ["cy@baska.example"]
    assert (reply["in_reply_to"], reply["references"]) == (
        "reply.2@omnidesk.example",
        ["first.1@musteri.example", "reply.2@omnidesk.example"],
    )
    assert (reply["date"], reply["html"]) == ("2026-11-17T08:00:00+00:00", None)


@pytest.mark.parametrize(
    ("fields", "inline"),
    [
        (b"Content-Disposition: inline", False),
        (b"Content-Disposition: inline\nContent-ID: <1@x>", True),
        (b"Content-ID: <1@x>", True),
        (b"Content-Disposition: attachment\nContent-ID: <1@x>", False),
        (b"", False),
    ],
)
def test_only_a_file_that_html_can_name_is_inline(fields: bytes, inline: bool) -> None:
    head = b"From: mia@x.example\nContent-Type: multipart/mixed; boundary=y\n\n--y\nContent-Type: text/plain\n\nHi\n"
    body = head + b"--y\nContent-Type: application/pdf\n" + fields.rstrip() + b"\n\n%PDF-\n--y--\n"
    (file,) = understand(body).attachments
    assert (file.content_type, file.inline) == ("application/pdf", inline)


ANSWER = (
    "From: Mia <mia@x.example>\r\nMessage-ID: <2@x.example>\r\nSubject: Re: Kargom\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n{more}\r\n"
    "Oldu, teşekkürler.\r\n\r\n25 Kas 2026 Çar 10:00 tarihinde Ada <ada@x.example> şunu yazdı:\r\n> Denediniz mi?\r\n"
)


def test_what_is_new_is_told_from_what_is_quoted_and_nothing_is_lost() -> None:
    inbound = understand(ANSWER.format(more="").encode())
    assert inbound.text == "Oldu, teşekkürler."
    assert inbound.whole is not None
    assert inbound.whole.endswith("> Denediniz mi?")


def test_a_mail_without_history_is_whole_already() -> None:
    inbound = understand(b"From: mia@x.example\r\n\r\nHello,\r\n\r\nwhere is it?\r\n")
    assert (inbound.text, inbound.whole) == ("Hello,\n\nwhere is it?", None)


def test_what_a_program_wrote_is_not_taken_apart() -> None:
    inbound = understand(ANSWER.format(more="Auto-Submitted: auto-replied\r\n").encode())
    assert (inbound.automatic, inbound.whole) == (True, None)
    assert "Denediniz" in inbound.text
