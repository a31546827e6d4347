"""Mails of every shape: nested, broken, signed, packed; what is read and what is attached."""

import base64
from dataclasses import dataclass

import pytest

from channels.email.parse import parse_mail

HEAD = "From: mia@x.example\nSubject: s\n"
TEXT = "Content-Type: text/plain\n\nhello"
HTML = "Content-Type: text/html\n\n<p>hello</p>"
PDF = "Content-Type: application/pdf; name=a.pdf\n\n%PDF"
PARTS = f"--b\n{TEXT}\n--b\n{PDF}\n--b--\n"
ARMOURED = (
    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nhello\n- -- \nMia\n"
    "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
)


def multi(subtype: str, *parts: str, more: str = "") -> str:
    """A multipart mail of these parts."""
    return (
        f"{HEAD}Content-Type: multipart/{subtype}; boundary=b{more}\n\n"
        + "".join(f"--b\n{part}\n" for part in parts)
        + "--b--\n"
    )


def encoded(encoding: str, body: str) -> str:
    return f"{HEAD}Content-Transfer-Encoding: {encoding}\n\n{body}"


@pytest.mark.parametrize(
    "mail",
    [
        f"From mia@x Mon Nov 16 09:12:44 2026\n{HEAD}\nhello",
        f">From mia@x Mon Nov 16 09:12:44 2026\n{HEAD}\nhello",
        f"\ufeff{HEAD}\nhello",
        f"{HEAD}\nhello".replace("\n", "\r"),
        f"{HEAD}\nhello".replace("\n", "\r\r\n"),
        f"\0{HEAD}\nhel\0lo",
        f"\r\n\n{HEAD}\nhello",
        "From : mia@x.example\nSubject : s\n\nhello",
        "Subject:\n\ts\nFrom:\n mia@x.example\n\nhello",
    ],
)
def test_what_stands_before_a_mail_or_ends_its_lines_does_not_matter(mail: str) -> None:
    read = parse_mail(mail.encode())
    assert (read.sender.email, read.subject, read.text) == ("mia@x.example", "s", "hello")


@dataclass(frozen=True)
class Shape:
    """A mail, and what is understood of it."""

    mail: str
    text: str = "hello"
    html: str | None = None
    files: tuple[str, ...] = ()


