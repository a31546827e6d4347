"""Who is at the other end of a socket: known by a token of ours, by the host's signature, or new."""

import secrets
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from channels.webchat import identity as identities
from channels.webchat.hours import zone
from channels.webchat.identity import Identity
from channels.webchat.messages import Hello
from channels.webchat.settings import WebChatSettings
from omnidesk.contract.channel import Desk, Sender

REFUSED = 4401
"""The close code for an identity that nobody signed, or whose time is over."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor. `token` is what their browser keeps; `new`: they have never been here with it."""

    address: str
    token: str
    new: bool
    language: str | None
    zone: tzinfo | None
    identity: Identity | None = None
    page: str = ""

    @property
    def sender(self) -> Sender:
        """Who they are to the desk."""
        name = self.identity.name if self.identity else ""
        return Sender(self.address, name, proven=self.identity is not None, language=language_of(self.language))

    @property
    def envelope(self) -> dict[str, Any]:
        """What goes beside each of their messages."""
        who = self.identity
        known = {"name": who.name, "email": who.email, "phone": who.phone, "proven": who.proven} if who else None
        return {"language": self.language, "identity": known, "page": self.page}


class Refused(Exception):
    """Nobody vouches for who the page says its user is."""


async def meet(desk: Desk, settings: WebChatSettings, hello: Hello) -> Visitor:
    """Who says hello. Raises `Refused`.

    Whose browser talked before its user logged in goes on with that talk, and gets a new token: who uses the same
    browser after a logout sees nothing of it.
    """
    user = _user(settings, hello)
    known = desk.verify(hello.token) if hello.token else None
    address, new = known or secrets.token_hex(16), known is None
    if user is not None:
        signed_in = user.address(desk.slug)
        if known is not None and await desk.take_over(known, signed_in):
            known = None
        address, new = signed_in, False
    token = hello.token if known and hello.token else desk.sign(secrets.token_hex(16) if user else address)
    page = hello.page.url[:500] if hello.page and hello.page.url.startswith(("https://", "http://")) else ""
    return Visitor(address, token, new, hello.language, zone(hello.time_zone), user, page)


def _user(settings: WebChatSettings, hello: Hello) -> Identity | None:
    if hello.identity is None:
        if settings.identity_required:
            raise Refused
        return None
    secret = settings.identity_secret
    user = identities.verified(hello.identity, secret.get_secret_value(), settings.country) if secret else None
    if user is None:
        raise Refused
    return user


def language_of(tag: object) -> str | None:
    """The language of a tag such as `tr-TR`."""
    return tag.replace("_", "-").split("-")[0].lower() if isinstance(tag, str) else None
