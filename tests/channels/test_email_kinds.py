"""Which kind of mail: lists and complaints, what wins over what, hostile mails, and the command."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from channels.email.commands import commands
from channels.email.mime.structure import read
from channels.email.sorting.kinds import classify
from channels.email.sorting.reasons import Reason
from omnidesk.contract.channel import Unparsable
from tests.channels.mails import mail, report

SAMPLES = Path(__file__).parent.parent / "samples" / "email"
COMPLAINT = """
    Feedback-Type: abuse
    User-Agent: SomeGenerator/1.0
    Version: 1
    Original-Rcpt-To: <mia@x.example>
"""


@pytest.mark.parametrize(
    "head",
    [
        "Precedence: bulk",
        "Precedence: List",
        "Precedence: junk",
        "List-Id: <news.x.example>",
        "List-Id: Haberler <news.x.example>\nList-Unsubscribe: <mailto:off@x.example>\nSubject: Kampanya",
        "Precedence: list\nList-Id: <dev.x.example>\nIn-Reply-To: <1@x.example>\nSubject: Re: [dev] Plan",
        "Auto-Submitted: auto-generated\nList-Id: <repo.forge.example>\nPrecedence: list",
        "Precedence: bulk\nX-Auto-Response-Suppress: All",
    ],
)
def test_mail_to_many_is_a_lists(head: str) -> None:
    kind = classify(read(mail(head)))
    assert (kind.kind, kind.suppress_auto_reply, kind.automatic) == ("list", True, True)


@pytest.mark.parametrize(
    "body",
    [
        report("From: <feedback@arf.example>\nSubject: FW: Garanti", "Spam", COMPLAINT, kind="feedback-report"),
        report("Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nSubject: x", "", COMPLAINT, kind="feedback-report"),
        mail("From: staff@hotmail.com\nSubject: complaint about message from 192.0.2.1"),
        mail("Content-Type: multipart/report; report-type=feedback-report"),
        mail("Content-Type: multipart/report; boundary=b; report-type = \"feedback-report\"", "--b\n\nx\n--b--"),
    ],
)  # fmt: skip
def test_a_complaint_is_feedback(body: bytes) -> None:
    kind = classify(read(body))
    assert (kind.kind, kind.suppress_auto_reply) == ("feedback", True)


@pytest.mark.parametrize(
    ("head", "text", "kind"),
    [
        # An absence sent with an empty return path is no bounce, whatever it says.
        (
            "Return-Path: <>\nAuto-Submitted: auto-replied\nSubject: Automatic reply: Garanti",
            "I am away.",
            "auto_reply",
        ),
        ("Return-Path: <>\nSubject: Automatische Antwort", "Ihre Mail wurde nicht gelesen.", "auto_reply"),
        # A list's software that answers is no list.
        ("Precedence: bulk\nAuto-Submitted: auto-replied\nSubject: Re: Garanti", "I am away.", "auto_reply"),
        ("Precedence: bulk\nSubject: Out of office", "I am out of the office until Monday.", "auto_reply"),
        # A bounce that came over a list, or is marked as bulk, is a bounce.
        ("From: MAILER-DAEMON@x.example\nPrecedence: junk\nSubject: failure notice", "<mia@x.example>:\nno", "bounce"),
        ("From: postmaster@x.example\nAuto-Submitted: auto-generated\nSubject: Undeliverable: x", "no", "bounce"),
        # Our own automatic mail, come back to us.
        ("Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nPrecedence: bulk", "Merhaba", "auto_reply"),
        ("Content-Type: multipart/report; report-type=delivery-status", "broken", "bounce"),
        ("Content-Type: multipart/report", "broken", "auto_reply"),
    ],
)
def test_what_wins_over_what(head: str, text: str, kind: str) -> None:
    assert classify(read(mail(head, text))).kind == kind


HOSTILE = [
    "Subject: " + "[a]" * 30_000,
    "Subject: " + "[!]" * 30_000,
    "Subject: " + "warning: " * 10_000,
    "Subject: " + "#1 " * 30_000,
    "From: " + "a" * 50_000 + "@x.example",
    "From: " + "no-" * 30_000 + "@x.example",
    "X-Failed-Recipients: " + "mia@x.example, " * 5_000,
    "Content-Type: multipart/report; report-type" + " " * 50_000 + "=x",
]
TEXTS = [
    "<" * 100_000,
    "<a@b" * 25_000,
    "@" * 100_000,
    "a@" * 50_000,
    "5.1." * 25_000,
    "550-" * 25_000,
    "\n" * 100_000,
    " \n" * 50_000,
    "Final-Recipient: rfc822; a@b\n\n" * 3_000,
    "Final-Recipient: " + "a" * 100_000,
    "-" * 100_000,
    "<mia@x.example>: " * 6_000,
    "this is an automated\n" * 5_000,
]


@pytest.mark.parametrize("head", HOSTILE, ids=lambda head: head[:20])
def test_a_hostile_header_costs_no_time(head: str) -> None:
    assert classify(read(mail(head))).kind in ("normal", "bounce", "auto_reply")


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:10])
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_hostile_text_costs_no_time(text: str, kind: str) -> None:
    head = f"Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nSubject: failure notice\nContent-Type: text/{kind}"
    assert classify(read(mail(head, text))).kind == "bounce"
    assert classify(read(report(head, text, text))).kind in ("bounce", "auto_reply")


def test_only_the_beginning_of_a_text_is_looked_at() -> None:
    body = mail(
        "From: postmaster@x.example", "x" * 200_000 + "\nYour message could not be delivered to <mia@x.example>"
    )
    assert classify(read(body)).kind == "normal"


WORDS = st.sampled_from(
    [b"From: ", b"MAILER-DAEMON@x.example", b"Subject: ", b"failure notice", b"Automatic reply: ", b"Return-Path: <>",
     b"Content-Type: ", b"multipart/report", b"; report-type=", b"delivery-status", b"; boundary=b", b"\n--b\n",
     b"\n--b--\n", b"message/delivery-status", b"message/feedback-report", b"message/rfc822", b"text/html", b"\r\n",
     b"\n\n", b"Final-Recipient: ", b"Original-Recipient: ", b"rfc822; ", b"utf-8; ", b"\\x{110000}", b"+3D", b"mia@x",
     b"Action: ", b"failed", b"delivered", b"Status: ", b"5.1.1", b"Diagnostic-Code: ", b"smtp; 550 ", b"<", b">",
     b"X-Failed-Recipients: ", b"Auto-Submitted: ", b"List-Id: ", b"Precedence: ", b"bulk", b"\xfd", b"\0", b"@", b"--"]
)  # fmt: skip


@given(st.lists(WORDS | st.binary(max_size=6), max_size=40).map(b"".join) | st.binary(max_size=400))
def test_no_bytes_raise_anything_but_unparsable(body: bytes) -> None:
    try:
        kind = classify(read(body))
    except Unparsable:
        return
    assert all("@" in each.email and each.reason in Reason for each in kind.recipients)
    assert kind.suppress_auto_reply or kind.kind == "normal"


def test_the_command_prints_a_line_for_each_file_whatever_is_in_it(tmp_path: Path) -> None:
    empty = tmp_path / "empty.eml"
    empty.write_bytes(b"")
    files = [SAMPLES / "bounce_dsn.eml", tmp_path / "missing.eml", empty, SAMPLES / "auto_reply.eml"]
    result = CliRunner().invoke(commands(None), ["classify", *map(str, files)])  # type: ignore[arg-type]
    assert result.exit_code == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {
            "kind": "bounce",
            "suppress_auto_reply": True,
            "recipients": [
                {"email": "mia@musteri.example", "status": "5.1.1", "permanent": True, "reason": "unknown_user"}
            ],
        },
        {"error": f"{files[1]}: No such file or directory"},
        {"error": f"{empty}: empty"},
        {"kind": "auto_reply", "suppress_auto_reply": True, "recipients": []},
    ]
