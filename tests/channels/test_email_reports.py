"""Delivery reports (RFC 3464), right and wrong ones."""

import pytest

from channels.email.sorting.reports import address, read_report

TWO = """Reporting-MTA: dns; mx.example
Arrival-Date: Sat, 21 Nov 2026 01:00:00 +0000

Original-Recipient: rfc822;mia@x.example
Final-Recipient: rfc822; mia.forwarded@y.example
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox
 full

Final-Recipient: rfc822; bo@x.example
Action: delayed
Status: 4.4.1
Will-Retry-Until: Sun, 22 Nov 2026 01:00:00 +0000

Final-Recipient: rfc822; ada@x.example
Action: delivered
Status: 2.0.0
"""


def test_every_recipient_is_read_but_those_who_got_it() -> None:
    report = read_report(TWO)
    assert [(each.email, each.status, each.permanent, each.reason) for each in report.recipients] == [
        ("mia@x.example", "5.2.2", True, "mailbox_full"),
        ("bo@x.example", "4.4.1", False, "temporary"),
    ]
    assert report.actions == {"failed", "delayed", "delivered"}


@pytest.mark.parametrize(
    "wrong", [TWO.replace("\n\n", "\n"), TWO.replace("\n", "\n\n").replace("\n\n full", "\n full")]
)
def test_empty_lines_in_wrong_places_change_nothing(wrong: str) -> None:
    assert read_report(wrong) == read_report(TWO)


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ("Status: 5.1.1", "5.1.1", "unknown_user"),
        ("Status: 5.1.1 (user unknown)", "5.1.1", "unknown_user"),
        ("Status: 5.0.0 (no such user here)", "5.0.0", "unknown_user"),
        ("Diagnostic-Code: smtp; 550 5.1.1 unknown", "5.1.1", "unknown_user"),
        ("Status: 511\nDiagnostic-Code: smtp; 550 5.2.2 full", "5.2.2", "mailbox_full"),
        ("Diagnostic-Code: smtp; 550 user unknown", None, "unknown_user"),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 554 5.7.1 blocked", "5.0.0", "blocked"),
        ("Status:", None, "other"),
    ],
)
def test_a_missing_or_broken_status_is_made_up_for(fields: str, status: str | None, reason: str) -> None:
    (recipient,) = read_report(f"Final-Recipient: rfc822; mia@x.example\nAction: failed\n{fields}\n").recipients
    assert (recipient.status, recipient.reason) == (status, reason)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("rfc822; mia@x.example", "mia@x.example"),
        ("RFC822;<Mia@X.example>", "Mia@X.example"),
        ("mia@x.example", "mia@x.example"),
        ("rfc822; mia+2Borders+3Dx@x.example", "mia+orders=x@x.example"),
        ("rfc822; mia+2026@x.example", "mia+2026@x.example"),
        (r"utf-8; m\x{131}a@x.example", "mıa@x.example"),
        ("utf-8; öztürk@müşteri.example", "öztürk@müşteri.example"),
        (r"utf-8; m\x{D800}\x{FFFFFF}@x.example", "m\ufffd\ufffd@x.example"),
        ("x400; /S=mia/O=x", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_an_address_has_its_type_and_escapes_taken_off(value: str, found: str | None) -> None:
    assert address(value) == found


def test_fields_for_ten_thousand_recipients_are_read_up_to_a_thousand() -> None:
    assert len(read_report("".join(f"Final-Recipient: rfc822; m{n}@x\n\n" for n in range(10_000))).recipients) == 1_000
