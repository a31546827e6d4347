"""Who posted: the ways in which gateways prove that it was they.

Everything is compared before anything is understood, in constant time. What a gateway signed is the public URL: anybody
can write a Host header.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from channels.sms import tokens

Algorithm = Literal["md5", "sha1", "sha256", "sha512"]
Secrets = Mapping[str, str]
"""The values of the inbox, by their names."""


@dataclass(frozen=True)
class Posted:
    """What came, before anybody believes it."""

    method: str
    url: str
    """The public one, with its query as it was sent."""
    headers: Mapping[str, str]
    body: bytes
    fields: Sequence[tuple[str, str]]
    """Of the form in the body, or of the query where there is no body."""
    query: Mapping[str, str]
    remote: str


class _Scheme(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    secret: str = Field(default="signing_secret")
    """The value of the inbox with which is signed."""

    def values(self) -> Iterable[str]:
        """The values of the inbox that it needs."""
        return (self.secret,)


class Hmac(_Scheme):
    """A digest in a header, over the body, or over the URL and the sorted fields of the form behind it."""

    scheme: Literal["hmac"]
    header: str
    algorithm: Algorithm = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    """What stands before the digest, such as `sha256=`."""
    signs: Literal["body", "url_and_fields"] = "body"

    def fits(self, posted: Posted, secrets: Secrets) -> bool:
        """Whether the digest is right. A digest of an empty body says nothing of who asks."""
        if self.signs == "body" and not posted.body:
            return False
        given = posted.headers.get(self.header, "")
        texts = [posted.body] if self.signs == "body" else list(_urls_and_fields(posted))
        return any(_same(self.prefix + self._digest(secrets, text), given) for text in texts)

    def _digest(self, secrets: Secrets, text: bytes) -> str:
        digest = hmac.digest(secrets[self.secret].encode(), text, self.algorithm)
        return digest.hex() if self.encoding == "hex" else base64.b64encode(digest).decode()


class Twilio(_Scheme):
    """Twilio's: https://www.twilio.com/docs/usage/webhooks/webhooks-security."""

    scheme: Literal["twilio"]
    secret: str = Field(default="token")

    def fits(self, posted: Posted, secrets: Secrets) -> bool:
        """HMAC-SHA1 over the URL and the sorted fields."""
        same: dict[str, Any] = {"algorithm": "sha1", "encoding": "base64", "signs": "url_and_fields"}
        hmac_ = Hmac(scheme="hmac", header="X-Twilio-Signature", secret=self.secret, **same)
        return hmac_.fits(posted, secrets)


class Jwt(_Scheme):
    """A token of HS256 whose claims hold digests of what was posted, as Vonage and MessageBird make them."""

    scheme: Literal["jwt"]
    header: str = "Authorization"
    prefix: str = ""
    payload_hash: str = "payload_hash"
    url_hash: str | None = None
    """The claim with the digest of the URL; a request without a body needs one."""
    issuer: str | None = None

    def fits(self, posted: Posted, secrets: Secrets) -> bool:
        """Whether token, times and digests are right."""
        given = posted.headers.get(self.header, "")
        claims = tokens.claims(given[len(self.prefix) :], secrets[self.secret]) if self._begins(given) else None
        if claims is None:
            return False
        if self.issuer is not None and claims.get("iss") != self.issuer:
            return False
        digests = self._digests(posted)
        return bool(digests) and all(
            any(_same(value, str(claims.get(claim, "")).lower()) for value in values)
            for claim, values in digests.items()
        )

    def _begins(self, given: str) -> bool:
        return given[: len(self.prefix)].lower() == self.prefix.lower()

    def _digests(self, posted: Posted) -> dict[str, list[str]]:
        found = {}
        if posted.body:
            found[self.payload_hash] = [hashlib.sha256(posted.body).hexdigest()]
        if self.url_hash is not None:
            found[self.url_hash] = [hashlib.sha256(url.encode()).hexdigest() for url in _spellings(posted.url)]
        return found


class VonageFields(_Scheme):
    """Vonage's older one: a field `sig` over all others (https://developer.vonage.com/en/getting-started/concepts/signing-messages)."""

    scheme: Literal["vonage_sig"]
    algorithm: Literal["md5hash", "md5", "sha1", "sha256", "sha512"] = "md5hash"

    def fits(self, posted: Posted, secrets: Secrets) -> bool:
        """Whether `sig` is right."""
        fields = dict(posted.fields)
        given = fields.pop("sig", "")
        text = "".join(f"&{name}={_without_marks(value)}" for name, value in sorted(fields.items()))
        return bool(given) and _same(self._digest(text, secrets[self.secret]), given.lower())

    def _digest(self, text: str, secret: str) -> str:
        if self.algorithm == "md5hash":
            return hashlib.md5((text + secret).encode(), usedforsecurity=False).hexdigest()
        return hmac.digest(secret.encode(), text.encode(), self.algorithm).hex()


def _without_marks(value: str) -> str:
    return value.replace("&", "_").replace("=", "_")


class Shared(_Scheme):
    """A secret that comes along: in a header, in the query of the URL, or as the password of a login."""

    scheme: Literal["secret"]
    where: Literal["header", "query", "basic"] = "query"
    name: str = "secret"
    """The header or the field; the user of a login."""

    def fits(self, posted: Posted, secrets: Secrets) -> bool:
        """Whether it is the one we know."""
        secret = secrets[self.secret]
        if self.where == "basic":
            login = base64.b64encode(f"{self.name}:{secret}".encode()).decode()
            return _same(f"Basic {login}", posted.headers.get("Authorization", ""))
        given = posted.headers if self.where == "header" else posted.query
        return _same(secret, given.get(self.name, ""))


Signature = Annotated[Hmac | Twilio | Jwt | VonageFields | Shared, Field(discriminator="scheme")]


def _a_network(text: str) -> str:
    try:
        ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(f"{text!r} is no address or network such as 198.51.100.0/24") from error
    return text


Network = Annotated[str, AfterValidator(_a_network)]


def is_charset(name: str) -> str:
    """The name of an encoding. Raises ValueError for one that is not known."""
    try:
        "ş".encode(name, errors="replace")
    except LookupError as error:
        raise ValueError(f"{name!r} is no encoding that is known; utf-8 is usual") from error
    return name


def is_from(remote: str, networks: Sequence[str]) -> bool:
    """Whether an address lies in one of the networks; without any, all do."""
    try:
        address = ip_address(remote)
    except ValueError:
        return not networks
    mapped = getattr(address, "ipv4_mapped", None) or address
    return not networks or any(mapped in ip_network(network, strict=False) for network in networks)


def _same(right: str, given: str) -> bool:
    return hmac.compare_digest(right.encode(errors="surrogateescape"), given.encode(errors="surrogateescape"))


def _urls_and_fields(posted: Posted) -> Iterable[bytes]:
    """The URL with the fields of the form behind it. What stands in the URL stands there once."""
    fields = posted.fields if posted.body else ()
    values = "".join(name + value for name, value in sorted(set(fields)))
    return ((spelling + values).encode(errors="surrogateescape") for spelling in _spellings(posted.url))


def _spellings(url: str) -> tuple[str, str]:
    """With its port and without: providers sign now the one, now the other (so does Twilio's own validator)."""
    parts = urlsplit(url)
    host = parts.netloc.removesuffix(f":{parts.port}")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts._replace(netloc=host).geturl(), parts._replace(netloc=f"{host}:{port}").geturl()
