"""Whether a change was asked for by our own page: by where it came from, and by a token of the session."""

import hashlib
import hmac

from aiohttp import web
from yarl import URL

from omnidesk.errors import NotAllowed
from omnidesk.keys import KEYS, SETTINGS
from omnidesk.store.keys import Keys
from omnidesk.web.posting import posted

SESSION_COOKIE = "omnidesk_session"
HEADER = "X-CSRF-Token"
FIELD = "csrf"
_PURPOSE = "csrf"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def token_of(keys: Keys, session: str) -> str:
    """The token that forms of a session carry."""
    return keys.sign(_PURPOSE, hashlib.sha256(session.encode()).hexdigest()[:32])


def token(request: web.Request) -> str:
    """The token of the session that asks."""
    return token_of(request.app[KEYS], request.cookies.get(SESSION_COOKIE, ""))


async def must_carry_token(request: web.Request) -> None:
    """Raise NotAllowed unless the header or the form holds the session's token."""
    sent = request.headers.get(HEADER)
    if sent is None and request.content_type in _FORMS:
        sent = str((await posted(request)).get(FIELD, ""))
    if not hmac.compare_digest((sent or "").encode(), token(request).encode()):
        raise NotAllowed("This page has lost its session; reload it and sign in again.", code="signed_out")


def must_be_ours(request: web.Request) -> None:
    """Raise NotAllowed when the browser says that another site sent this."""
    site = request.headers.get("Sec-Fetch-Site")
    if site in ("same-origin", "none") or (site is None and is_ours(request.headers.get("Origin"), request)):
        return
    raise NotAllowed("This was sent from another site.", code="wrong_origin")


def is_ours(origin: str | None, request: web.Request) -> bool:
    """Whether an Origin header names this site.

    Without a set public URL, the address it was reached by counts too: a cookie never goes to a name not its own.
    """
    if not origin or origin == "null":
        return False
    settings = request.app[SETTINGS]
    here = {URL(settings.public_url).origin()}
    if not settings.http.public_url:
        here.add(URL(f"{request.scheme}://{request.host}").origin())
    try:
        return URL(origin).origin() in here
    except ValueError:
        return False
