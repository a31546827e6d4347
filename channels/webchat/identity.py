"""Who a logged-in user of the host's site is: said by the page, signed by the host's server."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import jwt
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from omnidesk.contract import forms
from omnidesk.text.addresses import normal_phone

Id = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
Said = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{0,320}$")]
"""In one line: a signature is of lines."""
_ALGORITHM = "HS256"
_LONGEST_TOKEN = 8000


class Claimed(BaseModel):
    """What a page says of its user. `hash` is the hex HMAC-SHA256 of the id, or of all that is said (see `signed`)."""

    model_config = ConfigDict(frozen=True, strict=True)

    id: Id
    name: Said = ""
    email: Said = ""
    phone: Said = ""
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]


class _Claims(BaseModel):
    """The claims of a JWT."""

    sub: Id
    name: Said | None = None
    email: Said | None = None
    phone: Said | None = Field(default=None)


@dataclass(frozen=True, slots=True)
class Identity:
    """A user of the host's site, with email and phone in their normal form.

    `proven`: the host signed these too; else the page says so, and nobody vouches for them.
    """

    id: str
    name: str = ""
    email: str = ""
    phone: str = ""
    proven: bool = False

    def address(self, slug: str) -> str:
        """The address of this user in an inbox: the same on every device, and no id of a stranger's visitor."""
        return "user-" + hashlib.sha256(f"{slug}:{self.id}".encode()).hexdigest()[:40]


def verified(said: str | Mapping[str, Any], secret: str, country: str) -> Identity | None:
    """Who a page's user is; None where the signature is wrong or too old.

    A hash of the id alone vouches for nothing else: name, email and phone are proven where it is of all of them.
    """
    if isinstance(said, str):
        return _of_jwt(said, secret, country)
    try:  # host pages write numbers and null as they have them
        given = {key: str(value) for key, value in said.items() if value is not None}
        return _of_hash(Claimed.model_validate(given), secret, country)
    except ValidationError:
        return None


def _of_jwt(token: str, secret: str, country: str) -> Identity | None:
    if len(token) > _LONGEST_TOKEN:
        return None
    try:
        claims = _Claims.model_validate(
            jwt.decode(token, secret, algorithms=[_ALGORITHM], options={"require": ["exp", "sub"], "verify_aud": False})
        )
    except (jwt.InvalidTokenError, ValidationError):
        return None
    return _identity(claims.sub, claims.name or "", claims.email or "", claims.phone or "", country)


def _of_hash(said: Claimed, secret: str, country: str) -> Identity | None:
    given = said.hash.lower()
    whole = hash_of(secret, said.id, said.name, said.email, said.phone)
    proven = hmac.compare_digest(whole, given)
    if not proven and not hmac.compare_digest(hash_of(secret, said.id), given):
        return None
    return replace(_identity(said.id, said.name, said.email, said.phone, country), proven=proven)


def _identity(id: str, name: str, email: str, phone: str, country: str) -> Identity:
    return Identity(
        id, " ".join(name.split()), forms.email(email.strip()) or "", normal_phone(phone, country) or "", proven=True
    )  # fmt: skip


def hash_of(secret: str, id: str, *more: str) -> str:
    """The signature of an id, or of id, name, email and phone, one a line."""
    text = "\n".join((id, *more)) if any(more) else id
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def token_of(secret: str, claims: dict[str, Any]) -> str:
    """A JWT with these claims."""
    return jwt.encode(claims, secret, algorithm=_ALGORITHM)