SHAPES = {
    "no end": Shape(multi("mixed", TEXT, PDF)[:-7], files=("a.pdf",)),
    "no boundary named": Shape(f"{HEAD}Content-Type: multipart/mixed\n\n{PARTS}", files=("a.pdf",)),
    "another boundary": Shape(f"{HEAD}Content-Type: multipart/mixed; boundary=zz\n\n{PARTS}", files=("a.pdf",)),
    "boundary in pieces": Shape(
        f'{HEAD}Content-Type: multipart/mixed; boundary*0="a"; boundary*1="b"\n\n--ab\n{TEXT}\n--ab--\n'
    ),
    "boundary in angle brackets": Shape(
        f'{HEAD}Content-Type: multipart/mixed; boundary="<b>"\n\n--<b>\n{TEXT}\n--<b>--\n'
    ),
    "boundary not named, inside": Shape(
        multi("mixed", f"Content-Type: multipart/mixed\n\n--c\n{TEXT}\n--c\n{PDF}\n--c--"), files=("a.pdf",)
    ),
    "one boundary twice": Shape(
        multi("related", f"Content-Type: multipart/alternative; boundary=b\n\n--b\n{TEXT}\n--b--", PDF),
        files=("a.pdf",),
    ),
    "headers lost": Shape(f"{HEAD}\n{PARTS}", files=("a.pdf",)),
    "headers lost, with a preamble": Shape(
        f"{HEAD}\nThis is a multi-part message in MIME format.\n{PARTS}", files=("a.pdf",)
    ),
    "a mail in the text": Shape(f"{HEAD}\nhello\n\n{PARTS}", text=f"hello\n\n{PARTS.strip()}"),
    "a space for a blank line": Shape(f"{HEAD}Content-Type: multipart/mixed; boundary=b\n \n{PARTS}", files=("a.pdf",)),
    "a name without its indent": Shape(
        multi("mixed", TEXT, "Content-Type: application/pdf;\nname=a.pdf\nContent-Disposition: attachment\n\n%PDF"),
        files=("a.pdf",),
    ),
    "lines among headers": Shape(
        f"{HEAD}no header\n>From x\nContent-Type: text/html\n\n<p>hello</p>", html="<p>hello</p>"
    ),
    "a missing blank line": Shape(f"{HEAD}hello"),
    "base64 with a damaged letter": Shape(encoded("base64", "aGVs*bG8=")),
    "base64 that is none": Shape(encoded("base64", "hello, you"), text="hello, you"),
    "spaces in a name": Shape(
        multi(
            "mixed", TEXT, 'Content-Type: application/pdf\nContent-Disposition: attachment; filename="a  b.pdf"\n\n%PDF'
        ),
        files=("a  b.pdf",),
    ),
    "parts in base64": Shape(
        f"{HEAD}Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n"
        + base64.b64encode(PARTS.encode()).decode(),
        files=("a.pdf",),
    ),
    "empty parts": Shape(multi("mixed", "", "", TEXT)),
    "no parts": Shape(f"{HEAD}Content-Type: multipart/mixed; boundary=b\n\nhello\n"),
    "invitation": Shape(
        multi("alternative", TEXT, HTML, "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR"),
        html="<p>hello</p>",
        files=("invite.ics",),
    ),
    "empty text": Shape(multi("alternative", "Content-Type: text/plain\n\n", HTML), html="<p>hello</p>"),
    "markdown": Shape(multi("alternative", "Content-Type: text/markdown\n\nhello")),
    "calls itself plain/text": Shape(f"{HEAD}Content-Type: plain/text\n\nhello"),
    "calls itself html": Shape(f"{HEAD}Content-Type: html\n\n<b>hello</b>", html="<b>hello</b>"),
    "html without a type": Shape(f"{HEAD}\n<html><body><p>hello</p></body></html>", html="<p>hello</p>"),
    "digest": Shape(
        multi("digest", "\nSubject: one\n\n1", "\nSubject: two\n\n2"),
        text="1\n\n2",
        files=("attachment-1.eml", "attachment-2.eml"),
    ),
    "only an invitation": Shape(
        f"{HEAD}Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nBEGIN:VTIMEZONE\n"
        "DTSTART:19700101T000000\nEND:VTIMEZONE\nBEGIN:VEVENT\nSUMMARY:hello\\, \n all\n"
        "DTSTART;TZID=Europe/Istanbul:20261124T100000\n"
        "DTEND:20261124T080000Z\nLOCATION:Oda 3\nDESCRIPTION:bir\\niki\n"
        "BEGIN:VALARM\nDESCRIPTION:x\nEND:VALARM\nEND:VEVENT\n",
        text="hello, all\n2026-11-24 10:00 (Europe/Istanbul) – 2026-11-24 08:00 (UTC)\nOda 3\n\nbir\niki",
        files=("invite.ics",),
    ),
    "only a mail": Shape(
        multi("mixed", f"Content-Type: message/rfc822\n\n{HEAD}{HTML}"),
        html="<p>hello</p>",
        files=("attachment-1.eml",),
    ),
    "elsewhere": Shape(
        multi("mixed", TEXT, "Content-Type: message/external-body; access-type=URL\n\nContent-Type: image/png\n"),
        files=("attachment-1.bin",),
    ),
    "S/MIME": Shape(multi("signed", TEXT, "Content-Type: application/pkcs7-signature\n\nx"), files=("smime.p7s",)),
    "PGP/MIME": Shape(multi("signed", TEXT, "Content-Type: application/pgp-signature\n\nx"), files=("signature.asc",)),
    "PGP in the text": Shape(f"{HEAD}\n{ARMOURED}", text="hello\n-- \nMia"),
    "start": Shape(
        multi(
            "related",
            "Content-Type: image/png; name=i.png\nContent-ID: <i>\n\nP",
            f"Content-ID: <r>\n{HTML}",
            more='; start="<r>"',
        ),
        html="<p>hello</p>",
        files=("i.png inline",),
    ),
    "shown though attached": Shape(
        multi(
            "related",
            'Content-Type: text/html\n\nhello<img src="cid:i">',
            "Content-Type: image/png\nContent-ID: i\nContent-Disposition: attachment; filename=i.png\n\nP",
        ),
        html='hello<img src="cid:i">',
        files=("i.png inline",),
    ),
    "uuencoded": Shape(
        f"{HEAD}\nhello\n\nbegin 644 a.txt\n%:&5L;&\\\n`\nend\n\nbye", text="hello\n\n\nbye", files=("a.txt",)
    ),
    "flowed": Shape(
        f"{HEAD}Content-Type: text/plain; format=flowed\n\nThis is \none line.\n> quoted \n> text\n-- \nMia\n From X\n",
        text="This is one line.\n> quoted text\n-- \nMia\nFrom X",
    ),
    "flowed, no spaces": Shape(
        f"{HEAD}Content-Type: text/plain; format=flowed; delsp=yes\n\nThis i \ns one.\n", text="This is one."
    ),
    "8 bit": Shape(encoded("8bit", "ü"), text="ü"),
    "quoted_printable": Shape(encoded("quoted_printable", "=C3=BC"), text="ü"),
    "quoted": Shape(encoded('"quoted-printable"', "=C3=BC"), text="ü"),
    "with a comment": Shape(encoded("quoted-printable (sic);", "=C3=BC =zz"), text="ü =zz"),
    "base64 with junk": Shape(encoded("base64", "aGVs bG8h\n!!\nIGJ5ZQ"), text="hello! bye"),
    "base64 cut off": Shape(encoded("base64", "aGVsbG8gdGhlcmUgbXkgZnJpZ"), text="hello there my fri"),
    "base64 twice": Shape(encoded("base64", "aGVsbG8=\nIHRoZXJl\n"), text="hello there"),
    "base64 and a footer": Shape(encoded("base64", "aGVsbG8=\n\n-- \nmailing list footer\n")),
    "no base64": Shape(encoded("base64", "This is no base64 at all."), text="This is no base64 at all."),
    "two encodings": Shape(encoded("7bit\nContent-Transfer-Encoding: base64", "aGVsbG8=")),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_shape_is_understood(shape: Shape) -> None:
    mail = parse_mail(shape.mail.encode())
    assert (mail.text, mail.html) == (shape.text, shape.html)
    assert tuple(file.filename + " inline" * file.inline for file in mail.attachments) == shape.files


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("attachment; filename=Skil.png; filename*=utf-8''%C5%9Ekil.png", "Şkil.png"),
        ("attachment; filename*=iso-8859-9'tr'%DEkil.png; filename=Skil.png", "Şkil.png"),
        ("attachment; filename*0*=utf-8''%C5; filename*1*=%9Ekil; filename*2=.png", "Şkil.png"),
        ("attachment; filename*1=def.png; filename*0=abc", "abcdef.png"),
        ("attachment; filename*0=utf-8''%C5%9E; filename*1=kil.png", "Şkil.png"),
        ("attachment; filename==?utf-8?Q?=C5=9Ekil.png?=", "Şkil.png"),
        ('attachment; filename*0="=?utf-8?Q?=C5=9E"; filename*1="kil.png?="', "Şkil.png"),
        ("attachment; filename=Şkil resmi.png", "Şkil resmi.png"),
        ('attachment; filename="%C5%9Ekil.png"', "Şkil.png"),
        ("attachment; filename*=xx''%C5%9Ekil.png", "Şkil.png"),
        ('attachment;filename="a.png', "a.png"),
        ('attachment filename="x.png"', "x.png"),
        ('attachment; name="x.png"', "x.png"),
        ('attachment; filename="a;b.png"', "a;b.png"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="a\u202egnp.exe"', "agnp.exe"),
    ],
)
def test_the_name_of_a_file_is_found(field: str, name: str) -> None:
    (file,) = parse_mail(
        multi("mixed", TEXT, f"Content-Type: image/png\nContent-Disposition: {field}\n\nP").encode()
    ).attachments
    assert file.filename == name


