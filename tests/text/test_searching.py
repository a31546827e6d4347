"""Words that people are found by."""

import pytest

from omnidesk.text.searching import LONGEST, MOST, asked_words, words_of_address, words_of_name


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mia.demir@mail.example.com", ["mia", "demir", "mail", "example", "com"]),
        ("+905321234567", ["905321234567", "5321234567", "321234567"]),
        ("+1 (555) 010-0199", ["15550100199", "5550100199", "550100199", "50100199"]),
        ("@Ayşe_K", ["ayse", "k"]),
        ("f" * 32, []),
        ("", []),
    ],
)
def test_an_address_is_found_by_its_words_and_a_number_by_its_digits(address: str, words: list[str]) -> None:
    assert words_of_address(address) == words


@pytest.mark.parametrize(
    ("question", "address"),
    [
        ("0532 123", "+905321234567"), ("+90 532", "+905321234567"), ("00905321234567", "+905321234567"),
        ("(532) 123-45", "+905321234567"), ("532", "+905321234567"), ("MIA.dem", "mia.demir@example.com"),
        ("mia@ex", "mia.demir@example.com"), ("example.com", "mia.demir@example.com"), ("ayse", "@Ayşe_K"),
    ],
)  # fmt: skip
def test_what_people_type_is_the_beginning_of_a_word(question: str, address: str) -> None:
    words = words_of_address(address)
    assert all(any(word.startswith(asked) for word in words) for asked in asked_words(question))


def test_names_are_folded_and_few() -> None:
    assert words_of_name("  Şule ÖZKAN-Işık şule ") == ["sule", "ozkan", "isik"]
    assert len(words_of_name(" ".join(f"name{number}" for number in range(100)))) == MOST
    assert words_of_name("x" * (LONGEST + 1)) == []
    assert asked_words(" @ . ") == []
