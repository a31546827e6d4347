"""Twilio's signature of what it posts to us (https://www.twilio.com/docs/usage/webhooks/webhooks-security)."""

import base64
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit


def is_signed(signature: str, token: str, url: str, fields: Iterable[tuple[str, str]]) -> bool:
    """Whether Twilio signed a form that was posted to `url`, the public one with its query."""
    values = "".join(name + value for name, value in sorted(set(fields)))
    given = signature.encode(errors="surrogateescape")
    return any(hmac.compare_digest(_signature(token, spelling + values), given) for spelling in _spellings(url))


def _signature(token: str, text: str) -> bytes:
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1"))


def _spellings(url: str) -> tuple[str, str]:
    """With its port and without: Twilio signs now the one, now the other (so does its own validator)."""
    parts = urlsplit(url)
    host = parts.netloc.removesuffix(f":{parts.port}")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts._replace(netloc=host).geturl(), parts._replace(netloc=f"{host}:{port}").geturl()
