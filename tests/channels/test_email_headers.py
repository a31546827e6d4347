"""Headers as programs break them: encoded words, addresses, dates and ids."""

from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.mime.headers import date, message_ids
from channels.email.mime.mailboxes import mailboxes
from channels.email.mime.words import plain


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?Q?=C5?= =?utf-8?Q?=9Eifre?=", "Şifre"),
        ("=?utf-8?B?xZ4=?=\t=?utf-8?Q?ifre?=", "Şifre"),
        ("=?utf-8?B?xZ5pZnJl", "Şifre"),
        ("=?utf-8?Q?=C5=9Eifre_nerede", "Şifre nerede"),
        ("=?utf-8?Q?ne=3F nerede?=", "ne? nerede"),
        ("=?utf-8?Q?What?_now?=", "What? now"),
        ("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
        ("x=?utf-8?Q?=C5=9E?=y", "xŞy"),
        ("=?UTF-8*tr?Q?=C5=9E?=", "Ş"),
        ("=?utf-8?B?xZ5pZnJlIHNvcnVudQ?=", "Şifre sorunu"),
        ("=?utf-8?B?xZ5pZnJlIHN vcnVudQ==?=", "Şifre sorunu"),
        ("=?utf-8?b?xZ5pZnJlIHN?= =?utf-8?b?vcnVudQ==?=", "Şifre sorunu"),
        ("=?utf-8?B?xZ5pZnJl=?=", "Şifre"),
        ("=?UTF8?Q?=C5=9E?=", "Ş"),
        ("=??Q?abc?=", "abc"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("Re: =?utf-8?Q?=C5=9E?=: x", "Re: Ş: x"),
        ('"=?utf-8?Q?=C5=9E?="', '"Ş"'),
        ("=?utf-8?Q?=C5=9E?==?utf-8?Q?a?=", "Şa"),
        ("=?utf-8?Q??= x", "x"),
        ("=?utf-8?Q?a=?=", "a="),
        ("=?utf-8?Q?a=\r\n b?=", "a b"),
        ("=?iso-8859-9?Q?=DEif?= =?utf-8?Q?re_=C3=BC?=", "Şifre ü"),
        ("=?utf-8?Q?=F0=9F=8E?= =?utf-8?B?iSBwYXJ0eQ==?=", "🎉 party"),
        ("100% =?done?=", "100% =?done?="),
        ("=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=", "=?utf-8?Q?a?="),
        ("=3D?utf-8?Q?a?=", "=3D?utf-8?Q?a?="),
        ("=?utf-8?Q?a_=E2=80=8Bb?=", "a \u200bb"),
    ],
)
def test_encoded_words_are_read_however_broken(value: str, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("=?utf-8?Q?=C3=96zt=C3=BCrk,_Mia?= <mia@x.example>", [("Öztürk, Mia", "mia@x.example")]),
        ("=?utf-8?Q?Öztürk,_Mia?= <mia@x.example>", [("Öztürk, Mia", "mia@x.example")]),
        ("=?utf-8?Q?Acme_(Mia)?= <mia@x.example>", [("Acme (Mia)", "mia@x.example")]),
        ('"=?utf-8?Q?=C3=96?=" <mia@x.example>', [("Ö", "mia@x.example")]),
        ("Öztürk, Mia <mia@x.example>", [("Öztürk, Mia", "mia@x.example")]),
        (
            "Doe, John <mia@x.example>, Roe, Jane <j@x.example>",
            [("Doe, John", "mia@x.example"), ("Roe, Jane", "j@x.example")],
        ),
        ('"mia smith"@x.example', [("", '"mia smith"@x.example')]),
        ('Mia <"mia smith"@x.example>', [("Mia", '"mia smith"@x.example')]),
        ('Mia <"mia"@x.example>', [("Mia", '"mia"@x.example')]),
        ("undisclosed-recipients:;", []),
        ("Team: ada@x.example, Bo <bo@x.example>;", [("", "ada@x.example"), ("Bo", "bo@x.example")]),
        ("A: a@x.example;, B: b@x.example;", [("", "a@x.example"), ("", "b@x.example")]),
        ("Mia (the (nested) one) <mia@x.example>", [("Mia", "mia@x.example")]),
        ("mia@x.example (Mia Smith)", [("Mia Smith", "mia@x.example")]),
        ("mia@x.example; bo@x.example", [("", "mia@x.example"), ("", "bo@x.example")]),
        ("Mia <mia@x.example>; Bo <bo@x.example>", [("Mia", "mia@x.example"), ("Bo", "bo@x.example")]),
        ("<mia@x.example>", [("", "mia@x.example")]),
        ("<<mia@x.example>>", [("", "mia@x.example")]),
        ("Mia<mia@x.example>", [("Mia", "mia@x.example")]),
        ("Mia <mia@x.example", [("Mia", "mia@x.example")]),
        ('"Mia <mia@x.example>', [("Mia", "mia@x.example")]),
        ('"Mia" Smith <mia@x.example>', [("Mia Smith", "mia@x.example")]),
        ("'Mia' <mia@x.example>", [("Mia", "mia@x.example")]),
        ("'mia@x.example' <mia@x.example>", [("mia@x.example", "mia@x.example")]),
        ('"mia@x.example" <mia@x.example>', [("mia@x.example", "mia@x.example")]),
        ("Mia [Acme] <mia@x.example>", [("Mia [Acme]", "mia@x.example")]),
        ("Mia: Sales <mia@x.example>", [("Mia: Sales", "mia@x.example")]),
        ("Mia @ Acme <mia@x.example>", [("Mia @ Acme", "mia@x.example")]),
        ("Dr. Mia J. Smith <mia@x.example>", [("Dr. Mia J. Smith", "mia@x.example")]),
        ("Mia <mia@müşteri.example>", [("Mia", "mia@müşteri.example")]),
        ("Mia <mia@xn--mteri-kva9i.example>", [("Mia", "mia@xn--mteri-kva9i.example")]),
        ("Ayşe <ayşe@x.example>", [("Ayşe", "ayşe@x.example")]),
        ("Mia <mia @ x.example>", [("Mia", "mia@x.example")]),
        ("Mia < mia@x.example >", [("Mia", "mia@x.example")]),
        ("Mia <mia@[192.0.2.1]>", [("Mia", "mia@[192.0.2.1]")]),
        ("Mia <@relay.example:mia@x.example>", [("Mia", "mia@x.example")]),
        ("Mia <mailto:mia@x.example>", [("Mia", "mia@x.example")]),
        ("Mia <mia.@x.example>", [("Mia", "mia.@x.example")]),
        ("Mia <mia..s@x.example>", [("Mia", "mia..s@x.example")]),
        ("Mia <mia@localhost>", [("Mia", "mia@localhost")]),
        ("Mia <mia>", []),
        ("Mia <mia@x.example>, , Bo <bo@x.example>", [("Mia", "mia@x.example"), ("Bo", "bo@x.example")]),
        ("mia@x.example bo@x.example", [("", "mia@x.example"), ("", "bo@x.example")]),
        ("=?utf-8?Q?Mia_=3Cmia=40x.example=3E?=", [("Mia", "mia@x.example")]),
        ("=?utf-8?Q?Mia?= <=?utf-8?Q?mia=40x.example?=>", [("Mia", "mia@x.example")]),
        ('"Mia \\"M\\" S" <mia@x.example>', [('Mia "M" S', "mia@x.example")]),
        ('"Smith, Mia" via Acme <mia@x.example>', [("Smith, Mia via Acme", "mia@x.example")]),
        ("=?utf-8?B?w5Z6dMO8cms=?= Mia <mia@x.example>", [("Öztürk Mia", "mia@x.example")]),
        ("=?utf-8?B?w5Z6dMO8cms=?=<mia@x.example>", [("Öztürk", "mia@x.example")]),
        ("Mia O'Neil <mia.o'neil@x.example>", [("Mia O'Neil", "mia.o'neil@x.example")]),
        ("Mia (Acme <sales>) <mia@x.example>", [("Mia", "mia@x.example")]),
        ("Mia \\ Bo <mia@x.example>", [("Mia \\ Bo", "mia@x.example")]),
        ("Mia, Acme", []),
        ("Mia <mia@x.example> (work)", [("Mia", "mia@x.example")]),
        ("Mia <mia@x.example>,", [("Mia", "mia@x.example")]),
        ('"" <mia@x.example>', [("", "mia@x.example")]),
        ("Mia Mia@x.example <mia@x.example>", [("Mia Mia@x.example", "mia@x.example")]),
    ],
)
def test_names_and_addresses_are_found_however_they_are_written(value: str, found: list[tuple[str, str]]) -> None:
    assert [(mailbox.name, mailbox.email) for mailbox in mailboxes(value)] == found


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Mon, 16 Nov 2026 09:12:44 +0300", "2026-11-16T09:12:44+03:00"),
        ("Mon, 16 Nov 2026 09:12:44 -0000", "2026-11-16T09:12:44+00:00"),
        ("Mon,16 Nov 2026 09:12:44 GMT+3", "2026-11-16T09:12:44+03:00"),
        ("Mon, 16 Nov 2026 09:12:44 GMT+0300", "2026-11-16T09:12:44+03:00"),
        ("Mon, 16 Nov 2026 09:12:44 UTC", "2026-11-16T09:12:44+00:00"),
        ("Mon, 16 Nov 2026 09:12:44 +03:00", "2026-11-16T09:12:44+03:00"),
        ("Mon, 16 Nov 2026 09:12:44 EST", "2026-11-16T09:12:44-05:00"),
        ("Mon, 16 Nov 2026 09:12:44 Z", "2026-11-16T09:12:44+00:00"),
        ("Mon, 16 Nov 2026 9:12:4 +0300", "2026-11-16T09:12:04+03:00"),
        ("Mon, 16 November 2026 09:12:44 +0300", "2026-11-16T09:12:44+03:00"),
        ("Mon Nov 16 09:12:44 2026", "2026-11-16T09:12:44+00:00"),
        ("Mon Nov 16 09:12:44 2026 +0300", "2026-11-16T09:12:44+03:00"),
        ("Mon, Nov 16 2026 09:12:44 +0300", "2026-11-16T09:12:44+03:00"),
        ("Nov 16, 2026 09:12:44 +0300", "2026-11-16T09:12:44+03:00"),
        ("16-Nov-2026 09:12:44 +0300", "2026-11-16T09:12:44+03:00"),
        ("2026-11-16 09:12:44 +0300", "2026-11-16T09:12:44+03:00"),
        ("2026-11-16 09:12:44", "2026-11-16T09:12:44+00:00"),
        ("2026/11/16 09:12:44 +0300", "2026-11-16T09:12:44+03:00"),
        ("16.11.2026 09:12:44", "2026-11-16T09:12:44+00:00"),
        ("16.11.2026 09:12", "2026-11-16T09:12:00+00:00"),
        ("Pzt, 16 Kas 2026 09:12:44 +0300", "2026-11-16T09:12:44+03:00"),
        ("Mo, 16 Dez 2026 09:12:44 +0100", "2026-12-16T09:12:44+01:00"),
        ("Mon, 16 Nov 126 09:12:44 +0300", "2026-11-16T09:12:44+03:00"),
        ("Mon, 16 Nov 98 09:12:44 +0300", "1998-11-16T09:12:44+03:00"),
        ("Mon, 16 Nov 2026 09:12:60 +0300", "2026-11-16T09:12:59+03:00"),
        ("Mon, 16 Nov 2026 24:00:00 +0300", None),
        ("Mon, 16 Nov 2026 09.12.44 +0300", "2026-11-16T09:12:44+03:00"),
        ("Mon, (comment) 16 Nov 2026 09:12:44 +0300", "2026-11-16T09:12:44+03:00"),
        ("Mon, 16 Nov 2026 09:12:44 +9999", None),
        ("Mon, 16 Nov 2026 09:12:44 +0330", "2026-11-16T09:12:44+03:30"),
        ("Mon, 16 Nov 2026 09:12 +0300", "2026-11-16T09:12:00+03:00"),
        ("16 Nov 2026", "2026-11-16T00:00:00+00:00"),
        ("Mon, 16 Nov 2026 09:12:44 +0300 (GMT+03:00)", "2026-11-16T09:12:44+03:00"),
        ("Thu, 01 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00+00:00"),
        ("Mon, 16 Nov 2026 09:12:44 0300", "2026-11-16T09:12:44+03:00"),
        ('Mon, 16 Nov 2026 09:12:44 "GMT"', "2026-11-16T09:12:44+00:00"),
        ('"Mon, 16 Nov 2026 09:12:44 +0300"', "2026-11-16T09:12:44+03:00"),
        ("Mon, 16 Nov 2026 09:12:44 Europe/Istanbul", "2026-11-16T09:12:44+00:00"),
        ("Fri, 31 Feb 2026 10:00:00 +0000", None),
    ],
)
def test_dates_are_read_in_every_form(value: str, moment: str | None) -> None:
    read = date(value)
    assert (read and read.isoformat()) == moment


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b> (c) <d@e>", ("a@b", "d@e")),
        ("a@b", ("a@b",)),
        ("a@b, c@d", ("a@b", "c@d")),
        ("<a@b", ("a@b",)),
        ("<a@b>,<c@d>", ("a@b", "c@d")),
        ('<"a b"@c>', ('"ab"@c',)),
        ("<no-at>", ("no-at",)),
        ("noat", ("noat",)),
        ("<a@b><c@d>", ("a@b", "c@d")),
        ("<<a@b>>", ("a@b",)),
        ("Your message of Monday <a@b>", ("a@b",)),
        ("[a@b]", ("a@b",)),
        ('"<a@b>"', ("a@b",)),
        ("=?utf-8?Q?<a@b>?=", ("a@b",)),
        ("<a@b>;", ("a@b",)),
    ],
)
def test_ids_are_found_with_brackets_and_without(value: str, ids: tuple[str, ...]) -> None:
    assert message_ids(value) == ids


@given(st.text(max_size=200))
def test_an_encoded_word_comes_back_as_it_was(text: str) -> None:
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
        ("Mia <mia@x.example> Bo <bo@x.example>", [("Mia", "mia@x.example"), ("Bo", "bo@x.example")]),
        ("<mia@x.example> Mia", [("Mia", "mia@x.example")]),
        ("nobody", []),
        ("", []),
    ],
)
def test_addresses_of_every_grammar_are_found(value: str, found: list[tuple[str, str]]) -> None:
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
        ("Mon 16 Nov 2026 09:12:44 PM EDT", "2026-11-16T21:12:44-04:00"),
        ("Mon, 16 Nov 2026 12:12 am +0300", "2026-11-16T00:12:00+03:00"),
        ("0001-01-01T00:00:00+03:00", None),
        ("yesterday", None),
    ],
)
def test_dates_of_every_form_are_read(value: str, found: str | None) -> None:
    read = date(value)
    assert (read and read.isoformat()) == found


def test_a_folded_id_is_put_together_and_ids_come_once() -> None:
    assert message_ids("<a b@x>\t<c@x> <a b@x>") == ("ab@x", "c@x")
