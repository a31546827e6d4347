"""The desk as an installed app: its manifest, and the worker that shows pushes."""

import json

from aiohttp import web

from omnidesk.web import assets
from omnidesk.web.pages import PAGES
from omnidesk.web.requests import language_for
from omnidesk.web.words import N_

_DESCRIPTION = N_("The service desk: every message of every channel in one inbox")
_SHORTCUTS = {"/inbox/mine": N_("Mine"), "/inbox/unassigned": N_("Unassigned"), "/notices": N_("Notices")}
_ACCENT, _CANVAS = "#2f5bea", "#f6f7f9"


async def manifest(request: web.Request) -> web.StreamResponse:
    """What a browser needs to install the desk (https://www.w3.org/TR/appmanifest/)."""
    language, gettext = language_for(request), request.app[PAGES].gettext
    described = {
        "id": "/", "name": "Omnidesk", "short_name": "Omnidesk", "description": gettext(language, _DESCRIPTION),
        "lang": language, "dir": "ltr", "start_url": "/inbox/mine", "scope": "/", "display": "standalone",
        "theme_color": _ACCENT, "background_color": _CANVAS, "categories": ["business", "productivity"],
        "icons": [_icon("192"), _icon("512"), _icon("maskable-512", "maskable")],
        "shortcuts": [
            {"name": gettext(language, name), "url": url, "icons": [_icon("192")]} for url, name in _SHORTCUTS.items()
        ],
    }  # fmt: skip
    return web.Response(
        text=json.dumps(described, ensure_ascii=False), content_type="application/manifest+json",
        headers={"Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie"},
    )  # fmt: skip


def _icon(name: str, purpose: str = "any") -> dict[str, str]:
    side = name.rpartition("-")[2]
    return {"src": assets.url(f"icons/{name}.png"), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}


async def worker(request: web.Request) -> web.StreamResponse:
    """The service worker, from the root: it may only serve pages below where it comes from."""
    return web.FileResponse(assets.FOLDER / "js" / "service-worker.js", headers={"Cache-Control": "no-cache"})
