"""Normal forms of addresses."""

import pytest

from omnidesk.text.addresses import normal_phone


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+905321234567", "TR", "+905321234567"),
        ("0532 123 45 67", "TR", "+905321234567"),
        ("(0532) 123-45-67", "TR", "+905321234567"),
        ("905321234567", "TR", "+905321234567"),
        ("00 90 532 123 45 67", "TR", "+905321234567"),
        ("٠٥٣٢١٢٣٤٥٦٧", "TR", "+905321234567"),
        ("415 555 2671", "US", "+14155552671"),
        ("+1 415 555 2671", "TR", "+14155552671"),
        ("2828", "TR", None),
        ("A101", "TR", None),
        ("AKBANK", "TR", None),
        ("+90532", "TR", None),
        ("", "TR", None),
        ("5" * 400, "TR", None),
    ],
)
def test_one_number_has_one_form(text: str, country: str, number: str | None) -> None:
    assert normal_phone(text, country) == number
