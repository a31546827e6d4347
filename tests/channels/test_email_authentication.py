"""Whether a sender is proven: what a trusted server says of the one author, and nothing else."""

from typing import Any

import pytest

from channels.email.adapter import EmailChannel
from channels.email.proving.authentication import aligned, author_domain, read_results
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import Inbound, RawMessage
from tests.channels.mails import US, mail, said

MX = "mx.desk.example"


def understood(head: str, **settings: Any) -> Inbound:
    settings = {"trusted_hosts": [MX], **settings}
    channel = EmailChannel(EmailSettings.model_validate({"address": US, "authentication": settings}))
    return said(channel, RawMessage("1", "mia@x.example", mail(head)))


def doubted(results: str, author: str = "Mia <mia@x.example>", **settings: Any) -> str:
    sender = understood(f"From: {author}\n{results}", **settings).sender
    assert sender.proven == (not sender.doubt)
    return sender.doubt


@pytest.mark.parametrize(
    "found",
    [
        "dmarc=pass header.from=x.example",
        "dmarc=pass (p=none dis=none) header.from=x.example",
        "dmarc=pass action=none header.from=x.example;compauth=pass reason=100",
        "DMARC = Pass header.From=X.Example",
        "dkim=pass header.d=x.example",
        "dkim=pass (2048-bit key; unprotected) header.d=x.example header.i=@x.example header.b=abc",
        "dkim=pass header.i=@mail.x.example header.s=one",
        "dkim/1=fail header.d=x.example; dkim=pass header.d=x.example",
        "dkim=pass header.d=mailer.example; spf=pass smtp.mailfrom=bounces.x.example",
        'spf=pass (the sender; "mx" is known) smtp.mailfrom="mia@x.example"',
        "dmarc=none header.from=x.example; dkim=pass header.d=x.example",
    ],
)
def test_a_trusted_server_proves_the_sender(found: str) -> None:
    assert doubted(f"Authentication-Results: {MX}; {found}") == ""
    assert doubted(f"Authentication-Results: {MX.upper()} 1;\n\t{found}") == ""
    assert doubted(f"Authentication-Results: {MX}; {found}", trusted_hosts=[]) == "unproven"
    assert doubted(f"Authentication-Results: other.example; {found}") == "unproven"


@pytest.mark.parametrize(
    "found",
    [
        "none",
        "",
        "dmarc=none header.from=x.example",
        "dmarc=temperror header.from=x.example",
        "dmarc=pass",
        "dmarc=pass header.from=evil.example",
        "dkim=pass header.d=evil.example",
        "dkim=pass header.d=example",
        "dkim=pass",
        "dkim=fail header.d=x.example",
        "dkim=pass header.d=notx.example",
        "dkim=pass header.d=x.example.evil.example",
        "spf=pass smtp.mailfrom=evil.example",
        "spf=pass smtp.helo=x.example",
        "spf=softfail smtp.mailfrom=x.example",
        "x-dmarc=pass header.from=x.example",
        "arc=pass header.d=x.example",
        "spf=fail (dmarc=pass header.from=x.example) smtp.mailfrom=evil.example",
        'spf=pass smtp.mailfrom="; dmarc=pass header.from=x.example"@evil.example',
        "spf=pass smtp.mailfrom=a;dmarc=pass header.from=x.example;@evil.example; dmarc=fail header.from=x.example",
    ],
)
def test_what_proves_nothing(found: str) -> None:
    assert doubted(f"Authentication-Results: {MX}; {found}") == "unproven"


def test_a_failed_check_says_that_it_may_be_forged() -> None:
    found = f"Authentication-Results: {MX}; dkim=none; spf=pass smtp.mailfrom=evil.example; dmarc=fail"
    assert doubted(f"{found} (p=reject) header.from=x.example") == "forged"


def test_only_the_topmost_result_of_a_trusted_server_counts() -> None:
    ours = f"Authentication-Results: {MX}; dkim=none; dmarc=none"
    theirs = f"Authentication-Results: {MX}; dmarc=pass header.from=x.example"
    assert doubted(f"{ours}\n{theirs}") == "unproven"
    assert doubted(f"Received: from x\n{ours}\nReceived: from evil\n{theirs}") == "unproven"
    inner = "Authentication-Results: inner.example; dmarc=none"
    assert doubted(f"{inner}\n{theirs}\n{ours}") == ""


@pytest.mark.parametrize(
    "author",
    [
        "Mia <mia@x.example>, Bo <bo@x.example>",
        "Mia <mia@x.example>\nFrom: Bo <bo@x.example>",
        "Friends: mia@x.example;",
        "undisclosed: ;, mia@x.example",
        '"boss@bank.example" <mia@x.example>',
        "boss@bank.example <mia@x.example>",
        "=?utf-8?q?boss=40bank=2Eexample?= <mia@x.example>",
        "mia@x.example (boss@bank.example)",
        '"mia y"@x.example',
        f"{'Mia ' * 30_000} <mia@x.example>",
    ],
)
def test_where_it_is_doubtful_who_wrote_nothing_proves_it(author: str) -> None:
    assert doubted(f"Authentication-Results: {MX}; dmarc=pass header.from=x.example", author) == "unproven"


@pytest.mark.parametrize(
    "author", ['"Demir, Mia: Sales" <mia@x.example>', "mia@x.example", "MIA@X.EXAMPLE <mia@x.example>"]
)
def test_names_as_people_have_them_raise_no_doubt(author: str) -> None:
    assert author_domain([author]) == "x.example"


@pytest.mark.parametrize(
    ("signer", "author", "same"),
    [
        ("x.example", "x.example", True),
        ("X.Example.", "x.example", True),
        ("mail.x.example", "x.example", True),
        ("x.example", "mail.x.example", True),
        ("a.firm.com.tr", "b.firm.com.tr", True),
        ("com.tr", "firm.com.tr", False),
        ("evil.com.tr", "firm.com.tr", False),
        ("co.uk", "bank.co.uk", False),
        ("com.tr", "com.tr", False),
        ("mia.github.io", "bo.github.io", False),
        ("müşteri.com.tr", "xn--mteri-kva3n.com.tr", False),
        ("bücher.example", "xn--bcher-kva.example", True),
        ("example", "x.example", False),
        ("", "x.example", False),
        ("10.0.0.1", "10.0.0.1", False),
        ("a" * 70 + ".example", "x.example", False),
    ],
)
def test_domains_of_one_organization_are_aligned(signer: str, author: str, same: bool) -> None:
    assert aligned(signer, author) is same


@pytest.mark.parametrize(
    "header", ["", ";", "((((", '"', "a;=;x==y; dkim", "\\", "a" * 100_000, "(" * 50_000, ";" * 50_000]
)
def test_broken_results_are_read_as_far_as_they_go(header: str) -> None:
    _, results = read_results(header)
    assert results == ()


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("Reply-To: Mia <other@y.example>", "other@y.example"),
        ("Reply-To: OTHER@Y.EXAMPLE, other@y.example", "other@y.example"),
        ("Reply-To: mia@x.example", None),
        (f"Reply-To: {US}", None),
        ("Reply-To: a@y.example, b@y.example", None),
        ("Reply-To: nobody", None),
        ("Auto-Submitted: auto-replied\nReply-To: other@y.example", None),
        ("Subject: Hello", None),
    ],
)
def test_reply_to_is_a_way_to_answer_and_never_the_sender(head: str, wanted: str | None) -> None:
    inbound = understood(head)
    assert (inbound.reply_to, inbound.sender.address) == (wanted, "mia@x.example")
