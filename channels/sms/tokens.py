"""Tokens of HS256 (JWT, RFC 7519), as gateways sign with them."""

from collections.abc import Mapping
from typing import Any

import jwt

_LEEWAY_SECONDS = 60


def claims(token: str, secret: str) -> Mapping[str, Any] | None:
    """What a token says, if it is signed with this secret and it is its time.

    What is replayed inside of its time is known by its id, and stored once.
    """
    try:
        return jwt.decode(
            token.strip(), secret, algorithms=["HS256"], leeway=_LEEWAY_SECONDS, options={"verify_aud": False}
        )
    except (jwt.PyJWTError, ValueError):  # ValueError: no text that could be a token
        return None
