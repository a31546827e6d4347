"""Numbers as gateways write them."""

from channels.sms.asking import Numbers
from omnidesk.text.addresses import normal_phone

_LEAST_DIGITS = 8
"""Fewer are a short code, which belongs to a country's networks alone."""


def written(number: str, form: Numbers, country: str) -> str:
    """An E.164 number as a gateway wants it; anything else stays as it is."""
    if not number.startswith("+") or form == "plus":
        return number
    if form == "digits":
        return number[1:]
    if form == "local":
        import phonenumbers  # here, since loading it costs 35 ms

        code = f"+{phonenumbers.country_code_for_region(country)}"
        if number.startswith(code):
            return number.removeprefix(code)
    return f"00{number[1:]}"


def read(text: str, form: Numbers, country: str) -> str:
    """Who wrote: E.164 for numbers; short codes and names (`2828`, `A101`) as they are."""
    text = text.strip()
    if text.startswith("+"):
        return normal_phone(text, country) or text
    if not text.isdecimal() or len(text) < _LEAST_DIGITS:
        return text
    if text.startswith("00"):
        return normal_phone(f"+{text[2:]}", country) or text
    whole, at_home = normal_phone(f"+{text}", country), normal_phone(text, country)
    if form == "local":
        return at_home or whole or text
    return (whole if form == "digits" else None) or text


def answerable(address: str) -> bool:
    """Whether an answer can reach it: names and short codes send, and take nothing."""
    return address.startswith("+")
