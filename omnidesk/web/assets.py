"""Static files: one digest over all of them stands in every URL, so that browsers may keep them for ever."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_BRIEFLY = "public, max-age=60"
_PACKED = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def digest() -> str:
    """A short digest of all static files; modules import each other by relative paths below it."""
    digest = hashlib.sha256()
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        digest.update(path.relative_to(FOLDER).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def url(path: str) -> str:
    """Where a static file is served."""
    return f"/static/{digest()}/{path}"


async def serve(request: web.Request) -> web.StreamResponse:
    """A static file; one asked for under an old digest is given as it is now, and not kept."""
    path = (FOLDER / request.match_info["path"]).resolve()
    if not path.is_relative_to(FOLDER) or not path.is_file():
        raise web.HTTPNotFound
    current = request.match_info["digest"] == digest()
    headers = {"Cache-Control": _FOR_EVER if current else _BRIEFLY, "Vary": "Accept-Encoding"}
    if path.suffix not in _PACKED or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return web.FileResponse(path, headers=headers)
    # pages stay as they are: what is secret in them could be guessed by the size of what is packed with it
    body = packed(path)
    return web.Response(body=body, content_type=_PACKED[path.suffix], charset="utf-8",
                        headers={**headers, "Content-Encoding": "gzip"})  # fmt: skip


@cache
def packed(path: Path) -> bytes:
    """A static file as it travels, packed once."""
    return gzip.compress(path.read_bytes(), mtime=0)
