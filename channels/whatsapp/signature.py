"""Meta's signature of what it posts to us.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads
"""

import hmac


def is_signed(signature: str, secret: str, body: bytes) -> bool:
    """Whether Meta signed these bytes with the app's secret; `signature` is the header `X-Hub-Signature-256`."""
    wanted = "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()
    return hmac.compare_digest(wanted.encode(), signature.encode(errors="surrogateescape"))
