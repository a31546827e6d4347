"""What no mail program writes: it is refused with a reason or read as far as it goes, and never takes long."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.email.mime.structure import read
from channels.email.parse import parse_mail
from channels.email.quoting.mail import reply_in
from channels.email.receiving.raw import raw_message
from channels.email.sorting.kinds import classify
from omnidesk.contract.channel import Unparsable
from tests.channels.mails import understand


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
        (b"X: y\n" * 10_001, "more than 10000 headers"),
        (b"x" * 50_000_001, "larger than 50 MB"),
    ],
    ids=["nothing", "white space", "parts", "depth", "headers", "size"],
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


SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "samples" / "email").glob("*.eml"))]
PIECES = st.sampled_from(SAMPLES) | st.sampled_from(
    [
        b"<",
        b"&",
        b" ",
        b"> ",
        b"=?utf-8?q?",
        b"(",
        b",",
        b"\n",
        b"--b\n",
        b"<div>",
        b"x: y\n",
        b"On 1.1.2026 10:00 wrote:\n",
    ]
)


def _cut(piece: bytes, start: int, end: int, times: int) -> bytes:
    return (piece[start : start + end] * times)[:100_000]


MUTANTS = st.lists(
    st.builds(_cut, PIECES, st.integers(0, 600), st.integers(1, 2_000), st.integers(1, 20_000)), min_size=1, max_size=4
).map(b"".join)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(MUTANTS, st.sampled_from([parse_mail, reply_in, lambda body: classify(read(body))]))
def test_no_mail_takes_longer_than_its_length_deserves(body: bytes, understand: Callable[[bytes], object]) -> None:
    begin = time.process_time()
    with suppress(Unparsable):
        understand(body)
    assert time.process_time() - begin < 2 + len(body) / 200_000
