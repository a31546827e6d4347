"""What goes around every request: errors become answers, and every answer carries the security headers."""

import logging
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
        return failure(request, error.status, error.code, error.message, dict(error.fields))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = failure(request, error.status, error.reason.lower().replace(" ", "_"), error.reason)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except Exception:
        log.exception("%s %s failed", request.method, request.match_info.route.resource)
        return failure(request, 500, "error", "Something went wrong.")


def failure(
    request: web.Request, status: int, code: str, message: str, fields: dict[str, str] | None = None
) -> web.Response:
    """The answer to what can't be done, in the form that the asker reads."""
    if request.path.startswith("/api/") or "json" in request.headers.get("Accept", ""):
        return _problem(status, code, message, fields or {})
    text = _said(request, status, code, message)
    if is_fragment(request):
        # htmx shows it where toasts stand, wherever the asker wanted its answer
        headers = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}
        return page(request, "errors/toast.html", status=status, headers=headers, text=text)
    return page(request, "errors/page.html", status=status, text=text, code=status)


def _said(request: web.Request, status: int, code: str, message: str) -> str:
    """The message itself in English, which the domain speaks; else what the pages say about its code or status."""
    language = language_for(request)
    known = words.WORDS["error"].get(code)
    if known is None and language == "en" and status not in (400, 405, 500):
        return message
    general = words.WORDS["status"].get(str(status)) or words.WORDS["status"]["400" if status < 500 else "500"]
    return request.app[PAGES].gettext(language, known or general)


def _problem(status: int, code: str, message: str, fields: dict[str, str]) -> web.Response:
    problem: dict[str, Any] = {"status": status, "title": message, "detail": message, "code": code}
    if fields:
        problem["errors"] = [{"field": field, "message": said} for field, said in fields.items()]
    return web.json_response(problem, status=status, content_type="application/problem+json")


MIDDLEWARES = (errors,)
"""What the application is made with, outermost first."""
