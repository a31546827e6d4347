"""What is understood of mails: samples of real and of broken ones, and the command that prints them."""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from channels.email.commands import commands
from tests.channels.mails import understand

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
        "Yine de okunur.",
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
