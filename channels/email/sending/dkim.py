"""Signing mail as a domain (DKIM, RFC 6376), so that others see it is ours and was not changed on its way."""

import dkim

from channels.email.settings import DkimSettings


def signed(content: bytes, settings: DkimSettings) -> bytes:
    """The mail with a signature above it; changes of white space on its way do not break it."""
    header: bytes = dkim.sign(
        content,
        settings.selector.encode(),
        settings.domain.encode(),
        settings.key.get_secret_value().encode(),
        canonicalize=(b"relaxed", b"relaxed"),
    )
    return header + content
