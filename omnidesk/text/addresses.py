"""Normal forms of addresses, so that one address is one contact point."""

import unicodedata


def normal_email(address: str) -> str:
    """Lower case, domain in ASCII (IDNA), without white space and angle brackets; dots and tags stay."""
    plain = unicodedata.normalize("NFKC", address).strip().strip("<>").strip()
    local, at, domain = plain.rpartition("@")
    if not at:
        return plain.lower()
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        domain = domain.lower()
    return f"{local.lower()}@{domain.lower()}"


def normal_phone(text: str, country: str) -> str | None:
    """A phone number as E.164 (`+905321234567`), or None when it can't be one; `country` is for numbers without +."""
    import phonenumbers  # here, since loading it costs 35 ms and few commands meet a number

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
