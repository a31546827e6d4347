"""What is derived from the one secret key: signatures, and the encryption of secrets in the store."""

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

_SIGNATURE_BYTES = 12


class Keys:
    """Signs and encrypts, each purpose with a key of its own, so that no signature serves twice."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self._fernet = Fernet(base64.urlsafe_b64encode(self._key("secrets")))

    def _key(self, purpose: str) -> bytes:
        return hmac.digest(self._secret, purpose.encode(), hashlib.sha256)

    def sign(self, purpose: str, text: str) -> str:
        """`text.signature`; the signature is lower case, since mail systems fold the case of addresses."""
        digest = hmac.digest(self._key(f"sign:{purpose}"), _bytes(text), hashlib.sha256)[:_SIGNATURE_BYTES]
        return f"{text}.{base64.b32encode(digest).decode().rstrip('=').lower()}"

    def verify(self, purpose: str, signed: str) -> str | None:
        """The text of a signed text, or None."""
        text = signed.rpartition(".")[0]
        if text and hmac.compare_digest(_bytes(self.sign(purpose, text)), _bytes(signed)):
            return text
        return None

    def encrypt(self, value: dict[str, Any]) -> str:
        """A JSON object as an opaque text; an empty one stays empty."""
        return self._fernet.encrypt(json.dumps(value).encode()).decode() if value else ""

    def decrypt(self, text: str) -> dict[str, Any]:
        """What `encrypt` was given. Raises ValueError when the secret key is another one."""
        if not text:
            return {}
        try:
            value: dict[str, Any] = json.loads(self._fernet.decrypt(text.encode()))
        except InvalidToken as error:
            raise ValueError("The stored secrets were encrypted with another OMNIDESK_SECRET_KEY.") from error
        return value


def _bytes(text: str) -> bytes:
    """Any string: what strangers hand in to verify may hold lone surrogates."""
    return text.encode(errors="surrogatepass")
