"""What goes around every request: errors become answers, and every answer carries the security headers."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web

from omnidesk.errors import OmnideskError
from omnidesk.keys import SETTINGS
from omnidesk.web import words
from omnidesk.web.guard import Handler
from omnidesk.web.pages import PAGES
from omnidesk.web.requests import is_fragment, language_for, page

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
        return failure(request, error.status, error.code, error.message, error.fields, error.values)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = failure(request, error.status, _CODES.get(error.status, "refused"), _said_by(error))
        response.headers.update({name: error.headers[name] for name in _KEPT if name in error.headers})
        return response
    except web.RequestPayloadError:  # packed as its header does not say, or cut off
        return failure(request, 400, _CODES[400], "The body can't be read: it is not packed as its headers say.")
    except Exception:
        log.exception("%s %s failed", request.method, request.match_info.route.resource)
        return failure(request, 500, "error", "Something went wrong.")


def _said_by(error: web.HTTPException) -> str:
    """What whoever raised it said about it, or what the status is called."""
    general = f"{error.status}: {error.reason}"
    return error.reason if error.text in (None, general) else str(error.text)


def failure(
    request: web.Request, status: int, code: str, message: str,
    fields: Mapping[str, str] | None = None, values: Mapping[str, object] | None = None,
) -> web.Response:  # fmt: skip
    """The answer to what can't be done, in the form that the asker reads."""
    if request.path.startswith("/api/") or "json" in request.headers.get("Accept", ""):
        return _problem(status, code, message, fields or {})
    text = _said(request, status, code, message, values or {})
    if is_fragment(request):
        # htmx shows it where toasts stand, wherever the asker wanted its answer
        headers = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}
        return page(request, "errors/toast.html", status=status, headers=headers, text=text)
    return page(request, "errors/page.html", status=status, text=text, code=status)


def _said(request: web.Request, status: int, code: str, message: str, values: Mapping[str, object]) -> str:
    """The message itself in English, which the domain speaks; else what the pages say about its code or status."""
    language = language_for(request)
    known = words.WORDS["error"].get(code)
    if known is None and language == "en" and status not in (400, 405, 500):
        return message
    if known is not None:
        return request.app[PAGES].gettext(language, known).format(**values)
    general = words.WORDS["status"].get(str(status)) or words.WORDS["status"]["400" if status < 500 else "500"]
    return request.app[PAGES].gettext(language, general)


def _problem(status: int, code: str, message: str, fields: Mapping[str, str]) -> web.Response:
    problem: dict[str, Any] = {"status": status, "title": HTTPStatus(status).phrase, "detail": message, "code": code}
    if fields:
        problem["errors"] = [{"field": field, "message": said} for field, said in fields.items()]
    return web.json_response(problem, status=status, content_type="application/problem+json")


MIDDLEWARES = (errors,)
"""What the application is made with, outermost first."""
