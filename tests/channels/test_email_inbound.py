"""What becomes of a mail that is understood: whose words it holds, which case it is for, what is new in it."""

import pytest

from channels.email.receiving.raw import raw_message
from tests.channels.mails import understand


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


def test_mails_with_hardly_a_header_are_told_apart() -> None:
    bodies = (b"", b"just text", b"another text", b"Subject: One\r\n\r\n", b"Subject: Two\r\n\r\n")
    ids = {raw_message(body, "mia@x.example", [], "").external_id for body in bodies}
    ids |= {raw_message(b"just text", "max@x.example", [], "").external_id}
    assert len(ids) == len(bodies) + 1
    assert raw_message(b"just text\n", "MIA@x.example", [], "1.2.3.4").external_id in ids


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
