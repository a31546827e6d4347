"""Tokens of HS256 (JWT, RFC 7519), as gateways sign with them."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

_LEEWAY_SECONDS = 60
_LONGEST_TOKEN = 8192


def claims(token: str, secret: str) -> Mapping[str, Any] | None:
    """What a token of HS256 says (RFC 7519), if it is signed with this secret."""
    signed, _, signature = token.strip().rpartition(".")
    head, _, payload = signed.partition(".")
    if not payload or len(token) > _LONGEST_TOKEN or not token.isascii():
        return None
    right = base64.urlsafe_b64encode(hmac.digest(secret.encode(), signed.encode(), "sha256")).decode().rstrip("=")
    if not hmac.compare_digest(right, signature.rstrip("=")):
        return None
    header, found = _decoded(head), _decoded(payload)
    return found if header is not None and header.get("alg") == "HS256" else None


def _decoded(part: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def is_current(found: Mapping[str, Any], now: Callable[[], float] = time.time) -> bool:
    """Whether it is its time. What is replayed inside of it is known by its id, and stored once."""
    begins, ends = found.get("nbf", 0), found.get("exp", float("inf"))
    if not all(isinstance(one, int | float) for one in (begins, ends)):
        return False
    return bool(begins - _LEEWAY_SECONDS <= now() <= ends + _LEEWAY_SECONDS)
