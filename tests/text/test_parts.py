"""A long text as several messages."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.parts import split

FAMILY = "👩\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("short", ["short"]),
        ("", [""]),
        ("x" * 20, ["x" * 20]),
        ("First paragraph\n\nSecond", ["First paragraph", "Second"]),
        ("First line of it\nSecond one", ["First line of it", "Second one"]),
        ("That is all. And more of it", ["That is all.", "And more of it"]),
        ("He said “go away.” And went", ["He said “go away.”", "And went"]),
        ("only words without any end", ["only words without", "any end"]),
        ("a " + "x" * 30, ["a", "x" * 20, "x" * 10]),
        ("x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
        ("x" * 18 + FAMILY, ["x" * 18, FAMILY]),
        ("x" * 19 + "e\u0301", ["x" * 19, "e\u0301"]),
        ("x" * 19 + "👍🏽", ["x" * 19, "👍🏽"]),
        ("x" + "🇹🇷" * 10, ["x" + "🇹🇷" * 9, "🇹🇷"]),
        ("x" + "\u0301" * 30, ["x" + "\u0301" * 19, "\u0301" * 11]),
    ],
)
def test_it_is_cut_where_a_reader_would_pause(text: str, parts: list[str]) -> None:
    assert split(text, 20) == parts


@given(st.text(max_size=300), st.integers(1, 40))
def test_every_part_fits_and_nothing_but_white_space_is_lost(text: str, longest: int) -> None:
    parts = split(text, longest)
    assert all(len(part) <= longest for part in parts)
    assert all(parts) or parts == [""]
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)


@pytest.mark.parametrize("text", ["x" * 50_000, " " * 50_000, "\u0301" * 50_000, "🇹🇷" * 25_000, "a.\n" * 16_000])
def test_hostile_texts_take_no_time(text: str) -> None:
    started = time.perf_counter()
    split(text, 160)
    assert time.perf_counter() - started < 1
