"""SMS segments: a table of what is known, and laws that hold for every text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnidesk.text import segments
from omnidesk.text.segments import Count, Turkish, count, forcing, simplified, split

KINDS: tuple[Turkish, ...] = (False, "single", True)
LETTERS = st.sampled_from(segments.BASIC + segments.TURKISH_SINGLE + "\u015f\u00ea\u201c\u4e2d\U0001f600")
TEXTS = st.text(st.one_of(LETTERS, st.characters(exclude_categories=["Cs"])), max_size=500)
laws = settings(max_examples=150, deadline=None, database=None)


@pytest.mark.parametrize(
    ("text", "turkish", "expected"),
    [
        ("", False, ("gsm", 0, 0, 0, 160, 160)),
        ("a" * 160, False, ("gsm", 160, 160, 1, 0, 160)),
        ("a" * 161, False, ("gsm", 161, 161, 2, 145, 153)),
        ("a" * 306, False, ("gsm", 306, 306, 2, 0, 153)),
        ("a" * 307, False, ("gsm", 307, 307, 3, 152, 153)),
        ("€" * 80, False, ("gsm", 80, 160, 1, 0, 160)),
        ("a" * 152 + "€" + "a" * 10, False, ("gsm", 163, 164, 2, 141, 153)),  # no escape is torn apart
        ("Çöü", False, ("gsm", 3, 3, 1, 157, 160)),
        ("ş", False, ("ucs2", 1, 1, 1, 69, 70)),
        ("ş" + "a" * 70, False, ("ucs2", 71, 71, 2, 63, 67)),
        ("😀" * 35, False, ("ucs2", 35, 70, 1, 0, 70)),
        ("a" * 66 + "😀" * 3, False, ("ucs2", 69, 72, 2, 61, 67)),  # nor a pair of surrogates
        ("ş" * 77, "single", ("turkish", 77, 154, 1, 1, 155)),
        ("ş" * 78, "single", ("turkish", 78, 156, 2, 141, 149)),
        ("ş" * 155, True, ("turkish", 155, 155, 1, 0, 155)),
        ("ş" * 156, True, ("turkish", 156, 156, 2, 142, 149)),
        ("è" + "ş" * 76, True, ("turkish", 77, 153, 1, 2, 155)),
        ("ã", True, ("ucs2", 1, 1, 1, 69, 70)),
    ],
)
def test_a_text_needs(text: str, turkish: Turkish, expected: tuple[object, ...]) -> None:
    found = count(text, turkish=turkish)
    assert tuple(getattr(found, name) for name in Count.__slots__) == expected


def test_the_tables_have_128_places_and_no_letter_twice() -> None:
    for table in (segments.BASIC, segments.TURKISH_LOCKING):
        assert (len(table), len(set(table)), table.index("\x1b")) == (128, 128, 0x1B)
    at = {0x04: "€", 0x07: "ı", 0x0B: "Ğ", 0x0C: "ğ", 0x1C: "Ş", 0x1D: "ş", 0x40: "İ", 0x60: "ç"}
    differ = {place for place in range(128) if segments.BASIC[place] != segments.TURKISH_LOCKING[place]}
    assert {place: segments.TURKISH_LOCKING[place] for place in differ} == at


@laws
@given(TEXTS, st.sampled_from(KINDS))
def test_a_text_is_what_its_segments_say_together(text: str, turkish: Turkish) -> None:
    needed, parts = count(text, turkish=turkish), split(text, turkish=turkish)
    assert "".join(parts) == text
    assert len(parts) == needed.segments
    assert 0 <= needed.left_in_segment <= needed.per_segment


@laws
@given(TEXTS)
def test_more_tables_never_cost_more(text: str) -> None:
    needed = [count(text, turkish=turkish).segments for turkish in KINDS]
    assert needed == sorted(needed, reverse=True)


@laws
@given(TEXTS, st.sampled_from(KINDS))
def test_without_the_letters_that_force_it_no_text_is_ucs2(text: str, turkish: Turkish) -> None:
    named = forcing(text, turkish=turkish)
    assert bool(named) == (count(text, turkish=turkish).encoding == "ucs2")
    rest = "".join(letter for letter in text if letter not in named)
    assert count(rest, turkish=turkish).encoding != "ucs2"


@laws
@given(TEXTS)
def test_plain_writing_needs_no_more_and_stays_so(text: str) -> None:
    assert simplified(simplified(text)) == simplified(text)
    assert all(count(plain).encoding == "gsm" for plain in segments.REPLACEMENTS.values())
    assert simplified("“Merhaba” – bugün’e…") == '"Merhaba" - bugün\'e...'
