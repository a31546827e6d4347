"""Texts from outside are fit to be stored and shown."""

import pytest

from omnidesk.text.cleaning import one_line, storable


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Nora\u202egnp.exe", "Noragnp.exe"),
        ("  two\n lines\t", "two lines"),
        ("\u200b\ufeff\u2066", ""),
        ("\u200d", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👧 Aile", "👩\u200d👧 Aile"),
        ("İpek\x00 Şen\ud800", "İpek Şen?"),
    ],
)
def test_a_name_is_one_line_that_turns_nothing(said: str, kept: str) -> None:
    assert one_line(said) == kept


def test_what_no_database_takes_is_left_out() -> None:
    assert storable("a\x00b\ud800\n\u202e") == "ab?\n\u202e"
