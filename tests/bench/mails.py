"""Mails as a desk gets them: 60 % plain of 1.5 KB, 30 % HTML of 5 KB, 10 % with a file of 20 KB; every second answers
one before it."""

import base64
import itertools
import os
from collections.abc import Iterator
from zlib import crc32

US = "support@desk.example"
_SAID = (
    "Kargom hâlâ gelmedi, nerede kaldı? Sipariş numaram TR-88231, geçen pazartesi verdim.",
    "I ordered two lamps and got one; the box was open. Could you please look into this?",
    "Faturada iki kez ücret alınmış görünüyor, ekran görüntüsünü de ekledim. Teşekkürler.",
    "The link in your last message answers with an error, so I could not pay. What now?",
)  # fmt: skip
_LINE = 80
_FILE = 20_000


def mails(sender: str, count: int) -> Iterator[bytes]:
    """Mails of one person; the same for the same name but for the bytes of the files."""
    for number in range(count):
        yield mail(sender, number)


def mail(sender: str, number: int) -> bytes:
    """The mail of this number: an odd one answers the one before it."""
    kind = (number // 2 * 7 + number % 2 * 4 + crc32(sender.encode())) % 10
    if kind < 6:
        return _head(sender, number) + _plain(sender, number, 1_000)
    if kind < 9:
        return _head(sender, number) + _html(sender, number)
    return _head(sender, number) + _with_file(sender, number)


def plain_of(size: int) -> bytes:
    """A plain mail of this many bytes, all of it text."""
    head = _head("mia", 0)
    return head + _plain("mia", 0, size - len(head) - 200)


def html_of(size: int) -> bytes:
    """A mail of about this many bytes in both forms."""
    return _head("mia", 0) + _html("mia", 0, paragraphs=size // 290)


def _head(sender: str, number: int) -> bytes:
    answers = number % 2
    lines = [
        f"Received: from mx.{sender}.example (mx.{sender}.example [192.0.2.7]) by mx.desk.example with ESMTPS",
        "\tid 4XyZ12abcd; Wed, 25 Nov 2026 09:30:12 +0300 (TRT)",
        f"From: =?utf-8?q?Ay=C5=9Fe_Y=C4=B1lmaz?= <{sender}@mail.example>",
        f"To: Destek <{US}>",
        f"Subject: {'Re: ' if answers else ''}=?utf-8?q?Sipari=C5=9F?= {number // 2}",
        "Date: Wed, 25 Nov 2026 09:30:11 +0300",
        f"Message-ID: <{sender}.{number}@mail.example>",
        "MIME-Version: 1.0",
    ]
    if answers:
        lines += [f"In-Reply-To: <{sender}.{number - 1}@mail.example>",
                  f"References: <{sender}.{number - 1}@mail.example>"]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n"


def _text(sender: str, number: int, size: int) -> str:
    """New words and, in an answer, those that are answered below them."""
    said = [_SAID[(number + len(sender)) % len(_SAID)], f"Mail {number}.", *_SAID]
    lines = [line for line, _ in zip(itertools.cycle(said), range(max(1, size // _LINE)), strict=False)]
    if number % 2:
        half = len(lines) // 2
        quoted = [f"> {line}" for line in lines[half:]]
        lines = [
            *lines[:half],
            "",
            "25 Kas 2026 Çar 09:12 tarihinde Destek <support@desk.example> şunu yazdı:",
            *quoted,
        ]
    return "\r\n".join(lines)


def _plain(sender: str, number: int, size: int) -> bytes:
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return head + _text(sender, number, size).encode() + b"\r\n"


def _html(sender: str, number: int, paragraphs: int = 15) -> bytes:
    text = _text(sender, number, _LINE * paragraphs)
    new, _, quoted = text.partition("\r\n>")
    said = _paragraphs(new)
    if quoted:
        said += f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{_paragraphs(quoted)}</blockquote>'
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        "<style>p.MsoNormal {margin:0cm; font-size:11.0pt}</style></head>"
        f'<body lang="TR" link="#0563C1"><div class="WordSection1">{said}</div></body></html>'
    )
    return _parts(
        "alternative", ("text/plain; charset=utf-8", text.encode()), ("text/html; charset=utf-8", page.encode())
    )


def _paragraphs(text: str) -> str:
    style = "margin:0;font-family:Arial,sans-serif;font-size:14px"
    lines = [line.lstrip("> ") for line in text.split("\r\n")]
    return "".join(f'<p style="{style}"><span lang="TR">{line}<o:p></o:p></span></p>\r\n' for line in lines)


def _with_file(sender: str, number: int) -> bytes:
    content = base64.encodebytes(os.urandom(_FILE)).replace(b"\n", b"\r\n")
    file = 'application/pdf; name="fatura.pdf"\r\nContent-Transfer-Encoding: base64\r\n' \
           'Content-Disposition: attachment; filename="fatura.pdf"'  # fmt: skip
    return _parts("mixed", ("text/plain; charset=utf-8", _text(sender, number, 1_000).encode()), (file, content))


def _parts(subtype: str, *parts: tuple[str, bytes]) -> bytes:
    head = f'Content-Type: multipart/{subtype}; boundary="=_b"\r\n\r\n'.encode()
    body = b"".join(
        b"--=_b\r\nContent-Type: " + kind.encode() + b"\r\n\r\n" + content + b"\r\n" for kind, content in parts
    )
    return head + body + b"--=_b--\r\n"