def _der(tag: int, *bodies: bytes, indefinite: bool = False) -> bytes:
    body = b"".join(bodies)
    if indefinite:
        return bytes([tag, 0x80]) + body + b"\0\0"
    return bytes([tag, 0x82]) + len(body).to_bytes(2) + body


def _opaque(mail: bytes, *, indefinite: bool) -> bytes:
    kind, data = (_der(6, bytes.fromhex(f"2a864886f70d01070{last}")) for last in (2, 1))
    octets = _der(0x24, _der(4, mail[:9]), _der(4, mail[9:]), indefinite=indefinite)
    inner = _der(0x30, data, _der(0xA0, octets, indefinite=indefinite), indefinite=indefinite)
    signed = _der(0x30, _der(2, b"\1"), _der(0x31), inner, indefinite=indefinite)
    return _der(0x30, kind, _der(0xA0, signed, indefinite=indefinite), indefinite=indefinite)


OPAQUE = f"{HEAD}Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n".encode()


@pytest.mark.parametrize("indefinite", [False, True], ids=["DER", "BER"])
def test_an_opaque_signature_is_opened(indefinite: bool) -> None:
    body = base64.encodebytes(_opaque(multi("mixed", TEXT, PDF).encode(), indefinite=indefinite))
    mail = parse_mail(OPAQUE + body)
    assert (mail.text, [file.filename for file in mail.attachments]) == ("hello", ["a.pdf"])


def test_what_is_encrypted_stays_a_file() -> None:
    mail = parse_mail(OPAQUE + base64.encodebytes(b"0\x80secret"))
    assert [file.filename for file in mail.attachments] == ["smime.p7m"]


@pytest.mark.parametrize(
    "mail",
    [
        "Content-Type: text/plain; format=flowed\n\n" + "a \n" * 300_000,
        "Content-Type: multipart/mixed\n\n" + "-" * 900_000,
        "\n" + "begin 644 a\n" * 80_000 + "end\n",
        "\n" + "-----BEGIN PGP SIGNED MESSAGE-----\n" * 30_000,
        "From: " + '"\\' * 50_000 + "\n\nx",
    ],
    ids=["flowed", "boundaries", "uuencoded", "armour", "quotes"],
)
def test_a_repeated_sign_costs_no_more_than_its_length(mail: str) -> None:
    assert parse_mail(mail.encode()).text
