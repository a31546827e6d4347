"""What goes around every request: errors become answers, and every answer carries the security headers."""

import logging
from functools import partial
from http import HTTPStatus
from typing import Any

from aiohttp import web

from omnidesk.errors import OmnideskError
from omnidesk.keys import SETTINGS
from omnidesk.web.guard import Handler
from omnidesk.web.pages import PAGES
from omnidesk.web.requests import is_fragment, language_for, page
from omnidesk.web.words import said

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # not no-referrer: browsers would then send `Origin: null` with our own forms
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


_CODES = {
    400: "bad_request", 401: "unauthorized", 403: "not_allowed", 404: "not_found", 405: "method_not_allowed",
    413: "too_large", 415: "unsupported_media_type", 429: "too_many_requests",
}  # fmt: skip
_KEPT = ("Allow", "WWW-Authenticate", "Retry-After")


async def secure(request: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on a response, unless its handler chose its own."""
    own_policy = "Content-Security-Policy" in response.headers
    for name, value in _HEADERS.items():
        if not (own_policy and name == "X-Frame-Options"):
            response.headers.setdefault(name, value)
    if request.app[SETTINGS].public_url.startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what was raised into an answer: a page, a toast for htmx, or problem+json for programs."""
    try:
        return await handler(request)
    except OmnideskError as error:
        return failure(request, error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code = _CODES.get(error.status, "refused")
        response = failure(request, OmnideskError(_said_by(error), code=code, status=error.status))
        response.headers.update({name: error.headers[name] for name in _KEPT if name in error.headers})
        return response
    except web.RequestPayloadError:  # packed as its header does not say, or cut off
        packed = "The body can't be read: it is not packed as its headers say."
        return failure(request, OmnideskError(packed, code=_CODES[400], status=400))
    except Exception:
        log.exception("%s %s failed", request.method, request.match_info.route.resource)
        return failure(request, OmnideskError("Something went wrong."))


def _said_by(error: web.HTTPException) -> str:
    """What whoever raised it said about it, or what the status is called."""
    general = f"{error.status}: {error.reason}"
    return error.reason if error.text in (None, general) else str(error.text)


def failure(request: web.Request, error: OmnideskError) -> web.Response:
    """The answer to what can't be done, in the form that the asker reads."""
    if request.path.startswith("/api/") or "json" in request.headers.get("Accept", ""):
        return _problem(error)
    language = language_for(request)
    text = said(language, partial(request.app[PAGES].gettext, language), error)
    if is_fragment(request):
        # htmx shows it where toasts stand, wherever the asker wanted its answer
        headers = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}
        return page(request, "errors/toast.html", status=error.status, headers=headers, text=text)
    return page(request, "errors/page.html", status=error.status, text=text, code=error.status)


def _problem(error: OmnideskError) -> web.Response:
    title = HTTPStatus(error.status).phrase
    problem: dict[str, Any] = {
        "status": error.status, "title": title, "detail": error.message, "code": error.code,
    }  # fmt: skip
    if error.fields:
        problem["errors"] = [{"field": field, "message": said} for field, said in error.fields.items()]
    return web.json_response(problem, status=error.status, content_type="application/problem+json")


MIDDLEWARES = (errors,)
"""What the application is made with, outermost first."""
