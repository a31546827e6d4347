import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.folding import fold, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("İSTANBUL", "istanbul"),
        ("ISPARTA", "isparta"),
        ("ısı ışık", "isi isik"),
        ("Şifremi UNUTTUM", "sifremi unuttum"),
        ("ĞÜŞİÖÇ ğüşıöç", "gusioc gusioc"),
        ("hâlâ kâğıt rüzgâr", "hala kagit ruzgar"),
        ("i\u0307stanbul", "istanbul"),
        ("s\u0327ifre", "sifre"),
        ("Straße", "strasse"),
        ("Æsir œuvre Ørsted Łódź", "aesir oeuvre orsted lodz"),
        ("ǣ Ǿ", "ae o"),
        ("ﬁyat", "fiyat"),
        ("１２３", "123"),
        ("a\tb\nc", "a\tb\nc"),
        ("", ""),
    ],
)
def test_two_spellings_of_a_text_have_one_folded_form(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Şifremi unuttum!", ["sifremi", "unuttum"]),
        ("can't log-in", ["can", "t", "log", "in"]),
        ("Ankara'da 3. gün", ["ankara", "da", "3", "gun"]),
        ("👍 …", []),
        ("", []),
    ],
)
def test_words_are_runs_of_letters_and_digits(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(st.text())
def test_capitals_make_no_difference_to_turkish_letters(text: str) -> None:
    plain = "".join(
        letter for letter in text if letter in "abcçdefgğhıijklmnoöprsştuüvyzABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZ "
    )
    assert fold(plain.upper()) == fold(plain.lower()) == fold(plain)
