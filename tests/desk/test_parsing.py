"""Parsing: limits for what is large, and nothing absurd gets in."""

import asyncio
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from omnidesk.contract.channel import Attachment, Inbound, Proof, RawMessage, Receipt, Sender, Unparsable
from omnidesk.desk.incoming import parsing
from omnidesk.desk.incoming.parsing import INLINE, Limits, clean
from tests.fakes import FakeChannel

PADDING = "x" * INLINE
MIA = Sender("mia")


def large(text: str) -> RawMessage:
    return RawMessage("1", "mia", f'{{"from": "mia", "text": "{text}", "padding": "{PADDING}"}}'.encode())


async def test_a_large_message_says_what_a_small_one_would() -> None:
    (inbound,) = await parsing.parse(FakeChannel(None), large("Hello"))
    assert isinstance(inbound, Inbound)
    assert (inbound.text, inbound.sender.address) == ("Hello", "mia")


async def test_too_much_memory_is_a_reason() -> None:
    with pytest.raises(Unparsable, match=r"takes more than 1048 MB of memory"):
        await parsing.parse(FakeChannel(None), large("take all memory"), Limits(memory=1000 * 1024 * 1024))


async def test_too_much_time_is_a_reason() -> None:
    started = time.monotonic()
    with pytest.raises(Unparsable, match=r"takes more than 1 s"):
        await parsing.parse(FakeChannel(None), large("take all time"), Limits(seconds=1))
    assert time.monotonic() - started < 10


async def test_a_large_message_that_means_nothing_has_the_reason_of_its_channel() -> None:
    with pytest.raises(Unparsable, match="not what the fake channel says"):
        await parsing.parse(FakeChannel(None), RawMessage("1", "mia", PADDING.encode() + b"x"))


async def test_an_error_of_the_channel_in_the_child_is_a_reason() -> None:
    with pytest.raises(Unparsable, match="an error of ours"):
        await parsing.parse(FakeChannel(None), large("break the parser"))


async def test_a_channel_that_ends_the_child_ends_nothing_else() -> None:
    with pytest.raises(Unparsable, match="ended the process"):
        await parsing.parse(FakeChannel(None), large("stop the program"))


@pytest.mark.parametrize("message_id", ["x" * 321, "", None])
def test_ids_of_absurd_length_are_none(message_id: str | None) -> None:
    given = Inbound(MIA, "Hello", message_id=message_id, references=(message_id or "", "known"))
    cleaned = clean(given)
    assert cleaned.message_id is None
    assert cleaned.references == ("known",)


def test_what_no_database_stores_is_taken_out() -> None:
    bad = "a\x00b\ud800"
    cleaned = clean(
        Inbound(
            Sender(bad, bad), bad, bad, bad, token=bad, message_id=bad, references=(bad,), button=bad,
            attachments=(Attachment(bad, bad, b"\x00", content_id=bad),),
        )
    )  # fmt: skip
    good = "ab?"
    assert cleaned == Inbound(
        Sender(good, good), good, good, good, token=good, message_id=good, references=(good,), button=good,
        attachments=(Attachment(good, good, b"\x00", content_id=good),),
    )  # fmt: skip


def test_proofs_and_the_language_are_cleaned_too() -> None:
    given = Inbound(Sender("mia", language="t\x00r"), "Hello", proofs=(Proof("email", "mia\x00@example.com"),))
    cleaned = clean(given)
    assert cleaned.proofs == (Proof("email", "mia@example.com"),)
    assert cleaned.sender.language == "tr"
    assert clean(Inbound(Sender("mia", language="x" * 36), "Hello")).sender.language is None


@pytest.mark.parametrize(
    ("text", "html", "whole"),
    [
        ("x" * 100_000, "x" * 100_000, []),
        ("\x00" * 100_001, None, []),
        ("ş" * 100_001, None, ["ş" * 100_001]),
        ("short", "x" * 100_001, ["short"]),
    ],
)
def test_what_is_too_long_for_a_page_is_cut_and_kept_whole_in_a_file(
    text: str, html: str | None, whole: list[str]
) -> None:
    cleaned = clean(Inbound(MIA, text, html, attachments=(Attachment("a", "image/png", b"x"),)))
    assert cleaned.text == text.replace("\x00", "")[:100_000]
    assert cleaned.html == (html and html[:100_000])
    first, *more = cleaned.attachments
    assert first.filename == "a"
    assert [(file.filename, (file.content or b"").decode()) for file in more] == [("message.txt", one) for one in whole]


async def test_reading_what_is_not_quick_holds_up_nobody() -> None:
    beats = 0

    class Slow(FakeChannel):
        def parse(self, raw: RawMessage) -> list[Inbound | Receipt]:
            deadline = time.monotonic() + 5
            while not beats and time.monotonic() < deadline:
                time.sleep(0.01)
            return [Inbound(MIA, "Hello")]

    async def beat() -> None:
        nonlocal beats
        beats += 1

    async with asyncio.TaskGroup() as group:
        reading = group.create_task(parsing.parse(Slow(None), RawMessage("1", "mia", b"x" * 40_000)))
        group.create_task(beat())
    assert beats == 1
    assert reading.result() == [Inbound(MIA, "Hello")]


async def test_receipts_are_cleaned_too() -> None:
    raw = RawMessage("1", "mia", b'{"id": "a\\u0000\\ud800", "state": "failed", "error": "\\u0000"}')
    assert await parsing.parse(FakeChannel(None), raw) == [Receipt("a?", "failed", "")]
    long = RawMessage("2", "mia", b'{"id": "%s", "state": "read"}' % (b"x" * 5000))
    assert await parsing.parse(FakeChannel(None), long) == [Receipt("x" * 320, "read")]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (None, None),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (datetime(2026, 3, 1, 12), datetime(2026, 3, 1, 12, tzinfo=UTC)),  # noqa: DTZ001 - that is the case
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))), None),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))), None),
    ],
)
def test_a_time_is_one_of_the_calendar(said: datetime | None, kept: datetime | None) -> None:
    assert clean(Inbound(MIA, "Hello", sent_at=said)).sent_at == kept
