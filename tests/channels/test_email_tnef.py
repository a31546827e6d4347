"""What Outlook packs away in a winmail.dat, also where its only text is rich text."""

import base64
import struct

import pytest

from channels.email.mime import rtf
from channels.email.parse import parse_mail
from tests.channels.test_email_shapes import multi


def _attribute(name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", 1, name, 0, len(data)) + data + b"\0\0"


def _properties(*values: tuple[int, int, bytes]) -> bytes:
    padded = b"".join(
        struct.pack("<HHII", kind, name, 1, len(data)) + data + b"\0" * (-len(data) % 4) for kind, name, data in values
    )
    return struct.pack("<I", len(values)) + padded


SIGNATURE = struct.pack("<IH", 0x223E9F78, 1)
WINMAIL = (
    SIGNATURE
    + _attribute(0x9007, struct.pack("<I", 1254))
    + _attribute(
        0x9003, _properties((0x1F, 0x1000, "Şifre".encode("utf-16-le")), (0x102, 0x1013, "<p>ş".encode("cp1254")))
    )
    + _attribute(0x9002, b"")
    + _attribute(0x8010, b"FATURA~1.TXT\0")
    + _attribute(0x800F, b"12345")
    + _attribute(0x9005, _properties((0x1F, 0x3707, "Fatura ş.txt\0".encode("utf-16-le"))))
)


def _with_winmail(text: str, content: bytes) -> bytes:
    tnef = "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
    return multi("mixed", f"Content-Type: text/plain\n\n{text}", tnef + base64.b64encode(content).decode()).encode()


@pytest.mark.parametrize(("text", "shown", "html"), [("", "Şifre", "<p>ş</p>"), ("hello", "hello", None)])
def test_a_winmail_dat_is_unpacked_and_its_text_used_where_there_is_no_other(
    text: str, shown: str, html: str | None
) -> None:
    mail = parse_mail(_with_winmail(text, WINMAIL))
    assert (mail.text, mail.html) == (shown, html)
    assert [(file.filename, file.content) for file in mail.attachments] == [("Fatura ş.txt", b"12345")]


@pytest.mark.parametrize("end", range(6, len(WINMAIL), 7))
def test_a_broken_winmail_dat_gives_what_is_whole(end: int) -> None:
    assert parse_mail(_with_winmail("hello", WINMAIL[:end])).text == "hello"


def test_a_bomb_in_a_winmail_dat_costs_no_time() -> None:
    counts = _attribute(0x9003, b"\xff" * 8 + struct.pack("<HHI", 0x101E, 1, 2**32 - 1) + b"\0" * 400_000)
    assert parse_mail(_with_winmail("hello", SIGNATURE + counts + _attribute(0, b"") * 100_000)).text == "hello"


def test_what_is_no_winmail_dat_stays_a_file() -> None:
    assert [file.filename for file in parse_mail(_with_winmail("hello", b"junk")).attachments] == ["winmail.dat"]


def test_a_winmail_dat_in_which_nothing_is_found_stays_a_file() -> None:
    mail = parse_mail(_with_winmail("hello", SIGNATURE + bytes(8)))
    assert (mail.text, [file.filename for file in mail.attachments]) == ("hello", ["winmail.dat"])


def _compressed(text: bytes) -> bytes:
    """Rich text as Outlook compresses it, of which only the beginning is a reference: to `{\\rtf1\\ansi`."""
    assert text.startswith(b"{\\rtf1\\ansi")
    letters = [b"\x00\x0a", *(text[at : at + 1] for at in range(12, len(text)))]
    pieces = [letters[at : at + 8] for at in range(0, len(letters), 8)]
    body = b"".join(bytes([number == 0]) + b"".join(piece) for number, piece in enumerate(pieces))
    return struct.pack("<II4sI", len(body) + 12, len(text), b"LZFu", 0) + body


def _rich(text: str) -> bytes:
    packed = _compressed(rb"{\rtf1\ansi" + text.encode("cp1254"))
    return _with_winmail("", SIGNATURE + _attribute(0x9003, _properties((0x102, 0x1009, packed))))


def test_rich_text_alone_becomes_the_text() -> None:
    mail = parse_mail(
        _rich(
            r"\ansicpg1254{\fonttbl{\f0\fcharset162 Arial;}{\f1\fcharset204 Arial;}}{\*\generator X;}{\info{\title T}}"
            r"\f0 Merhaba,\par \'dei\'feemi \b de\'f0i\'fetir\b0 ?\par {\f1 \'c7\'e4\'f0}\tab \u351 ? \{x\}\par "
            r"\u-10179?\u-8704?{\pict 0102}\par }"
        )
    )
    assert mail.text == "Merhaba,\nŞişemi değiştir?\nЗдр\tş {x}\n😀"


def test_html_in_rich_text_is_taken_out() -> None:
    mail = parse_mail(
        _rich(
            r"\ansicpg1254\fromhtml1 {\fonttbl{\f0 Arial;}}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 \'dei\'fee "
            r"{\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0  3{\*\htmltag72 </p>}\htmlrtf }\htmlrtf0 }"
        )
    )
    assert (mail.text, mail.html) == ("Şişe < 3", "<p>Şişe &lt; 3</p>")


@pytest.mark.parametrize(
    "data", [b"", b"LZFu", b"x" * 40, b"\0" * 8 + b"LZFu\0\0\0\0\xff", b"\0" * 8 + b"MELA\0\0\0\0{\\rtf1 x"]
)
def test_any_bytes_are_decompressed(data: bytes) -> None:
    assert rtf.read(rtf.decompressed(data)) in (("", ""), ("x", ""))
