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
